"""What the charter files said when they were last imported."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .sig import Sig


class CharterSource(models.Model):
    """One file of the last import, for comparing it with the roster of today."""

    class Kind(models.TextChoices):
        README = "readme", _("README.md（中文）")
        README_EN = "readme-en", _("README.md（英文）")
        SIG_INFO = "sig-info", _("sig-info.yaml")
        OWNERS = "owners", _("OWNERS")

    sig = models.ForeignKey(
        Sig, models.CASCADE, related_name="charter_sources", verbose_name=_("SIG")
    )
    kind = models.CharField(_("种类"), max_length=20, choices=Kind.choices)
    # "owner/name" of the repository an OWNERS file stands in; empty for the others.
    repository = models.CharField(_("仓库"), max_length=401, blank=True)
    # Within its repository for an OWNERS file, below the SIG's own folder for the others.
    path = models.CharField(_("文件"), max_length=500)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    # The file itself, so that a change of it can be made exactly. Holds addresses: never shown (I9).
    text = models.TextField(_("原文"), blank=True)
    # members.charter.facts.to_json: people and repositories, no e-mail.
    facts = models.JSONField(_("内容"), default=dict)
    imported_at = models.DateTimeField(_("导入时间"))

    class Meta:
        ordering = ["kind", "repository", "path"]
        constraints = [
            models.UniqueConstraint(
                fields=["sig", "kind", "repository", "path"], name="chartersource_sig_path_unique"
            )
        ]
        verbose_name = _("章程文件")
        verbose_name_plural = _("章程文件")

    def __str__(self) -> str:
        return self.path
