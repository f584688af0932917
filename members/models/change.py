"""What a decided change of roles must change in the community's own files, until it is merged there."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .person import Person
from .promotion import Promotion
from .sig import Repository


class FileChange(models.Model):
    """One file to be changed for one promotion: the patch, the pull request that carries it, its fate."""

    class State(models.TextChoices):
        READY = "ready", _("待提交")
        PROPOSED = "proposed", _("已提交拉取请求")
        MERGED = "merged", _("已合入")
        CLOSED = "closed", _("已关闭，未合入")
        NEEDLESS = "needless", _("文件中已是如此")

    promotion = models.ForeignKey(
        Promotion, models.CASCADE, related_name="file_changes", verbose_name=_("提名")
    )
    # Where the file lives: a repository of the SIG (OWNERS), or empty for the community's own.
    repository = models.ForeignKey(
        Repository, models.CASCADE, null=True, blank=True, related_name="file_changes"
    )
    path = models.CharField(_("文件"), max_length=500)
    patch = models.TextField(_("补丁"), blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.READY)
    pull_number = models.PositiveIntegerField(_("拉取请求"), null=True, blank=True)
    pull_url = models.CharField(_("链接"), max_length=500, blank=True)
    # Of the text the patch was made from; another one there means that it has to be made again.
    base_sha256 = models.CharField(max_length=64, blank=True)
    # A Maintainer asked for a pull request; it is tried again until it stands or is refused for good.
    asked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    asked_at = models.DateTimeField(_("要求提交"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    next_try_at = models.DateTimeField(_("下次尝试"), null=True, blank=True)
    made_at = models.DateTimeField(_("生成时间"))
    state_changed_at = models.DateTimeField(_("状态变更"))
    error = models.TextField(_("详情"), blank=True)

    class Meta:
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "repository", "path"], name="filechange_repository_path_unique"
            ),
            models.UniqueConstraint(
                fields=["promotion", "path"],
                condition=Q(repository=None),
                name="filechange_community_path_unique",
            ),
        ]
        indexes = [models.Index(fields=["state", "state_changed_at"], name="filechange_state")]
        verbose_name = _("文件改动")
        verbose_name_plural = _("文件改动")

    def __str__(self) -> str:
        return f"{self.path} {self.state}"
