"""What was said about two people who may be one."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .person import Person


class Likeness(models.Model):
    """Somebody asks that two people be merged, or a Maintainer found that they are two."""

    class Answer(models.TextChoices):
        ASKED = "asked", _("申请合并")
        DIFFERENT = "different", _("不是同一人")

    # The lower key first: a pair is stored once, whoever names it.
    first = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("成员"))
    second = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("成员"))
    answer = models.CharField(_("结论"), max_length=10, choices=Answer.choices)
    note = models.TextField(_("说明"), blank=True)
    by = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("记录人")
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="likeness_pair_unique"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="likeness_in_order"),
        ]
        verbose_name = _("疑似重复的成员")
        verbose_name_plural = _("疑似重复的成员")

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id} {self.answer}"
