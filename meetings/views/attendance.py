"""Buttons of the attendance list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import attendance, forms, rules
from meetings.models import Meeting
from members.models import Person

from .access import deed, permit, person_of
from .meeting import meeting_page
from .minutes_live import live_context


@deed
def attendance_add(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting))
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
def attendance_mark(request: HttpRequest, meeting: Meeting, person_pk: int) -> HttpResponse:
    """One click on the live page: somebody is here (`here=1`), or is not after all."""
    permit(rules.can_edit_meeting(request.user, meeting))
    who = get_object_or_404(Person, pk=person_pk, merged_into=None)
    by, at = person_of(request), timezone.now()
    row = meeting.attendances.filter(person=who).first()
    if request.POST.get("here") == "1":
        attendance.add(
            meeting=meeting, name=who.name, person=who, organization=who.organization, by=by, at=at
        )
    elif row is not None:
        attendance.remove(row=row, by=by, at=at)
    if request.headers.get("HX-Request"):
        return render(request, "meetings/_minutes_live.html", live_context(meeting))
    return redirect("meetings:minutes-edit", meeting.sig.slug, meeting.pk)


@deed
def attendance_remove(request: HttpRequest, meeting: Meeting, row_pk: int) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting))
    row = meeting.attendances.filter(pk=row_pk).first()
    if row is not None:
        attendance.remove(row=row, by=person_of(request), at=timezone.now())
    messages.success(request, _("已从出席名单中删去。"))
    return redirect(f"{meeting.get_absolute_url()}#attendance")
