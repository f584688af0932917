"""A delivery's own life: stored once, claimed by one worker, ended well or after its last attempt."""

import datetime as dt
import logging
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from members.models import Person, Repository, actor_of

from .. import tasks
from ..models import WebhookDelivery
from .envelope import Event

log = logging.getLogger(__name__)
State = WebhookDelivery.State

# Longer than a refetch takes; a killed worker's delivery is taken up again after it.
LEASE = dt.timedelta(minutes=3)
MAX_ATTEMPTS = 8
# Waits between attempts: 10 s, 20 s, 40 s … about twenty minutes in all.
FIRST_WAIT_S, LONGEST_WAIT_S = 10, 3600
# A page that a sync was reading meanwhile is stored by then.
CHECK_AGAIN = dt.timedelta(minutes=3)
HOST = "gitee"


class Receipt(NamedTuple):
    """The stored delivery, and whether anything will be done about it: alike for every copy."""

    delivery: WebhookDelivery
    is_of_interest: bool


def receive(event: Event, *, at: dt.datetime) -> Receipt:
    """Store a delivery, or count it as a copy of the one stored; a worker is woken after the commit.

    `at` (aware UTC) is when it came. What is of no interest is stored as ignored, to be seen.
    """
    repository = _repository(event.path)
    wanted = repository is not None and bool(event.kind)
    row = WebhookDelivery(
        host=HOST,
        repository=repository,
        path=event.path,
        hook_name=event.hook_name,
        action=event.action,
        subject_kind=event.kind,
        subject_number=event.number,
        fingerprint=event.fingerprint,
        body=event.body,
        sent_at=event.sent_at,
        received_at=at,
        state=State.RECEIVED if wanted else State.IGNORED,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return Receipt(_count_copy(event.fingerprint), wanted)
    if wanted:
        wake_after_commit(row.pk)
    return Receipt(row, wanted)


def _count_copy(fingerprint: str) -> WebhookDelivery:
    """Copies are rare: the first is stored without asking for it before."""
    rows = WebhookDelivery.objects.filter(fingerprint=fingerprint)
    rows.update(copies=F("copies") + 1)
    return rows.get()


def _repository(path: str) -> Repository | None:
    owner, _, name = path.partition("/")
    rows = Repository.objects.filter(host=HOST, owner__iexact=owner, name__iexact=name)
    return rows.first() if name else None


def replay(delivery: WebhookDelivery, *, by: Person | None, at: dt.datetime) -> bool:
    """Process an ended delivery once more; false when it is waiting already, so that twice is once.

    Its repository is looked up again: it may be known by now.
    """
    done = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state=State.RECEIVED)
    replayed = done.update(
        state=State.RECEIVED,
        repository=_repository(delivery.path),
        attempts=0,
        next_try_at=None,
        error="",
    )
    if replayed:
        log.info("delivery %s replayed by %s at %s", delivery.pk, actor_of(by), at)
        wake_after_commit(delivery.pk)
    return bool(replayed)


def wake_after_commit(delivery_id: int) -> None:
    """A worker is sent for once the row can be seen; with the broker down, the sweep finds it."""
    transaction.on_commit(lambda: tasks.wake_deliveries([delivery_id]), robust=True)


# ── one worker at it ──────────────────────────────────────────────────────────────────────────
def claim(delivery_id: int) -> WebhookDelivery | None:
    """The delivery, ours for LEASE, or None when it is not due. By the database's clock."""
    mine = WebhookDelivery.objects.filter(pk=delivery_id).due()
    if not mine.update(next_try_at=Now() + LEASE, attempts=F("attempts") + 1):
        return None
    return WebhookDelivery.objects.select_related("repository__sync").get(pk=delivery_id)


def alike(delivery: WebhookDelivery) -> list[WebhookDelivery]:
    """Others about the same object that wait as well: one refetch answers all that came before it."""
    rows = WebhookDelivery.objects.due().filter(
        repository=delivery.repository_id,
        subject_kind=delivery.subject_kind,
        subject_number=delivery.subject_number,
    )
    return list(rows.exclude(pk=delivery.pk).order_by("pk")[:500])


def processed(
    delivery: WebhookDelivery, others: Iterable[WebhookDelivery] = (), *, again: bool = False
) -> None:
    """Done, these others too unless a worker is at them. `again`: look once more, see CHECK_AGAIN."""
    columns = {
        "state": State.PROCESSED,
        "processed_at": Now(),
        "next_try_at": Now() + CHECK_AGAIN if again else None,
        "error": "",
    }
    _mine(delivery).update(**columns)
    WebhookDelivery.objects.due().filter(pk__in=[row.pk for row in others]).update(**columns)


def ignored(delivery: WebhookDelivery) -> None:
    _mine(delivery).update(state=State.IGNORED, processed_at=Now(), next_try_at=None, error="")


def postponed(delivery: WebhookDelivery, wait_s: float) -> None:
    """Somebody else is at the object: not a failed attempt."""
    _mine(delivery).update(
        next_try_at=Now() + dt.timedelta(seconds=wait_s), attempts=F("attempts") - 1
    )


def failed(delivery: WebhookDelivery, error: str, *, wait_s: float | None = None) -> None:
    """Try again later, or give up in sight after the last attempt. `wait_s` is what the host asked for."""
    if delivery.attempts >= MAX_ATTEMPTS:
        _mine(delivery).update(
            state=State.DEAD, processed_at=Now(), next_try_at=None, error=error[:2000]
        )
        return
    wait = min(FIRST_WAIT_S * 2 ** (delivery.attempts - 1), LONGEST_WAIT_S)
    wait = min(max(wait, wait_s or 0), LONGEST_WAIT_S)
    _mine(delivery).update(next_try_at=Now() + dt.timedelta(seconds=wait), error=error[:2000])


def _mine(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """The row unless somebody took over: every claim counts one attempt, so an old one no longer fits."""
    return WebhookDelivery.objects.filter(
        pk=delivery.pk, state=State.RECEIVED, attempts=delivery.attempts
    )


# ── what the sweep does ───────────────────────────────────────────────────────────────────────
def reopen_for_check() -> int:
    """Make due again what was processed beside a running sync; returns how many."""
    return WebhookDelivery.objects.to_check_again().update(
        state=State.RECEIVED, attempts=0, next_try_at=None
    )


def forget_old(*, limit: int = 1000) -> int:
    """Remove ended deliveries older than WEBHOOK_KEEP_DAYS, some at a time; dead ones stay in sight."""
    before = Now() - dt.timedelta(days=settings.WEBHOOK_KEEP_DAYS)
    old = WebhookDelivery.objects.filter(
        state__in=[State.PROCESSED, State.IGNORED], received_at__lt=before
    )
    keys = list(old.order_by("received_at").values_list("pk", flat=True)[:limit])
    return WebhookDelivery.objects.filter(pk__in=keys).delete()[0]
