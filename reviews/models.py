"""The mirror's tables: what the code host says, row for row, and how far each repository is synced."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import Account, Repository


class MirroredRow(models.Model):
    """What every row from a code host carries. Times are the host's, in UTC."""

    repository = models.ForeignKey(Repository, models.CASCADE, verbose_name=_("仓库"))
    host = models.CharField(_("代码平台"), max_length=20)
    remote_id = models.BigIntegerField(_("平台编号"), null=True, blank=True)
    author = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("作者")
    )
    # Kept beside the account: the host may later forget the user.
    author_login = models.CharField(_("作者账号"), max_length=200, blank=True)
    html_url = models.CharField(_("原始链接"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("创建时间"))
    updated_at = models.DateTimeField(_("更新时间"))

    class Meta:
        abstract = True


class PullRequest(MirroredRow):
    """A pull request as mirrored, or as read from a clone's merge commit (then `remote_id` is empty)."""

    class State(models.TextChoices):
        OPEN = "open", _("开放")
        MERGED = "merged", _("已合入")
        CLOSED = "closed", _("已关闭")

    number = models.PositiveIntegerField(_("编号"))
    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    title = models.CharField(_("标题"), max_length=500)
    body = models.TextField(_("描述"), blank=True)
    labels = models.JSONField(_("标签"), default=list, blank=True)
    base_ref = models.CharField(_("目标分支"), max_length=300, blank=True)
    head_ref = models.CharField(_("来源分支"), max_length=300, blank=True)
    head_sha = models.CharField(_("来源提交"), max_length=64, blank=True)
    is_draft = models.BooleanField(_("草稿"), default=False)
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)
    merged_at = models.DateTimeField(_("合入时间"), null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "remote_id"],
                condition=Q(remote_id__isnull=False),
                name="pullrequest_host_remote_unique",
            ),
            models.UniqueConstraint(
                fields=["repository", "number"], name="pullrequest_repository_number_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["repository", "-updated_at", "-id"], name="pull_repo_updated"),
            models.Index(
                fields=["repository", "state", "-updated_at", "-id"], name="pull_repo_state_updated"
            ),
            models.Index(fields=["author", "-updated_at", "-id"], name="pull_author_updated"),
            models.Index(fields=["repository", "merged_at"], name="pull_repo_merged"),
        ]
        verbose_name = _("拉取请求")
        verbose_name_plural = _("拉取请求")

    def __str__(self) -> str:
        return f"!{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        repository = self.repository
        return reverse(
            "reviews:record-detail", args=[repository.owner, repository.name, self.number]
        )


class Issue(MirroredRow):
    """An issue as mirrored. Its number is text (`I4CE7W`), case-sensitive."""

    class State(models.TextChoices):
        OPEN = "open", _("开放")
        PROGRESSING = "progressing", _("进行中")
        CLOSED = "closed", _("已关闭")
        REJECTED = "rejected", _("已拒绝")

    number = models.CharField(_("编号"), max_length=40)
    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    title = models.CharField(_("标题"), max_length=500)
    body = models.TextField(_("描述"), blank=True)
    labels = models.JSONField(_("标签"), default=list, blank=True)
    assignee_login = models.CharField(_("负责人账号"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["host", "remote_id"], name="issue_host_remote_unique"),
            models.UniqueConstraint(
                fields=["repository", "number"], name="issue_repository_number_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["repository", "state", "-created_at"], name="issue_repo_state"),
            models.Index(fields=["repository", "-created_at", "-id"], name="issue_repo_created"),
        ]
        verbose_name = _("问题")
        verbose_name_plural = _("问题")

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        repository = self.repository
        return reverse(
            "reviews:issue-detail", args=[repository.owner, repository.name, self.number]
        )


class Comment(MirroredRow):
    """A comment on a pull request or an issue. Joined by number, so that one may arrive first."""

    class Kind(models.TextChoices):
        PULL = "pull", _("拉取请求")
        ISSUE = "issue", _("问题")

    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    number = models.CharField(_("所属编号"), max_length=40)
    body = models.TextField(_("正文"), blank=True)
    path = models.CharField(_("文件"), max_length=1000, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "kind", "remote_id"], name="comment_host_kind_remote_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["repository", "kind", "number", "created_at"], name="comment_subject"
            )
        ]
        verbose_name = _("评论")
        verbose_name_plural = _("评论")

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.body[:40]}"


class RepositorySyncQuerySet(models.QuerySet["RepositorySync"]):
    """Sets by the clock of the database, so that workers on several machines agree."""

    def free(self) -> "RepositorySyncQuerySet":
        """No live worker is at them: nobody holds the lease, or its holder died."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=Now()))

    def due(self, interval: dt.timedelta) -> "RepositorySyncQuerySet":
        """Free, and asked for, never finished, interrupted, or last finished `interval` ago."""
        return self.free().filter(
            Q(requested_at__isnull=False)
            | Q(finished_at=None)
            | Q(started_at__gt=F("finished_at"))
            | Q(finished_at__lte=Now() - interval)
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
