"""How much somebody did a month, as the small picture beside a proposal."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from . import figures
from .charts import BarChart, bar_chart
from .models import Sig

MONTHS = 12
PULLS = (figures.MERGED, figures.REVIEWED)


def by_month(stored: Mapping[str, Any], sig: Sig, on: dt.date) -> BarChart:
    """Pull requests written or reviewed in each of the last months up to a day, each once a month."""
    seen: dict[dt.date, set[str]] = {month: set() for month in _months(on)}
    for item in stored.get("items", []):
        month = sig.day_of(dt.datetime.fromisoformat(item["at"])).replace(day=1)
        if item["kind"] in PULLS and month in seen:
            seen[month].add(figures.subject_of(item.get("source") or item["url"]))
    return bar_chart([(month, len(pulls)) for month, pulls in seen.items()], today=on)


def _months(on: dt.date) -> list[dt.date]:
    """First days of the months, the running one last."""
    last = on.year * 12 + on.month - 1
    return [dt.date(n // 12, n % 12 + 1, 1) for n in range(last - MONTHS + 1, last + 1)]
