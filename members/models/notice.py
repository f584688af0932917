"""What people are told, once each: an outbox in the database, and what they want to be told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .person import Person


class Notice(models.Model):
    """One message to one person (or to a channel of the SIG's, `person` empty), in the outbox until sent.

    `key` names what happened and to whom it is told, so that nothing is told twice
    ("promotion:12:opened:person:7"). Subject and text are made when sent, in the reader's language.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        SKIPPED = "skipped", _("未发送")
        FAILED = "failed", _("发送失败")

    key = models.CharField(max_length=200, unique=True)
    person = models.ForeignKey(
        Person,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("收件人"),
    )
    kind = models.CharField(_("种类"), max_length=60)
    # What the text needs: names, addresses of pages (paths), dates as ISO text. No e-mail address.
    data = models.JSONField(_("内容"), default=dict)
    made_at = models.DateTimeField(_("生成时间"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    next_try_at = models.DateTimeField(_("下次尝试"))
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    error = models.CharField(_("详情"), max_length=500, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="notice_due"),
            models.Index(fields=["-made_at", "-id"], name="notice_made"),
            models.Index(fields=["state", "-made_at", "-id"], name="notice_state_made"),
            models.Index(fields=["person", "-made_at", "-id"], name="notice_person_made"),
        ]
        verbose_name = _("通知")
        verbose_name_plural = _("通知")

    def __str__(self) -> str:
        return self.key


class NoticePreference(models.Model):
    """What a person does not want, or in which language; no row: everything, in Chinese."""

    person = models.OneToOneField(
        Person, models.CASCADE, related_name="notice_preference", verbose_name=_("成员")
    )
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    by_mail = models.BooleanField(_("邮件"), default=True)
    # Kinds switched off, out of members.notices.KINDS.
    muted = models.JSONField(_("不接收"), default=list, blank=True)

    class Meta:
        verbose_name = _("通知设置")
        verbose_name_plural = _("通知设置")

    def __str__(self) -> str:
        return str(self.person)
