"""Who reviewed a pull request, and by what rights and rule a repository's verdicts were last given."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Account, Repository

from .mirror import PullRequest


class Review(models.Model):
    """One person's part in the review of one pull request, judged by reviews.outcome; never by hand.

    `is_witnessed` says that a merge commit's `Reviewed-by:` names the person; `has_lgtm` and
    `has_approve` that such a word of theirs counts. `pull_updated_at` repeats the pull request's, so
    that the list of a reviewer is one walk through an index.
    """

    pull = models.ForeignKey(PullRequest, models.CASCADE, related_name="reviews")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("评审人"))
    first_at = models.DateTimeField(_("首次发言"), null=True, blank=True)
    remarks = models.PositiveIntegerField(_("发言数"), default=0)
    has_lgtm = models.BooleanField(default=False)
    has_approve = models.BooleanField(default=False)
    is_main = models.BooleanField(_("主要评审"), default=False)
    is_witnessed = models.BooleanField(default=False)
    pull_updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pull", "account"], name="review_pull_account_unique")
        ]
        indexes = [
            models.Index(
                fields=["account", "-pull_updated_at", "-pull"], name="review_account_updated"
            ),
            models.Index(
                fields=["first_at"],
                condition=Q(has_lgtm=True) | Q(has_approve=True) | Q(is_witnessed=True),
                name="review_counted_first",
            ),
        ]
        verbose_name = _("评审")
        verbose_name_plural = _("评审")

    def __str__(self) -> str:
        return f"{self.account} {self.pull}"


class JudgingBasis(models.Model):
    """What the verdicts of a repository rest on beside its own rows: OWNERS, roster, rule.

    `digest` stands for all of it; `changed_at` is when it was last seen to differ. A pull request
    judged before that is to be judged again, see reviews.resettling.
    """

    repository = models.OneToOneField(
        Repository, models.CASCADE, related_name="judging_basis", verbose_name=_("仓库")
    )
    digest = models.CharField(max_length=64)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("评审依据")
        verbose_name_plural = _("评审依据")

    def __str__(self) -> str:
        return f"{self.repository} {self.digest[:12]}"
