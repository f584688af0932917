"""The moving parts of one sync: what is read is stored here, page by page, under the lease."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from gitee import errors
from gitee.client import Client
from gitee.rows import CommentRow
from members.models import Repository

from ..models import Issue, RepositorySync, UnreadRow
from . import lease as leases
from .apply import store
from .fetch import Batch
from .lease import Lease
from .progress import Progress
from .streams import ISSUE_COMMENTS, ISSUES, PULL_COMMENTS, STREAMS, Stream
from .unread import forget_read, forget_unseen, note_unread

log = logging.getLogger(__name__)
Report = Callable[[Progress], None]
Passes = dict[str, Any]
# How often a list is asked for again after a 404 that nothing confirms.
WRONG_NOT_FOUND = 2


class Run:
    """One run at one repository.

    `passes` is what an interrupted run leaves behind for the next, see docs/sync.md: `load` and
    `compare` (places in lists that are read whole), `unsettled` (rows whose facts are to be told),
    `apart` (how many rows more than ours the host counts, rightly).
    """

    def __init__(
        self,
        repository: Repository,
        client: Client,
        lease: Lease,
        progress: Progress,
        report: Report,
    ) -> None:
        self.repository = repository
        self.client = client
        self.lease = lease
        self.progress = progress
        self.report = report
        self.row = RepositorySync.objects.get(pk=lease.sync_id)
        self.passes: Passes = self.row.passes
        self.cursors: dict[str, dt.datetime | None] = {
            stream.name: getattr(self.row, stream.cursor) for stream in STREAMS
        }
        # Lists read from their beginning by this run, those compared row by row with ours, and those
        # that the host does not count.
        self.read_whole: set[str] = set()
        self.compared: set[str] = set()
        self.uncounted: set[str] = set()
        # Ids of rows left out on purpose, of rows without an author; logins that were met.
        self.hidden: defaultdict[str, set[Any]] = defaultdict(set)
        self.nameless: defaultdict[str, set[int]] = defaultdict(set)
        self.logins: set[str] = set()
        # Issues looked up one by one, and whether anyone may see them.
        self.seen: dict[str, bool] = {}
        self._has_unread = UnreadRow.objects.filter(repository=repository).exists()

    @property
    def place(self) -> tuple[str, str]:
        return self.repository.owner, self.repository.name

    def streams(self) -> list[Stream]:
        """The lists the repository's owner wants read."""
        left_out = set()
        if not self.row.reads_issues:
            left_out |= {ISSUES.name, ISSUE_COMMENTS.name}
        if not self.row.reads_comments:
            left_out |= {PULL_COMMENTS.name, ISSUE_COMMENTS.name}
        return [stream for stream in STREAMS if stream.name not in left_out]

    def ask(self, stream: Stream) -> Any:
        """The question for one page of a list. Safe to ask from several threads.

        A 404 is believed when the repository is not found either, or when it comes again and again:
        Gitee sends it now and then for lists that exist.
        """
        ask = stream.ask(self.client, self.repository)

        def patiently(**question: Any) -> Any:
            for _ in range(WRONG_NOT_FOUND):
                try:
                    return ask(**question)
                except errors.NotFound:
                    self.client.repository(*self.place)
            return ask(**question)

        return patiently

    # ── writing ────────────────────────────────────────────────────────────────────────────────
    def keep(
        self, stream: Stream, batch: Batch, *, settles: bool = True, passes: Passes | None = None
    ) -> None:
        """Store a page and move the cursor in one short transaction; no request inside it."""
        rows = self.visible(stream, batch.rows)
        self._look_at_authors(stream, rows)
        cursor = self.moved(stream, batch.cursor)
        passes = self.passes if passes is None else passes
        with transaction.atomic():
            written = store(stream, self.repository, rows, settles=settles)
            self._note_unread(stream, batch)
            self.progress.add(
                read=len(batch.rows) + len(batch.unread), written=written, total=batch.total
            )
            self.progress.spend(self.client.request_count, self.client.budget)
            leases.renew(
                self.lease,
                progress=self.progress.as_json(),
                passes=passes,
                **{stream.cursor: cursor},
            )
        self.cursors[stream.name], self.passes = cursor, passes
        self.report(self.progress)

    def note(self, passes: Passes | None = None, **columns: Any) -> None:
        """Write columns of the sync row, under the lease."""
        self.passes = self.passes if passes is None else passes
        self.progress.spend(self.client.request_count, self.client.budget)
        leases.renew(self.lease, passes=self.passes, progress=self.progress.as_json(), **columns)

    def with_pass(self, kind: str, stream: Stream, value: Any) -> Passes:
        """`passes` with one entry of a kind set, or taken out when `value` is None."""
        entries = {**self.passes.get(kind, {}), stream.name: value}
        kept = {name: entry for name, entry in entries.items() if entry is not None}
        return {**self.passes, kind: kept}

    def moved(self, stream: Stream, to: dt.datetime | None) -> dt.datetime | None:
        """The cursor never goes back: what lies before it stays stored."""
        cursor = self.cursors[stream.name]
        return max(filter(None, (cursor, to)), default=None)

    def _note_unread(self, stream: Stream, batch: Batch) -> None:
        if self._has_unread:
            forget_read(self.repository, stream.name, batch.rows)
        if batch.unread:
            self._has_unread = True
            self.hidden[stream.name].update(row.remote_id or row for row in batch.unread)
            note_unread(self.repository, stream.name, batch.unread, at=timezone.now())

    def forget_unseen(self, stream: Stream, *, since: dt.datetime) -> None:
        if self._has_unread:
            forget_unseen(self.repository, stream.name, since=since)

    def _look_at_authors(self, stream: Stream, rows: Iterable[Any]) -> None:
        for row in rows:
            if row.author is None:
                self.nameless[stream.name].add(row.remote_id)
            else:
                self.logins.add(row.author.login.lower())

    # ── what must not be shown ─────────────────────────────────────────────────────────────────
    def visible(self, stream: Stream, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows without what is said on private issues; private issues go on, to be removed."""
        if stream is ISSUES:
            self.hidden[stream.name].update(row.remote_id for row in rows if row.private)
        if stream is not ISSUE_COMMENTS:
            return rows
        shown = self._without_hidden(rows)
        self.hidden[stream.name] |= {row.remote_id for row in rows} - {
            row.remote_id for row in shown
        }
        return shown

    def _without_hidden(self, rows: Sequence[CommentRow]) -> list[CommentRow]:
        """An issue we do not know is looked up, once."""
        numbers = {row.number for row in rows}
        known = Issue.objects.filter(repository=self.repository, number__in=numbers)
        for number in numbers - set(known.values_list("number", flat=True)) - self.seen.keys():
            self.seen[number] = self.is_public(number)
        return [row for row in rows if self.seen.get(row.number, True)]

    def is_public(self, number: str) -> bool:
        try:
            return not self.client.issue(*self.place, number).private
        except (errors.NotFound, errors.Forbidden):
            return False
        except errors.MalformedRow as error:
            # Who cannot tell says no; the issue itself stands among the unread rows.
            log.warning("%s: issue %s cannot be read: %s", self.repository, number, error)
            return False
