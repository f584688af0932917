"""Who holds which role, from when until when."""

import datetime as dt

from django.db import models
from django.db.models import Expression, F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from .person import Person
from .sig import Repository, Sig


class RoleTermQuerySet(models.QuerySet["RoleTerm"]):
    def active(self, on: dt.date | Expression) -> "RoleTermQuerySet":
        """Terms in force on a day, given or computed by the database; a term's last day is the one before `ended_on`."""
        return self.filter(started_on__lte=on).filter(Q(ended_on=None) | Q(ended_on__gt=on))


class RoleTerm(models.Model):
    """A person's role in a SIG over a time. The roster of any past day is a query."""

    class Role(models.TextChoices):
        CONTRIBUTOR = "contributor", _("Contributor")
        COMMITTER = "committer", _("Committer")
        MAINTAINER = "maintainer", _("Maintainer")

    class EndedAs(models.TextChoices):
        """How a term ended; empty while it runs, and where an import does not know."""

        PROMOTED = "promoted", _("升任其他角色")
        STEPPED_DOWN = "stepped_down", _("卸任")
        EMERITUS = "emeritus", _("荣誉成员")
        REMOVED = "removed", _("免去")
        TERM_OVER = "term_over", _("任期届满")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="role_terms", verbose_name=_("成员")
    )
    sig = models.ForeignKey(Sig, models.PROTECT, related_name="role_terms", verbose_name=_("SIG"))
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    duty = models.CharField(_("职责"), max_length=200, blank=True)
    # Scope: the repositories a Committer answers for.
    repositories = models.ManyToManyField(
        Repository, blank=True, related_name="role_terms", verbose_name=_("负责仓库")
    )
    started_on = models.DateField(_("开始日期"))
    ended_on = models.DateField(_("结束日期"), null=True, blank=True)
    ended_as = models.CharField(_("结束方式"), max_length=20, choices=EndedAs.choices, blank=True)
    # Where the rules limit a term: the day from which it no longer runs unless it is renewed.
    due_on = models.DateField(_("任期至"), null=True, blank=True)
    reason = models.TextField(_("缘由"), blank=True)
    # Number of the ledger entry that recorded the start; no foreign key, see ledger.models.
    entry_seq = models.PositiveBigIntegerField(_("记录序号"), null=True, blank=True)

    objects = RoleTermQuerySet.as_manager()

    class Meta:
        ordering = ["started_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="roleterm_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["person", "sig", "role"],
                condition=Q(ended_on=None),
                name="roleterm_one_open_per_role",
            ),
        ]
        indexes = [
            models.Index(fields=["sig", "started_on"], name="roleterm_sig_started"),
            models.Index(fields=["sig", "-ended_on", "-id"], name="roleterm_sig_ended"),
            models.Index(fields=["person", "-started_on", "-id"], name="roleterm_person_started"),
            # The roster's newest changes: when a term ended, or began where it runs.
            models.Index(
                F("sig"),
                Coalesce("ended_on", "started_on").desc(),
                F("id").desc(),
                name="roleterm_sig_changed",
            ),
        ]
        verbose_name = _("任期")
        verbose_name_plural = _("任期")

    def __str__(self) -> str:
        return f"{self.person} {self.role}"


class LeaveQuerySet(models.QuerySet["Leave"]):
    def on(self, day: dt.date, sig_id: int) -> "LeaveQuerySet":
        """Leaves of a SIG's people that cover a day; the first day back is not covered."""
        begun = self.filter(sig_id=sig_id, started_on__lte=day)
        return begun.filter(Q(ended_on=None) | Q(ended_on__gt=day))


class Leave(models.Model):
    """A leave of absence: the roles stay, the person is counted neither as entitled nor as inactive."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="leaves", verbose_name=_("成员")
    )
    sig = models.ForeignKey(Sig, models.PROTECT, related_name="leaves", verbose_name=_("SIG"))
    started_on = models.DateField(_("开始日期"))
    # First day back; empty while nobody knows.
    ended_on = models.DateField(_("返回日期"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "-id"]
        indexes = [models.Index(fields=["sig", "-started_on", "-id"], name="leave_sig_started")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "sig"], condition=Q(ended_on=None), name="leave_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gt=F("started_on")),
                name="leave_ends_after_start",
            ),
        ]
        verbose_name = _("请假")
        verbose_name_plural = _("请假")

    def __str__(self) -> str:
        return f"{self.person} {self.started_on}"


class Inquiry(models.Model):
    """Somebody who showed nothing for long is asked whether they go on; the answer is theirs."""

    class Answer(models.TextChoices):
        NONE = "", _("尚未答复")
        STAYS = "stays", _("继续履职")
        LEAVE = "leave", _("暂时请假")
        STEPS_DOWN = "steps_down", _("卸任")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="inquiries", verbose_name=_("成员")
    )
    sig = models.ForeignKey(Sig, models.PROTECT, related_name="inquiries", verbose_name=_("SIG"))
    # The last thing they showed; empty: nothing at all since the role began.
    last_shown_on = models.DateField(_("最近贡献"), null=True, blank=True)
    asked_at = models.DateTimeField(_("询问时间"))
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("询问人"))
    answer = models.CharField(_("答复"), max_length=12, choices=Answer.choices, blank=True)
    answer_note = models.TextField(_("说明"), blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "sig"], condition=Q(answered_at=None), name="inquiry_one_open"
            )
        ]
        indexes = [models.Index(fields=["sig", "-asked_at"], name="inquiry_sig_asked")]
        verbose_name = _("询问")
        verbose_name_plural = _("询问")

    def __str__(self) -> str:
        return f"{self.person} {self.asked_at:%Y-%m-%d}"
