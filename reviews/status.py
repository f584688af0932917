"""How the sync of each repository stands, in plain words, for its page."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from members.models import Repository

from .models import RepositorySync
from .wording import duration_words

STREAMS: dict[str, Promise] = {
    "pulls": gettext_lazy("拉取请求"),
    "issues": gettext_lazy("问题"),
    "pull_comments": gettext_lazy("拉取请求的评论"),
    "issue_comments": gettext_lazy("问题的评论"),
}
# More repositories than any SIG has; a bound all the same.
SHOWN = 500


@dataclass(frozen=True)
class Status:
    """One repository as the page shows it at the instant `at`."""

    repository: Repository
    sync: RepositorySync
    at: dt.datetime
    may_request: bool

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


def statuses(
    repositories: Sequence[Repository], *, requestable: set[int], at: dt.datetime
) -> list[Status]:
    """Needs `sync` selected with each repository; one without a row was never synced."""
    return [
        Status(
            repository,
            getattr(repository, "sync", None) or RepositorySync(repository=repository),
            at,
            repository.pk in requestable,
        )
        for repository in repositories
    ]
