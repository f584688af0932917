"""A proposal to change a role, and the ballots cast on it."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .person import Person
from .policy import Policy
from .role import RoleTerm
from .sig import Repository, Sig


class Promotion(models.Model):
    """From nomination to the role in force; `members.promotion.TRANSITIONS` says what may follow what."""

    class Kind(models.TextChoices):
        PROMOTE = "promote", _("晋升")
        REMOVE = "remove", _("免去")
        STEP_DOWN = "step_down", _("卸任")
        REINSTATE = "reinstate", _("恢复")
        EMERITUS = "emeritus", _("转为荣誉成员")

    class State(models.TextChoices):
        NOMINATED = "nominated", _("已提名")
        ACCEPTED = "accepted", _("已接受")
        VOTING = "voting", _("表决中")
        APPROVED = "approved", _("已通过")
        IN_EFFECT = "in_effect", _("已生效")
        DECLINED = "declined", _("已谢绝")
        WITHDRAWN = "withdrawn", _("已撤回")
        REJECTED = "rejected", _("未通过")
        EXPIRED = "expired", _("已过期")

    OPEN_STATES = (State.NOMINATED, State.ACCEPTED, State.VOTING, State.APPROVED)

    sig = models.ForeignKey(Sig, models.PROTECT, related_name="promotions", verbose_name=_("SIG"))
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="promotions", verbose_name=_("候选人")
    )
    kind = models.CharField(_("种类"), max_length=20, choices=Kind.choices, default=Kind.PROMOTE)
    role = models.CharField(_("角色"), max_length=20, choices=RoleTerm.Role.choices)
    duty = models.CharField(_("职责"), max_length=200, blank=True)
    repositories = models.ManyToManyField(
        Repository, blank=True, related_name="promotions", verbose_name=_("负责仓库")
    )
    reason = models.TextField(_("提名理由"))
    policy = models.ForeignKey(Policy, models.PROTECT, verbose_name=_("规则"))
    # Figures and sources as they were at nomination; never recomputed (see members.policy).
    evidence = models.JSONField(_("提名时的依据"), default=dict)
    state = models.CharField(
        _("状态"), max_length=20, choices=State.choices, default=State.NOMINATED
    )
    nominated_by = models.ForeignKey(
        Person, models.PROTECT, related_name="nominations", verbose_name=_("提名人")
    )
    nominated_at = models.DateTimeField(_("提名时间"))
    # Without an answer until then the nomination expires: the candidate's while it is nominated, the
    # Maintainers' (opening the vote) once it is accepted. Empty in rows of before there was a limit.
    answer_due_at = models.DateTimeField(_("答复期限"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("接受时间"), null=True, blank=True)
    voting_opens_at = models.DateTimeField(_("表决开始"), null=True, blank=True)
    voting_closes_at = models.DateTimeField(_("表决截止"), null=True, blank=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    effective_on = models.DateField(_("生效日期"), null=True, blank=True)
    # Ids of those who were on leave when the vote opened; they are not entitled.
    on_leave = models.JSONField(_("表决开启时请假"), default=list, blank=True)
    # Where the rules ask for it: the meeting that ratified the result, in words.
    ratified_in = models.CharField(_("批准会议"), max_length=200, blank=True)
    # The count as it was decided: {"in_favour":…, "against":…, "abstained":…, "entitled":…, "needed":…, "reason":…}
    outcome = models.JSONField(_("结果"), default=dict, blank=True)

    class Meta:
        ordering = ["-nominated_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sig", "person", "role"],
                condition=Q(state__in=["nominated", "accepted", "voting", "approved"]),
                name="promotion_one_open_per_role",
            )
        ]
        indexes = [
            models.Index(fields=["sig", "state", "-nominated_at"], name="promotion_sig_state"),
            models.Index(fields=["sig", "-nominated_at", "-id"], name="promotion_sig_nominated"),
            models.Index(fields=["state", "voting_closes_at"], name="promotion_state_closes"),
            models.Index(fields=["state", "answer_due_at"], name="promotion_state_answer"),
        ]
        verbose_name = _("提名")
        verbose_name_plural = _("提名")

    def __str__(self) -> str:
        return f"{self.person} → {self.get_role_display()}"

    def get_absolute_url(self) -> str:
        return reverse("members:promotion-detail", args=[self.sig.slug, self.pk])

    @property
    def is_own_wish(self) -> bool:
        """The holder leaves the role by their own word: nobody votes about it."""
        if self.kind == self.Kind.EMERITUS:
            return self.nominated_by_id == self.person_id
        return self.kind == self.Kind.STEP_DOWN


class Ballot(models.Model):
    """One vote. Changing one's mind supersedes the row and adds another: every change is kept (I3)."""

    class Choice(models.IntegerChoices):
        IN_FAVOUR = 1, _("赞成")
        ABSTAIN = 0, _("弃权")
        AGAINST = -1, _("反对")

    promotion = models.ForeignKey(
        Promotion, models.PROTECT, related_name="ballots", verbose_name=_("提名")
    )
    voter = models.ForeignKey(
        Person, models.PROTECT, related_name="ballots", verbose_name=_("表决人")
    )
    choice = models.SmallIntegerField(_("表决"), choices=Choice.choices)
    reason = models.TextField(_("理由"), blank=True)
    cast_at = models.DateTimeField(_("表决时间"))
    superseded_at = models.DateTimeField(_("被取代时间"), null=True, blank=True)

    class Meta:
        ordering = ["cast_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "voter"],
                condition=Q(superseded_at=None),
                name="ballot_one_live_per_voter",
            ),
            models.CheckConstraint(
                condition=Q(choice__in=[-1, 0, 1]), name="ballot_choice_is_known"
            ),
        ]
        verbose_name = _("选票")
        verbose_name_plural = _("选票")

    def __str__(self) -> str:
        return f"{self.voter}: {self.get_choice_display()}"


class Recusal(models.Model):
    """A voter stands aside in one decision: leaves the electorate and the numbers it is counted by."""

    promotion = models.ForeignKey(
        Promotion, models.PROTECT, related_name="recusals", verbose_name=_("提名")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="recusals", verbose_name=_("回避人")
    )
    reason = models.TextField(_("理由"), blank=True)
    at = models.DateTimeField(_("回避时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "person"],
                condition=Q(withdrawn_at=None),
                name="recusal_one_live_per_person",
            )
        ]
        verbose_name = _("回避")
        verbose_name_plural = _("回避")

    def __str__(self) -> str:
        return f"{self.person} {self.promotion}"


class Endorsement(models.Model):
    """A member puts their name under a nomination, where the rules ask for more than one nominator."""

    promotion = models.ForeignKey(
        Promotion, models.PROTECT, related_name="endorsements", verbose_name=_("提名")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="endorsements", verbose_name=_("附议人")
    )
    # Their employer at the time: rules may ask for different ones.
    organization = models.CharField(_("所属单位"), max_length=200, blank=True)
    at = models.DateTimeField(_("附议时间"))

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "person"], name="endorsement_promotion_person_unique"
            )
        ]
        verbose_name = _("附议")
        verbose_name_plural = _("附议")

    def __str__(self) -> str:
        return f"{self.person} {self.promotion}"


class Statement(models.Model):
    """A contribution to the discussion of a promotion. Kept as said; the author may take it back in sight.

    `is_sealed` as the rules said then: only the electorate and those concerned may read it (I9).
    """

    promotion = models.ForeignKey(
        Promotion, models.PROTECT, related_name="statements", verbose_name=_("提名")
    )
    author = models.ForeignKey(
        Person, models.PROTECT, related_name="statements", verbose_name=_("发言人")
    )
    body = models.TextField(_("内容"))
    is_sealed = models.BooleanField(_("不公开"), default=False)
    # The ledger holds a hash of what was said; with the salt nobody can guess a short sealed sentence.
    salt = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField(_("发言时间"))
    retracted_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["promotion", "at", "id"], name="statement_promotion_at")]
        verbose_name = _("发言")
        verbose_name_plural = _("发言")

    def __str__(self) -> str:
        return f"{self.author}: {self.body[:40]}"
