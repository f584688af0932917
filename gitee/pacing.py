"""How long to wait and when to stop asking: pure arithmetic over headers, clocks given by the caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 30.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What the server last said about our allowance. `reset_at` is epoch seconds."""

    limit: int | None
    remaining: int
    reset_at: float | None

    def wait_s(self, *, reserve: int, now: float) -> float:
        """Seconds until asking again is fine: 0 while more than `reserve` requests are left.

        When the reset time is unknown or past, the figure says nothing about now: 0 as well.
        """
        if self.remaining > reserve or self.reset_at is None:
            return 0.0
        return max(0.0, self.reset_at - now)


def read_budget(headers: Mapping[str, str]) -> Budget | None:
    """`X-RateLimit-*`, or the `RateLimit-*` of older deployments; None when there are none."""
    for prefix in ("X-RateLimit-", "RateLimit-"):
        remaining = whole_number(headers.get(prefix + "Remaining"))
        if remaining is not None:
            reset_at = whole_number(headers.get(prefix + "Reset"))
            limit = whole_number(headers.get(prefix + "Limit"))
            return Budget(limit, remaining, float(reset_at) if reset_at is not None else None)
    return None


def read_retry_after(value: str | None, *, now: float) -> float | None:
    """`Retry-After` in seconds from now; both forms, a number and an HTTP date. None if unreadable."""
    if not value:
        return None
    seconds = whole_number(value)
    if seconds is not None:
        return float(seconds)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)


def backoff_s(attempt: int, *, fraction: float) -> float:
    """Full jitter: a random share (`fraction`, 0 to 1) of 1, 2, 4 ... seconds, capped at 30."""
    return fraction * min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2.0 ** min(attempt, 16))


def whole_number(text: str | None) -> int | None:
    """A decimal header value; None when absent or anything else."""
    stripped = (text or "").strip()
    if stripped.isascii() and stripped.isdecimal() and len(stripped) < 16:
        return int(stripped)
    return None
