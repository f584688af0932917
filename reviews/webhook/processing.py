"""What is done about a delivery: the object it names is fetched from where it is true, and stored.

Safe to run twice, in any order and at once: the outcome is the host's state, never the body's.
"""

import logging
from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from gitee.client import Client
from gitee.errors import GiteeError
from members.models import Repository

from .. import outcome, pushes, tasks
from ..models import PullRequest, RepositorySync, WebhookDelivery
from ..sync.refresh import RefreshBusy, RefreshLost, refresh_issue, refresh_pull
from ..sync.request import request_sync
from ..sync.run import UnknownHost, fault_of
from . import delivery as deliveries
from .envelope import ISSUE, OWNERS, PULL, pushed_head

log = logging.getLogger(__name__)
Fault = RepositorySync.Fault
BUSY_WAIT_S = 1.0
# A delivery is small work, and comes again by itself: less patience than a sync has.
TIMEOUT_S = (5.0, 10.0)
DEADLINE_S, MAX_RETRIES, MAX_WAIT_S = 30.0, 1, 5.0


def process(delivery_id: int, *, client: Client | None = None) -> None:
    """Process one delivery if it is due. A fault of the host is noted and tried again later; a fault of

    ours is noted and raised. `client` is closed at the end.
    """
    delivery = deliveries.claim(delivery_id)
    if delivery is None:
        return
    if delivery.attempts > deliveries.MAX_ATTEMPTS:
        deliveries.failed(delivery, f"{Fault.INTERRUPTED}: its workers were killed every time")
        return
    try:
        _process(delivery, client)
    except (RefreshBusy, RefreshLost) as error:
        log.info("delivery %s: %s", delivery_id, error)
        deliveries.postponed(delivery, BUSY_WAIT_S)
        tasks.wake_deliveries([delivery_id], countdown_s=BUSY_WAIT_S)
    except (GiteeError, UnknownHost) as error:
        log.warning("delivery %s: %s", delivery_id, error)
        wait_s = getattr(error, "retry_after_s", None)
        deliveries.failed(delivery, f"{fault_of(error)}: {error}", wait_s=wait_s)
    except Exception as error:
        deliveries.failed(delivery, f"{fault_of(error)}: {type(error).__name__}")
        raise


def _process(delivery: WebhookDelivery, client: Client | None) -> None:
    repository, kind = delivery.repository, delivery.subject_kind
    if repository is None or not kind or (kind == ISSUE and not _reads_issues(repository)):
        deliveries.ignored(delivery)
        return
    if kind == OWNERS:
        request_sync(repository, by=None, at=timezone.now())
        deliveries.processed(delivery)
        return
    others = deliveries.alike(delivery)
    with client or _client_of(repository) as host:
        _refetch(repository, kind, delivery.subject_number, host)
    _note_pushes(repository, [delivery, *others])
    deliveries.processed(delivery, others, again=_sync_is_running(repository))


def _refetch(repository: Repository, kind: str, number: str, client: Client) -> None:
    if kind == PULL:
        refresh_pull(repository, int(number), client=client)
    else:
        refresh_issue(repository, number, client=client)


def _note_pushes(repository: Repository, told: Iterable[WebhookDelivery]) -> None:
    """The moment of a push, when the body names the very head that the host shows now.

    A head that went by before we could look needs no moment: only what came before the last one counts.
    """
    heads = {
        row.pk: pushed_head(row.hook_name, row.body)
        for row in told
        if row.subject_kind == PULL and row.sent_at
    }
    numbers = {int(row.subject_number) for row in told if heads.get(row.pk)}
    pulls = {
        pull.number: pull
        for pull in PullRequest.objects.filter(repository=repository, number__in=numbers)
    }
    noted = []
    for row in told:
        pull = pulls.get(int(row.subject_number)) if heads.get(row.pk) else None
        if pull is not None and row.sent_at is not None and pull.head_sha == heads[row.pk]:
            noted.append(pushes.Pushed(pull.pk, pull.head_sha, row.sent_at, row.sent_at))
    if pushes.note_many(noted):
        outcome.settle_pulls(repository, numbers)


def _reads_issues(repository: Repository) -> bool:
    sync = getattr(repository, "sync", None)
    return sync is None or sync.reads_issues


def _sync_is_running(repository: Repository) -> bool:
    """A page it read before us may be stored after us."""
    rows = RepositorySync.objects.filter(repository=repository)
    return rows.exists() and not rows.free().exists()


def _client_of(repository: Repository) -> Client:
    try:
        entry = settings.CODE_HOSTS[repository.host]
        return Client(
            entry["url"],
            entry.get("token") or None,
            timeout=TIMEOUT_S,
            deadline_s=DEADLINE_S,
            max_retries=MAX_RETRIES,
            max_wait_s=MAX_WAIT_S,
            max_connections=settings.SYNC_CONNECTIONS,
            reserve=settings.SYNC_RESERVE,
        )
    except (LookupError, ValueError) as error:
        raise UnknownHost(f"code host {repository.host!r}: {error}") from error
