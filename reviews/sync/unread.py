"""Rows the host sent that nobody can understand: kept in sight until one of a later answer can be."""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from gitee.client import Unread
from members.models import Repository

from ..models import UnreadRow

log = logging.getLogger(__name__)


def note_unread(
    repository: Repository, stream: str, rows: Sequence[Unread], *, at: dt.datetime
) -> None:
    """Remember rows that could not be read; told again, the same row is one entry."""
    for row in rows:
        log.warning("%s: %s %s cannot be read: %s", repository, stream, row.remote_id, row.reason)
        UnreadRow.objects.update_or_create(
            repository=repository,
            stream=stream,
            remote_id=row.remote_id,
            # Without an id the reason is all that tells one from another.
            **({} if row.remote_id else {"reason": row.reason[:500]}),
            defaults={"reason": row.reason[:500], "last_seen_at": at},
            create_defaults={
                "reason": row.reason[:500],
                "last_seen_at": at,
                "first_seen_at": at,
            },
        )


def forget_read(repository: Repository, stream: str, rows: Iterable[Any]) -> None:
    """These could be read after all."""
    UnreadRow.objects.filter(
        repository=repository, stream=stream, remote_id__in=[row.remote_id for row in rows]
    ).delete()


def forget_unseen(repository: Repository, stream: str, *, since: dt.datetime) -> None:
    """After a list was read whole: what was not met again is gone at the host or was repaired."""
    UnreadRow.objects.filter(repository=repository, stream=stream, last_seen_at__lt=since).delete()
