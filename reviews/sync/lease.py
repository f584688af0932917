"""One worker at a repository: a lease in the database, renewed with every page, fencing out the late.

Compare-and-set by the database's clock; no lock is held. A worker that was killed keeps the lease
until it runs out; one that only was slow finds it gone and stops before it writes.
"""

import datetime as dt
import os
import secrets
import socket
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, Value, When
from django.db.models.functions import Now

from ..models import Comment, Issue, PullRequest, RepositorySync

LEASE = dt.timedelta(seconds=90)


class LeaseLost(Exception):
    """Another worker took over; whatever this one still holds must not be written."""


@dataclass(frozen=True, slots=True)
class Lease:
    sync_id: int
    holder: str


def take(sync_id: int, *, due_after: dt.timedelta | None = None) -> Lease | None:
    """The lease, or None when somebody holds it (or, with `due_after`, nothing is due)."""
    lease = Lease(sync_id, f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(8)}")
    rows = RepositorySync.objects.filter(pk=sync_id)
    rows = rows.free() if due_after is None else rows.due(due_after)
    taken = rows.update(
        lease_until=Now() + LEASE, lease_holder=lease.holder, started_at=Now(), progress={}
    )
    return lease if taken else None


def renew(lease: Lease, **columns: Any) -> None:
    """Extend the lease and write `columns`; raises LeaseLost, and then nothing is written."""
    if not _held(lease).update(lease_until=Now() + LEASE, **columns):
        raise LeaseLost(f"{lease.holder} lost the lease of sync {lease.sync_id}")


def finish(
    lease: Lease,
    progress: dict[str, Any],
    *,
    fault: str = RepositorySync.Fault.NONE,
    error: str = "",
) -> None:
    """Give the lease back with the run's outcome; answers a request made before the run began."""
    ok = fault == RepositorySync.Fault.NONE
    columns: dict[str, Any] = {"succeeded_at": Now()} if ok else {}
    _held(lease).update(
        lease_until=None,
        lease_holder="",
        finished_at=Now(),
        result=RepositorySync.Result.OK if ok else RepositorySync.Result.FAILED,
        fault=fault,
        error=error,
        progress=progress,
        counts=_counts(lease),
        requested_at=Case(
            When(requested_at__lte=F("started_at"), then=Value(None)), default=F("requested_at")
        ),
        **columns,
    )


def free_if_holder_died(sync_id: int) -> bool:
    """Free the lease of a process of this machine that is no more; true when it was freed.

    For a person at a terminal who starts again what was killed. Workers just wait for the end of
    the lease, since process numbers say nothing across containers.
    """
    holder = RepositorySync.objects.values_list("lease_holder", flat=True).get(pk=sync_id)
    host, _, rest = holder.partition("/")
    pid = rest.partition("/")[0]
    if host != socket.gethostname() or not pid.isdecimal() or _lives(int(pid)):
        return False
    return bool(_held(Lease(sync_id, holder)).update(lease_until=None))


def _counts(lease: Lease) -> dict[str, int]:
    """Rows stored by now; counted once a run, so that no page has to."""
    models = {"pulls": PullRequest, "issues": Issue, "comments": Comment}
    return {
        name: model._default_manager.filter(repository__sync=lease.sync_id).count()
        for name, model in models.items()
    }


def _held(lease: Lease) -> Any:
    return RepositorySync.objects.filter(pk=lease.sync_id, lease_holder=lease.holder)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
