"""Counting working days, public holidays and make-up working days included; the calendar is passed in."""

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

ONE_DAY = dt.timedelta(days=1)
# No calendar closes for two months; a faulty one must not count for ever.
LONGEST_BREAK = 62


class Calendar(Protocol):
    """See members.holiday.china for the one that is used."""

    def is_working_day(self, day: dt.date, /) -> bool: ...


def nth_after(day: dt.date, number: int, calendar: Calendar) -> dt.date:
    """The `number`-th working day after `day`, which itself never counts. Raises ValueError."""
    idle = 0
    while number:
        day += ONE_DAY
        working = calendar.is_working_day(day)
        number, idle = (number - 1, 0) if working else (number, idle + 1)
        if idle > LONGEST_BREAK:
            raise ValueError(f"no working day in the {LONGEST_BREAK} days before {day}")
    return day


def end_of_nth(at: dt.datetime, number: int, calendar: Calendar, zone: ZoneInfo) -> dt.datetime:
    """The last second (UTC) of the `number`-th whole working day in `zone` after the instant `at`."""
    last = nth_after(at.astimezone(zone).date(), number, calendar)
    return dt.datetime.combine(last, dt.time(23, 59, 59), zone).astimezone(dt.UTC)
