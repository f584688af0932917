"""Meetings come from their series, and move, fall out or take place: each with its ledger entry."""

import datetime as dt
import uuid
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from ledger import record
from members.holiday import ChinaCalendar
from members.models import Person, Sig, actor_of

from . import announcing, recurrence, reopening, turns
from .models import Meeting, Series

HORIZON = dt.timedelta(days=183)
OPEN = Meeting.OPEN_STATES
# What may change of a meeting that is planned.
CHANGING = [
    "state",
    "note",
    "sequence",
    "changed_at",
    "starts_at",
    "ends_at",
    "title",
    "title_en",
    "venue_url",
    "dropped_by_series",
]


class Refused(Exception):
    """What was asked cannot be done; the message is for the person who asked."""


class WrongState(Refused):
    """The meeting was held or cancelled meanwhile."""


class TooEarly(Refused):
    """A meeting cannot have been held before its day."""


class InPast(Refused):
    """A meeting cannot be put at a time that is over."""


@transaction.atomic
def plan(
    series: Series, *, at: dt.datetime, until: dt.date | None = None, since: dt.date | None = None
) -> list[Meeting]:
    """Write down the series' meetings up to `until` (six months ahead if not said); returns new ones.

    Starts at `since` (the series' today if not said). Run twice it writes nothing: a day of the
    rule is planned once, wherever its meeting moved. An occurrence on a public holiday is planned
    on its day all the same: pages mark it and propose another, people decide. Whoever's turn it is
    hosts and writes (meetings.turns); the returned rows do not say who.
    """
    turns.lock(series, at)
    series = Series.objects.select_related("sig").get(pk=series.pk)
    since = since or at.astimezone(ZoneInfo(series.time_zone)).date()
    rule = rule_of(series)
    until = until or since + HORIZON
    planned = set(series.meetings.values_list("recurrence_on", flat=True))
    found = recurrence.occurrences(rule, since=since, until=until, calendar=ChinaCalendar())
    new = [_create(series, rule, one, at) for one in found if one.on not in planned]
    turns.deal(series, at=at)
    return new


def rule_of(series: Series) -> recurrence.Rule:
    return recurrence.Rule(
        rrule=series.rrule,
        starts_on=series.starts_on,
        start_time=series.start_time,
        zone=ZoneInfo(series.time_zone),
        duration=dt.timedelta(minutes=series.duration_min),
        holiday_rule=series.holiday_rule,
    )


@transaction.atomic
def add(
    *,
    sig: Sig,
    title: str,
    starts_at: dt.datetime,
    duration_min: int,
    by: Person | None,
    at: dt.datetime,
    title_en: str = "",
    venue_url: str = "",
    kind: str = Meeting.Kind.OTHER,
) -> Meeting:
    """A meeting outside any series: an RFC review, a talk. Asked twice it is added once.

    `starts_at` is aware. Raises InPast.
    """
    if starts_at < at:
        raise InPast(_("开始时间已经过去，请另选一个时间。"))
    # The lock makes a double click find what the first one wrote.
    sig = Sig.objects.select_for_update().get(pk=sig.pk)
    same = Meeting.objects.filter(
        sig=sig, series=None, kind=kind, title=title, starts_at=starts_at, state__in=OPEN
    )
    if (found := same.first()) is not None:
        return found
    meeting = Meeting.objects.create(
        uid=uid(f"{sig.slug}-{uuid.uuid4()}"),
        sig=sig,
        kind=kind,
        title=title,
        title_en=title_en,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=duration_min),
        venue_url=venue_url or sig.meeting_url,
        changed_at=at,
    )
    _record(meeting, "meeting.planned", by, at, {"kind": str(meeting.kind)})
    return meeting


@transaction.atomic
def move(
    *,
    meeting: Meeting,
    starts_at: dt.datetime,
    reason: str = "",
    by: Person | None,
    at: dt.datetime,
) -> Meeting:
    """Another time for a meeting, its length kept; the day the rule named stays on record.

    Host and scribe go along; whose turn it was and who is on leave on the new day is relieved.
    Moving to where it already is changes nothing. Raises WrongState, InPast.
    """
    meeting = turns.locked(meeting, at)
    if not meeting.is_open:
        raise WrongState(_("例会%(state)s，不能再改期。") % {"state": meeting.get_state_display()})
    if starts_at == meeting.starts_at:
        return meeting
    if starts_at < at:
        raise InPast(_("新的时间已经过去，请另选一个时间。"))
    was = meeting.starts_at
    if meeting.ends_at is not None:
        meeting.ends_at = starts_at + (meeting.ends_at - was)
    meeting.starts_at = starts_at
    data = {"from": utc(was), "to": utc(starts_at), "reason": reason}
    change(meeting, Meeting.State.MOVED, "meeting.moved", reason, by, at, data)
    return _dealt(meeting, at)


@transaction.atomic
def cancel(*, meeting: Meeting, reason: str = "", by: Person | None, at: dt.datetime) -> Meeting:
    """Call a meeting off; called off already, nothing changes. Raises WrongState when it was held.

    Whose turn it was gets the next meeting of the series, and so on.
    """
    meeting = turns.locked(meeting, at)
    if meeting.state == Meeting.State.CANCELLED:
        return meeting
    if not meeting.is_open:
        raise WrongState(_("例会已召开，不能取消。"))
    data = {"reason": reason}
    change(meeting, Meeting.State.CANCELLED, "meeting.cancelled", reason, by, at, data)
    return _dealt(meeting, at)


@transaction.atomic
def hold(*, meeting: Meeting, by: Person | None, at: dt.datetime) -> Meeting:
    """Mark as held: the agenda closes, minutes may be published. Twice is harmless.

    Raises WrongState when it was cancelled, TooEarly before its day in the meeting's zone.
    """
    meeting = locked(meeting)
    if meeting.state == Meeting.State.HELD:
        return meeting
    if not meeting.is_open:
        raise WrongState(_("例会已取消，不能标为已召开。"))
    if not may_be_held(meeting, at):
        raise TooEarly(_("例会尚未到日期，还不能标为已召开。"))
    return change(meeting, Meeting.State.HELD, "meeting.held", meeting.note, by, at, {})


def may_be_held(meeting: Meeting, at: dt.datetime) -> bool:
    """From the meeting's day on, in its zone: some begin early."""
    zone = meeting.zone
    return (
        meeting.is_open and at.astimezone(zone).date() >= meeting.starts_at.astimezone(zone).date()
    )


def locked(meeting: Meeting) -> Meeting:
    """The row as it is now, locked until the transaction ends: writers of one meeting queue here."""
    rows = Meeting.objects.select_related("sig", "series")
    return rows.select_for_update(of=("self",)).get(pk=meeting.pk)


def _dealt(meeting: Meeting, at: dt.datetime) -> Meeting:
    """The meeting after the turns of its series were dealt anew."""
    if meeting.series is not None and turns.deal(meeting.series, at=at):
        meeting.refresh_from_db()
    return meeting


def utc(at: dt.datetime) -> str:
    """As the ledger spells an instant, to the second."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def uid(name: str) -> str:
    """A calendar identity (RFC 7986: no clash with another portal's); stored, so stable for life."""
    return f"{name}@{urlsplit(settings.SITE_URL).hostname}"


def _create(
    series: Series, rule: recurrence.Rule, one: recurrence.Occurrence, at: dt.datetime
) -> Meeting:
    title, title_en = titles(rule, one.on)
    meeting = Meeting.objects.create(
        sig=series.sig,
        series=series,
        recurrence_on=one.on,
        title=title,
        title_en=title_en,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        venue_url=series.venue_url,
        uid=uid(f"{series.sig.slug}-series{series.pk}-{one.on:%Y%m%d}"),
        changed_at=at,
    )
    _record(meeting, "meeting.planned", None, at)
    return meeting


def titles(rule: recurrence.Rule, on: dt.date) -> tuple[str, str]:
    """Chinese and English; a month with one meeting needs no day in its title."""
    first = on.replace(day=1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    if len(recurrence.days(rule, since=first, until=last)) == 1:
        return f"{on.year} 年 {on.month} 月例会", f"{on:%B} {on.year} meeting"
    return f"{on.year} 年 {on.month} 月 {on.day} 日例会", f"{on:%B} {on.day}, {on.year} meeting"


def change(
    meeting: Meeting,
    state: Meeting.State,
    action: str,
    note: str,
    by: Person | None,
    at: dt.datetime,
    data: dict[str, str],
) -> Meeting:
    """Store a locked meeting in its new state, for calendars too, with the entry that says so.

    Who heard its agenda hears that it moved, falls out or takes place after all; put off by days,
    its agenda opens again.
    """
    before = Meeting.objects.only("starts_at", "state").get(pk=meeting.pk)
    meeting.state = state
    meeting.note = note
    meeting.sequence += 1
    meeting.changed_at = at
    meeting.save(update_fields=CHANGING)
    _record(meeting, action, by, at, data)
    announcing.tell_changed(meeting, before=before, at=at)
    if reopening.is_put_off(meeting, before.starts_at, at):
        reopening.reopen(meeting, at)
        _record(meeting, "agenda.reopened", by, at)
    return meeting


def _record(
    meeting: Meeting,
    action: str,
    by: Person | None,
    at: dt.datetime,
    data: dict[str, str] | None = None,
) -> None:
    record.append(
        actor=actor_of(by),
        action=action,
        subject=f"meeting:{meeting.pk}",
        data={
            "sig": meeting.sig.slug,
            "title": meeting.title,
            "title_en": meeting.title_en,
            "starts_at": utc(meeting.starts_at),
            **(data or {}),
        },
        at=at,
    )
