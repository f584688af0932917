"""One question to every room: a few answers of each, and the way to all of them."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.actions import sentence
from ledger.bigrams import words_of
from ledger.decision_filter import newest_saying
from meetings import search as meetings
from meetings.passage import Part, marked
from members import search as members
from members.address_filter import AddressFilter
from members.models import Sig
from reviews import finding as reviews

LONGEST = 100
# So many of each on the page of all; of one kind alone so many, beyond which one has to ask more closely.
FEW, MANY = 5, 50


class Question(AddressFilter):
    """What is looked for, and in what alone if so asked; a longer question is told at its field."""

    q = forms.CharField(
        label=gettext_lazy("要找的词"),
        required=False,
        max_length=LONGEST,
        widget=forms.SearchInput,
    )
    kind = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    @property
    def is_asked(self) -> bool:
        return bool(words_of(self.data.get("q", "")))

    @property
    def text(self) -> str:
        """The question when it is valid, else empty."""
        return self.cleaned_data["q"] if self.is_valid() else ""


@dataclass(frozen=True)
class Line:
    """One answer: its name with what was found marked, its address, words of it, and what else helps
    to tell it from others."""

    title: Sequence[Part]
    url: str
    text: Sequence[Part] = ()
    note: str = ""
    on: dt.date | None = None


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class Section:
    """Answers of one kind; `more` leads to all of them, `is_cut`: there is no such way but asking closer.

    `is_named`: the first one has the very number that was asked for.
    """

    kind: str
    title: str
    lines: Sequence[Line]
    more: Sequence[Link] = ()
    is_cut: bool = False
    is_named: bool = False


def answers(question: str, kind: str = "") -> list[Section]:
    """Sections that hold an answer, one whose number was asked for first; of one kind alone when it
    has none of its own search. Constant queries."""
    if not words_of(question):
        return []
    if kind in ALONE:
        sections = [ALONE[kind](question, MANY)]
    else:
        sections = [find(question, FEW) for find in (*ALONE.values(), *WITH_OWN)]
    found = [section for section in sections if section.lines]
    return sorted(found, key=lambda section: not section.is_named)


# ── members ───────────────────────────────────────────────────────────────────────────────────
def _sigs(question: str, limit: int) -> Section:
    rows = members.sigs(question, limit + 1)
    words = words_of(question)
    lines = [
        Line(marked(sig.local_name, words), sig.get_absolute_url(), note=sig.slug)
        for sig in rows[:limit]
    ]
    return _alone("sigs", _("SIG"), question, lines, rows, limit)


def _people(question: str, limit: int) -> Section:
    rows = members.people(question, limit + 1)
    words = [word.removeprefix("@") for word in words_of(question)]
    lines = [
        Line(
            marked(person.name, words),
            person.get_absolute_url(),
            text=marked(" · ".join(members.names_of(person)), words),
        )
        for person in rows[:limit]
    ]
    return _alone("people", _("成员"), question, lines, rows, limit)


def _promotions(question: str, limit: int) -> Section:
    rows = members.promotions(question, limit + 1)
    words = words_of(question)
    lines = [
        Line(
            marked(f"{one.person.name} · {one.get_role_display()}", words),
            one.get_absolute_url(),
            note=f"{one.get_kind_display()} · {one.get_state_display()}",
            on=one.sig.day_of(one.nominated_at),
        )
        for one in rows[:limit]
    ]
    return _alone("promotions", _("提名"), question, lines, rows, limit)


def _alone(
    kind: str, title: str, question: str, lines: list[Line], rows: Sequence[Any], limit: int
) -> Section:
    """A kind without a search of its own: the page of all leads to this page with more of it."""
    is_more = len(rows) > limit
    address = f"{reverse('search')}?{urlencode({'q': question, 'kind': kind})}"
    more = [Link(_("查看更多"), address)] if is_more and limit == FEW else []
    return Section(kind, title, lines, more, is_cut=is_more and limit == MANY)


# ── reviews ───────────────────────────────────────────────────────────────────────────────────
def _pulls(question: str, limit: int) -> Section:
    rows = reviews.pulls(question, limit + 1)
    words = [word.removeprefix("!") for word in words_of(question)]
    lines = [_mirrored(row, f"!{row.number} {row.title}", words) for row in rows[:limit]]
    more = _more(rows, limit, question, "reviews:record-list")
    is_named = bool(rows) and str(rows[0].number) in words
    return Section("pulls", _("拉取请求"), lines, more, is_named=is_named)


def _issues(question: str, limit: int) -> Section:
    rows = reviews.issues(question, limit + 1)
    words = [word.removeprefix("#") for word in words_of(question)]
    lines = [_mirrored(row, f"#{row.number} {row.title}", words) for row in rows[:limit]]
    more = _more(rows, limit, question, "reviews:issue-list")
    is_named = bool(rows) and rows[0].number.casefold() in words
    return Section("issues", _("问题"), lines, more, is_named=is_named)


def _mirrored(row: Any, title: str, words: Sequence[str]) -> Line:
    note = f"{row.repository.path} · {row.get_state_display()}"
    return Line(marked(title, words), row.get_absolute_url(), note=note)


def _resolutions(question: str, limit: int) -> Section:
    rows = reviews.resolutions(question, limit + 1)
    words = words_of(question)
    lines = [
        Line(
            marked(row.title, words),
            row.get_absolute_url(),
            note=_("第 %(number)s 号决议 · %(outcome)s")
            % {"number": row.number, "outcome": row.get_outcome_display()},
            on=row.sig.day_of(row.decided_at),
        )
        for row in rows[:limit]
    ]
    more = _more(rows, limit, question, "reviews:resolution-list")
    return Section("resolutions", _("决议"), lines, more)


# ── the register ──────────────────────────────────────────────────────────────────────────────
def _decisions(question: str, limit: int) -> Section:
    rows = newest_saying(question, limit + 1)
    words = words_of(question)
    lines = [
        Line(
            marked(sentence(row.entry), words),
            reverse("ledger:decision", args=[row.number]),
            note=_("登记号 %(number)s") % {"number": row.number},
            on=timezone.localdate(row.at),
        )
        for row in rows[:limit]
    ]
    address = f"{reverse('ledger:decisions')}?{urlencode({'q': question})}"
    more = [Link(_("在决议登记中查看全部"), address)] if len(rows) > limit else []
    return Section("decisions", _("决议登记"), lines, more)


# ── meetings ──────────────────────────────────────────────────────────────────────────────────
def _minutes(question: str, limit: int) -> Section:
    hits = meetings.hits_of(meetings.passages(question)[: limit + 1], question)
    return _of_meetings("minutes", _("纪要"), hits, limit, question)


def _beside(question: str, limit: int) -> Section:
    hits = meetings.beside(question, limit + 1)
    return _of_meetings("beside", _("会议决定、行动项与议题"), hits, limit, question)


def _of_meetings(
    kind: str, title: str, hits: Sequence[meetings.Hit], limit: int, question: str
) -> Section:
    lines = [Line(hit.title, hit.url, hit.text, _place_of(hit), hit.on) for hit in hits[:limit]]
    more = _more([hit.meeting for hit in hits], limit, question, "meetings:meeting-list")
    return Section(kind, title, lines, more)


def _place_of(hit: meetings.Hit) -> str:
    sig = hit.meeting.sig.local_name
    return f"{hit.kind} · {sig} · {hit.meeting.local_title}" if hit.kind else sig


def _more(rows: Sequence[Any], limit: int, question: str, page: str) -> list[Link]:
    """Where there are more than shown: each SIG's own search with the same words."""
    if len(rows) <= limit:
        return []
    return [
        Link(
            _("在 %(sig)s 中查看全部") % {"sig": sig.local_name},
            f"{reverse(page, args=[sig.slug])}?{urlencode({'q': question})}",
        )
        for sig in dict.fromkeys(map(_sig_of, rows))
    ]


def _sig_of(row: Any) -> Sig:
    return row.sig if hasattr(row, "sig") else row.repository.sig


Find = Callable[[str, int], Section]
# Kinds without a search of their own, by the name they have in an address.
ALONE: dict[str, Find] = {"sigs": _sigs, "people": _people, "promotions": _promotions}
WITH_OWN: Iterable[Find] = (_minutes, _beside, _resolutions, _decisions, _pulls, _issues)
