"""Writing one page of rows into the mirror: upserts of what is news, accounts, contributions."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction

from gitee.rows import IssueRow, UserRow
from members.models import Account, Repository
from members.people import accounts_for
from members.upsert import upsert

from .. import outcome, pushes
from ..models import Issue
from ..one_writer import take_turn
from .diff import Changes, Incoming, Stored, compare
from .removal import remove_issues
from .streams import ISSUES, PULL_COMMENTS, PULLS, Stream

__all__ = ["remove_issues", "settle", "store"]


def store(
    stream: Stream, repository: Repository, rows: Sequence[Any], *, settles: bool = True
) -> int:
    """Make our rows say what `rows` say; returns how many were inserted or overwritten.

    Idempotent: told the same again, it writes nothing. Must run inside a transaction together with
    the cursor's move. Private issues are not stored, and removed when they became private. With
    `settles` the facts that follow are brought up to date; else the caller does it later.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("store() belongs in the transaction that moves the cursor")
    take_turn(repository)
    if stream is ISSUES:
        rows = _without_private(repository, rows)
    incoming = stream.incoming(repository, rows)
    changes = compare(incoming, stream.stored(repository, incoming))
    if changes.incoming:
        _write(stream, repository, changes)
        if stream is PULLS:
            pushes.note_many(_pushed(changes))
        if settles:
            settle(stream, repository, {row.columns["number"] for row in changes.incoming})
    return len(changes.incoming)


def settle(stream: Stream, repository: Repository, numbers: Iterable[Any]) -> None:
    """Bring up to date what follows from rows of `stream` about these pull requests or issues."""
    if stream in (PULLS, PULL_COMMENTS):
        outcome.settle_pulls(repository, {int(number) for number in numbers})
    else:
        outcome.settle_issues(repository, set(numbers))


def _write(stream: Stream, repository: Repository, changes: Changes) -> None:
    accounts = accounts_for(repository.host, _users(changes.incoming))
    columns = [
        name.removesuffix("_id") if name == "repository_id" else name for name in _names(changes)
    ]
    upsert(
        [_instance(stream, row, accounts) for row in changes.new],
        unique=stream.unique,
        update=[name for name in columns if name not in stream.unique],
    )
    # By primary key, for the natural key may be what changed (a repository or an issue that moved).
    upsert(
        [_instance(stream, row, accounts, changes.before[pk]) for pk, row in changes.changed],
        unique=["id"],
        update=columns,
    )


def _names(changes: Changes) -> list[str]:
    return [*changes.incoming[0].columns, "author"]


def _instance(
    stream: Stream, row: Incoming, accounts: dict[str, Account], ours: Stored | None = None
) -> Any:
    author = accounts.get(row.columns["author_login"].lower()) if row.source.author else None
    author_id = author.pk if author else None
    if row.source.author is None and ours is not None:
        # The host does not name the author any more; who it was stays known.
        author_id = ours.author_id
    return stream.model(pk=ours.pk if ours else None, author_id=author_id, **row.columns)


def _users(incoming: Iterable[Incoming]) -> set[tuple[int | None, str, str]]:
    authors: Iterable[UserRow | None] = (row.source.author for row in incoming)
    return {(author.uid, author.login, author.name) for author in authors if author}


def _pushed(changes: Changes) -> Iterator[pushes.Pushed]:
    """Heads that differ from those we had: pushed at some moment between the two readings."""
    for pk, row in changes.changed:
        ours = changes.before[pk].columns
        head = row.columns["head_sha"]
        if head and ours["head_sha"] and head != ours["head_sha"]:
            yield pushes.Pushed(pk, head, not_before=ours["updated_at"], at=row.updated_at)


def _without_private(repository: Repository, rows: Sequence[IssueRow]) -> list[IssueRow]:
    private = {row.number for row in rows if row.private}
    if private and Issue.objects.filter(repository=repository, number__in=private).exists():
        remove_issues(repository, private)
    return [row for row in rows if not row.private]
