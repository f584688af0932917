"""A promotion from its nomination to the vote; the vote stands in members.voting, the rest in members.effect.

Each function is one step of members.transitions.TRANSITIONS, one transaction, one row lock, one
ledger entry. `by` is the acting Person (None: the clock), `at` an aware instant, by the database's
clock where a page calls. Refusals (members.refusals) are raised before any write.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError, transaction

from . import evidence, holiday, proposal, working_days
from .adoption import policy_in_force, stored_policy
from .ballot_box import database_now, rules_of
from .discussion import retract, say
from .effect import take_effect
from .models import Endorsement, Person, Promotion, Repository, Sig
from .notices.about import about_promotion
from .notices.outbox import tell
from .policy import COMMITTER, CONTRIBUTOR, Rules
from .refusals import Closed, Refusal, StillOpen, TooLate
from .steps import claim, digest, enter, note
from .transitions import TRANSITIONS, Kind, State
from .voting import cast, close, is_over, open_voting, recuse, rejoin

# A nomination nobody opens the vote for must end some day; days of discussion come on top.
OPENING_WORKING_DAYS = 30
__all__ = [
    "TRANSITIONS",
    "Refusal",
    "accept",
    "cast",
    "close",
    "decline",
    "endorse",
    "expire",
    "nominate",
    "open_voting",
    "recuse",
    "rejoin",
    "retract",
    "say",
    "take_effect",
    "withdraw",
]


# ── nominate ──────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def nominate(
    *,
    sig: Sig,
    person: Person,
    role: str,
    reason: str,
    kind: str = Kind.PROMOTE,
    duty: str = "",
    repositories: Iterable[Repository] = (),
    by: Person,
    at: dt.datetime,
) -> Promotion:
    """Propose a change of role; the evidence and the version of the rules are frozen here.

    Raises NotAllowed, Unqualified, BadProposal, AlreadyOpen.
    """
    on, scope = sig.day_of(at), list(repositories)
    promotion = Promotion(
        sig=sig,
        person=person,
        kind=kind,
        role=role,
        duty=duty.strip(),
        reason=reason.strip(),
        nominated_by=by,
        nominated_at=at,
    )
    proposal.refuse_malformed(promotion, scope)
    promotion.policy = policy_in_force(sig, _rules_role(role), on)
    proposal.refuse_stranger(promotion, by, on)
    proposal.refuse_open_twin(promotion)
    shown = evidence.collect(person, sig, at, rules_of(promotion))
    proposal.refuse_unqualified(promotion, shown, on)
    _begin(promotion, at)
    promotion.evidence = shown
    # Two people may propose the same at the same moment; the constraint lets one through.
    try:
        with transaction.atomic():
            promotion.policy = stored_policy(sig=sig, role=_rules_role(role), on=on, by=by, at=at)
            promotion.save()
    except IntegrityError as error:
        proposal.refuse_open_twin(promotion, error)
        raise
    promotion.repositories.set(scope)
    note(promotion, "nominated", by, at, _proposal_json(promotion, scope))
    _tell_candidate(promotion, by, at)
    return promotion


def _begin(promotion: Promotion, at: dt.datetime) -> None:
    rules = rules_of(promotion)
    promotion.state = State.NOMINATED
    promotion.answer_due_at = _end_of_nth(promotion, rules.answer_working_days, at)
    if promotion.is_own_wish:
        promotion.state, promotion.decided_at = State.APPROVED, at
        promotion.answer_due_at = None
        promotion.outcome = {"reason": "step_down"}
    elif promotion.nominated_by == promotion.person or promotion.kind in (
        Kind.REMOVE,
        Kind.EMERITUS,
    ):
        _stand(promotion, rules, at)


def _stand(promotion: Promotion, rules: Rules, at: dt.datetime) -> None:
    """Nothing is left to ask the candidate: now the Maintainers have their time to open the vote."""
    days = OPENING_WORKING_DAYS + rules.discussion_working_days
    promotion.state, promotion.accepted_at = State.ACCEPTED, at
    promotion.answer_due_at = _end_of_nth(promotion, days, at)


def _end_of_nth(promotion: Promotion, days: int, at: dt.datetime) -> dt.datetime:
    return working_days.end_of_nth(at, days, holiday.china(), promotion.sig.zone)


def _rules_role(role: str) -> str:
    """Contributors have no rules of their own; leaving that role needs none."""
    return role if role != CONTRIBUTOR else COMMITTER


def _proposal_json(promotion: Promotion, scope: list[Repository]) -> dict[str, Any]:
    return {
        "kind": str(promotion.kind),
        "duty": promotion.duty,
        "repositories": sorted(str(repository) for repository in scope),
        "reason": promotion.reason,
        "policy_version": promotion.policy.version,
        "evidence_sha256": digest(promotion.evidence),
        "candidate": promotion.person_id,
        "nominator": promotion.nominated_by_id,
        "repository_ids": sorted(repository.pk for repository in scope),
    }


def _tell_candidate(promotion: Promotion, by: Person, at: dt.datetime) -> None:
    """Who is proposed by somebody else is asked to answer, or told where their answer is not asked."""
    if promotion.person_id != by.pk:
        tell(
            key=f"promotion:{promotion.pk}:nominated",
            kind="promotion.nominated",
            person=promotion.person,
            data=about_promotion(promotion, by=by.name),
            at=at,
        )


# ── endorse ───────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def endorse(*, promotion_id: int, by: Person, at: dt.datetime) -> Endorsement:
    """Put one's name under a nomination; doing so twice changes nothing. Their employer is kept as of now."""
    promotion = claim(promotion_id, "endorse", by, at)
    known = promotion.endorsements.filter(person=by).first()
    if known is not None:
        return known
    endorsement = Endorsement.objects.create(
        promotion=promotion, person=by, organization=by.organization, at=at
    )
    data = {"endorsement": endorsement.pk, "endorser": by.pk, "organization": by.organization}
    note(promotion, "endorsed", by, at, data)
    return endorsement


# ── accept, decline, withdraw, expire ─────────────────────────────────────────────────────────
@transaction.atomic
def accept(*, promotion_id: int, by: Person, at: dt.datetime) -> Promotion:
    """The candidate agrees to stand. Raises NotAllowed, WrongState, TooLate."""
    promotion = claim(promotion_id, "accept", by, at)
    if is_due(promotion, at):
        raise TooLate(promotion)
    _stand(promotion, rules_of(promotion), at)
    return enter(promotion, State.ACCEPTED, "accepted", by, at)


@transaction.atomic
def decline(*, promotion_id: int, by: Person, at: dt.datetime) -> Promotion:
    """The candidate does not want to stand."""
    promotion = claim(promotion_id, "decline", by, at)
    return enter(promotion, State.DECLINED, "declined", by, at)


@transaction.atomic
def withdraw(
    *,
    promotion_id: int,
    by: Person,
    at: dt.datetime,
    clock: Callable[[], dt.datetime] = database_now,
) -> Promotion:
    """The nominator or the candidate takes the proposal back, until the vote is over."""
    promotion = claim(promotion_id, "withdraw", by, at)
    if promotion.state == State.VOTING and is_over(promotion, clock()):
        raise Closed(promotion)
    return enter(promotion, State.WITHDRAWN, "withdrawn", by, at)


@transaction.atomic
def expire(*, promotion_id: int, by: Person | None = None, at: dt.datetime) -> Promotion:
    """The clock ends what nobody answered or nobody opened in time; `at` by the database's clock.

    Raises NotAllowed (a person asks), WrongState, StillOpen.
    """
    promotion = claim(promotion_id, "expire", by, at)
    if not is_due(promotion, at):
        raise StillOpen(promotion)
    reason = "unanswered" if promotion.state == State.NOMINATED else "unopened"
    promotion.outcome, promotion.decided_at = {"reason": reason}, at
    return enter(promotion, State.EXPIRED, "expired", by, at, {"reason": reason})


def is_due(promotion: Promotion, at: dt.datetime) -> bool:
    """The time to answer, or to open the vote, is over."""
    return promotion.answer_due_at is not None and promotion.answer_due_at <= at
