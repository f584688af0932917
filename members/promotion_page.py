"""What the pages of promotions show, gathered in a constant number of queries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from ledger.models import Entry

from . import evidence, wording, working_days
from .ballot_box import electorate_of, votes_of
from .models import Account, Ballot, Person, Promotion, Sig
from .policy import Electorate, Rules, Tally, count
from .policy_json import rules_from_json
from .promotion_buttons import Button, buttons_of
from .rules import Roles, can

State = Promotion.State
# Bounds of what grows; a SIG decides about a handful of people at a time.
OPEN_SHOWN = 100
EVENTS_SHOWN = 200
BADGES = {
    State.NOMINATED: "waiting",
    State.ACCEPTED: "waiting",
    State.VOTING: "waiting",
    State.APPROVED: "good",
    State.IN_EFFECT: "good",
    State.REJECTED: "blocked",
}


# ── list ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Row:
    promotion: Promotion
    badge: str
    # What the reader is asked to do, empty when nothing.
    awaits: str


@dataclass(frozen=True)
class Group:
    title: str
    rows: Sequence[Row]


def listed() -> Any:
    accounts = Prefetch("person__accounts", Account.objects.order_by("pk"))
    promotions = Promotion.objects.select_related("sig", "person", "policy")
    return promotions.prefetch_related(accounts)


def open_groups(sig: Sig, viewer: Person | None, roles: Roles) -> list[Group]:
    """Open promotions: first those that wait for the reader, then by state."""
    promotions = list(
        listed()
        .filter(sig=sig, state__in=Promotion.OPEN_STATES)
        .order_by("-nominated_at")[:OPEN_SHOWN]
    )
    voted = _voted(promotions, viewer)
    rows = [
        Row(promotion, badge_of(promotion), awaits(promotion, viewer, roles, promotion.pk in voted))
        for promotion in promotions
    ]
    groups = [Group(_("等您处理"), [row for row in rows if row.awaits])]
    for state in (State.VOTING, State.NOMINATED, State.ACCEPTED, State.APPROVED):
        others = [row for row in rows if row.promotion.state == state and not row.awaits]
        groups.append(Group(str(state.label), others))
    return [group for group in groups if group.rows]


def _voted(promotions: list[Promotion], viewer: Person | None) -> set[int]:
    if viewer is None or not promotions:
        return set()
    mine = Ballot.objects.filter(voter=viewer, superseded_at=None, promotion__in=promotions)
    return set(mine.values_list("promotion_id", flat=True))


def awaits(promotion: Promotion, viewer: Person | None, roles: Roles, has_voted: bool) -> str:
    """What a promotion waits for from this reader, in words."""
    if can("accept", viewer, promotion, roles):
        return _("请接受或谢绝")
    if can("cast", viewer, promotion, roles) and not has_voted:
        return _("请投票")
    if can("open", viewer, promotion, roles):
        return _("可以开启表决")
    if can("effect", viewer, promotion, roles):
        return _("可以宣布生效")
    return ""


def badge_of(promotion: Promotion) -> str:
    return BADGES.get(State(promotion.state), "neutral")


# ── one promotion ─────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Voter:
    person: Person
    roles: str
    ballot: Ballot | None
    is_objection: bool


@dataclass(frozen=True)
class Page:
    promotion: Promotion
    badge: str
    checks: Sequence[wording.CheckLine]
    unmet: int
    vote_rules: Sequence[str]
    tally: Tally | None
    still_needed: Sequence[str]
    outcome: str
    voters: Sequence[Voter]
    buttons: Sequence[Button]
    can_vote: bool
    my_ballot: Ballot | None
    is_over: bool
    is_provisional: bool
    events: Sequence[Entry]


def page_of(promotion: Promotion, viewer: Person | None, roles: Roles, now: dt.datetime) -> Page:
    """Everything the promotion's page prints; `now` by the database's clock."""
    rules = rules_from_json(promotion.policy.rules)
    ballots = list(_live_ballots(promotion))
    electorate = _electorate(promotion, now)
    tally = count(rules, votes_of(ballots), electorate) if promotion.state == State.VOTING else None
    is_over = promotion.voting_closes_at is not None and promotion.voting_closes_at <= now
    lines = _checks(promotion, rules)
    voters = _voters(rules, electorate, ballots)
    # One query for every login on the page.
    people = [promotion.person, promotion.nominated_by, *(voter.person for voter in voters)]
    prefetch_related_objects(people, "accounts")
    return Page(
        promotion=promotion,
        badge=badge_of(promotion),
        checks=lines,
        unmet=sum(not line.is_met for line in lines),
        vote_rules=wording.vote_rules(rules),
        tally=tally,
        still_needed=wording.still_needed(tally, rules) if tally and not is_over else [],
        outcome=wording.outcome_sentence(promotion.outcome),
        voters=voters,
        buttons=buttons_of(promotion, viewer, roles, rules, tally, is_over, now),
        can_vote=can("cast", viewer, promotion, roles) and not is_over,
        my_ballot=next((row for row in ballots if viewer and row.voter_id == viewer.pk), None),
        is_over=is_over,
        is_provisional=_is_provisional(promotion),
        events=list(
            Entry.objects.filter(subject=f"promotion:{promotion.pk}").order_by("-seq")[
                :EVENTS_SHOWN
            ]
        ),
    )


def _checks(promotion: Promotion, rules: Rules) -> list[wording.CheckLine]:
    """The checklist as it stood at nomination; leaving a role asks for nothing."""
    if promotion.kind != Promotion.Kind.PROMOTE:
        return []
    on = promotion.sig.day_of(promotion.nominated_at)
    shown = evidence.read(promotion.evidence)
    return wording.check_lines(rules, promotion.evidence, shown, on)


def _live_ballots(promotion: Promotion) -> Any:
    return Ballot.objects.filter(promotion=promotion, superseded_at=None)


def _electorate(promotion: Promotion, now: dt.datetime) -> Electorate:
    """Of the decision when there is one, of the last day while voting, else of today."""
    stored = promotion.outcome.get("electorate")
    if stored is not None:
        return Electorate({int(person): frozenset(held) for person, held in stored.items()})
    last = min(now, promotion.voting_closes_at) if promotion.voting_closes_at else now
    return electorate_of(promotion, promotion.sig.day_of(last))


def _voters(rules: Rules, electorate: Electorate, ballots: list[Ballot]) -> list[Voter]:
    """Everyone entitled, higher roles first, with their live ballot."""
    entitled = electorate.with_role(*rules.electorate)
    objectors = electorate.with_role(*rules.objection_roles)
    by_voter = {ballot.voter_id: ballot for ballot in ballots}
    rows = []
    for person in Person.objects.filter(pk__in=entitled):
        role = next(role for role in rules.electorate if role in electorate.roles[person.pk])
        ballot = by_voter.get(person.pk)
        objects = ballot is not None and person.pk in objectors and is_objection(ballot)
        voter = Voter(person, wording.role_label(role), ballot, objects)
        rows.append((rules.electorate.index(role), voter))
    return [voter for _rank, voter in sorted(rows, key=lambda row: (row[0], row[1].person.name))]


def is_objection(ballot: Ballot) -> bool:
    """A vote against with a reason; whether it blocks depends on the voter's role."""
    return ballot.choice == Ballot.Choice.AGAINST and bool(ballot.reason)


def _is_provisional(promotion: Promotion) -> bool:
    """The deadline rests on holidays that are not published yet."""
    if promotion.state != State.VOTING or promotion.voting_closes_at is None:
        return False
    return working_days.is_provisional(promotion.voting_closes_at.year)
