"""Finding what was said in meetings: passages of public minutes, and the lines that belong to them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.bigrams import fold, tokens_of, words_of
from ledger.token_index import holding_word
from members.models import Sig

from .models import (
    ActionItem,
    AgendaItem,
    Meeting,
    MeetingDecision,
    MinutesPassage,
    MinutesRevision,
)
from .passage import Part, excerpt, marked, split

UNSHOWN = ("search_text", "search_tokens")


class NotPublic(ValueError):
    """Only what everybody may read can be found by everybody (I9)."""


@dataclass(frozen=True)
class Hit:
    """Something found, the hits in its words marked: a passage below its meeting and heading, or a line
    of its own, of which `kind` says what it is."""

    meeting: Meeting
    title: Sequence[Part]
    url: str
    text: Sequence[Part] = ()
    kind: str | Promise = ""

    @property
    def on(self) -> dt.date:
        """The meeting's day on its own clock."""
        return self.meeting.starts_at.astimezone(self.meeting.zone).date()


# ── keeping ───────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def keep(revision: MinutesRevision) -> None:
    """Make a public text the one by which its meeting is found, in place of an older one. Raises NotPublic.

    Whoever makes minutes public calls it in the same transaction.
    """
    if not revision.is_public:
        raise NotPublic(f"revision {revision.pk} is {revision.state}")
    meeting = revision.meeting
    MinutesPassage.objects.filter(meeting=meeting).delete()
    rows = [
        MinutesPassage(
            sig_id=meeting.sig_id,
            meeting=meeting,
            held_at=meeting.starts_at,
            heading=one.heading,
            name=one.name,
            text=one.text,
            **_columns(f"{one.heading} {one.text}"),
        )
        for one in split(revision.body)
    ]
    # The first one last: newest first is then the order of the text.
    MinutesPassage.objects.bulk_create(reversed(rows))


def _columns(text: str) -> dict[str, str]:
    folded = fold(text)
    return {"search_text": folded, "search_tokens": " ".join(tokens_of(folded))}


# ── passages ──────────────────────────────────────────────────────────────────────────────────
def passages(question: str, sig: Sig | None = None) -> QuerySet[MinutesPassage]:
    """Passages that hold every word of the question, in one SIG or in all; none of an empty question."""
    words = words_of(question)
    if not words:
        return MinutesPassage.objects.none()
    condition = Q(sig=sig) if sig else Q()
    for word in words:
        condition &= holding_word(word)
    rows = MinutesPassage.objects.filter(condition).defer(*UNSHOWN)
    return rows.select_related("meeting__sig", "meeting__series").order_by("-held_at", "-pk")


def hits_of(rows: Iterable[MinutesPassage], question: str) -> list[Hit]:
    """Passages as a page shows them: cut around the first hit."""
    words = words_of(question)
    return [
        Hit(row.meeting, _title(row, words), row.get_absolute_url(), excerpt(row.text, words))
        for row in rows
    ]


def _title(row: MinutesPassage, words: Sequence[str]) -> list[Part]:
    meeting = row.meeting.local_title
    if not row.heading:
        return [Part(meeting, False)]
    return [Part(f"{meeting} · ", False), *marked(row.heading, words)]


# ── decisions, action items, topics ───────────────────────────────────────────────────────────
def decisions(question: str, limit: int, sig: Sig | None = None) -> list[Hit]:
    """The newest decisions of meetings that hold every word, those struck again left out."""
    rows = _holding(MeetingDecision.objects.filter(withdrawn_at=None), question, "text")
    rows = rows.filter(sig=sig) if sig else rows
    shown = rows.select_related("sig", "meeting__sig", "meeting__series")
    return [
        _hit(
            _("会议决定 %(label)s") % {"label": row.label},
            row.meeting,
            row.text,
            question,
            row.get_absolute_url(),
        )
        for row in shown.order_by("-decided_at", "-pk")[:limit]
    ]


def action_items(question: str, limit: int, sig: Sig | None = None) -> list[Hit]:
    """The newest action items that hold every word, whatever became of them."""
    rows = _holding(ActionItem.objects.all(), question, "text")
    rows = rows.filter(sig=sig) if sig else rows
    shown = rows.select_related("meeting__sig", "meeting__series").order_by("-created_at", "-pk")
    return [
        _hit(
            _("行动项"),
            row.meeting,
            row.text,
            question,
            reverse("meetings:action-detail", args=[row.meeting.sig.slug, row.pk]),
        )
        for row in shown[:limit]
    ]


def topics(question: str, limit: int, sig: Sig | None = None) -> list[Hit]:
    """The newest topics of agendas whose title holds every word, withdrawn ones left out."""
    standing = AgendaItem.objects.filter(withdrawn_at=None)
    rows = _holding(standing, question, "title", "title_en")
    rows = rows.filter(meeting__sig=sig) if sig else rows
    shown = rows.select_related("meeting__sig", "meeting__series")
    return [
        _hit(
            _("议题"),
            row.meeting,
            row.local_title,
            question,
            f"{row.meeting.get_absolute_url()}#agenda",
        )
        for row in shown.order_by("-meeting__starts_at", "-pk")[:limit]
    ]


def beside(question: str, limit: int, sig: Sig | None = None) -> list[Hit]:
    """Decisions, action items and topics, `limit` of each at most; three queries."""
    found = (decisions, action_items, topics)
    return [hit for one in found for hit in one(question, limit, sig)]


def _hit(
    kind: str | Promise, meeting: Meeting, text: str, question: str, url: str | None = None
) -> Hit:
    parts = excerpt(" ".join(text.split()), words_of(question))
    return Hit(meeting, parts, url or meeting.get_absolute_url(), kind=kind)


def _holding(rows: QuerySet[Any], question: str, *columns: str) -> QuerySet[Any]:
    """By the database's own comparison, row by row: these tables grow by a few rows a meeting."""
    words = words_of(question)
    for word in words:
        either = Q()
        for column in columns:
            either |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(either)
    return rows if words else rows.none()
