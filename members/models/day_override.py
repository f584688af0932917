"""What the administrator says about single days of the calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DayOverride(models.Model):
    """An administrator's word on one day, ahead of what the holiday library knows."""

    day = models.DateField(_("日期"), unique=True)
    is_holiday = models.BooleanField(_("放假"))
    name = models.CharField(_("名称"), max_length=100, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = _("日历调整")
        verbose_name_plural = _("日历调整")

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
