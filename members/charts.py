"""Geometry of the one chart the portal draws: bars a month, of counts or durations, without clock or database."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

# In the units of the picture's own coordinate system; it scales with the column it stands in.
WIDTH = 360
HEIGHT = 142
TOP = 18
BASE = 108
GAP = 6
# More bars than these leave room for the highest's figure only, and not for each month's number.
ROOMY = 12
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
# From a highest bar of so much on, days read better than hours.
DAYS_FROM = 3 * DAY


@dataclass(frozen=True)
class Bar:
    """One month: its value, where its bar stands, and whether the month is still running.

    `figure` is the value as written above the bar, empty where there is none or no room.
    """

    month: dt.date
    count: float
    figure: str
    label: str
    x: float
    y: float
    width: float
    height: float
    is_running: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def above(self) -> float:
        return round(self.y - 5, 1)


@dataclass(frozen=True)
class BarChart:
    """Everything the template prints; the figures stay beside the picture for a table of the same."""

    bars: tuple[Bar, ...]
    total: float
    highest: float
    # "hours" or "days" of a chart of durations.
    unit: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE

    @property
    def is_empty(self) -> bool:
        return self.total == 0

    @property
    def peak(self) -> Bar | None:
        """The highest bar, the latest of several."""
        return max(self.bars, key=lambda bar: (bar.count, bar.month)) if self.total else None

    @property
    def years(self) -> list[Bar]:
        """The bars below which a year is written: each January, and the first where there is room."""
        crowded = any(bar.month.month == 1 for bar in self.bars[1:3])
        return [
            bar
            for n, bar in enumerate(self.bars)
            if bar.month.month == 1 or (n == 0 and not crowded)
        ]


def bar_chart(points: Sequence[tuple[dt.date, int]], *, today: dt.date) -> BarChart:
    """Bars of (first day of a month, count), oldest first; `today` tells the month still running."""
    return _chart(points, today, "")


def duration_chart(
    points: Sequence[tuple[dt.date, dt.timedelta | None]], *, today: dt.date
) -> BarChart:
    """Bars of (first day of a month, duration) in hours, or in days when one is long; None: no bar."""
    highest = max((value for _, value in points if value), default=dt.timedelta())
    unit, step = ("days", DAY) if highest >= DAYS_FROM else ("hours", HOUR)
    return _chart([(month, value / step if value else 0) for month, value in points], today, unit)


def _chart(points: Sequence[tuple[dt.date, float]], today: dt.date, unit: str) -> BarChart:
    highest = max((count for _, count in points), default=0)
    step = WIDTH / max(len(points), 1)
    roomy = len(points) <= ROOMY
    bars = tuple(
        _bar(month, count, n * step, step - GAP, highest, today, roomy)
        for n, (month, count) in enumerate(points)
    )
    return BarChart(bars, sum(count for _, count in points), highest, unit)


def _bar(
    month: dt.date,
    count: float,
    left: float,
    width: float,
    highest: float,
    today: dt.date,
    roomy: bool,
) -> Bar:
    height = round((BASE - TOP) * count / highest, 1) if highest else 0.0
    if count:
        # One pull request must not look like none.
        height = max(height, 2.0)
    return Bar(
        month=month,
        count=count,
        figure=figure_of(count) if count and (roomy or count == highest) else "",
        label=str(month.month) if roomy or month.month % 3 == 1 else "",
        x=round(left + GAP / 2, 1),
        y=round(BASE - height, 1),
        width=round(width, 1),
        height=height,
        is_running=(month.year, month.month) == (today.year, today.month),
    )


def figure_of(value: float) -> str:
    """A whole number as it is, a small fraction with one place, "<0.1" below that, a large one rounded."""
    if isinstance(value, int):
        return str(value)
    if value >= 9.95:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 0.05 else "<0.1"
