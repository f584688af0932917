"""One sync of one repository, from taking the lease to saying in plain words how it ended."""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from django.db.models.functions import Now

from gitee import errors
from gitee.client import Client, client_for
from members.models import Repository

from ..models import RepositorySync
from . import lease as leases
from .around import read_around
from .details import read_details
from .gone import look_for_gone
from .lease import Lease, LeaseLost
from .lists import all_rounds, check_counts, load_all
from .progress import Progress
from .reconcile import reconcile
from .running import Report, Run

log = logging.getLogger(__name__)
Fault = RepositorySync.Fault
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

    `full` compares every list row by row; `due_after` runs only if that much time has passed
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
            try:
                bring_up_to_date(Run(repository, host, lease, progress, report), full=full)
            finally:
                progress.spend(host.request_count, host.budget)
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


def bring_up_to_date(run: Run, *, full: bool) -> None:
    """The lists first, then what they do not tell."""
    is_first = any(stream.name not in run.passes.get("apart", {}) for stream in run.streams())
    load_all(run)
    all_rounds(run)
    if full or _must_compare(run):
        compare_all(run)
    check_counts(run)
    if not is_first:
        read_details(run)
    look_for_gone(run)


def _must_compare(run: Run) -> bool:
    """Never done, half done, or done too long ago by the database's clock."""
    if run.row.reconciled_at is None or run.passes.get("compare") or run.passes.get("compared"):
        return True
    after = dt.timedelta(seconds=settings.SYNC_RECONCILE_S)
    rows = RepositorySync.objects.filter(pk=run.row.pk, reconciled_at__lte=Now() - after)
    return rows.exists()


def compare_all(run: Run) -> None:
    """Every list row by row, but for those read whole just now or compared before a run was cut short."""
    for stream in run.streams():
        done = run.passes.get("compared", [])
        if stream.name not in {*done, *run.read_whole}:
            reconcile(run, stream)
            run.note({**run.passes, "compared": [*done, stream.name]})
    read_around(run)
    left = {name: value for name, value in run.passes.items() if name != "compared"}
    run.note(left, reconciled_at=None if _is_doubtful(run) else Now())


def _is_doubtful(run: Run) -> bool:
    """Whether lists that were read once, with nothing of ours beside them, have rows without an author.

    Gitee now and then leaves out who wrote one. The next run then compares, and finds no such list.
    """
    return any(
        stream.model._default_manager.filter(
            repository=run.repository, remote_id__isnull=False, author_login=""
        ).exists()
        for stream in run.streams()
        if stream.name in run.read_whole
    )
