"""Buttons of the agenda: propose, withdraw, move up and down."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import agenda, forms, rules
from meetings.models import AgendaItem, Meeting

from .access import deed, permit, person_of
from .meeting import meeting_page


@deed
def agenda_add(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    person = person_of(request)
    if not rules.can_propose(request.user, meeting):
        raise agenda.AgendaClosed(_("议程已经关闭，请在下一次例会提出。"))
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
    permit(rules.can_edit_meeting(request.user, meeting.sig))
    item = _item(meeting, item_pk)
    agenda.shift(item=item, up=direction == "up", by=person_of(request), at=timezone.now())
    return redirect(f"{meeting.get_absolute_url()}#agenda")


def _item(meeting: Meeting, pk: int) -> AgendaItem:
    return get_object_or_404(
        AgendaItem.objects.select_related("meeting__sig"), pk=pk, meeting=meeting
    )
