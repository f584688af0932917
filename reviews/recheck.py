"""Asking for the whole mirror of a repository to be compared with its code host, row by row."""

import datetime as dt

from django.db import transaction

from members.models import Person, Repository

from .models import RepositorySync
from .sync.request import request_sync


@transaction.atomic
def request_recheck(repository: Repository, *, by: Person | None, at: dt.datetime) -> None:
    """Make a sync due that compares every list from its beginning; `by` is None for the system.

    A repository that counts as never compared is compared by the next run, however often that is
    cut short; see reviews.sync.run.
    """
    RepositorySync.objects.get_or_create(repository=repository)
    RepositorySync.objects.filter(repository=repository).update(reconciled_at=None)
    request_sync(repository, by=by, at=at)
