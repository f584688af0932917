"""What waits for a person: ballots to cast, nominations to answer, votes to open, results to confirm."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import rules
from .ballot_box import rules_of
from .models import Ballot, Person, Promotion, Recusal, RoleTerm
from .voting import is_over, nominators_of, opens_from

State = Promotion.State
TEXTS: Mapping[str, Promise] = {
    "accept": _("请接受或谢绝"),
    "cast": _("请投票"),
    "open": _("可以开启表决"),
    "effect": _("可以宣布生效"),
}
RATIFY = _("请在例会上确认后宣布生效")
# Nobody has as many decisions before them; a page must end all the same.
LONGEST = 200


@dataclass(frozen=True)
class Waiting:
    """One thing a promotion asks of a person: `action` of the table, in words, and until when."""

    promotion: Promotion
    action: str
    text: str
    due_at: dt.datetime | None


def waiting_for(person: Person, at: dt.datetime) -> list[Waiting]:
    """Everything over all SIGs, what is due first at the top; a constant number of queries."""
    roles: dict[int, set[str]] = {}
    for term in RoleTerm.objects.filter(person=person, ended_on=None).select_related("sig"):
        if term.started_on <= term.sig.day_of(at):
            roles.setdefault(term.sig_id, set()).add(term.role)
    involved = Promotion.objects.filter(state__in=Promotion.OPEN_STATES)
    mine = involved.filter(sig__in=roles) | involved.filter(person=person)
    rows = mine.select_related("sig", "person", "policy", "nominated_by").defer("evidence")
    rows = rows.prefetch_related("endorsements", "person__accounts")
    found = waiting_in(rows.order_by("-nominated_at")[:LONGEST], person, roles, at)
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at, one.promotion.pk))


def waiting_in(
    promotions: Iterable[Promotion],
    person: Person | None,
    roles: Mapping[int, Collection[str]],
    at: dt.datetime,
) -> list[Waiting]:
    """What the open ones of these ask of a person with these roles, by SIG; two queries at most.

    The promotions come with sig, policy, nominated_by and endorsements.
    """
    rows = [row for row in promotions if row.state in Promotion.OPEN_STATES]
    if person is None or not rows:
        return []
    done = _voted_or_recused(rows, person)
    found = []
    for promotion in rows:
        held = frozenset(roles.get(promotion.sig_id, ()))
        action = _asked(promotion, person, held, promotion.pk in done, at)
        if action:
            found.append(Waiting(promotion, action, text_of(action, promotion), due_at(promotion)))
    return found


def _voted_or_recused(promotions: list[Promotion], person: Person) -> set[int]:
    ballots = Ballot.objects.filter(voter=person, superseded_at=None, promotion__in=promotions)
    recusals = Recusal.objects.filter(person=person, withdrawn_at=None, promotion__in=promotions)
    return {
        *ballots.values_list("promotion_id", flat=True),
        *recusals.values_list("promotion_id", flat=True),
    }


def _asked(
    promotion: Promotion, person: Person, roles: rules.Roles, is_done: bool, at: dt.datetime
) -> str:
    """The first step of the table that waits for this person, empty when none does."""
    can = [action for action in TEXTS if rules.can(action, person, promotion, roles)]
    for action in can:
        if action == "cast" and (is_done or not _may_still_vote(promotion, person, at)):
            continue
        if action == "open" and not is_ready_to_open(promotion, at):
            continue
        if action == "effect" and rules_of(promotion).effect == "merged":
            continue
        return action
    return ""


def _may_still_vote(promotion: Promotion, person: Person, at: dt.datetime) -> bool:
    """In time, and not on leave since before the vote opened."""
    return person.pk not in promotion.on_leave and not is_over(promotion, at)


def is_ready_to_open(promotion: Promotion, at: dt.datetime) -> bool:
    """Enough names stand under it, and the discussion the rules ask for is over."""
    first = opens_from(promotion)
    return (first is None or first < at) and all(check.is_met for check in nominators_of(promotion))


def text_of(action: str, promotion: Promotion) -> str:
    own_rules = rules_of(promotion)
    asks_meeting = action == "effect" and own_rules.effect == "meeting"
    return str(RATIFY if asks_meeting else TEXTS[action])


def due_at(promotion: Promotion) -> dt.datetime | None:
    """Until when the next step has to be taken."""
    if promotion.state == State.VOTING:
        return promotion.voting_closes_at
    before_vote = promotion.state in (State.NOMINATED, State.ACCEPTED)
    return promotion.answer_due_at if before_vote else None
