"""How a benchmark tells its figures, so that all of them print and are kept alike."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the report. `goal` is what DESIGN asks for, `is_met` None where nothing is asked."""

    name: str
    value: str
    baseline: str = ""
    goal: str = ""
    is_met: bool | None = None

    def __str__(self) -> str:
        mark = {True: "met", False: "MISSED", None: ""}[self.is_met]
        parts = [self.value, f"against {self.baseline}" if self.baseline else "", self.goal, mark]
        return f"{self.name}: " + "; ".join(part for part in parts if part)


def seconds_of(call: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def timings(call: Callable[[], object], runs: int) -> list[float]:
    """Seconds of each of `runs` calls, in order of time."""
    return [seconds_of(call) for _ in range(runs)]


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of 100 lie; of one value, that value."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
