"""What was said in a meeting: every saved text of its minutes, and the remarks on them."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from members.models import Person


class MinutesRevisionQuerySet(models.QuerySet["MinutesRevision"]):
    def public(self) -> "MinutesRevisionQuerySet":
        return self.filter(state__in=MinutesRevision.PUBLIC_STATES)

    def readable(self) -> "MinutesRevisionQuerySet":
        """What anybody may read: minutes, and texts offered for comment that were not taken back."""
        return self.filter(
            Q(state__in=MinutesRevision.PUBLIC_STATES)
            | Q(state=MinutesRevision.State.COMMENT, taken_back_at=None)
        )

    def current_public(self) -> "MinutesRevisionQuerySet":
        """Of each meeting the newest published text."""
        return self.public().newest_of(MinutesRevision.objects.public())

    def current_readable(self) -> "MinutesRevisionQuerySet":
        """Of each meeting the newest text that everybody may read, perhaps only offered yet."""
        return self.readable().newest_of(MinutesRevision.objects.readable())

    def newest_of(self, rows: "MinutesRevisionQuerySet") -> "MinutesRevisionQuerySet":
        """Those that no later one among `rows` of the same meeting follows."""
        newer = rows.filter(meeting=OuterRef("meeting"), number__gt=OuterRef("number"))
        return self.filter(~Exists(newer))


class MinutesRevision(models.Model):
    """One saved text of a meeting's minutes. Revisions are only ever added (I7)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        COMMENT = "comment", _("征求意见")
        PUBLISHED = "published", _("已发布")
        AMENDED = "amended", _("已修订")

    # Minutes proper; a text that is offered for comment can be read (`readable`) and is none yet.
    PUBLIC_STATES = (State.PUBLISHED, State.AMENDED)

    meeting = models.ForeignKey(
        "meetings.Meeting", models.CASCADE, related_name="minutes_revisions", verbose_name=_("例会")
    )
    number = models.PositiveIntegerField(_("版次"))
    state = models.CharField(_("状态"), max_length=20, choices=State.choices)
    body = models.TextField(_("正文"))
    content_hash = models.CharField(_("内容哈希"), max_length=64)
    author = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="minutes_revisions"
    )
    # Why a published text was amended, or an offered one taken back.
    reason = models.TextField(_("修订理由"), blank=True)
    created_at = models.DateTimeField(_("保存时间"))
    # When the offer of this text was taken back, which made it private again.
    taken_back_at = models.DateTimeField(_("收回时间"), null=True, blank=True)

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

    @property
    def is_offered(self) -> bool:
        """Readable by everybody without being minutes."""
        return self.state == self.State.COMMENT and self.taken_back_at is None


class MinutesCommentQuerySet(models.QuerySet["MinutesComment"]):
    def waiting(self) -> "MinutesCommentQuerySet":
        """Neither settled nor withdrawn."""
        return self.filter(settled_at=None, withdrawn_at=None)

    def readable(self) -> "MinutesCommentQuerySet":
        """Remarks go with the text they were made on: taken back, both are the editors' alone."""
        return self.filter(revision__taken_back_at=None)


class MinutesComment(models.Model):
    """A remark on minutes that were offered for comment. Editors settle it; its author may withdraw it."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("已采纳")
        DECLINED = "declined", _("不采纳")

    meeting = models.ForeignKey(
        "meetings.Meeting",
        models.CASCADE,
        related_name="minutes_comments",
        verbose_name=_("例会"),
    )
    # The text it was made on.
    revision = models.ForeignKey(MinutesRevision, models.PROTECT, related_name="comments")
    author = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="minutes_comments", verbose_name=_("成员")
    )
    # The passage it is about, as it stood; empty: the whole text.
    passage = models.CharField(_("针对的文字"), max_length=500, blank=True)
    body = models.TextField(_("意见"))
    created_at = models.DateTimeField(_("提出时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    outcome = models.CharField(_("处理结果"), max_length=10, choices=Outcome.choices, blank=True)
    settled_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="settled_minutes_comments"
    )
    answer = models.TextField(_("答复"), blank=True)

    objects = MinutesCommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["meeting", "created_at"], name="minutescomment_meeting")]
        verbose_name = _("纪要意见")
        verbose_name_plural = _("纪要意见")

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def is_waiting(self) -> bool:
        return self.settled_at is None and self.withdrawn_at is None
