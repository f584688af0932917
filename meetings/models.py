"""The SIG's meetings: the rule they follow, each occurrence, what was to be said and what was."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import Person, Promotion, Sig
from reviews.models import PullRequest


class Series(models.Model):
    """A rule by which meetings recur: an RRULE with wall-clock time and zone."""

    sig = models.ForeignKey(Sig, models.CASCADE, related_name="series", verbose_name=_("SIG"))
    name = models.CharField(_("名称"), max_length=200)
    # RFC 5545, e.g. FREQ=MONTHLY;BYDAY=1TH
    rrule = models.CharField(_("重复规则"), max_length=200)
    starts_on = models.DateField(_("首次日期"))
    start_time = models.TimeField(_("开始时刻"))
    duration_min = models.PositiveSmallIntegerField(_("时长（分钟）"), default=60)
    time_zone = models.CharField(_("时区"), max_length=64, default="Asia/Shanghai")
    venue_url = models.CharField(_("会议链接"), max_length=500, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        ordering = ["sig", "starts_on"]
        verbose_name = _("例会系列")
        verbose_name_plural = _("例会系列")

    def __str__(self) -> str:
        return self.name


class Meeting(models.Model):
    """One occurrence. `recurrence_on` is the day the rule named, kept when the meeting moves."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("已安排")
        MOVED = "moved", _("已改期")
        CANCELLED = "cancelled", _("已取消")
        HELD = "held", _("已召开")

    sig = models.ForeignKey(Sig, models.PROTECT, related_name="meetings", verbose_name=_("SIG"))
    series = models.ForeignKey(
        Series, models.SET_NULL, null=True, blank=True, related_name="meetings"
    )
    recurrence_on = models.DateField(_("规则日期"), null=True, blank=True)
    title = models.CharField(_("标题"), max_length=200)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    venue_url = models.CharField(_("会议链接"), max_length=500, blank=True)
    state = models.CharField(
        _("状态"), max_length=20, choices=State.choices, default=State.SCHEDULED
    )
    # Why it moved or was cancelled; also what an import could not understand.
    note = models.TextField(_("说明"), blank=True)
    # iCalendar: stable for life, and raised with each change so that calendars update.
    uid = models.CharField(_("日历标识"), max_length=200, unique=True)
    sequence = models.PositiveIntegerField(_("日历版本"), default=0)
    changed_at = models.DateTimeField(_("变更时间"))

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


class AgendaItem(models.Model):
    """A topic, in the host's order."""

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

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("议题")
        verbose_name_plural = _("议题")

    def __str__(self) -> str:
        return self.title


class MinutesRevision(models.Model):
    """One saved text of a meeting's minutes. Revisions are only ever added (I7)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        AMENDED = "amended", _("已修订")

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

    class Meta:
        ordering = ["state", "due_on", "id"]
        indexes = [models.Index(fields=["sig", "state", "due_on"], name="actionitem_sig_state_due")]
        verbose_name = _("行动项")
        verbose_name_plural = _("行动项")

    def __str__(self) -> str:
        return self.text[:60]
