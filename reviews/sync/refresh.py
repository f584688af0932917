"""One pull request or issue made equal to the host's now: what a webhook, or a doubt, asks for.

Only one worker at a time fetches an object (RefreshLease): two that read it at different moments would
overwrite each other. Requests run outside transactions; the rows are written in one short transaction that
first proves that the lease is still ours.
"""

import datetime as dt
import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.db.models.functions import Now

from gitee.client import Client, Page, iter_pages
from gitee.errors import Forbidden, MalformedAnswer, NotFound
from gitee.rows import CommentRow, IssueRow, OperateLogRow, PullRow
from members.models import Repository

from ..models import Comment, PullRequest, RefreshLease
from . import details
from .apply import settle, store
from .removal import remove_comments, remove_issues, remove_pulls
from .streams import ISSUE_COMMENTS, ISSUES, PULL_COMMENTS, PULLS, Stream

# Longer than any one answer may take: the lease is renewed after each.
LEASE = dt.timedelta(minutes=3)
MAX_READINGS = 6
Row = TypeVar("Row")


class RefreshBusy(Exception):
    """Another worker is fetching this very object; come back in a moment."""


class RefreshLost(Exception):
    """The lease ran out and another worker took over; nothing was written."""


def refresh_pull(repository: Repository, number: int, *, client: Client) -> None:
    """Make our row of a pull request, and what is said on it, equal to the host's now.

    One the host no longer has is removed, unless it was read from a clone. Raises GiteeError (nothing
    written then), RefreshBusy, RefreshLost.
    """
    place = (repository.owner, repository.name)
    with _alone(repository, "pull", str(number)) as turn:
        row = turn.find(lambda: client.pull(*place, number), client)
        if row is None:
            turn.write(lambda: remove_pulls(repository, [number]))
            return
        if row.number != number:
            raise MalformedAnswer(f"asked for pull request {number}, got {row.number}")
        said = turn.comments(lambda page: client.comments_of_pull(*place, number, page=page))
        wanted = details.are_wanted(repository)
        logs = details.logs_of(client, repository, number) if wanted else None
        turn.write(lambda: _write_pull(repository, row, said, logs))


def refresh_issue(repository: Repository, number: str, *, client: Client) -> None:
    """As `refresh_pull`, for an issue. One that is gone, or not public any more, is removed."""
    place = (repository.owner, repository.name)
    with _alone(repository, "issue", number) as turn:
        row = turn.find(lambda: client.issue(*place, number), client)
        if row is None or row.private:
            turn.write(lambda: remove_issues(repository, [number]))
            return
        if row.number != number:
            raise MalformedAnswer(f"asked for issue {number}, got {row.number[:40]}")
        said = turn.comments(lambda page: client.comments_of_issue(*place, number, page=page))
        turn.write(lambda: _write_issue(repository, row, said))


# ── writing ───────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Said:
    """Comments the host shows on an object, and the ids of those it showed once and does no more."""

    rows: Sequence[CommentRow] = ()
    gone: Collection[int] = ()


def _write_pull(
    repository: Repository, row: PullRow, said: Said, logs: tuple[OperateLogRow, ...] | None
) -> None:
    is_news = _write(repository, PULLS, row, PULL_COMMENTS, said)
    if logs is not None:
        pulls = PullRequest.objects.select_related("repository__sig")
        details.keep(pulls.get(repository=repository, number=row.number), logs)
    elif is_news:
        settle(PULLS, repository, [row.number])


def _write_issue(repository: Repository, row: IssueRow, said: Said) -> None:
    if _write(repository, ISSUES, row, ISSUE_COMMENTS, said):
        settle(ISSUES, repository, [row.number])


def _write(repository: Repository, subject: Stream, row: Any, comments: Stream, said: Said) -> bool:
    """Whether anything was written; what follows from it is settled once, by the caller."""
    written = store(subject, repository, [row], settles=False)
    written += store(comments, repository, said.rows, settles=False)
    if said.gone:
        kind = Comment.Kind.PULL if comments is PULL_COMMENTS else Comment.Kind.ISSUE
        remove_comments(repository, kind, said.gone)
    return written > 0


# ── reading, one at a time ────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Turn:
    """This worker's time at one object."""

    repository: Repository
    kind: str
    number: str
    holder: str

    def renew(self) -> None:
        if not self._mine().update(lease_until=Now() + LEASE):
            raise RefreshLost(f"{self.repository} {self.kind} {self.number}: overtaken")

    def give_back(self) -> None:
        self._mine().delete()

    def write(self, change: Callable[[], object]) -> None:
        """Run `change` in one transaction that holds the lease's row, so that nobody can overtake it."""
        with transaction.atomic():
            self.renew()
            change()

    def find(self, ask: Callable[[], Row], client: Client) -> Row | None:
        """The object; None when it is gone or not ours to see. One 404 proves nothing: Gitee sends them

        for things that are there. So the repository must answer, and the object be missing twice.
        """
        try:
            return ask()
        except (NotFound, Forbidden):
            client.repository(self.repository.owner, self.repository.name)
        try:
            return ask()
        except (NotFound, Forbidden):
            return None

    def comments(self, ask: Callable[[int], Page[CommentRow]]) -> Said:
        """All that is said. What we have and the host does not show is gone when two readings agree:

        rows can slip between two pages while they are read. Ours are looked up first, so that one
        stored meanwhile by somebody else is not taken for gone.
        """
        if not self._reads_comments():
            return Said()
        ours = self._ours()
        missing: set[int] | None = None
        for _ in range(MAX_READINGS):
            rows, unread = self._all(ask)
            before, missing = missing, self._missing(ours, rows, unread)
            if not missing or missing == before:
                return Said(rows, missing)
        raise MalformedAnswer(f"the comments differ each of {MAX_READINGS} times they are read")

    def _all(self, ask: Callable[[int], Page[CommentRow]]) -> tuple[list[CommentRow], set[Any]]:
        """Rows, and the ids of those that cannot be understood (None: not even their id)."""
        rows: list[CommentRow] = []
        unread: set[Any] = set()
        for page in iter_pages(ask):
            rows += page.rows
            unread |= {row.remote_id for row in page.unread}
            self.renew()
        return rows, unread

    @staticmethod
    def _missing(ours: set[int], rows: list[CommentRow], unread: set[Any]) -> set[int]:
        if None in unread:
            return set()
        return ours - {row.remote_id for row in rows} - unread

    def _ours(self) -> set[int]:
        """The host's ids of the comments we have on the object."""
        rows = Comment.objects.filter(
            repository=self.repository, kind=self.kind, number=self.number
        )
        return {identity for identity in rows.values_list("remote_id", flat=True) if identity}

    def _reads_comments(self) -> bool:
        sync = getattr(self.repository, "sync", None)
        return sync is None or sync.reads_comments

    def _mine(self) -> Any:
        return RefreshLease.objects.filter(
            repository=self.repository, kind=self.kind, number=self.number, holder=self.holder
        )


@contextmanager
def _alone(repository: Repository, kind: str, number: str) -> Iterator[_Turn]:
    """The object's lease, given back at the end. A killed holder's runs out by itself."""
    holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(8)}"
    key = {"repository_id": repository.pk, "kind": kind, "number": number}
    RefreshLease.objects.filter(**key, lease_until__lte=Now()).delete()
    lease = RefreshLease(**key, holder=holder, lease_until=Now() + LEASE)
    RefreshLease.objects.bulk_create([lease], ignore_conflicts=True)
    turn = _Turn(repository, kind, number, holder)
    if not turn._mine().exists():
        raise RefreshBusy(f"{repository} {kind} {number} is being fetched")
    try:
        yield turn
    finally:
        turn.give_back()
