"""When a series meets: a pure calculation from its rule, its wall clock and a holiday calendar."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

# Beyond this many weeks in a row of holidays a proposal would be a joke.
PROPOSAL_WEEKS = 8
# What a series wants for an occurrence on a holiday (Series.HolidayRule).
NEXT_WEEK, NEXT_WORKING_DAY, CANCEL = "next_week", "next_working_day", "cancel"
FREQUENCIES = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
# The series has its own clock; a rule that sets another would contradict it.
CLOCK_PARTS = {"BYHOUR", "BYMINUTE", "BYSECOND"}
UNTIL = re.compile(r"^(\d{8})(?:T(\d{6})(Z?))?$")


class BadRule(ValueError):
    """The text is no RRULE that a series of meetings can follow; the message says why."""


class HolidayCalendar(Protocol):
    """What a calendar of public holidays must answer."""

    def holiday_name(self, day: dt.date) -> str | None:
        """Name of the public holiday or substituted day off, None on any other day."""

    def is_working_day(self, day: dt.date) -> bool:
        """Monday to Friday and make-up days, without public holidays."""

    def is_provisional(self, year: int) -> bool:
        """True while the year's make-up working days are not published."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An RRULE (RFC 5545) with the wall clock it is read on. `duration` may cross midnight."""

    rrule: str
    starts_on: dt.date
    start_time: dt.time
    zone: ZoneInfo
    duration: dt.timedelta = dt.timedelta(hours=1)
    holiday_rule: str = NEXT_WEEK


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One day the rule names. `starts_at`, `ends_at` are aware UTC; nothing is ever moved here:
    on a public holiday `holiday` names it and `proposal` is the day the holiday rule names."""

    on: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    holiday: str | None = None
    proposal: dt.date | None = None
    provisional: bool = False


def occurrences(
    rule: Rule, *, since: dt.date, until: dt.date, calendar: HolidayCalendar
) -> list[Occurrence]:
    """Occurrences on the days from `since` to `until`, both included, oldest first.

    Raises BadRule on a rule that cannot be read.
    """
    return [_occurrence(rule, day, calendar) for day in days(rule, since=since, until=until)]


def days(rule: Rule, *, since: dt.date, until: dt.date) -> list[dt.date]:
    """The days alone. Raises BadRule."""
    return [moment.date() for moment in _moments(rule, since, until)]


def instant(day: dt.date, clock: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The UTC instant of a wall-clock time.

    An hour that happens twice means the first; one that the clocks skip is read with the offset
    before the gap (RFC 5545, 3.3.5), so that 02:30 becomes 03:30 of the new time.
    """
    return dt.datetime.combine(day, clock.replace(fold=0), tzinfo=zone).astimezone(dt.UTC)


def proposal_for(
    day: dt.date, calendar: HolidayCalendar, holiday_rule: str = NEXT_WEEK
) -> dt.date | None:
    """The day to meet on instead, within eight weeks: the next same weekday that is no public
    holiday, or the next working day; None where the series would rather cancel, or none is free."""
    if holiday_rule == CANCEL:
        return None
    if holiday_rule == NEXT_WORKING_DAY:
        coming = (day + dt.timedelta(days=days) for days in range(1, PROPOSAL_WEEKS * 7 + 1))
        return next((one for one in coming if calendar.is_working_day(one)), None)
    weekly = (day + dt.timedelta(weeks=weeks) for weeks in range(1, PROPOSAL_WEEKS + 1))
    return next((one for one in weekly if calendar.holiday_name(one) is None), None)


def check(text: str) -> None:
    """Raise BadRule unless `text` is an RRULE of whole days."""
    _parse(text, dt.datetime(2000, 1, 1), ZoneInfo("UTC"))  # noqa: DTZ001 - wall clock


def _occurrence(rule: Rule, day: dt.date, calendar: HolidayCalendar) -> Occurrence:
    starts_at = instant(day, rule.start_time, rule.zone)
    holiday = calendar.holiday_name(day)
    return Occurrence(
        on=day,
        starts_at=starts_at,
        ends_at=starts_at + rule.duration,
        holiday=holiday,
        proposal=proposal_for(day, calendar, rule.holiday_rule) if holiday else None,
        provisional=calendar.is_provisional(day.year),
    )


def _moments(rule: Rule, since: dt.date, until: dt.date) -> Iterator[dt.datetime]:
    start = dt.datetime.combine(rule.starts_on, rule.start_time.replace(tzinfo=None))
    parsed = _parse(rule.rrule, start, rule.zone)
    for moment in parsed.xafter(dt.datetime.combine(since, dt.time.min), inc=True):
        if moment.date() > until:
            return
        yield moment


def _parse(text: str, start: dt.datetime, zone: ZoneInfo) -> rrule:
    parts = _parts(text)
    if "UNTIL" in parts:
        parts["UNTIL"] = _local_until(parts["UNTIL"], zone)
    line = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        parsed = rrulestr(line, dtstart=start)
    except (ValueError, KeyError, AttributeError, IndexError, TypeError) as error:
        # What dateutil raises on text that is no rule.
        raise BadRule(f"{text}: {error}") from error
    if not isinstance(parsed, rrule):
        raise BadRule(f"{text}: one rule is wanted, not a set of them")
    return parsed


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        name = name.strip().upper()
        if not equals or not value.strip() or name in parts or "\n" in part:
            raise BadRule(f"{text}: {part!r} is not a part NAME=VALUE given once")
        parts[name] = value.strip()
    if parts.get("FREQ", "").upper() not in FREQUENCIES:
        raise BadRule(f"{text}: FREQ must be one of {', '.join(sorted(FREQUENCIES))}")
    if clock := CLOCK_PARTS & parts.keys():
        raise BadRule(f"{text}: {', '.join(sorted(clock))} contradicts the series' own clock")
    if parts.get("INTERVAL", "1").lstrip("0") == "":
        raise BadRule(f"{text}: INTERVAL must be at least 1")
    return parts


def _local_until(value: str, zone: ZoneInfo) -> str:
    """UNTIL on the series' wall clock: a bare day counts whole, a UTC instant is converted."""
    match = UNTIL.match(value)
    if match is None:
        raise BadRule(f"UNTIL={value} is neither YYYYMMDD nor YYYYMMDDTHHMMSSZ")
    day, clock, is_utc = match.groups()
    if clock is None:
        return f"{day}T235959"
    if not is_utc:
        return value
    try:
        at = dt.datetime.strptime(f"{day}{clock}+0000", "%Y%m%d%H%M%S%z")
    except ValueError as error:
        raise BadRule(f"UNTIL={value}: {error}") from error
    return at.astimezone(zone).strftime("%Y%m%dT%H%M%S")
