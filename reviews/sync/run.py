"""One sync of one repository, from taking the lease to saying in plain words how it ended."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import transaction

from gitee import errors
from gitee.client import Client, client_for
from gitee.rows import CommentRow
from members.models import Repository

from ..models import Issue, RepositorySync
from . import lease as leases
from .apply import store
from .fetch import OVERLAP, Batch, walk
from .lease import Lease, LeaseLost
from .progress import Progress
from .streams import ISSUE_COMMENTS, STREAMS, Stream

log = logging.getLogger(__name__)
Fault = RepositorySync.Fault
Report = Callable[[Progress], None]
# A host where something always happens must not keep a run from ending.
MAX_ROUNDS = 10
FAULTS: tuple[tuple[type[Exception], Fault], ...] = (
    (errors.NotFound, Fault.NOT_FOUND),
    (errors.Forbidden, Fault.FORBIDDEN),
    (errors.RateLimited, Fault.RATE_LIMITED),
    (errors.Unavailable, Fault.UNAVAILABLE),
    (errors.GiteeError, Fault.MALFORMED),
)


class Ending(StrEnum):
    OK = "ok"
    FAILED = "failed"
    BUSY = "busy"
    LOST = "lost"


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `busy` when another is at it (or nothing is due), `lost` when overtaken."""

    ending: Ending
    progress: Progress = field(default_factory=Progress)
    fault: Fault = Fault.NONE
    error: str = ""


def sync_row(repository: Repository) -> RepositorySync:
    return RepositorySync.objects.get_or_create(repository=repository)[0]


def sync(
    repository: Repository,
    *,
    client: Client | None = None,
    full: bool = False,
    due_after: dt.timedelta | None = None,
    report: Report = lambda progress: None,
) -> Outcome:
    """Bring the mirror of `repository` up to date, in this process.

    `full` reads every list from its beginning; `due_after` runs only if that much time has passed
    since the last end (or somebody asked); `report` hears of every page stored. `client` is closed at
    the end. A fault of the host is an outcome; a fault of ours is noted in the row and raised.
    """
    row = sync_row(repository)
    lease = leases.take(row.pk, due_after=due_after)
    if lease is None:
        return Outcome(Ending.BUSY)
    progress = Progress()
    try:
        with _noted(lease, progress), client or _client_of(repository) as host:
            _Run(repository, host, lease, progress, report).all_rounds(full=full)
    except LeaseLost as error:
        log.warning("%s: %s", repository, error)
        return Outcome(Ending.LOST, progress)
    except (errors.GiteeError, UnknownHost) as error:
        fault = fault_of(error)
        log.warning("%s: %s: %s", repository, fault, error)
        return Outcome(Ending.FAILED, progress, fault, str(error))
    log.info("%s: %s", repository, progress.as_json())
    return Outcome(Ending.OK, progress)


class UnknownHost(Exception):
    """The settings know no address of the repository's code host."""


def fault_of(error: BaseException) -> Fault:
    """The plain kind of what went wrong."""
    if isinstance(error, UnknownHost):
        return Fault.UNKNOWN_HOST
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return Fault.INTERRUPTED
    return next((fault for kind, fault in FAULTS if isinstance(error, kind)), Fault.INTERNAL)


@contextmanager
def _noted(lease: Lease, progress: Progress) -> Iterator[None]:
    """Whatever ends the run is written into its row and the lease given back; errors go on."""
    try:
        yield
    except LeaseLost:
        raise
    except BaseException as error:
        fault = fault_of(error)
        leases.finish(
            lease, progress.as_json(), fault=fault, error=str(error) or type(error).__name__
        )
        raise
    leases.finish(lease, progress.as_json())


def _client_of(repository: Repository) -> Client:
    try:
        return client_for(repository.host)
    except (LookupError, ValueError) as error:
        raise UnknownHost(str(error)) from error


class _Run:
    """The moving parts of one run, so that they need not be handed through every call."""

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
        self.cursors: dict[str, dt.datetime | None] = {}
        # Issues looked up one by one, and whether anyone may see them.
        self.seen: dict[str, bool] = {}

    def all_rounds(self, *, full: bool) -> None:
        """Read every list, then those again that brought news, until none does."""
        row = RepositorySync.objects.get(pk=self.lease.sync_id)
        self.cursors = {stream.name: getattr(row, stream.cursor) for stream in STREAMS}
        pending = list(STREAMS)
        for number in range(1, MAX_ROUNDS + 1):
            since_start = full and number == 1
            pending = [stream for stream in pending if self.one_list(stream, number, since_start)]
            if not pending:
                return

    def one_list(self, stream: Stream, round_number: int, since_start: bool) -> bool:
        """Read one list from its cursor on; true when it brought something new."""
        cursor = self.cursors[stream.name]
        since = None if since_start or cursor is None else cursor - OVERLAP
        self.progress.begin(stream.name, round_number)
        before = self.progress.written[stream.name]
        for batch in walk(stream.ask(self.client, self.repository), since=since):
            self.one_page(stream, batch)
        self.progress.requests = self.client.request_count
        return self.progress.written[stream.name] > before

    def one_page(self, stream: Stream, batch: Batch) -> None:
        """Store a page and move the cursor in one short transaction; no request inside it."""
        rows: Sequence[Any] = batch.rows
        if stream is ISSUE_COMMENTS:
            rows = self.without_hidden(rows)
        cursor = self.moved(stream, batch.cursor)
        with transaction.atomic():
            written = store(stream, self.repository, rows)
            self.progress.add(read=len(batch.rows), written=written, total=batch.total)
            self.progress.requests = self.client.request_count
            leases.renew(self.lease, progress=self.progress.as_json(), **{stream.cursor: cursor})
        self.cursors[stream.name] = cursor
        self.report(self.progress)

    def moved(self, stream: Stream, to: dt.datetime | None) -> dt.datetime | None:
        """The cursor never goes back: what lies before it stays stored."""
        cursor = self.cursors[stream.name]
        return max(filter(None, (cursor, to)), default=None)

    def without_hidden(self, rows: Sequence[CommentRow]) -> list[CommentRow]:
        """Leave out what is said on private issues. An issue we do not know is looked up, once."""
        numbers = {row.number for row in rows}
        known = Issue.objects.filter(repository=self.repository, number__in=numbers)
        for number in numbers - set(known.values_list("number", flat=True)) - self.seen.keys():
            self.seen[number] = self.is_public(number)
        return [row for row in rows if self.seen.get(row.number, True)]

    def is_public(self, number: str) -> bool:
        owner, name = self.repository.owner, self.repository.name
        try:
            return not self.client.issue(owner, name, number).private
        except (errors.NotFound, errors.Forbidden):
            return False
