"""Writing one page of rows into the mirror: upserts of what is news, accounts, contributions."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from gitee.rows import IssueRow, UserRow
from members.models import Account, Repository
from members.people import accounts_for

from .. import outcome
from .diff import Changes, Incoming, compare
from .streams import ISSUE_COMMENTS, ISSUES, PULL_COMMENTS, PULLS, Stream


def store(stream: Stream, repository: Repository, rows: Sequence[Any]) -> int:
    """Make our rows say what `rows` say; returns how many were inserted or overwritten.

    Idempotent: told the same again, it writes nothing. Must run inside a transaction together with
    the cursor's move. Private issues are not stored, and removed when they became private.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("store() belongs in the transaction that moves the cursor")
    if stream is ISSUES:
        rows = _without_private(repository, rows)
    incoming = stream.incoming(repository, rows)
    changes = compare(incoming, stream.stored(repository, incoming))
    if changes.incoming:
        _write(stream, repository, changes)
        _record_facts(stream, repository, changes)
    return len(changes.incoming)


def _write(stream: Stream, repository: Repository, changes: Changes) -> None:
    accounts = accounts_for(repository.host, _users(changes.incoming))
    columns = [
        name.removesuffix("_id") if name == "repository_id" else name for name in _names(changes)
    ]
    manager = stream.model._default_manager
    manager.bulk_create(
        [_instance(stream, row, accounts) for row in changes.new],
        update_conflicts=True,
        unique_fields=list(stream.unique),
        update_fields=[name for name in columns if name not in stream.unique],
    )
    # By primary key, for the natural key may be what changed (a repository or an issue that moved).
    manager.bulk_create(
        [_instance(stream, row, accounts, pk) for pk, row in changes.changed],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=columns,
    )


def _names(changes: Changes) -> list[str]:
    return [*changes.incoming[0].columns, "author"]


def _instance(
    stream: Stream, row: Incoming, accounts: dict[str, Account], pk: int | None = None
) -> Any:
    author = accounts.get(row.columns["author_login"].lower())
    return stream.model(pk=pk, author=author, **row.columns)


def _users(incoming: Iterable[Incoming]) -> set[tuple[int | None, str, str]]:
    authors: Iterable[UserRow | None] = (row.source.author for row in incoming)
    return {(author.uid, author.login, author.name) for author in authors if author}


def _record_facts(stream: Stream, repository: Repository, changes: Changes) -> None:
    numbers = {row.columns["number"] for row in changes.incoming}
    if stream is PULLS:
        outcome.settle_pulls(repository, numbers)
    elif stream is PULL_COMMENTS:
        outcome.settle_pulls(repository, {int(number) for number in numbers})
    elif stream is ISSUES:
        outcome.settle_issues(repository, numbers)


def _without_private(repository: Repository, rows: Sequence[IssueRow]) -> list[IssueRow]:
    private = {row.number for row in rows if row.private}
    if private:
        remove_issues(repository, private)
    return [row for row in rows if not row.private]


def remove_issues(repository: Repository, numbers: set[str]) -> None:
    """Forget issues that must not be seen any more, with what was said about them and their facts."""
    for stream in (ISSUES, ISSUE_COMMENTS):
        rows = stream.model._default_manager.filter(repository=repository, number__in=numbers)
        if stream is ISSUE_COMMENTS:
            rows = rows.filter(kind="issue")
        rows.delete()
    outcome.forget_issues(repository, numbers)
