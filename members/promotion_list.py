"""The list of promotions: what waits for the reader first, then by state, then what is decided."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Account, Person, Promotion, Sig
from .rules import Roles
from .waiting import due_at, waiting_in

State = Promotion.State
# Bounds of what grows; a SIG decides about a handful of people at a time.
OPEN_SHOWN = 100
BADGES = {
    State.NOMINATED: "waiting",
    State.ACCEPTED: "waiting",
    State.VOTING: "waiting",
    State.APPROVED: "good",
    State.IN_EFFECT: "good",
    State.REJECTED: "blocked",
}


@dataclass(frozen=True)
class Row:
    """One promotion of the list; `awaits` is what it asks of the reader, `left` the time it still has."""

    promotion: Promotion
    badge: str
    awaits: str = ""
    due_at: dt.datetime | None = None
    left: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    rows: Sequence[Row]


def listed() -> QuerySet[Promotion]:
    """Promotions with what a line prints, and without the evidence, which may be long."""
    accounts = Prefetch("person__accounts", Account.objects.order_by("pk"))
    promotions = Promotion.objects.select_related("sig", "person", "policy", "nominated_by")
    return promotions.defer("evidence").prefetch_related(accounts, "endorsements")


def open_groups(sig: Sig, viewer: Person | None, roles: Roles, at: dt.datetime) -> list[Group]:
    """Open promotions: first those that wait for the reader, then by state."""
    open_ones = listed().filter(sig=sig, state__in=Promotion.OPEN_STATES)
    rows = rows_of(open_ones.order_by("-nominated_at")[:OPEN_SHOWN], viewer, roles, at)
    groups = [Group(_("等您处理"), sorted((row for row in rows if row.awaits), key=_by_due))]
    for state in (State.VOTING, State.NOMINATED, State.ACCEPTED, State.APPROVED):
        others = [row for row in rows if row.promotion.state == state and not row.awaits]
        groups.append(Group(str(state.label), others))
    return [group for group in groups if group.rows]


def rows_of(promotions: Any, viewer: Person | None, roles: Roles, at: dt.datetime) -> list[Row]:
    """Lines of one SIG's promotions, `roles` being the reader's there."""
    found = list(promotions)
    here = {found[0].sig_id: roles} if found else {}
    asked = {one.promotion.pk: one.text for one in waiting_in(found, viewer, here, at)}
    return [_row(promotion, asked.get(promotion.pk, ""), at) for promotion in found]


def _row(promotion: Promotion, awaits: str, at: dt.datetime) -> Row:
    due = due_at(promotion)
    left = days_left(due, promotion.sig, at) if due else ""
    return Row(promotion, badge_of(promotion), awaits, due, left)


def _by_due(row: Row) -> tuple[bool, float, int]:
    return row.due_at is None, row.due_at.timestamp() if row.due_at else 0, row.promotion.pk


def badge_of(promotion: Promotion) -> str:
    return BADGES.get(State(promotion.state), "neutral")


def days_left(due: dt.datetime, sig: Sig, at: dt.datetime) -> str:
    """How long until a deadline, in days of the SIG's calendar."""
    if due <= at:
        return _("期限已到")
    days = (sig.day_of(due) - sig.day_of(at)).days
    if not days:
        return _("今天截止")
    return ngettext("还有 %(count)d 天", "还有 %(count)d 天", days) % {"count": days}
