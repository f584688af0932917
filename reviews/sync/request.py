"""Asking for a sync now: written into the database first, then a worker is woken."""

import datetime as dt
import logging

from django.db import transaction

from members.models import Person, Repository, actor_of

from .. import tasks
from .run import sync_row

log = logging.getLogger(__name__)


@transaction.atomic
def request_sync(repository: Repository, *, by: Person | None, at: dt.datetime) -> None:
    """Make a sync of `repository` due; asking twice asks once. `by` is None for the system.

    Should the broker be down, the sweep finds the request in the database.
    """
    row = sync_row(repository)
    row.requested_at = at
    row.save(update_fields=["requested_at"])
    log.info("%s: sync asked for by %s", repository, actor_of(by))
    transaction.on_commit(lambda: tasks.wake([repository.pk]), robust=True)
