"""What a search over minutes looks through."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Sig

from .meeting import Meeting


class MinutesPassage(models.Model):
    """Some lines of a meeting's newest public minutes. Made from the text by `meetings.search.keep`,
    replaced as a whole when it is amended; a draft has none (I9)."""

    sig = models.ForeignKey(Sig, models.CASCADE, related_name="+", verbose_name=_("SIG"))
    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="passages", verbose_name=_("例会")
    )
    # The meeting's start, repeated: results are listed by it.
    held_at = models.DateTimeField(_("开始"))
    heading = models.TextField(_("标题"), blank=True)
    # Of the heading in the page (meetings.passage); empty before the first one.
    name = models.CharField(max_length=100, blank=True)
    text = models.TextField(_("内容"))
    # See ledger.token_index.
    search_text = models.TextField(blank=True, default="", editable=False)
    search_tokens = models.TextField(blank=True, default="", editable=False)

    class Meta:
        # Of one meeting the newest row is its first passage: it is stored last.
        ordering = ["-held_at", "-id"]
        indexes = [
            models.Index(fields=["sig", "-held_at", "-id"], name="minutespassage_sig_held"),
            models.Index(fields=["-held_at", "-id"], name="minutespassage_held"),
        ]
        verbose_name = _("纪要段落")
        verbose_name_plural = _("纪要段落")

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        """Its heading in the page of the meeting."""
        return f"{self.meeting.get_absolute_url()}#{self.name or 'minutes'}"
