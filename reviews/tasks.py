"""Jobs of this room: ids in, fetch, call one function; safe to run twice."""

import datetime as dt
import logging
from collections.abc import Iterable

from celery import shared_task
from django.conf import settings

from members.models import Repository

from . import resettling
from .models import RepositorySync, WebhookDelivery
from .sync.run import sync
from .webhook import delivery, processing

log = logging.getLogger(__name__)
# What one sweep wakes at most; the next one comes half a minute later.
SWEEP_SIZE = 50


@shared_task
def sync_repository(repository_id: int) -> None:
    """Sync one repository if it is due: a message that comes twice finds nothing to do."""
    repository = Repository.objects.filter(pk=repository_id).first()
    if repository is None:
        log.warning("repository %s is gone, nothing to sync", repository_id)
        return
    sync(repository, due_after=interval())


@shared_task
def sweep_syncs() -> None:
    """Wake workers for what the database says is due, longest waiting first."""
    hosted = Repository.objects.filter(host__in=settings.CODE_HOSTS)
    RepositorySync.objects.bulk_create(
        [RepositorySync(repository=repository) for repository in hosted.filter(sync=None)],
        ignore_conflicts=True,
    )
    due = RepositorySync.objects.due(interval()).filter(repository__in=hosted)
    wake(due.order_by("finished_at", "pk").values_list("repository_id", flat=True)[:SWEEP_SIZE])


def wake(repository_ids: Iterable[int]) -> None:
    """Send one message a repository; raises when the broker is down."""
    for repository_id in repository_ids:
        sync_repository.apply_async([repository_id], retry=False)


def interval() -> dt.timedelta:
    return dt.timedelta(seconds=settings.SYNC_INTERVAL_S)


# ── webhooks ──────────────────────────────────────────────────────────────────────────────────
@shared_task
def process_delivery(delivery_id: int) -> None:
    """Process one delivery if it is due: a message that comes twice finds nothing to do."""
    processing.process(delivery_id)


@shared_task
def sweep_deliveries() -> None:
    """Wake workers for deliveries whose first message was lost or whose next attempt is due."""
    delivery.reopen_for_check()
    delivery.forget_old()
    due = WebhookDelivery.objects.due().order_by("next_try_at", "pk")
    wake_deliveries(due.values_list("pk", flat=True)[:SWEEP_SIZE])


def wake_deliveries(delivery_ids: Iterable[int], *, countdown_s: float = 0) -> None:
    """Send one message a delivery; raises when the broker is down."""
    for delivery_id in delivery_ids:
        process_delivery.apply_async([delivery_id], countdown=countdown_s or None, retry=False)


# ── verdicts ──────────────────────────────────────────────────────────────────────────────────
@shared_task
def sweep_verdicts() -> None:
    """Wake workers where roster, OWNERS or rule changed after verdicts were given."""
    for repository_id in resettling.note_changes():
        resettle_repository.apply_async([repository_id], retry=False)


@shared_task
def resettle_repository(repository_id: int) -> None:
    """Judge a bounded number again and send the next message; the sweep is there if that one is lost."""
    repository = Repository.objects.select_related("sig").filter(pk=repository_id).first()
    if repository is None:
        log.warning("repository %s is gone, nothing to judge", repository_id)
    elif resettling.resettle_due(repository):
        resettle_repository.apply_async([repository_id], retry=False)
