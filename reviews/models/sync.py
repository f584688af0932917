"""How far each repository is synced, what its owner wants synced, and what could not be read."""

import datetime as dt

from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext_lazy as _

from members.models import Repository


class RepositorySyncQuerySet(models.QuerySet["RepositorySync"]):
    """Sets by the clock of the database, so that workers on several machines agree."""

    def free(self) -> "RepositorySyncQuerySet":
        """No live worker is at them: nobody holds the lease, or its holder died."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=Now()))

    def with_comments_read(self) -> "RepositorySyncQuerySet":
        """The list of comments has once been read to its end; one without a row leaves no cursor."""
        has_rows = Q(pull_comments_cursor__isnull=False)
        return self.filter(
            has_rows | Q(passes__apart__pull_comments__isnull=False), reads_comments=True
        )

    def due(self, interval: dt.timedelta) -> "RepositorySyncQuerySet":
        """Free, and asked for, never finished, interrupted, or last finished too long ago.

        That is the repository's own interval, or `interval` where its owner chose none.
        """
        second = Value(dt.timedelta(seconds=1), models.DurationField())
        # Cast, for SQLite multiplies durations by plain integers only.
        seconds = Cast("interval_s", models.IntegerField())
        own = ExpressionWrapper(seconds * second, models.DurationField())
        return self.free().filter(
            Q(requested_at__isnull=False)
            | Q(finished_at=None)
            | Q(started_at__gt=F("finished_at"))
            | Q(interval_s=None, finished_at__lte=Now() - interval)
            | Q(interval_s__isnull=False, finished_at__lte=Now() - own)
        )


class RepositorySync(models.Model):
    """How far a repository is mirrored, who is at it now, and how the last run ended.

    The cursors are the largest `updated_at` up to which everything is stored, host time, one a
    list; none ever passes a row that is not stored (I8). `lease_until` is the database's word that
    a worker is at it: it expires by itself when the worker is killed. A run that was killed leaves
    `started_at` behind `finished_at`.
    """

    class Result(models.TextChoices):
        NEVER = "never", _("尚未同步")
        OK = "ok", _("成功")
        FAILED = "failed", _("失败")

    class Fault(models.TextChoices):
        """What went wrong, in words for anyone; `error` keeps the technical detail."""

        NONE = "", ""
        NOT_FOUND = "not_found", _("代码平台上找不到这个仓库，请核对空间与仓库名。")
        FORBIDDEN = "forbidden", _("代码平台不允许读取这个仓库，请管理员检查访问令牌。")
        RATE_LIMITED = "rate_limited", _("代码平台限制了访问频率，稍后会自动重试。")
        UNAVAILABLE = "unavailable", _("代码平台暂时没有回应，稍后会自动重试。")
        MALFORMED = "malformed", _("代码平台的答复无法解读，稍后会自动重试。")
        UNKNOWN_HOST = "unknown_host", _("尚未配置这个代码平台的地址，请管理员补上。")
        INTERRUPTED = "interrupted", _("同步中途停止，已存下的内容不受影响，稍后会继续。")
        INTERNAL = "internal", _("门户内部出错，管理员可在日志中查到详情。")

    class Details(models.TextChoices):
        """Whose operate logs are read: one request a pull request."""

        NONE = "none", _("不读取")
        RECENT = "recent", _("只读取近期的拉取请求")
        ALL = "all", _("读取全部，包括历史")

    repository = models.OneToOneField(
        Repository, models.CASCADE, related_name="sync", verbose_name=_("仓库")
    )
    pulls_cursor = models.DateTimeField(null=True, blank=True)
    issues_cursor = models.DateTimeField(null=True, blank=True)
    pull_comments_cursor = models.DateTimeField(null=True, blank=True)
    issue_comments_cursor = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    lease_holder = models.CharField(_("占用者"), max_length=200, blank=True)
    requested_at = models.DateTimeField(_("请求时间"), null=True, blank=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    succeeded_at = models.DateTimeField(_("上次成功"), null=True, blank=True)
    result = models.CharField(
        _("结果"), max_length=10, choices=Result.choices, default=Result.NEVER
    )
    fault = models.CharField(_("问题"), max_length=20, choices=Fault.choices, blank=True)
    error = models.TextField(_("详情"), blank=True)
    # ── the owner's choices ──
    reads_issues = models.BooleanField(_("同步问题"), default=True)
    reads_comments = models.BooleanField(_("同步评论"), default=True)
    details = models.CharField(
        _("合入者等细节"), max_length=10, choices=Details.choices, default=Details.RECENT
    )
    # Seconds between two syncs; empty: SYNC_INTERVAL_S.
    interval_s = models.PositiveIntegerField(_("同步间隔（秒）"), null=True, blank=True)

    # When every list was last read whole and compared row by row.
    reconciled_at = models.DateTimeField(_("上次核对"), null=True, blank=True)
    # How far an unfinished first load or reconciling pass is; the engine's own, see reviews.sync.
    passes = models.JSONField(default=dict, blank=True)
    # What the host says of the repository itself: description, default branch, archived or moved.
    facts = models.JSONField(_("仓库资料"), default=dict, blank=True)
    # Rows stored when the last run ended: {"pulls": 4379, "issues": 0, "comments": 812}
    counts = models.JSONField(_("数量"), default=dict, blank=True)
    # reviews.sync.progress.Progress as JSON, of the run that is on or was last.
    progress = models.JSONField(_("进度"), default=dict, blank=True)

    objects = RepositorySyncQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["lease_until"], name="sync_lease")]
        verbose_name = _("同步")
        verbose_name_plural = _("同步")

    def __str__(self) -> str:
        return f"{self.repository} {self.result}"

    def is_running(self, at: dt.datetime) -> bool:
        return self.lease_until is not None and self.lease_until > at

    def is_interrupted(self, at: dt.datetime) -> bool:
        """Killed half-way, and nobody has taken over yet."""
        if self.is_running(at) or self.started_at is None:
            return False
        return self.finished_at is None or self.started_at > self.finished_at


class UnreadRow(models.Model):
    """A row the host sent that cannot be understood. Kept in sight until it can be, so that nothing is lost."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="unread_rows")
    stream = models.CharField(_("列表"), max_length=20)
    remote_id = models.BigIntegerField(_("平台编号"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=500)
    first_seen_at = models.DateTimeField(_("首次遇到"))
    last_seen_at = models.DateTimeField(_("最近遇到"))

    class Meta:
        ordering = ["-last_seen_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "stream", "remote_id"], name="unreadrow_source_unique"
            )
        ]
        verbose_name = _("无法解读的记录")
        verbose_name_plural = _("无法解读的记录")

    def __str__(self) -> str:
        return f"{self.stream} {self.remote_id}: {self.reason}"
