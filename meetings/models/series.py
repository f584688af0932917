"""The rule by which meetings recur, and whose turn it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import Person, Sig


class Series(models.Model):
    """A rule by which meetings recur: an RRULE with wall-clock time and zone."""

    class HolidayRule(models.TextChoices):
        """What is proposed for an occurrence on a public holiday; a person decides."""

        NEXT_WEEK = "next_week", _("顺延到下一个不放假的同一星期几")
        NEXT_WORKING_DAY = "next_working_day", _("顺延到下一个工作日")
        CANCEL = "cancel", _("建议取消这一次")

    sig = models.ForeignKey(Sig, models.CASCADE, related_name="series", verbose_name=_("SIG"))
    name = models.CharField(_("名称"), max_length=200)
    # RFC 5545, e.g. FREQ=MONTHLY;BYDAY=1TH
    rrule = models.CharField(_("重复规则"), max_length=200)
    starts_on = models.DateField(_("首次日期"))
    start_time = models.TimeField(_("开始时刻"))
    duration_min = models.PositiveSmallIntegerField(_("时长（分钟）"), default=60)
    time_zone = models.CharField(_("时区"), max_length=64, default="Asia/Shanghai")
    venue_url = models.CharField(_("会议链接"), max_length=500, blank=True)
    holiday_rule = models.CharField(
        _("遇到公众假期"),
        max_length=20,
        choices=HolidayRule.choices,
        default=HolidayRule.NEXT_WEEK,
    )
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        ordering = ["sig", "starts_on"]
        verbose_name = _("例会系列")
        verbose_name_plural = _("例会系列")

    def __str__(self) -> str:
        return self.name


class RotationSeat(models.Model):
    """One person's turn in a series: who hosts and who writes go round in this order."""

    class Duty(models.TextChoices):
        HOST = "host", _("主持人")
        # Of a resolution the same word says who entered it.
        SCRIBE = "scribe", pgettext_lazy("meeting", "记录人")

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="rotation_seats", verbose_name=_("例会系列")
    )
    duty = models.CharField(_("分工"), max_length=10, choices=Duty.choices)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="rotation_seats", verbose_name=_("成员")
    )
    position = models.PositiveSmallIntegerField(_("次序"))

    class Meta:
        ordering = ["series", "duty", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "duty", "person"], name="rotationseat_series_duty_person_unique"
            )
        ]
        verbose_name = _("轮值")
        verbose_name_plural = _("轮值")

    def __str__(self) -> str:
        return f"{self.series_id} {self.duty} {self.position}"
