"""Buttons of the agenda: propose, withdraw, order, retitle, time, fill with what is due, announce."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import agenda, filling, forms, freezing, rules
from meetings.models import AgendaItem, Meeting

from .access import deed, permit, person_of
from .meeting import meeting_page


@deed
def agenda_add(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    person = person_of(request)
    if not rules.can_propose(request.user, meeting):
        raise agenda.AgendaClosed(agenda.closed_words(meeting))
    form = forms.AgendaForm(request.POST, sig=meeting.sig, auto_id="agenda_%s")
    if not form.is_valid():
        return meeting_page(request, meeting, agenda_form=form)
    agenda.propose(meeting=meeting, by=person, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("议题已加入议程。"))
    return redirect(meeting)


@deed
def agenda_withdraw(request: HttpRequest, meeting: Meeting, item_pk: int) -> HttpResponse:
    item = _item(meeting, item_pk)
    if item.withdrawn_at is None and meeting.is_open:
        permit(rules.can_withdraw(request.user, item))
    agenda.withdraw(item=item, by=person_of(request), at=timezone.now())
    messages.success(request, _("议题已撤下。"))
    return redirect(meeting)


@deed
def agenda_shift(
    request: HttpRequest, meeting: Meeting, item_pk: int, direction: str
) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting))
    item = _item(meeting, item_pk)
    agenda.shift(item=item, up=direction == "up", by=person_of(request), at=timezone.now())
    return redirect(f"{meeting.get_absolute_url()}#agenda")


@deed
def agenda_edit(request: HttpRequest, meeting: Meeting, item_pk: int) -> HttpResponse:
    """The item's own form, with its errors on the meeting's page."""
    permit(rules.can_edit_meeting(request.user, meeting))
    item = _item(meeting, item_pk)
    form = forms.AgendaEditForm(request.POST, auto_id=f"agenda_{item.pk}_%s")
    if not form.is_valid():
        return meeting_page(request, meeting, edited=(item.pk, form))
    agenda.edit(item=item, by=person_of(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("议题已更新。"))
    return redirect(f"{meeting.get_absolute_url()}#agenda")


@deed
def agenda_fill(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting))
    if filling.fill(meeting=meeting, at=timezone.now()):
        messages.success(request, _("议程已按到期事项更新。"))
    else:
        messages.info(request, _("到期事项没有变化。"))
    return redirect(f"{meeting.get_absolute_url()}#agenda")


@deed
def agenda_announce(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Earlier than the clock would."""
    permit(rules.can_edit_meeting(request.user, meeting))
    freezing.freeze(meeting=meeting, by=person_of(request), at=timezone.now())
    messages.success(request, _("议程已公布，成员会收到通知。"))
    return redirect(f"{meeting.get_absolute_url()}#agenda")


def _item(meeting: Meeting, pk: int) -> AgendaItem:
    return get_object_or_404(
        AgendaItem.objects.select_related("meeting__sig"), pk=pk, meeting=meeting
    )
