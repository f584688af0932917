"""A SIG, its repositories and the texts of its charter."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Sig(models.Model):
    """A special interest group."""

    slug = models.SlugField(_("短名"), max_length=80, unique=True)
    name = models.CharField(_("名称"), max_length=200)
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    description = models.TextField(_("简介"), blank=True)
    description_en = models.TextField(_("英文简介"), blank=True)
    mailing_list = models.CharField(_("邮件列表"), max_length=200, blank=True)
    meeting_url = models.CharField(_("会议链接"), max_length=500, blank=True)
    time_zone = models.CharField(_("时区"), max_length=64, default="Asia/Shanghai")
    created_on = models.DateField(_("成立日期"), null=True, blank=True)
    # Where README.md and sig-info.yaml live: "gitee:owner/name" and the folder in it.
    charter_repository = models.CharField(_("章程所在仓库"), max_length=420, blank=True)
    charter_folder = models.CharField(_("章程所在目录"), max_length=200, blank=True)
    # What sig-info.yaml says beyond the columns above, kept so that an export loses nothing.
    extra = models.JSONField(_("其他字段"), default=dict, blank=True)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("SIG")
        verbose_name_plural = _("SIG")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("sig-home", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def day_of(self, at: dt.datetime) -> dt.date:
        """The SIG's calendar day at an instant (aware)."""
        return at.astimezone(self.zone).date()

    @property
    def local_name(self) -> str:
        """Name in the language of the page, the other language where one is missing."""
        return (self.name_en if get_language() == "en" else self.name) or self.name or self.name_en

    @property
    def local_description(self) -> str:
        if get_language() == "en":
            return self.description_en or self.description
        return self.description or self.description_en


class Repository(models.Model):
    """A repository on a code host that a SIG looks after, with its review rule."""

    sig = models.ForeignKey(Sig, models.PROTECT, related_name="repositories", verbose_name=_("SIG"))
    host = models.CharField(_("代码平台"), max_length=20, default="gitee")
    owner = models.CharField(_("所属空间"), max_length=200)
    name = models.CharField(_("仓库名"), max_length=200)
    default_branch = models.CharField(_("默认分支"), max_length=200, blank=True)
    # POLICIES.md: two lgtm (one in documentation repositories) and one approve.
    lgtm_required = models.PositiveSmallIntegerField(_("所需 lgtm 数"), default=2)
    approve_required = models.PositiveSmallIntegerField(_("所需 approve 数"), default=1)
    # Labels without which, and with which, nothing may be merged. Empty lists: labels do not matter.
    required_labels = models.JSONField(_("必须有的标签"), default=list, blank=True)
    blocking_labels = models.JSONField(_("不得有的标签"), default=list, blank=True)
    # Where it went on, its numbers continuing: the same repository on another host or in another space.
    moved_to = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="former_homes",
        verbose_name=_("迁往"),
    )

    class Meta:
        ordering = ["host", "owner", "name"]
        constraints = [
            models.UniqueConstraint(
                "host", Lower("owner"), Lower("name"), name="repository_host_path_unique"
            ),
        ]
        verbose_name = _("仓库")
        verbose_name_plural = _("仓库")

    def __str__(self) -> str:
        return f"{self.host}:{self.path}"

    @property
    def path(self) -> str:
        return f"{self.owner}/{self.name}"


class CharterPage(models.Model):
    """One section of the SIG's README (goals, activities, …), kept as Markdown."""

    sig = models.ForeignKey(
        Sig, models.CASCADE, related_name="charter_pages", verbose_name=_("SIG")
    )
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    slug = models.SlugField(_("短名"), max_length=120, allow_unicode=True)
    title = models.CharField(_("标题"), max_length=200)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    body = models.TextField(_("正文"), blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sig", "language", "slug"], name="charterpage_sig_language_slug_unique"
            ),
        ]
        verbose_name = _("章程页面")
        verbose_name_plural = _("章程页面")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("members:charter-detail", args=[self.sig.slug, self.slug])
