"""Minutes are saved revision by revision, published with their hash, amended with a reason (I7)."""

import datetime as dt
import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from ledger import record
from members.models import Person, actor_of

from . import attendance, difference
from .models import Meeting, MinutesRevision
from .schedule import Refused, locked

State = MinutesRevision.State


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


class ReasonMissing(Refused):
    """An amendment says why."""


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
    if latest is not None and latest.is_public:
        if latest.number != expected and latest.body != body:
            raise Conflict(latest, body)
        raise AlreadyPublished(_("纪要已发布，请说明理由后修订。"))
    if latest is not None and latest.number != expected:
        body = _merged(meeting, latest, body, expected, base)
    if latest is not None and latest.body == body:
        return latest
    return _add(meeting, latest, State.DRAFT, body, by, at)


@transaction.atomic
def publish(
    *, meeting: Meeting, expected: int, by: Person | None, at: dt.datetime
) -> MinutesRevision:
    """Make revision `expected` public: its hash goes to the ledger, attendance counts from here.

    Published already, nothing changes. Raises Conflict, NotHeld, NothingToPublish.
    """
    meeting = locked(meeting)
    latest = latest_of(meeting)
    if latest is None or not latest.body.strip():
        raise NothingToPublish(_("还没有可以发布的纪要。"))
    if latest.is_public:
        return latest
    if latest.number != expected:
        raise Conflict(latest, "")
    if meeting.state != Meeting.State.HELD:
        raise NotHeld(_("例会标为已召开之后才能发布纪要。"))
    revision = _add(meeting, latest, State.PUBLISHED, latest.body, by, at)
    _record(revision, "minutes.published", by, at)
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
    if latest is None or not latest.is_public:
        raise NotPublished(_("纪要尚未发布，直接保存草稿即可。"))
    if latest.body == body:
        return latest
    if not reason.strip():
        raise ReasonMissing(_("请写明修订理由。"))
    if not body.strip():
        raise NothingToPublish(_("已发布的纪要不能改为空白。"))
    revision = _add(meeting, latest, State.AMENDED, body, by, at, reason.strip())
    _record(revision, "minutes.amended", by, at)
    return revision


def latest_of(meeting: Meeting) -> MinutesRevision | None:
    """The newest text, drafts included: for those who may edit."""
    return meeting.minutes_revisions.order_by("-number").first()


def public_of(meeting: Meeting) -> MinutesRevision | None:
    """The text everybody may read."""
    public = meeting.minutes_revisions.filter(state__in=MinutesRevision.PUBLIC_STATES)
    return public.order_by("-number").first()


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


def _add(
    meeting: Meeting,
    latest: MinutesRevision | None,
    state: str,
    body: str,
    by: Person | None,
    at: dt.datetime,
    reason: str = "",
) -> MinutesRevision:
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


def _record(revision: MinutesRevision, action: str, by: Person | None, at: dt.datetime) -> None:
    meeting = revision.meeting
    data = {
        "sig": meeting.sig.slug,
        "title": meeting.title,
        "revision": revision.number,
        "sha256": revision.content_hash,
    }
    if revision.reason:
        data["reason"] = revision.reason
    record.append(
        actor=actor_of(by), action=action, subject=f"meeting:{meeting.pk}", data=data, at=at
    )
