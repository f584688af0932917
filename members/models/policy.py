"""Versioned rules of a SIG for changing one role."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .person import Person
from .role import RoleTerm
from .sig import Sig


class Policy(models.Model):
    """Rules for one role, as data; a decision keeps the version it was made under."""

    sig = models.ForeignKey(Sig, models.CASCADE, related_name="policies", verbose_name=_("SIG"))
    role = models.CharField(_("角色"), max_length=20, choices=RoleTerm.Role.choices)
    version = models.PositiveIntegerField(_("版本"), default=1)
    preset = models.CharField(_("范本"), max_length=60, default="mindspore-transformers")
    # Figures of members.policy.Rules as JSON.
    rules = models.JSONField(_("规则"), default=dict)
    effective_from = models.DateField(_("生效日期"))
    # Why this version; empty where a preset was taken over on first need.
    note = models.TextField(_("修改说明"), blank=True)
    adopted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("采用人")
    )
    adopted_at = models.DateTimeField(_("采用时间"), null=True, blank=True)

    class Meta:
        ordering = ["sig", "role", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["sig", "role", "version"], name="policy_sig_role_version_unique"
            )
        ]
        verbose_name = _("规则")
        verbose_name_plural = _("规则")

    def __str__(self) -> str:
        return f"{self.sig} {self.role} v{self.version}"
