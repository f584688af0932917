"""What a meeting decided, numbered within its SIG."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import Promotion, Sig
from reviews.models import Issue, PullRequest

from .agenda import AgendaItem
from .meeting import Meeting


class MeetingDecision(models.Model):
    """What a meeting decided, taken from a line of its minutes when they became public."""

    sig = models.ForeignKey(
        Sig, models.PROTECT, related_name="meeting_decisions", verbose_name=_("SIG")
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="decisions", verbose_name=_("例会")
    )
    # Counted up within the SIG, never given twice.
    number = models.PositiveIntegerField(_("编号"))
    text = models.TextField(_("内容"))
    agenda_item = models.ForeignKey(
        AgendaItem, models.SET_NULL, null=True, blank=True, related_name="decisions"
    )
    promotion = models.ForeignKey(
        Promotion, models.SET_NULL, null=True, blank=True, related_name="meeting_decisions"
    )
    pull_request = models.ForeignKey(
        PullRequest, models.SET_NULL, null=True, blank=True, related_name="meeting_decisions"
    )
    issue = models.ForeignKey(
        Issue, models.SET_NULL, null=True, blank=True, related_name="meeting_decisions"
    )
    supersedes = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="superseded_by"
    )
    decided_at = models.DateTimeField(_("决定时间"))
    # An amendment of the minutes took the line out again.
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True, blank=True)

    class Meta:
        ordering = ["sig", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["sig", "number"], name="meetingdecision_sig_number_unique"
            )
        ]
        # The years that a SIG's list offers.
        indexes = [models.Index(fields=["sig", "decided_at"], name="meetingdecision_sig_decided")]
        verbose_name = _("会议决定")
        verbose_name_plural = _("会议决定")

    def __str__(self) -> str:
        return f"{self.label} {self.text[:60]}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:decision-detail", args=[self.sig.slug, self.number])

    @property
    def label(self) -> str:
        """How people name it: D-12."""
        return f"D-{self.number}"

    @property
    def successor(self) -> "MeetingDecision | None":
        """What stands in its place, None while it stands itself. Lists prefetch `superseded_by`."""
        standing = [row for row in self.superseded_by.all() if row.withdrawn_at is None]
        return standing[0] if standing else None
