"""What everyone who uses one token must know together: what is left of it, when to wait, who is asking now.

Within a process by sharing one object; between processes by Django's cache where that is one that
processes share without a database (Redis, Memcached). The cache only shortens waiting: without it each
process learns the same from its own answers.
"""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from gitee import errors, pacing

logger = logging.getLogger(__name__)

# Seconds between two looks into the shared cache, and the longest word kept there.
LOOK_EVERY_S = 2.0
LONGEST_HOLD_S = 3600.0
# Tokens a process remembers; an installation has one or two.
REMEMBERED = 64
SHARED_CACHES = ("RedisCache", "PyMemcacheCache", "PyLibMCCache")


class Allowance:
    """The budget of one token at one host. Safe to share between threads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.budget: pacing.Budget | None = None
        self._hold_until = 0.0
        self._looked_at = 0.0
        self._in_flight = 0
        self._changed = threading.Condition()

    def learn(self, budget: pacing.Budget | None) -> None:
        """What an answer said. Answers overtake each other: of one window the lowest figure counts."""
        if budget is None:
            return
        with self._changed:
            known = self.budget
            if known and known.reset_at == budget.reset_at and known.remaining < budget.remaining:
                return
            self.budget = budget

    def hold(self, until: float) -> None:
        """Nobody asks before `until` (epoch seconds): the server said so to one of us."""
        with self._changed:
            self._hold_until = max(self._hold_until, until)

    def wait_s(self, *, reserve: int, now: float) -> float:
        """Seconds until the next request may go; requests under way are taken as spent."""
        self._look(now)
        with self._changed:
            wait_s = max(0.0, self._hold_until - now)
            if self.budget is None:
                return wait_s
            left = reserve + self._in_flight
            return max(wait_s, self.budget.wait_s(reserve=left, now=now))

    @contextmanager
    def slot(self, limit: int, *, timeout_s: float, where: str) -> Iterator[None]:
        """One of at most `limit` requests at a time; raises Unavailable when none gets free in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._in_flight < limit, timeout_s):
                raise errors.Unavailable("no connection became free", where=where)
            self._in_flight += 1
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify()

    # ── between processes ──────────────────────────────────────────────────────────────────────
    def tell_others(self, until: float, *, now: float) -> None:
        """Other processes with this token wait too, where a cache lets them know."""
        if until <= now or not _is_shared():
            return
        try:
            cache.set(self.name, until, timeout=min(until - now, LONGEST_HOLD_S))
        except (OSError, RedisError) as error:
            logger.warning("the shared cache does not answer: %s", type(error).__name__)

    def _look(self, now: float) -> None:
        if now - self._looked_at < LOOK_EVERY_S or not _is_shared():
            return
        self._looked_at = now
        try:
            until = cache.get(self.name)
        except (OSError, RedisError) as error:
            logger.warning("the shared cache does not answer: %s", type(error).__name__)
            return
        if isinstance(until, float):
            self.hold(min(until, now + LONGEST_HOLD_S))


def _is_shared() -> bool:
    """Not the database cache: a look before every request would cost a query in every thread."""
    backend: str = settings.CACHES["default"]["BACKEND"]
    return backend.endswith(SHARED_CACHES)


# ── one for each token ─────────────────────────────────────────────────────────────────────────
_known: OrderedDict[tuple[str, object], Allowance] = OrderedDict()
_guard = threading.Lock()


def allowance_for(base_url: str, token: str | None, clock: object) -> Allowance:
    """The allowance shared by all of this process with that host, token and clock.

    The clock belongs to it because times of another one mean nothing. The name holds a digest only.
    """
    digest = hashlib.sha256(f"{base_url}\n{(token or '').strip()}".encode()).hexdigest()
    key = (digest, clock)
    with _guard:
        found = _known.setdefault(key, Allowance(f"gitee-allowance:{digest[:32]}"))
        _known.move_to_end(key)
        if len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return found
