"""Meetings come from their series, and move, fall out or take place: each with its ledger entry."""

import datetime as dt
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from ledger import record
from members.holiday import ChinaCalendar
from members.models import Person, Sig, actor_of

from . import recurrence
from .models import Meeting, Series

HORIZON = dt.timedelta(days=183)


class Refused(Exception):
    """What was asked cannot be done; the message is for the person who asked."""


class WrongState(Refused):
    """The meeting was held or cancelled meanwhile."""


class TooEarly(Refused):
    """A meeting cannot have been held before its day."""


class InPast(Refused):
    """A meeting cannot be moved to a time that is over."""


@transaction.atomic
def create_series(
    *,
    sig: Sig,
    name: str,
    rrule: str,
    starts_on: dt.date,
    start_time: dt.time,
    at: dt.datetime,
    duration_min: int = 60,
    time_zone: str = "",
    venue_url: str = "",
    by: Person | None = None,
) -> Series:
    """A new rule of meetings; `start_time` is wall-clock time in `time_zone` (the SIG's if not said).

    Raises recurrence.BadRule; ZoneInfoNotFoundError on a zone nobody knows.
    """
    recurrence.check(rrule)
    zone = ZoneInfo(time_zone or sig.time_zone)
    series = Series.objects.create(
        sig=sig,
        name=name,
        rrule=rrule,
        starts_on=starts_on,
        start_time=start_time,
        duration_min=duration_min,
        time_zone=zone.key,
        venue_url=venue_url or sig.meeting_url,
    )
    record.append(
        actor=actor_of(by),
        action="series.created",
        subject=f"series:{series.pk}",
        data={
            "sig": sig.slug,
            "name": name,
            "rrule": rrule,
            "starts_on": starts_on.isoformat(),
            "start_time": start_time.isoformat("minutes"),
            "time_zone": zone.key,
        },
        at=at,
    )
    return series


@transaction.atomic
def plan(
    series: Series, *, at: dt.datetime, until: dt.date | None = None, since: dt.date | None = None
) -> list[Meeting]:
    """Write down the series' meetings up to `until` (six months ahead if not said); returns new ones.

    Starts at `since` (the series' today if not said). Run twice it writes nothing: a day of the
    rule is planned once, wherever its meeting moved. An occurrence on a public holiday is planned
    on its day all the same: pages mark it and propose another, people decide.
    """
    series = Series.objects.select_for_update().select_related("sig").get(pk=series.pk)
    since = since or at.astimezone(ZoneInfo(series.time_zone)).date()
    rule = rule_of(series)
    until = until or since + HORIZON
    planned = set(series.meetings.values_list("recurrence_on", flat=True))
    found = recurrence.occurrences(rule, since=since, until=until, calendar=ChinaCalendar())
    return [_create(series, rule, one, at) for one in found if one.on not in planned]


def rule_of(series: Series) -> recurrence.Rule:
    return recurrence.Rule(
        rrule=series.rrule,
        starts_on=series.starts_on,
        start_time=series.start_time,
        zone=ZoneInfo(series.time_zone),
        duration=dt.timedelta(minutes=series.duration_min),
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
) -> Meeting:
    """A meeting outside any series: an RFC review, a talk. Asked twice it is added once."""
    meeting, is_new = Meeting.objects.get_or_create(
        uid=uid(f"{sig.slug}-{starts_at.astimezone(dt.UTC):%Y%m%dT%H%MZ}"),
        defaults={
            "sig": sig,
            "title": title,
            "title_en": title_en,
            "starts_at": starts_at,
            "ends_at": starts_at + dt.timedelta(minutes=duration_min),
            "venue_url": venue_url or sig.meeting_url,
            "changed_at": at,
        },
    )
    if is_new:
        _record(meeting, "meeting.planned", by, at)
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

    Moving to where it already is changes nothing. Raises WrongState, InPast.
    """
    meeting = locked(meeting)
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
    return _change(meeting, Meeting.State.MOVED, "meeting.moved", reason, by, at, data)


@transaction.atomic
def cancel(*, meeting: Meeting, reason: str = "", by: Person | None, at: dt.datetime) -> Meeting:
    """Call a meeting off; called off already, nothing changes. Raises WrongState when it was held."""
    meeting = locked(meeting)
    if meeting.state == Meeting.State.CANCELLED:
        return meeting
    if not meeting.is_open:
        raise WrongState(_("例会已召开，不能取消。"))
    data = {"reason": reason}
    return _change(meeting, Meeting.State.CANCELLED, "meeting.cancelled", reason, by, at, data)


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
    return _change(meeting, Meeting.State.HELD, "meeting.held", meeting.note, by, at, {})


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


def utc(at: dt.datetime) -> str:
    """As the ledger spells an instant, to the second."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def uid(name: str) -> str:
    """A calendar identity (RFC 7986: no clash with another portal's); stored, so stable for life."""
    return f"{name}@{urlsplit(settings.SITE_URL).hostname}"


def _create(
    series: Series, rule: recurrence.Rule, one: recurrence.Occurrence, at: dt.datetime
) -> Meeting:
    title, title_en = _titles(rule, one.on)
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


def _titles(rule: recurrence.Rule, on: dt.date) -> tuple[str, str]:
    """Chinese and English; a month with one meeting needs no day in its title."""
    first = on.replace(day=1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    if len(recurrence.days(rule, since=first, until=last)) == 1:
        return f"{on.year} 年 {on.month} 月例会", f"{on:%B} {on.year} meeting"
    return f"{on.year} 年 {on.month} 月 {on.day} 日例会", f"{on:%B} {on.day}, {on.year} meeting"


def _change(
    meeting: Meeting,
    state: Meeting.State,
    action: str,
    note: str,
    by: Person | None,
    at: dt.datetime,
    data: dict[str, str],
) -> Meeting:
    meeting.state = state
    meeting.note = note
    meeting.sequence += 1
    meeting.changed_at = at
    meeting.save(update_fields=["state", "note", "sequence", "changed_at", "starts_at", "ends_at"])
    _record(meeting, action, by, at, data)
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
            "starts_at": utc(meeting.starts_at),
            **(data or {}),
        },
        at=at,
    )
