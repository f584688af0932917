"""A person's own calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Person


class PersonalCalendar(models.Model):
    """An address of one's own calendar that works without signing in, until it is revoked."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="personal_calendars", verbose_name=_("成员")
    )
    created_at = models.DateTimeField(_("建立时间"))
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("个人日历地址")
        verbose_name_plural = _("个人日历地址")

    def __str__(self) -> str:
        return f"{self.person_id} {self.created_at:%Y-%m-%d}"
