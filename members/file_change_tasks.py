"""Jobs around changes of files: made after the decision, proposed when asked for, followed until merged.

What is due stands in the database; each run finds it, and may be killed at any point.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from itertools import groupby

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

from . import file_change, file_proposal
from .ballot_box import database_now
from .models import FileChange, Promotion

logger = logging.getLogger(__name__)
State = FileChange.State
# A decision of which nothing could be made for so long needs a person, who has a button.
FRESH = dt.timedelta(days=30)
RETRY_S = 3600


@shared_task
def sweep_file_changes() -> int:
    """Make what decisions ask for and propose what Maintainers asked for; returns how many."""
    now = database_now()
    return _make_missing(now) + _propose_due(now)


def _make_missing(now: dt.datetime) -> int:
    decided = Promotion.objects.filter(state__in=file_change.DECIDED, decided_at__gte=now - FRESH)
    missing = decided.filter(file_changes=None).order_by("pk").values_list("pk", flat=True)
    made = 0
    for pk in list(missing):
        # Where nothing comes of it, the code host is not asked again every minute.
        if cache.add(f"file-changes:{pk}", 1, RETRY_S):
            made += len(make(pk))
    return made


def wake(promotion_id: int) -> None:
    """Ask a worker to read the code host now; without a broker a Maintainer presses again."""
    try:
        make_file_changes.apply_async([promotion_id], retry=False)
    except OperationalError as error:
        logger.warning("promotion %s: no worker was woken: %s", promotion_id, error)


@shared_task
def make_file_changes(promotion_id: int) -> None:
    make(promotion_id)


def make(promotion_id: int) -> list[FileChange]:
    """From the last import, and from OWNERS as the code host has them now."""
    promotion = Promotion.objects.select_related("sig").get(pk=promotion_id)
    read = file_proposal.read_owners(promotion.sig)
    return file_change.make(promotion_id=promotion_id, at=database_now(), read=read)


def _propose_due(now: dt.datetime) -> int:
    rows = _rows().filter(state=State.READY, asked_at__isnull=False, next_try_at__lte=now)
    return sum(file_proposal.propose(group, now=now) for group in _by_repository(rows))


@shared_task
def follow_file_changes() -> int:
    """Look after every pull request that is open; returns how many were looked at."""
    now = database_now()
    groups = _by_repository(_rows().filter(state=State.PROPOSED))
    for group in groups:
        if _host_of(group[0]) in settings.CODE_HOSTS:
            file_proposal.follow(group, now=now)
    return len(groups)


def _host_of(row: FileChange) -> str:
    if row.repository is not None:
        return row.repository.host
    return row.promotion.sig.charter_repository.partition(":")[0]


def _rows() -> QuerySet[FileChange]:
    rows = FileChange.objects.select_related("promotion__sig", "promotion__person", "repository")
    return rows.order_by("promotion_id", "repository_id", "pull_number", "pk")


def _by_repository(rows: Iterable[FileChange]) -> list[list[FileChange]]:
    """What belongs into one pull request."""
    groups = groupby(rows, key=lambda row: (row.promotion_id, row.repository_id, row.pull_number))
    return [list(group) for _key, group in groups]
