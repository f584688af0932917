"""Months, medians and shares of the review figures: pure, without table or clock."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

# (merged at, created at, first review at) of one merged pull request, aware instants.
Merge = tuple[dt.datetime, dt.datetime, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Month:
    """Pull requests merged in one month of the SIG's calendar.

    `to_first_review` is the median over the `reviewed` of them that have a first review, `to_merge`
    over all; None of none.
    """

    first: dt.date
    merged: int = 0
    reviewed: int = 0
    to_first_review: dt.timedelta | None = None
    to_merge: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Concentration:
    """How many counted reviews there were, and what part of them the busiest `people` gave."""

    total: int
    people: int
    busiest: int

    @property
    def percent(self) -> int:
        """Rounded half up; 0 of none."""
        return (200 * self.busiest + self.total) // (2 * self.total) if self.total else 0


def firsts_of_months(today: dt.date, months: int) -> list[dt.date]:
    """First days of the last `months` months, that of `today` last."""
    return [_months_before(today, back) for back in range(months - 1, -1, -1)]


def _months_before(day: dt.date, back: int) -> dt.date:
    years, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return dt.date(years, month + 1, 1)


def start_of(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The instant at which a day begins in a zone."""
    return dt.datetime.combine(day, dt.time(), tzinfo=zone)


def median(durations: Sequence[dt.timedelta]) -> dt.timedelta | None:
    """The exact median; of an even number the mean of the middle two, to the microsecond."""
    if not durations:
        return None
    ordered, middle = sorted(durations), len(durations) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def by_month(merges: Iterable[Merge], zone: ZoneInfo) -> dict[dt.date, Month]:
    """Figures by the first day of the month, months of `zone`; only months with a merge."""
    waits: dict[dt.date, list[dt.timedelta]] = {}
    spans: dict[dt.date, list[dt.timedelta]] = {}
    for merged_at, created_at, first_review_at in merges:
        month = merged_at.astimezone(zone).date().replace(day=1)
        spans.setdefault(month, []).append(merged_at - created_at)
        if first_review_at is not None:
            waits.setdefault(month, []).append(first_review_at - created_at)
    return {
        month: Month(
            month,
            merged=len(spans[month]),
            reviewed=len(waits.get(month, ())),
            to_first_review=median(waits.get(month, ())),
            to_merge=median(spans[month]),
        )
        for month in spans
    }


def filled(found: Mapping[dt.date, Month], firsts: Iterable[dt.date]) -> list[Month]:
    """One figure for each of the months asked for, empty where nothing was merged."""
    return [found.get(first) or Month(first) for first in firsts]


def concentration(counts: Iterable[int], people: int = 2) -> Concentration:
    """Share of the busiest `people` in all counted reviews; `counts` has one number a reviewer."""
    ordered = sorted(counts, reverse=True)
    busiest = [count for count in ordered[:people] if count]
    return Concentration(sum(ordered), len(busiest), sum(busiest))
