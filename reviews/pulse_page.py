"""What the page 评审概况 prints, gathered in a fixed number of queries, and the same as tables."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from members.charts import BarChart, bar_chart, duration_chart
from members.models import RoleTerm

from . import pulse
from .medians import Concentration, Month
from .pulse import Load, Loads, Scope, Waiting
from .pulse_cache import figures_of
from .wording import duration_words

# More than anyone reads, and a bound all the same.
CSV_ROWS = 10_000


@dataclass(frozen=True)
class MonthRow:
    """One month with its durations in words, empty where there are none."""

    month: Month
    is_running: bool

    @property
    def to_first_review(self) -> str:
        return _words(self.month.to_first_review)

    @property
    def to_merge(self) -> str:
        return _words(self.month.to_merge)


@dataclass(frozen=True)
class LoadRow:
    load: Load

    @property
    def role(self) -> str:
        """The role in words; empty for who is on no roster."""
        return str(RoleTerm.Role(self.load.role).label) if self.load.role else ""


@dataclass(frozen=True)
class PulsePage:
    waiting: Sequence[Waiting]
    waiting_count: int
    months: Sequence[MonthRow]
    merged: BarChart
    to_first_review: BarChart
    to_merge: BarChart
    loads: Sequence[LoadRow]
    more: int
    concentration: Concentration
    busiest: str
    recent_days: int = pulse.RECENT_DAYS


def page_of(scope: Scope, at: dt.datetime) -> PulsePage:
    """Everything the page says at an instant (aware)."""
    figures = figures_of(scope)
    loads = pulse.loads_of(scope, figures.counted, figures.open_now)
    months, today = figures.months, scope.today
    return PulsePage(
        waiting=pulse.waiting(scope.repository_ids, at),
        waiting_count=figures.waiting,
        months=_month_rows(months, today),
        merged=bar_chart([(month.first, month.merged) for month in months], today=today),
        to_first_review=duration_chart(
            [(month.first, month.to_first_review) for month in months], today=today
        ),
        to_merge=duration_chart([(month.first, month.to_merge) for month in months], today=today),
        loads=[LoadRow(load) for load in loads.rows],
        more=loads.more,
        concentration=loads.concentration,
        busiest=_busiest(loads),
    )


def _month_rows(months: Sequence[Month], today: dt.date) -> list[MonthRow]:
    running = today.replace(day=1)
    return [MonthRow(month, month.first == running) for month in months]


def _busiest(loads: Loads) -> str:
    """The concentration in one sentence, empty where nothing was reviewed."""
    share = loads.concentration
    if not share.total:
        return ""
    if share.people == 1:
        return gettext("计入的评审全部由一位评审人给出。")
    return gettext("最忙的两位评审人承担了 %(percent)d%%。") % {"percent": share.percent}


def _words(duration: dt.timedelta | None) -> str:
    return duration_words(duration) if duration is not None else ""


# ── tables ────────────────────────────────────────────────────────────────────────────────────
Table = tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]


def months_table(scope: Scope, at: dt.datetime) -> Table:
    """Medians in whole seconds."""
    columns = (
        "month",
        "merged",
        "with_first_review",
        "median_s_to_first_review",
        "median_s_to_merge",
    )
    rows = (
        (
            f"{month.first:%Y-%m}",
            month.merged,
            month.reviewed,
            _seconds(month.to_first_review),
            _seconds(month.to_merge),
        )
        for month in figures_of(scope).months
    )
    return columns, rows


def load_table(scope: Scope, at: dt.datetime) -> Table:
    figures = figures_of(scope)
    loads = pulse.loads_of(scope, figures.counted, figures.open_now, others=CSV_ROWS)
    columns = (
        "name",
        "login",
        "role",
        f"reviews_{pulse.RECENT_DAYS}_days",
        f"reviews_{scope.months}_months",
        "open_now",
    )
    rows = (
        (row.person.name, row.person.login, row.role, row.recent, row.period, row.open)
        for row in loads.rows
    )
    return columns, rows


def waiting_table(scope: Scope, at: dt.datetime) -> Table:
    columns = ("repository", "number", "title", "author", "created_at", "days", "url")
    rows = (
        (
            row.pull.repository.path,
            row.pull.number,
            row.pull.title,
            row.pull.author_login,
            row.pull.created_at.isoformat(),
            row.days,
            settings.SITE_URL + row.pull.get_absolute_url(),
        )
        for row in pulse.waiting(scope.repository_ids, at, limit=CSV_ROWS)
    )
    return columns, rows


def _seconds(duration: dt.timedelta | None) -> int | str:
    return round(duration.total_seconds()) if duration is not None else ""


TABLES = {"months": months_table, "load": load_table, "waiting": waiting_table}
