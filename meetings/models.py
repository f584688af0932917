"""The SIG's meetings: the rule they follow, each occurrence, what was to be said and what was."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.models import Person, Promotion, Sig
from reviews.models import PullRequest


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
        """`has_minutes`: published ones exist; `has_draft`: any text exists (for editors only)."""
        revisions = MinutesRevision.objects.filter(meeting=OuterRef("pk"))
        return self.annotate(
            has_minutes=Exists(revisions.filter(state__in=MinutesRevision.PUBLIC_STATES)),
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
    # When the agenda was frozen and announced, and when the host changed it after that.
    frozen_at = models.DateTimeField(_("议程公布时间"), null=True, blank=True)
    agenda_changed_at = models.DateTimeField(_("公布后改动时间"), null=True, blank=True)

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


class MinutesRevisionQuerySet(models.QuerySet["MinutesRevision"]):
    def public(self) -> "MinutesRevisionQuerySet":
        return self.filter(state__in=MinutesRevision.PUBLIC_STATES)

    def current_public(self) -> "MinutesRevisionQuerySet":
        """Of each meeting the newest text that everybody may read."""
        newer = MinutesRevision.objects.public().filter(
            meeting=OuterRef("meeting"), number__gt=OuterRef("number")
        )
        return self.public().filter(~Exists(newer))


class MinutesRevision(models.Model):
    """One saved text of a meeting's minutes. Revisions are only ever added (I7)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        AMENDED = "amended", _("已修订")

    PUBLIC_STATES = (State.PUBLISHED, State.AMENDED)

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="minutes_revisions", verbose_name=_("例会")
    )
    number = models.PositiveIntegerField(_("版次"))
    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    body = models.TextField(_("正文"))
    content_hash = models.CharField(_("内容哈希"), max_length=64)
    author = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="minutes_revisions"
    )
    # Why a published text was amended.
    reason = models.TextField(_("修订理由"), blank=True)
    created_at = models.DateTimeField(_("保存时间"))

    objects = MinutesRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "number"], name="minutesrevision_meeting_number_unique"
            )
        ]
        verbose_name = _("纪要版本")
        verbose_name_plural = _("纪要版本")

    def __str__(self) -> str:
        return f"{self.meeting} r{self.number}"

    @property
    def is_public(self) -> bool:
        return self.state in self.PUBLIC_STATES


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
