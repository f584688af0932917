"""What the code host told us unasked: each delivery stored before it is answered."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import Repository


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Sets by the clock of the database, so that workers on several machines agree."""

    def due(self) -> "WebhookDeliveryQuerySet":
        """To be processed now: nobody is at it, and it need not wait any longer."""
        received = self.filter(state=WebhookDelivery.State.RECEIVED)
        return received.filter(Q(next_try_at=None) | Q(next_try_at__lte=Now()))

    def to_check_again(self) -> "WebhookDeliveryQuerySet":
        """Processed while a sync was running, whose older page may have come in behind."""
        return self.filter(state=WebhookDelivery.State.PROCESSED, next_try_at__lte=Now())


class WebhookDelivery(models.Model):
    """One delivery. Its body is a hint only: the object it names is fetched through the API.

    `body` is kept without password and sign. `fingerprint` is the SHA-256 of what makes two
    deliveries the same event, since the host sends no delivery id.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("待处理")
        PROCESSED = "processed", _("已处理")
        IGNORED = "ignored", _("无需处理")
        DEAD = "dead", _("处理失败")

    host = models.CharField(_("代码平台"), max_length=20, default="gitee")
    repository = models.ForeignKey(
        Repository,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("仓库"),
    )
    path = models.CharField(_("仓库路径"), max_length=400, blank=True)
    hook_name = models.CharField(_("事件"), max_length=60)
    action = models.CharField(_("动作"), max_length=60, blank=True)
    # "pull" or "issue" and its number: what is fetched again. "owners" and a branch: a sync is asked for.
    subject_kind = models.CharField(max_length=10, blank=True)
    subject_number = models.CharField(_("编号"), max_length=40, blank=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    copies = models.PositiveIntegerField(_("收到次数"), default=1)
    body = models.JSONField(_("内容"), default=dict)
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("收到时间"))
    state = models.CharField(
        _("状态"), max_length=20, choices=State.choices, default=State.RECEIVED
    )
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    # Not before then; also the lease of the worker that is at it.
    next_try_at = models.DateTimeField(_("下次尝试"), null=True, blank=True)
    processed_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    error = models.TextField(_("详情"), blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(
                fields=["repository", "-received_at", "-id"], name="delivery_repo_received"
            ),
            models.Index(
                fields=["next_try_at"],
                condition=Q(state="processed", next_try_at__isnull=False),
                name="delivery_check_again",
            ),
            models.Index(fields=["-received_at", "-id"], name="delivery_received"),
            models.Index(fields=["state", "-received_at", "-id"], name="delivery_state_received"),
            models.Index(
                fields=["next_try_at"], condition=Q(state="received"), name="delivery_due"
            ),
        ]
        verbose_name = _("推送通知")
        verbose_name_plural = _("推送通知")

    def __str__(self) -> str:
        return f"{self.hook_name} {self.action} {self.path}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:delivery-detail", args=[self.pk])


class RefreshLease(models.Model):
    """One pull request or issue is being fetched by one worker; the row goes when it is done.

    Two at once could overwrite each other with what they read at different moments.
    """

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    number = models.CharField(max_length=40)
    holder = models.CharField(max_length=200)
    lease_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "kind", "number"], name="refreshlease_object_unique"
            )
        ]
        verbose_name = _("正在读取的对象")
        verbose_name_plural = _("正在读取的对象")

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
