"""Dated facts about what a person did; promotion rules read only these."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .person import Person
from .sig import Repository, Sig


class Contribution(models.Model):
    """One thing a person did, written by the room that saw it, unique by its source."""

    class Kind(models.TextChoices):
        PULL_MERGED = "pull_merged", _("合入的拉取请求")
        PULL_REVIEWED = "pull_reviewed", _("评审的拉取请求")
        ISSUE_OPENED = "issue_opened", _("提出的问题")
        MEETING_ATTENDED = "meeting_attended", _("出席的例会")

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="contributions", verbose_name=_("成员")
    )
    sig = models.ForeignKey(Sig, models.CASCADE, related_name="contributions", verbose_name="SIG")
    repository = models.ForeignKey(
        Repository, models.CASCADE, null=True, blank=True, related_name="contributions"
    )
    kind = models.CharField(_("种类"), max_length=30, choices=Kind.choices)
    # A main reviewer gave the approve, or the most remarks; other reviewers gave lgtm.
    is_main = models.BooleanField(_("主要评审"), default=False)
    at = models.DateTimeField(_("时间"))
    # "gitee:mindspore/mindformers!12:pull_merged:<login>": what happened once is stored once.
    source = models.CharField(_("来源"), max_length=300, unique=True)
    title = models.CharField(_("标题"), max_length=500, blank=True)
    # Where the portal wrote the title itself; people's own words are as they are.
    title_en = models.CharField(_("英文标题"), max_length=500, blank=True)
    # Path of the record page in this portal.
    url = models.CharField(_("链接"), max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="contribution_person_at"),
            models.Index(fields=["sig", "kind", "-at"], name="contribution_sig_kind_at"),
        ]
        verbose_name = _("贡献")
        verbose_name_plural = _("贡献")

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"

    @property
    def local_title(self) -> str:
        """In the language of the page where there is one; the source where nobody gave a title."""
        own = self.title_en if get_language() == "en" else ""
        return own or self.title or self.source
