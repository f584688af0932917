"""What waits in the database, counted when asked: a constant number of indexed queries a scrape."""

import datetime as dt
import logging
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Min, Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ledger.models import Head, Verification
from members.models import Notice, Promotion
from reviews.models import RepositorySync, WebhookDelivery

log = logging.getLogger(__name__)
# A bound on the labels; no SIG has as many.
REPOSITORIES = 500
CLOSING_SOON = dt.timedelta(hours=24)

Family = GaugeMetricFamily


class PortalGauges(Collector):
    """Made for one scrape. Without a database it says so and nothing else, instead of failing."""

    def collect(self) -> Iterator[Family]:
        yield _build()
        try:
            families = list(_of_database(timezone.now()))
        except (DatabaseError, InterfaceError) as error:
            log.warning("metrics without a database: %s", type(error).__name__)
            families = []
        yield _plain("sigportal_database_up", "1 when the database answers.", int(bool(families)))
        yield from families


def _of_database(at: dt.datetime) -> Iterator[Family]:
    yield from _syncs(at)
    yield from _inbox(at)
    yield from _outbox(at)
    yield from _votes(at)
    yield from _ledger()


def _plain(name: str, text: str, value: float) -> Family:
    family = Family(name, text)
    family.add_metric([], value)
    return family


def _age(since: dt.datetime | None, at: dt.datetime) -> float:
    """Seconds; 0 when nothing waits."""
    return max((at - since).total_seconds(), 0.0) if since else 0.0


# ── this program ──────────────────────────────────────────────────────────────────────────────
@cache
def _version() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _build() -> Family:
    family = Family(
        "sigportal_build_info", "Which version answers.", labels=["version", "revision"]
    )
    family.add_metric([_version(), settings.BUILD_REVISION], 1)
    return family


# ── the mirror ────────────────────────────────────────────────────────────────────────────────
def _syncs(at: dt.datetime) -> Iterator[Family]:
    lag = Family(
        "sigportal_sync_lag_seconds",
        "Since the last sync that ended well; absent before the first.",
        labels=["repository"],
    )
    result = Family(
        "sigportal_sync_ok",
        "1 when the last sync that ended did so well, 0 when it failed or none ever ended.",
        labels=["repository", "fault"],
    )
    rows = RepositorySync.objects.select_related("repository").order_by("pk")
    for sync in rows[:REPOSITORIES]:
        name = str(sync.repository)
        if sync.succeeded_at:
            lag.add_metric([name], _age(sync.succeeded_at, at))
        result.add_metric([name, sync.fault], int(sync.result == RepositorySync.Result.OK))
    yield lag
    yield result


def _inbox(at: dt.datetime) -> Iterator[Family]:
    state = WebhookDelivery.State
    waiting = Q(state=state.RECEIVED)
    rows = WebhookDelivery.objects.filter(state__in=[state.RECEIVED, state.DEAD]).order_by()
    found = rows.aggregate(
        waiting=Count("pk", filter=waiting),
        oldest=Min("received_at", filter=waiting),
        dead=Count("pk", filter=Q(state=state.DEAD)),
    )
    yield _plain("sigportal_webhook_inbox", "Deliveries that wait.", found["waiting"])
    yield _plain(
        "sigportal_webhook_inbox_oldest_seconds",
        "Age of the delivery that waits longest.",
        _age(found["oldest"], at),
    )
    yield _plain("sigportal_webhook_dead", "Deliveries given up.", found["dead"])


# ── people ────────────────────────────────────────────────────────────────────────────────────
def _outbox(at: dt.datetime) -> Iterator[Family]:
    state = Notice.State
    waiting = Q(state=state.WAITING)
    rows = Notice.objects.filter(state__in=[state.WAITING, state.FAILED]).order_by()
    found = rows.aggregate(
        waiting=Count("pk", filter=waiting),
        oldest=Min("made_at", filter=waiting),
        failed=Count("pk", filter=Q(state=state.FAILED)),
    )
    yield _plain("sigportal_notice_outbox", "Notices that wait.", found["waiting"])
    yield _plain(
        "sigportal_notice_outbox_oldest_seconds",
        "Age of the notice that waits longest.",
        _age(found["oldest"], at),
    )
    yield _plain("sigportal_notice_failed", "Notices given up.", found["failed"])


def _votes(at: dt.datetime) -> Iterator[Family]:
    rows = Promotion.objects.filter(state=Promotion.State.VOTING).order_by()
    found: Mapping[str, int] = rows.aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=Q(voting_closes_at__lte=at)),
        soon=Count(
            "pk", filter=Q(voting_closes_at__gt=at, voting_closes_at__lte=at + CLOSING_SOON)
        ),
    )
    yield _plain("sigportal_votes_open", "Votes that are open.", found["open"])
    yield _plain("sigportal_votes_closing_soon", "Votes that close within 24 h.", found["soon"])
    yield _plain(
        "sigportal_votes_overdue", "Votes past their deadline, not closed yet.", found["overdue"]
    )


# ── the record ────────────────────────────────────────────────────────────────────────────────
def _ledger() -> Iterator[Family]:
    head = Head.objects.filter(pk=1).first()
    yield _plain("sigportal_ledger_head", "Number of the newest entry.", head.seq if head else 0)
    last = Verification.objects.filter(pk=1).first()
    if last is None:
        return
    yield _plain(
        "sigportal_ledger_verified_timestamp_seconds",
        "When the whole record was last checked.",
        last.at.timestamp(),
    )
    yield _plain("sigportal_ledger_verified_seq", "How far that went.", last.seq)
    yield _plain("sigportal_ledger_verified_ok", "1 when it found no fault.", int(not last.fault))
