"""What somebody took on in a meeting."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Person, Sig

from .meeting import Meeting


class ActionItem(models.Model):
    """Something somebody took on in a meeting, carried until it is done."""

    class State(models.TextChoices):
        OPEN = "open", _("待办")
        DONE = "done", _("已完成")
        DROPPED = "dropped", _("不再跟进")

    sig = models.ForeignKey(Sig, models.PROTECT, related_name="action_items", verbose_name=_("SIG"))
    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="action_items", verbose_name=_("例会")
    )
    text = models.TextField(_("内容"))
    owner = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="action_items"
    )
    # As written, where no person could be told.
    owner_name = models.CharField(_("负责人"), max_length=200, blank=True)
    due_on = models.DateField(_("期限"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("提出时间"))
    closed_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    # iCalendar: raised with each change of owner or day.
    sequence = models.PositiveIntegerField(_("日历版本"), default=0)
    changed_at = models.DateTimeField(_("变更时间"), null=True, blank=True)

    class Meta:
        ordering = ["state", "due_on", "id"]
        indexes = [
            models.Index(fields=["sig", "state", "due_on"], name="actionitem_sig_state_due"),
            models.Index(fields=["owner", "state", "due_on"], name="actionitem_owner_state_due"),
            models.Index(fields=["owner", "-closed_at"], name="actionitem_owner_closed"),
            models.Index(fields=["state", "due_on"], name="actionitem_state_due"),
        ]
        verbose_name = _("行动项")
        verbose_name_plural = _("行动项")

    def __str__(self) -> str:
        return self.text[:60]

    def is_overdue(self, on: dt.date) -> bool:
        return self.state == self.State.OPEN and self.due_on is not None and self.due_on < on
