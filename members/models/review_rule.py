"""What a repository asked of a review, and who could give it, on any past day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .sig import Repository


class ReviewRule(models.Model):
    """The review rule of a repository from an instant on. No row: the repository's own numbers always held."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="review_rules")
    valid_from = models.DateTimeField(_("起始时间"))
    lgtm_required = models.PositiveSmallIntegerField(_("所需 lgtm 数"))
    approve_required = models.PositiveSmallIntegerField(_("所需 approve 数"))
    required_labels = models.JSONField(_("必须有的标签"), default=list, blank=True)
    blocking_labels = models.JSONField(_("不得有的标签"), default=list, blank=True)

    class Meta:
        ordering = ["repository", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "valid_from"], name="reviewrule_repository_from_unique"
            )
        ]
        verbose_name = _("评审规则")
        verbose_name_plural = _("评审规则")

    def __str__(self) -> str:
        return f"{self.repository} {self.valid_from:%Y-%m-%d}"


class OwnersFile(models.Model):
    """What one OWNERS file of a repository said from an instant until its next version.

    Logins as written, duplicates gone; compare lower-case. A file that was removed has both empty.
    """

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="owners_files")
    path = models.CharField(_("文件"), max_length=500, default="OWNERS")
    valid_from = models.DateTimeField(_("起始时间"))
    approvers = models.JSONField(default=list, blank=True)
    reviewers = models.JSONField(default=list, blank=True)
    # The commit that brought it; empty when read as it stands today.
    sha = models.CharField(_("提交"), max_length=64, blank=True)

    class Meta:
        ordering = ["repository", "path", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "path", "valid_from"], name="ownersfile_version_unique"
            )
        ]
        verbose_name = _("OWNERS 文件")
        verbose_name_plural = _("OWNERS 文件")

    def __str__(self) -> str:
        return f"{self.repository} {self.path} {self.valid_from:%Y-%m-%d}"
