"""What a meeting's item on roles and duties has to look at: facts, no agenda; the meetings' room fills one."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from . import roster
from .inactivity import UNASKED, Silent, silent_on
from .models import Promotion, Sig
from .policy import Rules
from .policy_json import rules_from_json
from .roster import Holder, RoleGroup, Seats
from .rulebook import rules_on

TERM, SEATS, RATIFY, SILENT, AWAY = "term", "seats", "ratify", "silent", "away"


@dataclass(frozen=True)
class Due:
    """One thing to look at: `kind` of the constants above, a sentence, and the path of its page.

    `on`: the day it is due or counts from, None where there is none.
    """

    kind: str
    text: str
    path: str
    on: dt.date | None = None


def terms_due(sig: Sig, on: dt.date) -> list[Due]:
    """Terms that end within 60 days of a day of the SIG's calendar, or ended without a renewal;
    the first to end at the top. Four queries."""
    return list(_terms(sig, roster.groups_on(sig, on, rules_on(sig, on))))


def role_refresh_due(sig: Sig, on: dt.date) -> list[Due]:
    """All that a refresh of roles and duties has to look at on a day: results to ratify, terms that
    end, seats outside the rules, holders who have shown nothing, leaves without an end.

    Empty: the item may be a short one. A constant number of queries.
    """
    book = rules_on(sig, on)
    groups = roster.groups_on(sig, on, book)
    return [
        *_to_ratify(sig),
        *_terms(sig, groups),
        *_seats(sig, groups, book),
        *(_silent(sig, row) for row in silent_on(sig, on)),
        *_away(sig, groups),
    ]


def _to_ratify(sig: Sig) -> Iterator[Due]:
    """Approved changes whose rules want a meeting's word."""
    approved = Promotion.objects.filter(sig=sig, state=Promotion.State.APPROVED)
    rows = approved.select_related("sig", "person", "policy").defer("evidence")
    for promotion in rows.order_by("decided_at", "id"):
        if rules_from_json(promotion.policy.rules).effect != "meeting":
            continue
        values = {
            "name": promotion.person.name,
            "kind": promotion.get_kind_display(),
            "role": promotion.get_role_display(),
        }
        text = _("确认表决结果：%(name)s，%(kind)s %(role)s。") % values
        decided_on = sig.day_of(promotion.decided_at) if promotion.decided_at else None
        yield Due(RATIFY, text, promotion.get_absolute_url(), decided_on)


def _terms(sig: Sig, groups: list[RoleGroup]) -> Iterator[Due]:
    for holder in roster.due_soon(groups):
        yield Due(TERM, _term_text(holder), _roster_path(sig), holder.due_on)


def _term_text(holder: Holder) -> str:
    return _("%(name)s 的 %(role)s 任期至 %(day)s，是否连任。") % {
        "name": holder.term.person.name,
        "role": holder.term.get_role_display(),
        "day": holder.due_on.isoformat() if holder.due_on else "",
    }


def _seats(sig: Sig, groups: list[RoleGroup], book: dict[str, Rules]) -> Iterator[Due]:
    for seats in roster.seats_of(groups, book):
        if seats.is_over or seats.is_short:
            yield Due(SEATS, _seats_text(seats), _roster_path(sig))


def _seats_text(seats: Seats) -> str:
    values = {"role": seats.label, "held": seats.holders}
    if seats.is_over:
        sentence = _("%(role)s 现有 %(held)d 人，超出规则允许的 %(limit)d 人。")
        return sentence % {**values, "limit": seats.maximum}
    sentence = _("%(role)s 现有 %(held)d 人，少于规则要求的 %(limit)d 人。")
    return sentence % {**values, "limit": seats.minimum}


def _silent(sig: Sig, row: Silent) -> Due:
    values = {
        "name": row.person.name,
        "role": row.term.get_role_display(),
        "day": row.since.isoformat(),
    }
    sentence = (
        _("%(name)s（%(role)s）自 %(day)s 起没有规则计入的贡献，尚未询问。")
        if row.status == UNASKED
        else _("%(name)s（%(role)s）自 %(day)s 起没有规则计入的贡献，已经询问。")
    )
    return Due(SILENT, sentence % values, reverse("members:inactivity", args=[sig.slug]), row.since)


def _away(sig: Sig, groups: list[RoleGroup]) -> Iterator[Due]:
    """Each once, by the highest role: the groups stand in that order."""
    seen: set[int] = set()
    for holder in (holder for group in groups for holder in group.holders):
        person = holder.term.person
        if holder.is_on_leave and holder.back_on is None and person.pk not in seen:
            seen.add(person.pk)
            text = _("%(name)s 正在请假，返回日期未定。") % {"name": person.name}
            yield Due(AWAY, text, _roster_path(sig))


def _roster_path(sig: Sig) -> str:
    return reverse("members:roster", args=[sig.slug])
