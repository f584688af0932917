"""How the sync of each repository stands, in plain words, for its page."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from members.models import Repository

from .models import RepositorySync, UnreadRow, WebhookDelivery
from .wording import duration_words

STREAMS: dict[str, Promise] = {
    "pulls": gettext_lazy("拉取请求"),
    "issues": gettext_lazy("问题"),
    "pull_comments": gettext_lazy("拉取请求的评论"),
    "issue_comments": gettext_lazy("问题的评论"),
}
# More repositories than any SIG has; a bound all the same.
SHOWN = 500
# Kinds of unread rows named on the page, over all repositories.
REASONS_SHOWN = 200
# News on the code host that much later than the last delivery: deliveries do not arrive any more.
SILENCE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Unread:
    """Rows of one list that could not be understood, for one reason."""

    stream: str
    reason: str
    count: int

    @property
    def list(self) -> Promise | str:
        return STREAMS.get(self.stream, self.stream)


@dataclass(frozen=True)
class Status:
    """One repository as the page shows it at the instant `at`."""

    repository: Repository
    sync: RepositorySync
    at: dt.datetime
    may_request: bool
    unread: Sequence[Unread] = ()
    last_delivery_at: dt.datetime | None = None

    @property
    def has_host(self) -> bool:
        return self.repository.host in settings.CODE_HOSTS

    @property
    def state(self) -> str:
        """running, requested, interrupted, failed, ok or never: derived from times, not stored."""
        if self.sync.is_running(self.at):
            return "running"
        if self.sync.is_interrupted(self.at):
            return "interrupted"
        return "requested" if self.sync.requested_at and self.has_host else self.sync.result

    @property
    def is_busy(self) -> bool:
        return self.state in {"running", "requested"}

    @property
    def badge(self) -> str:
        kinds = {"ok": "good", "failed": "blocked", "never": "neutral"}
        return kinds.get(self.state, "waiting")

    @property
    def label(self) -> str:
        words = {
            "running": gettext("正在同步"),
            "requested": gettext("等待同步"),
            "interrupted": gettext("中断"),
        }
        return words.get(self.state) or self.sync.get_result_display()

    @property
    def explanation(self) -> str:
        if not self.has_host:
            return str(RepositorySync.Fault.UNKNOWN_HOST.label)
        if self.state == "interrupted":
            return str(RepositorySync.Fault.INTERRUPTED.label)
        return self.sync.get_fault_display() if self.state == "failed" else ""

    @property
    def age(self) -> str:
        """How long ago the mirror was known to be true."""
        if self.sync.succeeded_at is None:
            return ""
        return duration_words(self.at - self.sync.succeeded_at)

    @property
    def interval(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.sync.interval_s or settings.SYNC_INTERVAL_S)

    @property
    def is_stale(self) -> bool:
        """Older than two intervals: something keeps it from being synced."""
        succeeded_at = self.sync.succeeded_at
        return succeeded_at is not None and self.at - succeeded_at > 2 * self.interval

    @property
    def next_due(self) -> str:
        """When the next sync begins, in words; empty while one is on, or where none ever will."""
        if self.state == "running" or not self.has_host:
            return ""
        finished_at = self.sync.finished_at
        left = finished_at + self.interval - self.at if finished_at else dt.timedelta()
        if left <= dt.timedelta() or self.state in {"requested", "interrupted"}:
            return gettext("即将开始")
        return gettext("%(time)s后") % {"time": duration_words(left)}

    @property
    def unread_count(self) -> int:
        return sum(unread.count for unread in self.unread)

    @property
    def detail(self) -> str:
        """The technical side of a failure, for those who can do something about it."""
        return self.sync.error if self.state == "failed" and self.may_request else ""

    @property
    def requests(self) -> int:
        """Requests sent by the run that is on or was last."""
        return int(self.sync.progress.get("requests") or 0)

    @property
    def budget_left(self) -> int | None:
        """Requests the code host still allows, where it says so."""
        left: int | None = self.sync.progress.get("remaining")
        return left

    @property
    def webhook_hint(self) -> str:
        """What to check when the code host has news but sends no deliveries; for who may act on it."""
        news_at = _latest_news(self.sync)
        if not self.may_request or not self.has_host or news_at is None:
            return ""
        if self.last_delivery_at is None:
            return gettext("从未收到推送通知，更新要等定时同步。可在代码平台上添加 webhook。")
        if news_at - self.last_delivery_at <= SILENCE:
            return ""
        return gettext("已有 %(time)s没有收到推送通知，请在代码平台上检查 webhook。") % {
            "time": duration_words(self.at - self.last_delivery_at)
        }

    @property
    def reading(self) -> Promise | str:
        """Which list is being read."""
        return STREAMS.get(self.sync.progress.get("stream", ""), "")

    @property
    def read(self) -> int:
        return int(self.sync.progress.get("read_here", 0))

    @property
    def total(self) -> int | None:
        total: int | None = self.sync.progress.get("total")
        return max(total, self.read) if total else None

    @property
    def counts(self) -> dict[str, Any]:
        return self.sync.counts


def listed_repositories() -> QuerySet[Repository]:
    """Repositories with their sync and, as `last_delivery_at`, when the host last told us something."""
    deliveries = WebhookDelivery.objects.filter(repository=OuterRef("pk"))
    latest = deliveries.order_by("-received_at", "-pk").values("received_at")[:1]
    rows = Repository.objects.select_related("sig", "sync")
    return rows.annotate(last_delivery_at=Subquery(latest))[:SHOWN]


def statuses(
    repositories: Sequence[Repository], *, requestable: set[int], at: dt.datetime
) -> list[Status]:
    """The rows of listed_repositories as the page shows them; one query.

    One without a sync row was never synced.
    """
    unread = _unread(repositories)
    return [
        Status(
            repository,
            getattr(repository, "sync", None) or RepositorySync(repository=repository),
            at,
            repository.pk in requestable,
            unread.get(repository.pk, ()),
            getattr(repository, "last_delivery_at", None),
        )
        for repository in repositories
    ]


def _unread(repositories: Sequence[Repository]) -> dict[int, list[Unread]]:
    rows = (
        UnreadRow.objects.filter(repository__in=repositories)
        .values_list("repository", "stream", "reason")
        .annotate(count=Count("pk"))
        .order_by("-count", "stream", "reason")[:REASONS_SHOWN]
    )
    found: dict[int, list[Unread]] = {}
    for repository_id, stream, reason, count in rows:
        found.setdefault(repository_id, []).append(Unread(stream, reason, count))
    return found


def _latest_news(sync: RepositorySync) -> dt.datetime | None:
    """The host's time of the newest row we have."""
    cursors = (
        sync.pulls_cursor,
        sync.issues_cursor,
        sync.pull_comments_cursor,
        sync.issue_comments_cursor,
    )
    return max(filter(None, cursors), default=None)
