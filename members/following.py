"""What was on its way to somebody while they were merged: found by a sweeper, brought to who was kept.

A worker that read an account before the merge may write a contribution after it; nothing else would
ever move that row.
"""

import datetime as dt
import logging

from django.db import transaction

from ledger import record

from . import merging
from .belongings import relations
from .models import Person

logger = logging.getLogger(__name__)


def follow(*, at: dt.datetime) -> int:
    """Move rows that still name a merged person, other than those kept as a record; returns how many.

    One query a table; each person is one transaction, with a ledger entry `person.followed`.
    """
    return sum(_bring(pk, at) for pk in sorted(_left_behind()))


def _left_behind() -> set[int]:
    merged = Person.objects.exclude(merged_into=None)
    found: set[int] = set()
    for relation in relations():
        rows = relation.moving_of(merged)
        found |= set(rows.values_list(relation.field.attname, flat=True).distinct())
    return found


@transaction.atomic
def _bring(pk: int, at: dt.datetime) -> int:
    gone = Person.objects.select_for_update(no_key=True).get(pk=pk)
    if gone.merged_into is None:
        return 0
    kept = gone.merged_into
    if against := merging.conflicts(kept, gone):
        logger.warning("person %s was merged, but rows stay behind: %s", pk, " ".join(against))
        return 0
    moved = merging.take_over(kept=kept, gone=gone, at=at)
    record.append(
        actor="system",
        action="person.followed",
        subject=kept.actor,
        data={"name": kept.name, "moved": dict(moved.moved), "joined": dict(moved.joined)},
        at=at,
    )
    return sum(moved.moved.values())
