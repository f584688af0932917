"""Who was there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Person

from .meeting import Meeting


class Attendance(models.Model):
    """Who was there, as written in the minutes; a person where we know one."""

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="attendances", verbose_name=_("例会")
    )
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="attendances"
    )
    name = models.CharField(_("姓名"), max_length=300)
    organization = models.CharField(_("所属单位"), max_length=200, blank=True)
    # "Developer teams in …": somebody was there, but nobody is named.
    is_group = models.BooleanField(_("团队"), default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "name"], name="attendance_meeting_name_unique"
            )
        ]
        verbose_name = _("出席")
        verbose_name_plural = _("出席")

    def __str__(self) -> str:
        return self.name
