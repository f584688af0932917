"""The SIG's meetings: what comes, what was, and one meeting with all that belongs to it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import (
    agenda_page,
    commenting,
    decision_list,
    digest,
    forms,
    hosting_page,
    minutes_forms,
    minutes_page,
    problem,
    recurrence,
    rules,
    schedule,
)
from meetings.models import Meeting
from meetings.outlook import day_starts_at
from meetings.search_form import MinutesSearch
from members.holiday import ChinaCalendar, china
from members.models import RoleTerm, Sig
from members.paging import asked_page
from members.rules import acting_person, is_maintainer

from .access import deed, meeting_or_404, permit, person_of
from .search import found_page

COMING_SHOWN = 24
PAST_SHOWN = 20


@dataclass(frozen=True)
class Warned:
    """A meeting with what the holiday calendar says of its day."""

    meeting: Meeting
    holiday: str | None
    proposal: dt.date | None
    provisional: bool


def meeting_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    search_form = MinutesSearch(request.GET)
    if search_form.is_asked:
        return found_page(request, sig, search_form)
    now = timezone.now()
    today_starts_at = day_starts_at(sig, now)
    meetings = Meeting.objects.filter(sig=sig).select_related("sig", "series")
    coming = meetings.coming(today_starts_at).with_agenda_count()
    coming = coming.select_related("sig", "series", "host", "scribe")[:COMING_SHOWN]
    page = asked_page(
        request.GET,
        meetings.past(today_starts_at).with_minutes_flags(),
        key="starts_at",
        size=PAST_SHOWN,
    )
    calendar = china()
    context = {
        "sig": sig,
        "tab": "meetings",
        "coming": [_warned(meeting, calendar) for meeting in coming],
        "page": page,
        "drafts": _drafts_in_sight(request, sig, page.rows),
        "taking_remarks": {row.pk for row in page.rows if commenting.is_open(row, now)},
        "may_plan": rules.can_plan(request.user, sig),
        "form": search_form,
    }
    return render(request, "meetings/meeting_list.html", context)


def _drafts_in_sight(request: HttpRequest, sig: Sig, meetings: Sequence[Any]) -> set[int]:
    """Which of these meetings have drafts that this reader may see; the roles are asked once."""
    person, is_host = acting_person(request.user), rules.is_host_of_sig(request.user, sig)
    return {
        meeting.pk
        for meeting in meetings
        if meeting.has_draft and (is_host or rules.is_named(person, meeting))
    }


def meeting_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return meeting_page(request, meeting_or_404(slug, pk))


@deed
def meeting_move(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting))
    form = forms.MoveForm(request.POST, auto_id="move_%s")
    if not form.is_valid():
        return meeting_page(request, meeting, move_form=form)
    schedule.move(
        meeting=meeting,
        starts_at=form.starts_at(meeting.zone),
        reason=form.cleaned_data["reason"],
        by=person_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("例会已改期，订阅的日历会随之更新。"))
    return redirect(meeting)


@deed
def meeting_cancel(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting))
    form = forms.CancelForm(request.POST, auto_id="cancel_%s")
    if not form.is_valid():
        return meeting_page(request, meeting, cancel_form=form)
    schedule.cancel(
        meeting=meeting,
        reason=form.cleaned_data["reason"],
        by=person_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("例会已取消，订阅的日历会随之更新。"))
    return redirect(meeting)


@deed
def meeting_hold(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    permit(rules.can_edit_meeting(request.user, meeting))
    schedule.hold(meeting=meeting, by=person_of(request), at=timezone.now())
    messages.success(request, _("例会已标为已召开，可以发布纪要。"))
    return redirect(meeting)


def meeting_page(
    request: HttpRequest,
    meeting: Meeting,
    *,
    edited: tuple[int, Form] | None = None,
    duty_forms: Mapping[str, Form] | None = None,
    **bound: Form,
) -> HttpResponse:
    """The page of one meeting; `bound` are forms that came back with errors, `edited` an item's,
    `duty_forms` those of hosting_page."""
    user, sig = request.user, meeting.sig
    leads = rules.is_host_of_sig(user, sig)
    is_host = leads or rules.is_named(acting_person(user), meeting)
    warned = _warned(meeting, china())
    text = minutes_page.page_of(meeting, is_editor=is_host, at=timezone.now())
    progress = digest.digest_of(meeting, timezone.now())
    context: dict[str, Any] = {
        "sig": sig,
        "tab": "meetings",
        "meeting": meeting,
        "warned": warned,
        "is_host": is_host,
        "may_hold": is_host and schedule.may_be_held(meeting, timezone.now()),
        "minutes": text,
        "digest": progress,
        "digest_markdown": digest.markdown(progress) if progress else "",
        "may_put_digest": is_host and not (text.revision and text.revision.is_public),
        "agenda": agenda_page.page_of(
            meeting, acting_person(user), is_host=is_host, at=timezone.now(), edited=edited
        ),
        "duties": hosting_page.rows_of(
            meeting, acting_person(user), leads=leads, bound=duty_forms or {}
        ),
        "attendances": list(
            meeting.attendances.select_related("person").prefetch_related("person__accounts")
        ),
        "actions": action_rows(meeting.action_items.all(), user, sig),
        "decisions": decision_list.standing_of(meeting),
        "problems": problem.from_json(meeting.import_problems),
        **_forms(request, meeting, is_host, warned),
        **minutes_forms.forms_of(meeting, text, timezone.now()),
        **bound,
    }
    answer = render(request, "meetings/meeting_detail.html", context)
    if text.offered is not None:
        # What is offered for comment may still be taken back: no search engine keeps it.
        answer["X-Robots-Tag"] = "noindex"
    return answer


def action_rows(items: Any, user: Any, sig: Sig) -> list[dict[str, Any]]:
    """Action items with what the page says of each: overdue or not, closable by the reader or not."""
    today = sig.day_of(timezone.now())
    person = acting_person(user)
    is_lead = is_maintainer(user, sig)
    rows = items.select_related("sig", "owner", "meeting__sig").prefetch_related("owner__accounts")
    return [
        {
            "item": item,
            "is_overdue": item.is_overdue(today),
            "may_close": rules.closes(person, item, is_lead),
        }
        for item in rows
    ]


def rows_over_sigs(items: Any, user: Any) -> list[dict[str, Any]]:
    """The same over all SIGs; the roles are asked once. Items come as a query."""
    now, person = timezone.now(), acting_person(user)
    terms = RoleTerm.objects.active(now.date()).filter(person=person, role=RoleTerm.Role.MAINTAINER)
    led = set(terms.values_list("sig_id", flat=True)) if person else set()
    rows = items.select_related("sig", "owner", "meeting__sig").prefetch_related("owner__accounts")
    return [
        {
            "item": item,
            "is_overdue": item.is_overdue(item.sig.day_of(now)),
            "may_close": rules.closes(person, item, item.sig_id in led),
        }
        for item in rows
    ]


def _warned(meeting: Meeting, calendar: ChinaCalendar) -> Warned:
    day = meeting.starts_at.astimezone(meeting.zone).date()
    holiday = calendar.holiday_name(day) if meeting.is_open else None
    rule = meeting.series.holiday_rule if meeting.series else recurrence.NEXT_WEEK
    return Warned(
        meeting=meeting,
        holiday=holiday,
        proposal=recurrence.proposal_for(day, calendar, rule) if holiday else None,
        provisional=meeting.is_open and calendar.is_provisional(day.year),
    )


def _forms(
    request: HttpRequest, meeting: Meeting, is_host: bool, warned: Warned
) -> dict[str, Form]:
    """The forms this reader may use on this meeting."""
    found: dict[str, Form] = {}
    if rules.can_propose(request.user, meeting):
        found["agenda_form"] = forms.AgendaForm(sig=meeting.sig, auto_id="agenda_%s")
    if not is_host:
        return found
    if meeting.is_open:
        initial = forms.initial_of_move(meeting, warned.proposal)
        found["move_form"] = forms.MoveForm(initial=initial, auto_id="move_%s")
        found["cancel_form"] = forms.CancelForm(auto_id="cancel_%s")
    if meeting.state != Meeting.State.CANCELLED:
        found["attendance_form"] = forms.AttendanceForm(auto_id="attendance_%s")
        found["action_form"] = forms.ActionForm(auto_id="action_%s")
    return found
