"""Remarks on minutes that are offered for comment: made by anybody, settled by the editors.

They are kept beside the text; the public record holds none of them.
"""

import datetime as dt
import re

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import Person
from members.notices.outbox import tell_all

from . import minutes, offering
from .minutes_stages import Act
from .models import Meeting, MinutesComment, MinutesRevision
from .schedule import Refused, locked

Outcome = MinutesComment.Outcome
# Longest remark and answer; the passage's limit is its column's.
LENGTH = 5_000
PASSAGE_LENGTH = 500
# What stands before a line of a list, and the address of a link: a passage copied from the page has neither.
BULLET = re.compile(r"(?m)^[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+")
TARGET = re.compile(r"\]\([^)\n]*\)")
MARKS = re.compile(r"[\s*_`#>~|\[\]\\<]+")


class Closed(Refused):
    """The deadline for remarks is over."""


class PassageUnknown(Refused):
    """The quoted passage does not occur in the offered text."""


class NotYours(Refused):
    """Only who made a remark withdraws it."""


class Settled(Refused):
    """Somebody settled or withdrew the remark meanwhile."""


class AnswerMissing(Refused):
    """Who does not follow a remark says why."""


@transaction.atomic
def remark(
    *, meeting: Meeting, body: str, passage: str = "", by: Person, at: dt.datetime
) -> MinutesComment:
    """Remark on the offered text, or on a passage of it. The same again changes nothing.

    Raises NotOffered, AlreadyPublished, Closed, PassageUnknown.
    """
    meeting = locked(meeting)
    latest = minutes.latest_of(meeting)
    minutes.refuse_unless(minutes.stage_of(meeting, latest), Act.REMARK)
    if not is_open(meeting, at):
        raise Closed(_("征求意见已经截止。"))
    revision = minutes.readable_of(meeting)
    if revision is None:
        raise minutes.NotOffered(_("纪要现在没有征求意见。"))
    body, passage = body.strip(), passage.strip()
    if passage and not occurs(passage, revision.body):
        raise PassageUnknown(_("征求意见稿中没有这段文字，请从稿中复制。"))
    same = MinutesComment.objects.filter(
        meeting=meeting, author=by, body=body, passage=passage, withdrawn_at=None
    )
    made = same.filter(Q(settled_at=None) | Q(revision=revision)).readable().first()
    if made is not None:
        return made
    comment = MinutesComment.objects.create(
        meeting=meeting, revision=revision, author=by, passage=passage, body=body, created_at=at
    )
    _tell_editors(comment, by, at)
    return comment


@transaction.atomic
def withdraw(*, comment: MinutesComment, by: Person, at: dt.datetime) -> MinutesComment:
    """Take back one's own remark while nobody settled it; its words are shown no more.

    Raises NotYours, Settled.
    """
    comment = _locked(comment)
    if comment.author_id != by.pk:
        raise NotYours(_("只有提出人本人可以撤回意见。"))
    if comment.settled_at is not None:
        raise Settled(_("这条意见已经处理，不能撤回。"))
    if comment.withdrawn_at is None:
        comment.withdrawn_at = at
        comment.save(update_fields=["withdrawn_at"])
    return comment


@transaction.atomic
def settle(
    *, comment: MinutesComment, outcome: str, answer: str, by: Person | None, at: dt.datetime
) -> MinutesComment:
    """Say whether a remark is followed, with an answer; also after publication. The same again
    changes nothing.

    `outcome` is one of MinutesComment.Outcome. Raises Settled, AnswerMissing.
    """
    comment = _locked(comment)
    answer = answer.strip()
    if comment.settled_at is not None and (comment.outcome, comment.answer) == (outcome, answer):
        return comment
    if comment.settled_at is not None:
        raise Settled(_("已有人处理了这条意见。"))
    if comment.withdrawn_at is not None:
        raise Settled(_("提出人已经撤回了这条意见。"))
    if outcome == Outcome.DECLINED and not answer:
        raise AnswerMissing(_("不采纳时请写明理由。"))
    comment.outcome, comment.answer = outcome, answer
    comment.settled_at, comment.settled_by = at, by
    comment.save(update_fields=["outcome", "answer", "settled_at", "settled_by"])
    _tell_author(comment, at)
    return comment


def is_open(meeting: Meeting, at: dt.datetime) -> bool:
    """Whether the deadline for remarks is still ahead; that nothing is published is asked apart."""
    return meeting.comments_close_at is not None and at <= meeting.comments_close_at


def occurs(passage: str, body: str) -> bool:
    """Whether a passage is part of a text, as it is written or as its page shows it: blanks, line
    breaks and the marks of Markdown do not count."""
    wanted = _bare(passage)
    return bool(wanted) and wanted in _bare(body)


def _bare(text: str) -> str:
    return MARKS.sub("", TARGET.sub("", BULLET.sub("", text)))


def _locked(comment: MinutesComment) -> MinutesComment:
    """The row as it is now; its meeting is locked, as for every other writer of the meeting."""
    locked(comment.meeting)
    rows = MinutesComment.objects.select_related("meeting__sig", "meeting__series", "revision")
    return rows.get(pk=comment.pk)


def _tell_editors(comment: MinutesComment, by: Person, at: dt.datetime) -> None:
    """Who wrote the text, and the meeting's host and scribe; not who remarks."""
    meeting = comment.meeting
    texts = MinutesRevision.objects.filter(meeting=meeting).exclude(author=None)
    concerned = Q(pk__in=texts.values("author")) | Q(pk__in=offering.named(meeting))
    tell_all(
        key=f"meeting:{meeting.pk}:remark:{comment.pk}",
        kind="minutes.remarked",
        people=Person.objects.filter(concerned).exclude(pk=by.pk),
        data=_about(comment, by),
        at=at,
    )


def _tell_author(comment: MinutesComment, at: dt.datetime) -> None:
    """Nobody where the text was taken back: there is nothing they could read."""
    author = comment.author
    is_own = author is not None and author.pk == comment.settled_by_id
    if author is None or is_own or comment.revision.taken_back_at is not None:
        return
    tell_all(
        key=f"meeting:{comment.meeting_id}:remark_settled:{comment.pk}",
        kind="minutes.settled",
        people=[author],
        data=_about(comment, comment.settled_by),
        at=at,
    )


def _about(comment: MinutesComment, who: Person | None) -> dict[str, str]:
    # The page of remarks on which it stands, however many came after it.
    place = f"minutes/comments/?remark={comment.pk}#remark-{comment.pk}"
    about = offering.about_meeting(comment.meeting, place)
    return {**about, "by": who.name if who else ""}
