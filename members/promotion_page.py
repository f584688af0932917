"""Everything a Maintainer decides from on one page, gathered in a constant number of queries."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ledger.models import Entry

from . import checklist, evidence, holiday, limits, policy_words, wording
from .activity import by_month
from .ballot_box import electorate_of, on_leave_of, recount, rules_of, votes_of
from .charts import BarChart
from .checklist import CheckLine
from .discussion import readable
from .employers import Spread, spread
from .models import Ballot, Endorsement, Person, Promotion, Recusal, RoleTerm, Statement
from .policy import Electorate, Rules, Tally, count
from .promotion_buttons import Button, buttons_of
from .promotion_list import badge_of, days_left
from .roster import Seats
from .rules import Roles, can, may_remind
from .transitions import GIVING
from .voting import is_objection, is_over, nominators_of, opens_from
from .waiting import due_at

State = Promotion.State
# Bounds of what grows: steps of one promotion, words in its discussion.
EVENTS_SHOWN = 200
STATEMENTS_SHOWN = 200
# Of all rules those a voter goes by; for a removal the threshold is that of removals already.
VOTE_KEYS = (
    "electorate",
    "threshold",
    "min_in_favour",
    "quorum",
    "lazy",
    "days",
    "objection",
    "effect",
)


@dataclass(frozen=True)
class Voter:
    person: Person
    roles: str
    ballot: Ballot | None
    is_objection: bool


@dataclass(frozen=True)
class Absent:
    """Somebody who holds a role of the electorate and does not vote, with why."""

    person: Person
    why: str
    reason: str = ""


@dataclass(frozen=True)
class Discussion:
    """`statements` are those the reader may read; `hidden` more are sealed from them (I9)."""

    is_sealed: bool
    statements: Sequence[Statement]
    hidden: int


@dataclass(frozen=True)
class Proposal:
    """The person and what is proposed. `names` tells of nominators where the rules ask for several."""

    terms: Sequence[RoleTerm]
    chart: BarChart
    endorsements: Sequence[Endorsement]
    names: Sequence[str]


@dataclass(frozen=True)
class Vote:
    """Who is entitled, who voted how, what is still needed; after the decision, that it can be recounted."""

    rules: Sequence[policy_words.Line]
    tally: Tally | None
    still_needed: Sequence[str]
    outcome: str
    # Whether counting the stored ballots anew gives the stored result; None: nothing was counted.
    is_recounted: bool | None
    voters: Sequence[Voter]
    absent: Sequence[Absent]
    spread: Spread

    @property
    def voted(self) -> int:
        return sum(voter.ballot is not None for voter in self.voters)

    @property
    def silent(self) -> Sequence[Voter]:
        return [voter for voter in self.voters if voter.ballot is None]


@dataclass(frozen=True)
class Page:
    promotion: Promotion
    badge: str
    due_at: dt.datetime | None
    left: str
    # Not before then may the vote open; None where the rules ask for no discussion.
    opens_from: dt.datetime | None
    is_over: bool
    is_provisional: bool
    proposal: Proposal
    checks: Sequence[CheckLine]
    unmet: int
    seats: Seats | None
    discussion: Discussion
    vote: Vote
    buttons: Sequence[Button]
    can_vote: bool
    can_remind: bool
    my_ballot: Ballot | None
    events: Sequence[Entry]


def page_of(promotion: Promotion, viewer: Person | None, roles: Roles, now: dt.datetime) -> Page:
    """Everything the promotion's page prints; `now` by the database's clock."""
    rules = rules_of(promotion)
    ballots = list(Ballot.objects.filter(promotion=promotion, superseded_at=None))
    over, due = is_over(promotion, now), due_at(promotion)
    vote = _vote(promotion, rules, ballots, now)
    lines = checks_of(promotion, rules, now)
    return Page(
        promotion=promotion,
        badge=badge_of(promotion),
        due_at=due,
        left=days_left(due, promotion.sig, now) if due else "",
        opens_from=opens_from(promotion) if promotion.state == State.ACCEPTED else None,
        is_over=over,
        is_provisional=_is_provisional(promotion),
        proposal=_proposal(promotion),
        checks=lines,
        unmet=sum(not line.is_met for line in lines),
        seats=_seats(promotion, rules, now),
        discussion=_discussion(promotion, rules, viewer, roles),
        vote=vote,
        buttons=buttons_of(promotion, viewer, roles, rules, vote.tally, over, now),
        can_vote=_can_vote(promotion, viewer, roles, vote, over),
        can_remind=_is_waiting(promotion, vote, over) and may_remind(viewer, promotion, roles),
        my_ballot=next((row for row in ballots if viewer and row.voter_id == viewer.pk), None),
        events=_events(promotion),
    )


# ── the person and what is proposed ───────────────────────────────────────────────────────────
def _proposal(promotion: Promotion) -> Proposal:
    sig, on = promotion.sig, promotion.sig.day_of(promotion.nominated_at)
    terms = RoleTerm.objects.filter(person=promotion.person, sig=sig)
    endorsements = promotion.endorsements.select_related("person")
    return Proposal(
        terms=list(terms.order_by("-started_on", "-id")[:20]),
        chart=by_month(promotion.evidence, sig, on),
        endorsements=list(endorsements.prefetch_related("person__accounts")),
        names=[
            _names_line(check.name, check.figure, check.needed)
            for check in nominators_of(promotion)
        ],
    )


def _names_line(name: str, figure: int, needed: int) -> str:
    values = {"figure": figure, "needed": needed}
    if name == limits.EMPLOYERS:
        return _("须来自 %(needed)d 个不同单位，现有 %(figure)d 个") % values
    return _("规则要求 %(needed)d 人，现有 %(figure)d 人") % values


# ── rules and evidence ────────────────────────────────────────────────────────────────────────
def checks_of(promotion: Promotion, rules: Rules, now: dt.datetime) -> list[CheckLine]:
    """The checklist as it stood at nomination, and beside it today's figures; leaving a role asks nothing."""
    if promotion.kind not in GIVING:
        return []
    sig, stored = promotion.sig, promotion.evidence
    lines = checklist.check_lines(rules, stored, sig.day_of(promotion.nominated_at))
    shown = evidence.today(promotion.person, sig, now, rules)
    beside = checklist.with_today(lines, rules, shown, sig.day_of(now))
    return checklist.with_proofs(beside, stored)


def _seats(promotion: Promotion, rules: Rules, now: dt.datetime) -> Seats | None:
    """How many hold the role today, where the rules limit it and nothing has taken effect yet."""
    is_open = promotion.state in Promotion.OPEN_STATES
    if not is_open or not (rules.seats_min or rules.seats_max):
        return None
    terms = RoleTerm.objects.active(promotion.sig.day_of(now)).filter(
        sig=promotion.sig, role=promotion.role
    )
    holders = terms.values("person").distinct().count()
    label = wording.role_label(promotion.role)
    return Seats(promotion.role, label, holders, rules.seats_min, rules.seats_max)


# ── discussion ────────────────────────────────────────────────────────────────────────────────
def _discussion(
    promotion: Promotion, rules: Rules, viewer: Person | None, roles: Roles
) -> Discussion:
    """A sealed word is read by who may, and by who said it; the others learn that there are some."""
    rows = readable(promotion, viewer, roles).prefetch_related("author__accounts")
    shown = list(rows.order_by("at", "id")[:STATEMENTS_SHOWN])
    total = Statement.objects.filter(promotion=promotion).count()
    return Discussion(rules.discussion == "sealed", shown, total - len(shown))


# ── the vote ──────────────────────────────────────────────────────────────────────────────────
def _vote(promotion: Promotion, rules: Rules, ballots: list[Ballot], now: dt.datetime) -> Vote:
    electorate = _electorate(promotion, now)
    recusals = list(Recusal.objects.filter(promotion=promotion, withdrawn_at=None))
    on_leave = _on_leave(promotion, rules, now)
    entitled = electorate.with_role(*rules.electorate)
    ids = {*entitled, *(row.person_id for row in recusals), *on_leave}
    people = Person.objects.prefetch_related("accounts").in_bulk(ids)
    tally = count(rules, votes_of(ballots), electorate) if promotion.state == State.VOTING else None
    voters = _voters(rules, electorate, ballots, people)
    running = tally is not None and not is_over(promotion, now)
    return Vote(
        rules=vote_rules(rules),
        tally=tally,
        still_needed=wording.still_needed(tally, rules) if tally and running else [],
        outcome=wording.outcome_sentence(promotion.outcome),
        is_recounted=_is_recounted(promotion),
        voters=voters,
        absent=_absent(recusals, on_leave, people),
        spread=spread(
            (voter.person.organization, bool(voter.ballot and voter.ballot.choice == 1))
            for voter in voters
        ),
    )


def vote_rules(rules: Rules) -> list[policy_words.Line]:
    """How the vote works, a line a rule."""
    lines = (line for section in policy_words.sections(rules) for line in section.lines)
    return [line for line in lines if line.key in VOTE_KEYS]


def _electorate(promotion: Promotion, now: dt.datetime) -> Electorate:
    """Of the decision when there is one, of the last day while voting, else of today."""
    stored = promotion.outcome.get("electorate")
    if stored is not None:
        return Electorate({int(person): frozenset(held) for person, held in stored.items()})
    last = min(now, promotion.voting_closes_at) if promotion.voting_closes_at else now
    return electorate_of(promotion, promotion.sig.day_of(last))


def _on_leave(promotion: Promotion, rules: Rules, now: dt.datetime) -> frozenset[int]:
    """Who would be entitled but for a leave of absence."""
    on = promotion.sig.day_of(promotion.voting_opens_at or now)
    away = on_leave_of(promotion, on) - {promotion.person_id}
    terms = RoleTerm.objects.active(on).filter(sig=promotion.sig, role__in=rules.electorate)
    return frozenset(terms.filter(person__in=away).values_list("person_id", flat=True))


def _voters(
    rules: Rules,
    electorate: Electorate,
    ballots: Iterable[Ballot],
    people: Mapping[int, Person],
) -> list[Voter]:
    """Everyone entitled, higher roles first, with their live ballot."""
    objectors = electorate.with_role(*rules.objection_roles)
    by_voter = {ballot.voter_id: ballot for ballot in ballots}
    rows = []
    for pk in electorate.with_role(*rules.electorate) & people.keys():
        role = next(role for role in rules.electorate if role in electorate.roles[pk])
        ballot = by_voter.get(pk)
        objects = pk in objectors and is_objection(ballot)
        voter = Voter(people[pk], wording.role_label(role), ballot, objects)
        rows.append((rules.electorate.index(role), people[pk].name, pk, voter))
    return [voter for _rank, _name, _pk, voter in sorted(rows, key=lambda row: row[:3])]


def _absent(
    recusals: Iterable[Recusal], on_leave: Iterable[int], people: Mapping[int, Person]
) -> list[Absent]:
    rows = [Absent(people[row.person_id], _("回避"), row.reason) for row in recusals]
    return rows + [Absent(people[pk], _("请假")) for pk in sorted(on_leave) if pk in people]


def _is_recounted(promotion: Promotion) -> bool | None:
    if "electorate" not in promotion.outcome:
        return None
    return recount(promotion) == promotion.outcome


def _can_vote(
    promotion: Promotion, viewer: Person | None, roles: Roles, vote: Vote, over: bool
) -> bool:
    """Entitled as the rules have it, and neither recused nor on leave."""
    return (
        can("cast", viewer, promotion, roles)
        and not over
        and all(voter.person != viewer for voter in vote.absent)
    )


def _is_waiting(promotion: Promotion, vote: Vote, over: bool) -> bool:
    """Somebody may still vote and has not."""
    return promotion.state == State.VOTING and not over and bool(vote.silent)


def _is_provisional(promotion: Promotion) -> bool:
    """The deadline rests on holidays that are not published yet."""
    if promotion.state != State.VOTING or promotion.voting_closes_at is None:
        return False
    return holiday.is_provisional(promotion.voting_closes_at.year)


# ── what happened ─────────────────────────────────────────────────────────────────────────────
def _events(promotion: Promotion) -> list[Entry]:
    entries = Entry.objects.filter(subject=f"promotion:{promotion.pk}")
    return list(entries.order_by("-seq")[:EVENTS_SHOWN])


def entry_words(entry: Entry) -> tuple[Entry, Any, str]:
    """A ledger entry, what it is called, and the login of who did it."""
    label = wording.EVENT_LABELS.get(entry.action, entry.action)
    return entry, label, entry.actor.removeprefix("person:")
