"""Review figures kept until something changes: a million rows are not counted again for every reader."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache
from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from redis.exceptions import RedisError

from members.models import Repository

from . import pulse
from .medians import Month
from .models import PullRequest
from .pulse import Scope

log = logging.getLogger(__name__)
# Change it when the figures below mean something else than before.
VERSION = 1
KEPT_S = 600


@dataclass(frozen=True)
class Figures:
    """Months of the scope, reviews by account (see pulse), and how many wait for a first review."""

    months: Sequence[Month]
    counted: Mapping[int, tuple[int, int]]
    open_now: Mapping[int, int]
    waiting: int


def figures_of(scope: Scope) -> Figures:
    """The figures as the rows stand; one query when they are known already, five when not.

    The key holds what changes with the rows (see stamp_of), so what is found is true. Two writers at
    the very same moment could hide from it: hence nothing is kept longer than KEPT_S seconds.
    """
    key = _key(scope)
    found = _kept(key)
    if found is None:
        found = _reckoned(scope)
        _keep(key, found)
    return found


def _kept(key: str) -> Figures | None:
    """None as well when the cache does not answer: reading goes on without Redis, only slower."""
    try:
        found: Figures | None = cache.get(key)
    except (OSError, RedisError) as error:
        log.warning("the cache does not answer: %s", type(error).__name__)
        return None
    return found


def _keep(key: str, found: Figures) -> None:
    try:
        cache.set(key, found, KEPT_S)
    except (OSError, RedisError) as error:
        log.warning("the cache does not answer: %s", type(error).__name__)


def _reckoned(scope: Scope) -> Figures:
    return Figures(
        months=pulse.months_of(scope),
        counted=pulse.counted_by_account(scope),
        open_now=pulse.open_by_account(scope.repository_ids),
        waiting=pulse.unreviewed(scope.repository_ids).count(),
    )


def _key(scope: Scope) -> str:
    parts = (
        VERSION,
        scope.sig.time_zone,
        scope.months,
        scope.today,
        *stamp_of(scope.repository_ids),
    )
    return f"pulse:{sha256(repr(parts).encode()).hexdigest()}"


def stamp_of(repository_ids: Sequence[int]) -> list[tuple[object, ...]]:
    """What differs after any change of the rows, by repository; a few steps through indexes each.

    A row that came or changed was updated or judged later than any before; rows that the host no
    longer has go while a sync runs, which leaves its end.
    """
    pulls = PullRequest.objects.filter(repository=OuterRef("pk"))
    rows = (
        Repository.objects.filter(pk__in=repository_ids)
        .annotate(
            last_update=_latest(pulls, "updated_at"),
            last_judgement=_latest(pulls.filter(judged_at__isnull=False), "judged_at"),
        )
        .values_list(
            "pk",
            "last_update",
            "last_judgement",
            "sync__started_at",
            "sync__finished_at",
            "sync__reconciled_at",
        )
    )
    return sorted(rows)


def _latest(pulls: QuerySet[PullRequest], field: str) -> Subquery:
    newest = pulls.order_by(f"-{field}").values(field)[:1]
    return Subquery(newest, output_field=DateTimeField())
