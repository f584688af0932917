"""Formal decisions of the SIG on a pull request, an issue or an RFC."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import Person, Sig

from .mirror import UNSHOWN, Issue, PullRequest


class ResolutionQuerySet(models.QuerySet["Resolution"]):
    def in_force(self) -> "ResolutionQuerySet":
        return self.filter(superseded_by=None)

    def with_all(self) -> "ResolutionQuerySet":
        """With everything a line or a page prints, in two queries; texts of the mirror left out."""
        rows = self.select_related(
            "sig",
            "decided_by",
            "pull__repository",
            "issue__repository",
            "supersedes__sig",
            "superseded_by__sig",
        )
        unshown = [f"{row}__{text}" for row in ("pull", "issue") for text in UNSHOWN]
        return rows.defer(*unshown).prefetch_related("decided_by__accounts")


class Resolution(models.Model):
    """What was decided, why, by whom. Public and final: a change is a new one that supersedes it."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("接受")
        REJECTED = "rejected", _("不接受")
        DEFERRED = "deferred", _("暂缓")

    sig = models.ForeignKey(Sig, models.PROTECT, related_name="resolutions", verbose_name="SIG")
    # Counts within the SIG from 1, without gaps.
    number = models.PositiveIntegerField(_("编号"))
    pull = models.ForeignKey(
        PullRequest,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="resolutions",
        verbose_name=_("拉取请求"),
    )
    issue = models.ForeignKey(
        Issue,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="resolutions",
        verbose_name=_("问题"),
    )
    # "gitee:mindspore/mindformers!12" or "…#I4CE7W": stays when the mirrored row goes.
    subject = models.CharField(_("对象"), max_length=450)
    title = models.CharField(_("标题"), max_length=200)
    outcome = models.CharField(_("结论"), max_length=10, choices=Outcome.choices)
    reasons = models.TextField(_("理由"))
    decided_by = models.ForeignKey(
        Person, models.PROTECT, related_name="resolutions", verbose_name=_("记录人")
    )
    decided_at = models.DateTimeField(_("决定时间"))
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("取代"),
    )
    # Of the form it came from: the same form sent twice records once.
    token = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["sig", "number"], name="resolution_sig_number_unique"),
            models.CheckConstraint(
                condition=Q(pull=None) | Q(issue=None), name="resolution_one_subject"
            ),
        ]
        indexes = [
            models.Index(fields=["sig", "-decided_at", "-id"], name="resolution_sig_decided"),
            models.Index(fields=["subject"], name="resolution_subject"),
        ]
        verbose_name = _("决议")
        verbose_name_plural = _("决议")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:resolution-detail", args=[self.sig.slug, self.number])

    @property
    def successor(self) -> "Resolution | None":
        """The one that superseded it; None while it is in force."""
        return getattr(self, "superseded_by", None)

    @property
    def on(self) -> PullRequest | Issue | None:
        """The mirrored row it decides; None when the mirror no longer has it."""
        return self.pull or self.issue


class Rfc(models.Model):
    """Where an RFC stands: an issue with the RFC label, from draft to a resolution."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草案")
        IN_REVIEW = "in_review", _("评审中")
        ACCEPTED = "accepted", _("已接受")
        REJECTED = "rejected", _("未接受")
        SUPERSEDED = "superseded", _("已被取代")

    issue = models.OneToOneField(Issue, models.CASCADE, related_name="rfc", verbose_name=_("问题"))
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.DRAFT)
    state_changed_at = models.DateTimeField(_("状态变更"))
    superseded_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("后继")
    )

    class Meta:
        ordering = ["-state_changed_at", "-id"]
        indexes = [
            models.Index(fields=["state", "-state_changed_at", "-id"], name="rfc_state_changed")
        ]
        verbose_name = "RFC"
        verbose_name_plural = "RFC"

    def __str__(self) -> str:
        return f"RFC #{self.issue.number}"
