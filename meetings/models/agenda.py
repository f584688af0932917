"""What is to be said in a meeting."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.models import Person, Promotion
from reviews.models import Issue, PullRequest

from .meeting import Meeting


class AgendaItem(models.Model):
    """A topic, in the host's order."""

    class Kind(models.TextChoices):
        """What meetings.filling puts on by itself; what people propose has none."""

        PROMOTION = "promotion", _("提名")
        RFC = "rfc", "RFC"
        PULLS = "pulls", _("等待评审的拉取请求")
        ACTIONS = "actions", _("行动项")
        ROLES = "roles", _("角色与职责")

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="agenda_items", verbose_name=_("例会")
    )
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    title = models.CharField(_("议题"), max_length=300)
    body = models.TextField(_("说明"), blank=True)
    minutes_allotted = models.PositiveSmallIntegerField(_("预计分钟"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="agenda_items"
    )
    promotion = models.ForeignKey(
        Promotion, models.SET_NULL, null=True, blank=True, related_name="agenda_items"
    )
    pull_request = models.ForeignKey(
        PullRequest, models.SET_NULL, null=True, blank=True, related_name="agenda_items"
    )
    issue = models.ForeignKey(
        Issue, models.SET_NULL, null=True, blank=True, related_name="agenda_items"
    )
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("提出时间"))
    # What the agenda fills itself with: `subject_key` ("promotion:12") is there once a meeting.
    kind = models.CharField(_("来由"), max_length=20, choices=Kind.choices, blank=True)
    subject_key = models.CharField(max_length=60, blank=True)
    title_en = models.CharField(_("英文议题"), max_length=300, blank=True)
    body_en = models.TextField(_("英文说明"), blank=True)
    # The host gave it a title of their own, which filling leaves alone.
    is_retitled = models.BooleanField(default=False)
    # Withdrawn because it was no longer due: it comes back when it is, unlike what the host removed.
    is_lapsed = models.BooleanField(default=False)
    # When title or time last changed by hand.
    changed_at = models.DateTimeField(_("改动时间"), null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "subject_key"],
                condition=~Q(subject_key=""),
                name="agendaitem_meeting_subject_unique",
            )
        ]
        verbose_name = _("议题")
        verbose_name_plural = _("议题")

    def __str__(self) -> str:
        return self.title

    @property
    def local_title(self) -> str:
        """In the language of the page where the portal wrote it; people's own words as they are."""
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def local_body(self) -> str:
        return self.body_en if get_language() == "en" and self.body_en else self.body

    @property
    def is_after_freeze(self) -> bool:
        """Added or changed by the host when the agenda was announced already. Select `meeting`."""
        frozen_at = self.meeting.frozen_at
        return (
            frozen_at is not None and max(self.created_at, self.changed_at or frozen_at) > frozen_at
        )
