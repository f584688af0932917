"""The mirror's tables: what the code host says, row for row."""

from django.db import models
from django.db.models import Q
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


# Long texts that no list prints.
UNSHOWN = ("body", "search_text", "search_tokens")


class SearchedRow(models.Model):
    """What lists are searched by: filled by `reviews.search.columns_of` wherever a row is written."""

    # The folded text that holds what is asked for, and the tokens that lead there (ledger.bigrams).
    search_text = models.TextField(blank=True, default="", editable=False)
    search_tokens = models.TextField(blank=True, default="", editable=False)

    class Meta:
        abstract = True


class PullRequest(SearchedRow, MirroredRow):
    """A pull request as mirrored, or as read from a clone's merge commit (then `remote_id` is empty)."""

    class State(models.TextChoices):
        OPEN = "open", _("开放")
        MERGED = "merged", _("已合入")
        CLOSED = "closed", _("已关闭")

    class Verdict(models.TextChoices):
        """Whether the review rule is met, by what the mirror knows."""

        PENDING = "pending", _("尚无结论")
        MET = "met", _("符合规则")
        UNMET = "unmet", _("不符合规则")
        UNKNOWN = "unknown", _("资料不足")

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
    milestone = models.CharField(_("里程碑"), max_length=200, blank=True)

    # What the lists do not tell: operate logs, webhooks and merge commits do. Empty: not known.
    merged_by = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("合入者")
    )
    merged_by_login = models.CharField(_("合入者账号"), max_length=200, blank=True)
    merge_sha = models.CharField(_("合入提交"), max_length=64, blank=True)
    # `updated_at` of the row when its operate logs were last read.
    details_of = models.DateTimeField(null=True, blank=True)

    # Judged from the rows above by reviews.outcome, kept here for lists and pictures; never by hand.
    verdict = models.CharField(
        _("评审结论"), max_length=10, choices=Verdict.choices, default=Verdict.PENDING
    )
    lgtm_count = models.PositiveSmallIntegerField(default=0)
    approve_count = models.PositiveSmallIntegerField(default=0)
    first_review_at = models.DateTimeField(_("首次评审"), null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)

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
            # Across repositories: what a search or a label leaves is read off in order.
            models.Index(fields=["-updated_at", "-id"], name="pull_updated"),
            models.Index(
                fields=["-merged_at", "-id"],
                condition=Q(merged_at__isnull=False),
                name="pull_merged",
            ),
            models.Index(
                fields=["author", "-merged_at", "-id"],
                condition=Q(merged_at__isnull=False),
                name="pull_author_merged",
            ),
            models.Index(
                fields=["repository", "verdict", "-updated_at", "-id"], name="pull_repo_verdict"
            ),
            # Merged without the rule being met, or without anyone knowing.
            models.Index(
                fields=["repository", "verdict", "-merged_at", "-id"],
                condition=Q(state="merged", verdict__in=["unmet", "unknown"]),
                name="pull_repo_exceptions",
            ),
            # Whether anything was judged since: see reviews.pulse_cache.
            models.Index(
                fields=["repository", "-judged_at"],
                condition=Q(judged_at__isnull=False),
                name="pull_repo_judged",
            ),
            models.Index(
                fields=["repository"], condition=Q(judged_at=None), name="pull_repo_unjudged"
            ),
            # Waiting longest for a first review.
            models.Index(
                fields=["repository", "created_at"],
                condition=Q(state="open", first_review_at=None),
                name="pull_repo_waiting",
            ),
            # What came and what was closed unmerged in a period.
            models.Index(fields=["repository", "created_at"], name="pull_repo_created"),
            models.Index(
                fields=["repository", "closed_at"],
                condition=Q(state="closed"),
                name="pull_repo_closed",
            ),
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


class Issue(SearchedRow, MirroredRow):
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
    milestone = models.CharField(_("里程碑"), max_length=200, blank=True)
    # As the host counts; ours can be fewer when some were deleted or are not read yet.
    comment_count = models.PositiveIntegerField(_("评论数"), null=True, blank=True)
    # The first comment by someone else than the author; empty: unanswered.
    answered_at = models.DateTimeField(_("首次答复"), null=True, blank=True)
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
            models.Index(fields=["author", "-created_at", "-id"], name="issue_author_created"),
            models.Index(fields=["-created_at", "-id"], name="issue_created"),
            models.Index(
                fields=["repository", "created_at"],
                condition=Q(state__in=["open", "progressing"], answered_at=None),
                name="issue_repo_unanswered",
            ),
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


class OperateLog(models.Model):
    """One line of the host's own history of a pull request: who merged, who labelled, when."""

    pull = models.ForeignKey(PullRequest, models.CASCADE, related_name="operate_logs")
    host = models.CharField(_("代码平台"), max_length=20)
    remote_id = models.BigIntegerField(_("平台编号"))
    action_type = models.CharField(_("动作"), max_length=60)
    content = models.CharField(_("内容"), max_length=500, blank=True)
    login = models.CharField(_("账号"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("时间"))

    class Meta:
        ordering = ["created_at", "remote_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "remote_id"], name="operatelog_host_remote_unique"
            ),
        ]
        indexes = [models.Index(fields=["pull", "created_at"], name="operatelog_pull")]
        verbose_name = _("操作记录")
        verbose_name_plural = _("操作记录")

    def __str__(self) -> str:
        return f"{self.action_type} {self.created_at:%Y-%m-%d %H:%M}"


class Push(models.Model):
    """New commits on a pull request, by its head commit; words given before them no longer count.

    `not_before` and `at` bound the moment: equal when a webhook told it, apart when two readings of
    the list showed different heads.
    """

    pull = models.ForeignKey(PullRequest, models.CASCADE, related_name="pushes")
    sha = models.CharField(_("来源提交"), max_length=64)
    not_before = models.DateTimeField()
    at = models.DateTimeField(_("推送时间"))

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["pull", "sha"], name="push_pull_sha_unique")]
        verbose_name = _("推送")
        verbose_name_plural = _("推送")

    def __str__(self) -> str:
        return f"{self.sha[:12]} {self.at:%Y-%m-%d %H:%M}"


class IssueLink(models.Model):
    """A pull request names an issue. By number, for the issue may be mirrored later or never."""

    pull = models.ForeignKey(PullRequest, models.CASCADE, related_name="issue_links")
    repository = models.ForeignKey(Repository, models.CASCADE, related_name="+")
    number = models.CharField(_("问题编号"), max_length=40)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["pull", "number"], name="issuelink_pull_number_unique")
        ]
        indexes = [models.Index(fields=["repository", "number"], name="issuelink_issue")]
        verbose_name = _("关联问题")
        verbose_name_plural = _("关联问题")

    def __str__(self) -> str:
        return f"#{self.number}"


class Milestone(models.Model):
    """A milestone of a repository, as the host keeps it."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="milestones")
    number = models.BigIntegerField(_("编号"))
    title = models.CharField(_("标题"), max_length=200)
    state = models.CharField(_("状态"), max_length=20)
    due_on = models.DateField(_("截止日期"), null=True, blank=True)

    class Meta:
        ordering = ["due_on", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "number"], name="milestone_repository_number_unique"
            )
        ]
        verbose_name = _("里程碑")
        verbose_name_plural = _("里程碑")

    def __str__(self) -> str:
        return self.title
