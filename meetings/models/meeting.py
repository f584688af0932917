"""One occurrence: when, where, in what state, and who runs it."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.models import Person, Sig

from .minutes import MinutesRevision
from .series import Series


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def coming(self, today_starts_at: dt.datetime) -> "MeetingQuerySet":
        """Not yet held, from the start of the SIG's today on, soonest first; cancelled ones too."""
        rows = self.filter(starts_at__gte=today_starts_at).exclude(state=Meeting.State.HELD)
        return rows.order_by("starts_at", "pk")

    def past(self, today_starts_at: dt.datetime) -> "MeetingQuerySet":
        return self.filter(Q(starts_at__lt=today_starts_at) | Q(state=Meeting.State.HELD))

    def with_agenda_count(self) -> "MeetingQuerySet":
        standing = Q(agenda_items__isnull=False, agenda_items__withdrawn_at=None)
        return self.annotate(agenda_count=Count("agenda_items", filter=standing))

    def with_minutes_flags(self) -> "MeetingQuerySet":
        """`has_minutes`: published ones exist; `has_offer`: a text is or was offered for comment and
        can be read; `has_draft`: any text exists (for editors only)."""
        revisions = MinutesRevision.objects.filter(meeting=OuterRef("pk"))
        return self.annotate(
            has_minutes=Exists(revisions.filter(state__in=MinutesRevision.PUBLIC_STATES)),
            has_offer=Exists(revisions.readable()),
            has_draft=Exists(revisions),
        )


class Meeting(models.Model):
    """One occurrence. `recurrence_on` is the day the rule named, kept when the meeting moves."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("已安排")
        MOVED = "moved", _("已改期")
        CANCELLED = "cancelled", _("已取消")
        HELD = "held", _("已召开")

    class Kind(models.TextChoices):
        REGULAR = "regular", _("例会")
        RFC_REVIEW = "rfc_review", _("RFC 评审")
        TALK = "talk", _("技术分享")
        MEETUP = "meetup", _("线下聚会")
        OTHER = "other", _("其他会议")

    sig = models.ForeignKey(Sig, models.PROTECT, related_name="meetings", verbose_name=_("SIG"))
    series = models.ForeignKey(
        Series, models.SET_NULL, null=True, blank=True, related_name="meetings"
    )
    recurrence_on = models.DateField(_("规则日期"), null=True, blank=True)
    kind = models.CharField(_("种类"), max_length=20, choices=Kind.choices, default=Kind.REGULAR)
    title = models.CharField(_("标题"), max_length=200)
    title_en = models.CharField(_("英文标题"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("开始"))
    # Empty where old minutes tell only when a meeting began.
    ends_at = models.DateTimeField(_("结束"), null=True, blank=True)
    venue_url = models.CharField(_("会议链接"), max_length=500, blank=True)
    state = models.CharField(
        _("状态"), max_length=20, choices=State.choices, default=State.SCHEDULED
    )
    # Why it moved or was cancelled.
    note = models.TextField(_("说明"), blank=True)
    # Cancelled because the series' rule no longer names its day; comes back when it does again.
    dropped_by_series = models.BooleanField(_("因系列规则变更取消"), default=False)
    # Name of the minutes file it came from, and what in it was not understood:
    # [{"line": 1, "code": "weekday_wrong", "values": {…}}], see meetings.problem.
    source_name = models.CharField(_("来源文件"), max_length=255, blank=True)
    import_problems = models.JSONField(_("导入时未能确认之处"), default=list, blank=True)
    # iCalendar: stable for life, and raised with each change so that calendars update.
    uid = models.CharField(_("日历标识"), max_length=200, unique=True)
    sequence = models.PositiveIntegerField(_("日历版本"), default=0)
    changed_at = models.DateTimeField(_("变更时间"))
    # Whose turn it is; either may be nobody.
    host = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="hosted_meetings",
        verbose_name=_("主持人"),
    )
    scribe = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="scribed_meetings",
        verbose_name=_("记录人"),
    )
    # A person chose them (or chose nobody), so the rotation leaves them alone.
    host_by_hand = models.BooleanField(default=False)
    scribe_by_hand = models.BooleanField(default=False)
    # Since when they are named: they are told once a naming.
    host_named_at = models.DateTimeField(_("主持人指定时间"), null=True, blank=True)
    scribe_named_at = models.DateTimeField(_("记录人指定时间"), null=True, blank=True)
    # Who cannot this time, as "host:12" (the person's key): their turn passes them by.
    passed_by = models.JSONField(default=list, blank=True)
    # Until when remarks on the minutes are asked for, once they were offered for them.
    comments_close_at = models.DateTimeField(_("征求意见截止"), null=True, blank=True)
    # When the agenda was frozen and announced, and when the host changed it after that.
    frozen_at = models.DateTimeField(_("议程公布时间"), null=True, blank=True)
    agenda_changed_at = models.DateTimeField(_("公布后改动时间"), null=True, blank=True)
    # When it was opened again because the meeting was put off (meetings.reopening).
    agenda_reopened_at = models.DateTimeField(_("议程重新开放时间"), null=True, blank=True)

    # An agenda that is frozen later than so long before the meeting was announced late.
    ANNOUNCED_AHEAD = dt.timedelta(days=3)

    objects = MeetingQuerySet.as_manager()

    # In these the agenda is open and the day may still change.
    OPEN_STATES = (State.SCHEDULED, State.MOVED)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "recurrence_on"],
                condition=Q(series__isnull=False, recurrence_on__isnull=False),
                name="meeting_series_recurrence_unique",
            ),
        ]
        indexes = [models.Index(fields=["sig", "-starts_at"], name="meeting_sig_starts")]
        verbose_name = _("例会")
        verbose_name_plural = _("例会")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meetings:meeting-detail", args=[self.sig.slug, self.pk])

    @property
    def local_title(self) -> str:
        """Title in the language of the page, the Chinese one where there is no other."""
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.series.time_zone if self.series else self.sig.time_zone)

    @property
    def tone(self) -> str:
        """The badge's kind."""
        return {self.State.HELD: "good", self.State.CANCELLED: "blocked"}.get(
            self.State(self.state), "waiting"
        )

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    @property
    def is_announced_late(self) -> bool:
        """Less than three days were left when the agenda was announced."""
        return self.frozen_at is not None and self.frozen_at > self.starts_at - self.ANNOUNCED_AHEAD
