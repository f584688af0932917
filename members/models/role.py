"""Who holds which role, from when until when."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .person import Person
from .sig import Repository, Sig


class RoleTermQuerySet(models.QuerySet["RoleTerm"]):
    def active(self, on: dt.date) -> "RoleTermQuerySet":
        """Terms in force on a day; a term's last day is the one before `ended_on`."""
        return self.filter(started_on__lte=on).filter(Q(ended_on=None) | Q(ended_on__gt=on))


class RoleTerm(models.Model):
    """A person's role in a SIG over a time. The roster of any past day is a query."""

    class Role(models.TextChoices):
        CONTRIBUTOR = "contributor", _("Contributor")
        COMMITTER = "committer", _("Committer")
        MAINTAINER = "maintainer", _("Maintainer")

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
        indexes = [models.Index(fields=["sig", "started_on"], name="roleterm_sig_started")]
        verbose_name = _("任期")
        verbose_name_plural = _("任期")

    def __str__(self) -> str:
        return f"{self.person} {self.role}"
