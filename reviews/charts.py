"""Geometry of the one chart the portal draws: bars of a count a month, without any clock or database."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

# In the units of the picture's own coordinate system; it scales with the column it stands in.
WIDTH = 360
HEIGHT = 142
TOP = 18
BASE = 108
GAP = 6


@dataclass(frozen=True)
class Bar:
    """One month: its count, where its bar stands, and whether the month is still running."""

    month: dt.date
    count: int
    x: float
    y: float
    width: float
    height: float
    is_running: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def label(self) -> str:
        """The month's number; the year's where one begins (the first bar's too, see `year`)."""
        return str(self.month.month)

    @property
    def above(self) -> float:
        return round(self.y - 5, 1)


@dataclass(frozen=True)
class BarChart:
    """Everything the template prints; the figures stay beside the picture for a table of the same."""

    bars: tuple[Bar, ...]
    total: int
    highest: int
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE

    @property
    def is_empty(self) -> bool:
        return self.total == 0

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
    highest = max((count for _, count in points), default=0)
    step = WIDTH / max(len(points), 1)
    bars = tuple(
        _bar(month, count, n * step, step - GAP, highest, today)
        for n, (month, count) in enumerate(points)
    )
    return BarChart(bars, total=sum(count for _, count in points), highest=highest)


def _bar(
    month: dt.date, count: int, left: float, width: float, highest: int, today: dt.date
) -> Bar:
    height = round((BASE - TOP) * count / highest, 1) if highest else 0.0
    if count:
        # One pull request must not look like none.
        height = max(height, 2.0)
    return Bar(
        month=month,
        count=count,
        x=round(left + GAP / 2, 1),
        y=round(BASE - height, 1),
        width=round(width, 1),
        height=height,
        is_running=(month.year, month.month) == (today.year, today.month),
    )
