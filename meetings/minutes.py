"""Minutes are saved revision by revision, published with their hash, amended with a reason (I7).

meetings.offering puts a text out for comment before that; meetings.minutes_stages is the table of both.
"""

import datetime as dt
import hashlib

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import record
from members.models import Person, actor_of

from . import attendance, attendee_list, deciding, difference, search
from .minutes_stages import Act, Stage, allows
from .models import Meeting, MinutesRevision
from .schedule import Refused, locked

State = MinutesRevision.State
_PUBLISHED_ALREADY = {
    Act.SAVE: gettext_lazy("纪要已发布，请说明理由后修订。"),
    Act.OFFER: gettext_lazy("纪要已发布，不再征求意见。"),
    Act.TAKE_BACK: gettext_lazy("纪要已发布，不能收回。"),
    Act.REMARK: gettext_lazy("纪要已发布，不再接受意见。"),
}
_NOT_HELD = {
    Act.OFFER: gettext_lazy("例会标为已召开之后才能征求意见。"),
    Act.PUBLISH: gettext_lazy("例会标为已召开之后才能发布纪要。"),
}


class Conflict(Refused):
    """Somebody saved since this text was opened. Carries both: `latest` as stored, `body` as sent."""

    def __init__(self, latest: MinutesRevision | None, body: str) -> None:
        super().__init__(_("在您编辑期间，已有人保存了新的版本。"))
        self.latest = latest
        self.body = body


class NothingToPublish(Refused):
    """There is no text, or an empty one."""


class NotHeld(Refused):
    """Only a meeting that took place has minutes to publish."""


class AlreadyPublished(Refused):
    """A published text is amended, with a reason, never saved over."""


class NotPublished(Refused):
    """Only what is published can be amended."""


class NotOffered(Refused):
    """No text is out for comment."""


class ReasonMissing(Refused):
    """An amendment says why, and so does taking back what was offered."""


class RemarksWaiting(Refused):
    """Somebody remarked on the offered text and was not answered: publish only knowingly."""

    def __init__(self, count: int) -> None:
        said = _("还有 %(count)d 条意见没有处理，请先处理，或勾选确认后再发布。")
        super().__init__(said % {"count": count})


@transaction.atomic
def save_draft(
    *,
    meeting: Meeting,
    body: str,
    expected: int,
    by: Person | None,
    at: dt.datetime,
    base: str | None = None,
) -> MinutesRevision:
    """Add a draft on top of revision `expected` (0: none yet). An unchanged text adds nothing.

    When another revision came in between, both changes of `base` (the text that `body` was made
    from; revision `expected` unless said) become one text where they touch different lines: the
    body of what is returned then differs from `body`. Raises Conflict where they touch the same
    lines, AlreadyPublished.
    """
    meeting = locked(meeting)
    latest = latest_of(meeting)
    if latest is None and expected:
        raise Conflict(None, body)
    is_stale = latest is not None and latest.number != expected and latest.body != body
    if latest is not None and latest.is_public and is_stale:
        raise Conflict(latest, body)
    refuse_unless(stage_of(meeting, latest), Act.SAVE)
    if latest is not None and latest.number != expected:
        body = _merged(meeting, latest, body, expected, base)
    if latest is not None and latest.body == body:
        return latest
    return add(meeting, latest, State.DRAFT, body, by, at)


@transaction.atomic
def publish(
    *,
    meeting: Meeting,
    expected: int,
    by: Person | None,
    at: dt.datetime,
    despite_remarks: bool = False,
) -> MinutesRevision:
    """Make revision `expected` public, with the attendance list where it says none: the hash goes
    to the ledger, attendance counts from here.

    Published already, nothing changes. Remarks close with it; while some wait for an answer it is
    done only with `despite_remarks`. Raises Conflict, NotHeld, NothingToPublish, RemarksWaiting.
    """
    meeting = locked(meeting)
    latest = latest_of(meeting)
    if latest is not None and latest.is_public:
        return latest
    latest = ready(meeting, latest, expected, Act.PUBLISH)
    waiting = meeting.minutes_comments.waiting().readable().count()
    if waiting and not despite_remarks:
        raise RemarksWaiting(waiting)
    body = attendee_list.filled(meeting, latest.body)
    revision = add(meeting, latest, State.PUBLISHED, body, by, at)
    deciding.derive(revision=revision, before="", by=by, at=at)
    note(revision, "minutes.published", by, at)
    search.keep(revision)
    attendance.count(meeting)
    return revision


@transaction.atomic
def amend(
    *, meeting: Meeting, body: str, expected: int, reason: str, by: Person | None, at: dt.datetime
) -> MinutesRevision:
    """Replace the published text and say why. An unchanged text adds nothing.

    Raises Conflict, NotPublished, ReasonMissing, NothingToPublish.
    """
    meeting = locked(meeting)
    latest = _checked(meeting, body, expected)
    refuse_unless(stage_of(meeting, latest), Act.AMEND)
    if latest is not None and latest.body == body:
        return latest
    if not reason.strip():
        raise ReasonMissing(_("请写明修订理由。"))
    if not body.strip():
        raise NothingToPublish(_("已发布的纪要不能改为空白。"))
    revision = add(meeting, latest, State.AMENDED, body, by, at, reason.strip())
    deciding.derive(revision=revision, before=latest.body if latest else "", by=by, at=at)
    note(revision, "minutes.amended", by, at)
    search.keep(revision)
    return revision


def latest_of(meeting: Meeting) -> MinutesRevision | None:
    """The newest text, drafts included: for those who may edit."""
    return meeting.minutes_revisions.order_by("-number").first()


def public_of(meeting: Meeting) -> MinutesRevision | None:
    """The minutes proper: the newest text that was published."""
    return meeting.minutes_revisions.public().order_by("-number").first()


def readable_of(meeting: Meeting) -> MinutesRevision | None:
    """The text everybody may read: the published one, before that the newest offered for comment."""
    return meeting.minutes_revisions.readable().order_by("-number").first()


def stage_of(meeting: Meeting, latest: MinutesRevision | None) -> Stage:
    """Where the minutes are; `latest` is the newest revision, drafts included."""
    if latest is None:
        return Stage.NONE
    if latest.is_public:
        return Stage(latest.state)
    return Stage.DRAFT if meeting.comments_close_at is None else Stage.COMMENT


def refuse_unless(stage: Stage, act: Act) -> None:
    """Raise what speaks against an act at this stage: see meetings.minutes_stages."""
    if allows(stage, act):
        return
    if act == Act.AMEND:
        raise NotPublished(_("纪要尚未发布，直接保存草稿即可。"))
    if stage in (Stage.PUBLISHED, Stage.AMENDED):
        raise AlreadyPublished(str(_PUBLISHED_ALREADY[act]))
    if act in (Act.TAKE_BACK, Act.REMARK):
        raise NotOffered(_("纪要现在没有征求意见。"))
    raise NothingToPublish(_("还没有可以发布的纪要。"))


def ready(
    meeting: Meeting, latest: MinutesRevision | None, expected: int, act: Act
) -> MinutesRevision:
    """The newest text, where it is the expected one and may go out to readers.

    Raises NothingToPublish, Conflict, NotHeld, AlreadyPublished.
    """
    if latest is None or not latest.body.strip():
        raise NothingToPublish(_("还没有可以发布的纪要。"))
    refuse_unless(stage_of(meeting, latest), act)
    if latest.number != expected:
        raise Conflict(latest, "")
    if meeting.state != Meeting.State.HELD:
        raise NotHeld(str(_NOT_HELD[act]))
    return latest


def sha256(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _checked(meeting: Meeting, body: str, expected: int) -> MinutesRevision | None:
    """The newest revision, if it is the expected one or says the same (a second click)."""
    latest = latest_of(meeting)
    number = latest.number if latest else 0
    if number != expected and not (latest and latest.body == body):
        raise Conflict(latest, body)
    return latest


def _merged(
    meeting: Meeting, latest: MinutesRevision, body: str, expected: int, base: str | None
) -> str:
    """The newest text with this one's changes. Raises Conflict."""
    if latest.body == body:
        return body
    if base is None:
        opened = meeting.minutes_revisions.filter(number=expected).first()
        base = opened.body if opened else ""
    merged = difference.merge(base, body, latest.body)
    if merged is None:
        raise Conflict(latest, body)
    return merged


def add(
    meeting: Meeting,
    latest: MinutesRevision | None,
    state: str,
    body: str,
    by: Person | None,
    at: dt.datetime,
    reason: str = "",
) -> MinutesRevision:
    """The next revision, on top of `latest`. The meeting is locked by the caller."""
    return MinutesRevision.objects.create(
        meeting=meeting,
        number=(latest.number if latest else 0) + 1,
        state=state,
        body=body,
        content_hash=sha256(body),
        author=by,
        reason=reason,
        created_at=at,
    )


def note(
    revision: MinutesRevision, action: str, by: Person | None, at: dt.datetime, **more: str
) -> None:
    """An entry in the public record about a revision, with its hash."""
    meeting = revision.meeting
    data = {
        "sig": meeting.sig.slug,
        "title": meeting.title,
        "title_en": meeting.title_en,
        "revision": revision.number,
        "sha256": revision.content_hash,
        **more,
    }
    if revision.reason:
        data["reason"] = revision.reason
    record.append(
        actor=actor_of(by), action=action, subject=f"meeting:{meeting.pk}", data=data, at=at
    )
