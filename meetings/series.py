"""The rules by which meetings recur: made, and changed so that the meetings ahead follow."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ledger import record
from members.models import Person, Sig, actor_of

from . import recurrence, schedule, turns
from .models import Meeting, Series

State = Meeting.State
FIELDS = (
    "name",
    "rrule",
    "starts_on",
    "start_time",
    "duration_min",
    "time_zone",
    "venue_url",
    "holiday_rule",
    "is_active",
)


@dataclass(frozen=True)
class Followed:
    """How many meetings ahead took the series' new time, fell out, came back, or are new."""

    moved: int = 0
    dropped: int = 0
    restored: int = 0
    added: int = 0
    is_changed: bool = True


@transaction.atomic
def create(
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
    holiday_rule: str = Series.HolidayRule.NEXT_WEEK,
    is_active: bool = True,
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
        holiday_rule=holiday_rule,
        is_active=is_active,
    )
    data = {name: _told(getattr(series, name)) for name in FIELDS}
    _record(series, "series.created", data, by, at)
    return series


@transaction.atomic
def change(*, series: Series, by: Person | None, at: dt.datetime, **values: Any) -> Followed:
    """Change any of FIELDS; meetings ahead that nobody moved by hand follow, with their entries.

    What the new rule no longer names is cancelled, and comes back when a later rule names its day
    again. A series switched off plans nothing more and leaves what is planned. The same values
    again change nothing. Raises recurrence.BadRule, ZoneInfoNotFoundError.
    """
    turns.lock(series, at)
    series = Series.objects.select_related("sig").get(pk=series.pk)
    recurrence.check(str(values.get("rrule", series.rrule)))
    ZoneInfo(str(values.get("time_zone", series.time_zone)))
    old_rule, old_venue = schedule.rule_of(series), series.venue_url
    changes = {name: values[name] for name in FIELDS if name in values}
    changes = {name: new for name, new in changes.items() if new != getattr(series, name)}
    if not changes:
        return Followed(is_changed=False)
    told = {name: [_told(getattr(series, name)), _told(new)] for name, new in changes.items()}
    for name, new in changes.items():
        setattr(series, name, new)
    series.save(update_fields=list(changes))
    _record(series, "series.changed", {"name": series.name, "changes": told}, by, at)
    if not series.is_active:
        return Followed()
    return _follow(series, old_rule, old_venue, by, at)


def _follow(
    series: Series, old_rule: recurrence.Rule, old_venue: str, by: Person | None, at: dt.datetime
) -> Followed:
    rule = schedule.rule_of(series)
    today = at.astimezone(rule.zone).date()
    ahead = _ahead(series, at)
    last = max([one.recurrence_on or today for one in ahead], default=today)
    days = set(recurrence.days(rule, since=today, until=last))
    moved = dropped = restored = 0
    for meeting in ahead:
        on = meeting.recurrence_on
        if on is None:
            continue
        if on not in days:
            dropped += _drop(meeting, by, at)
            continue
        was_dropped = meeting.dropped_by_series
        if _refit(meeting, rule, old_rule, (old_venue, series.venue_url), by, at):
            restored, moved = restored + was_dropped, moved + (not was_dropped)
    added = len(schedule.plan(series, at=at))
    return Followed(moved, dropped, restored, added)


def _ahead(series: Series, at: dt.datetime) -> list[Meeting]:
    """Meetings to come that follow the series: planned and unmoved, or dropped by it before."""
    follow = Q(state=State.SCHEDULED) | Q(state=State.CANCELLED, dropped_by_series=True)
    rows = series.meetings.filter(follow, starts_at__gt=at).select_related("sig", "series")
    return list(rows.select_for_update(of=("self",)).order_by("starts_at", "pk"))


def _drop(meeting: Meeting, by: Person | None, at: dt.datetime) -> bool:
    if meeting.state == State.CANCELLED:
        return False
    reason = _("例会系列的规则已变更。")
    meeting.dropped_by_series = True
    data = {"reason": reason}
    schedule.change(meeting, State.CANCELLED, "meeting.cancelled", reason, by, at, data)
    return True


def _refit(
    meeting: Meeting,
    rule: recurrence.Rule,
    old_rule: recurrence.Rule,
    venues: tuple[str, str],
    by: Person | None,
    at: dt.datetime,
) -> bool:
    """Give a meeting the time, length, title and link of its series; False where it has them."""
    on = meeting.recurrence_on
    assert on is not None  # noqa: S101 - asked before
    was = (meeting.starts_at, meeting.ends_at, meeting.title, meeting.venue_url)
    starts_at = recurrence.instant(on, rule.start_time, rule.zone)
    if starts_at <= at:
        return False
    from_at = meeting.starts_at
    meeting.starts_at, meeting.ends_at = starts_at, starts_at + rule.duration
    # A title or link that somebody wrote for this one meeting stays.
    if (meeting.title, meeting.title_en) == schedule.titles(old_rule, on):
        meeting.title, meeting.title_en = schedule.titles(rule, on)
    if meeting.venue_url == venues[0]:
        meeting.venue_url = venues[1]
    now = (meeting.starts_at, meeting.ends_at, meeting.title, meeting.venue_url)
    if now == was and not meeting.dropped_by_series:
        return False
    action = "meeting.restored" if meeting.dropped_by_series else "meeting.adjusted"
    meeting.dropped_by_series = False
    data = {"from": schedule.utc(from_at), "to": schedule.utc(starts_at)}
    schedule.change(meeting, State.SCHEDULED, action, "", by, at, data)
    return True


def _told(value: Any) -> Any:
    """As the ledger spells it."""
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, dt.date) else value


def _record(
    series: Series, action: str, data: dict[str, Any], by: Person | None, at: dt.datetime
) -> None:
    record.append(
        actor=actor_of(by),
        action=action,
        subject=f"series:{series.pk}",
        data={"sig": series.sig.slug, **data},
        at=at,
    )
