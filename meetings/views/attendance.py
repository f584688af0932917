"""Buttons of the attendance list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import attendance, forms, rules
from meetings.models import Meeting

from .access import deed, permit, person_of
from .meeting import meeting_page


@deed
def attendance_add(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting.sig))
    form = forms.AttendanceForm(request.POST, auto_id="attendance_%s")
    if not form.is_valid():
        return meeting_page(request, meeting, attendance_form=form)
    who = form.cleaned_data["person"]
    attendance.add(
        meeting=meeting,
        name=form.cleaned_data["name"] or who.name,
        person=who,
        organization=form.cleaned_data["organization"] or (who.organization if who else ""),
        by=person_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("已记入出席名单。"))
    return redirect(f"{meeting.get_absolute_url()}#attendance")


@deed
def attendance_remove(request: HttpRequest, meeting: Meeting, row_pk: int) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting.sig))
    row = meeting.attendances.filter(pk=row_pk).first()
    if row is not None:
        attendance.remove(row=row, by=person_of(request), at=timezone.now())
    messages.success(request, _("已从出席名单中删去。"))
    return redirect(f"{meeting.get_absolute_url()}#attendance")
