"""A promotion from nomination to the role in force: every write of it stands in this module.

Each function is one step of members.transitions.TRANSITIONS, one transaction, one row lock, one
ledger entry. `by` is the acting Person (None: the clock), `at` an aware instant. Refusals
(members.refusals) are raised before any write.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ledger import record
from ledger.canonical import canonical

from . import evidence, proposal, role_term, rules, working_days
from .adoption import stored_policy
from .ballot_box import database_now, electorate_of, outcome_json, tally_of
from .models import Ballot, Person, Promotion, Repository, RoleTerm, Sig, actor_of
from .policy import COMMITTER, CONTRIBUTOR, ROLES, evaluate
from .policy_json import rules_from_json
from .refusals import (
    BadProposal,
    Closed,
    NobodyMayVote,
    NotAllowed,
    NotEntitled,
    Refusal,
    StillOpen,
    WrongState,
)
from .transitions import DECIDED, TRANSITIONS

Kind = Promotion.Kind
State = Promotion.State
__all__ = [
    "TRANSITIONS",
    "Refusal",
    "accept",
    "cast",
    "close",
    "decline",
    "nominate",
    "open_voting",
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
    proposal.refuse_stranger(promotion, by, on)
    proposal.refuse_open_twin(promotion)
    shown = evidence.collect(person, sig, at)
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
    _record(promotion, "nominated", by, at, _proposal_json(promotion, scope))
    return promotion


def _begin(promotion: Promotion, at: dt.datetime) -> None:
    promotion.state = State.NOMINATED
    own_wish = promotion.nominated_by == promotion.person
    if promotion.kind == Kind.STEP_DOWN:
        promotion.state, promotion.decided_at = State.APPROVED, at
        promotion.outcome = {"reason": "step_down"}
    elif own_wish or promotion.kind == Kind.REMOVE:
        promotion.state, promotion.accepted_at = State.ACCEPTED, at


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
        "evidence_sha256": sha256(canonical(promotion.evidence)).hexdigest(),
    }


# ── accept, decline, withdraw ─────────────────────────────────────────────────────────────────
@transaction.atomic
def accept(*, promotion_id: int, by: Person, at: dt.datetime) -> Promotion:
    """The candidate agrees to stand."""
    promotion = _claim(promotion_id, "accept", by, at)
    promotion.accepted_at = at
    return _enter(promotion, State.ACCEPTED, "accepted", by, at)


@transaction.atomic
def decline(*, promotion_id: int, by: Person, at: dt.datetime) -> Promotion:
    """The candidate does not want to stand."""
    promotion = _claim(promotion_id, "decline", by, at)
    return _enter(promotion, State.DECLINED, "declined", by, at)


@transaction.atomic
def withdraw(
    *,
    promotion_id: int,
    by: Person,
    at: dt.datetime,
    clock: Callable[[], dt.datetime] = database_now,
) -> Promotion:
    """The nominator or the candidate takes the proposal back, until the vote is over."""
    promotion = _claim(promotion_id, "withdraw", by, at)
    if promotion.state == State.VOTING and _is_over(promotion, clock()):
        raise Closed(promotion)
    return _enter(promotion, State.WITHDRAWN, "withdrawn", by, at)


# ── the vote ──────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def open_voting(*, promotion_id: int, by: Person, at: dt.datetime) -> Promotion:
    """A Maintainer opens the vote; it ends with the last of the policy's working days."""
    promotion = _claim(promotion_id, "open", by, at)
    own_rules = rules_from_json(promotion.policy.rules)
    on = promotion.sig.day_of(at)
    voters = electorate_of(promotion, on).with_role(*own_rules.electorate)
    if not voters:
        raise NobodyMayVote
    promotion.voting_opens_at = at
    promotion.voting_closes_at = working_days.end_of_nth(
        at, own_rules.vote_working_days, working_days.china(), promotion.sig.zone
    )
    verdict = evaluate(own_rules, evidence.read(promotion.evidence), on)
    unmet = [check.name for check in verdict.unmet] if promotion.kind == Kind.PROMOTE else []
    data = {
        "closes_at": _instant(promotion.voting_closes_at),
        "entitled": len(voters),
        "unmet": unmet,
    }
    return _enter(promotion, State.VOTING, "opened", by, at, data)


@transaction.atomic
def cast(
    *,
    promotion_id: int,
    choice: int,
    reason: str = "",
    by: Person,
    at: dt.datetime,
    clock: Callable[[], dt.datetime] = database_now,
) -> Ballot:
    """Vote, or change one's vote: the former ballot stays, superseded. The same again changes nothing.

    `clock` judges the deadline; only the replay of a known past passes another than the database's.
    Raises NotEntitled, Closed, WrongState, BadProposal.
    """
    promotion = _locked(promotion_id)
    _refuse_unentitled(promotion, by, at)
    now = clock()
    if promotion.state in DECIDED or (promotion.state == State.VOTING and _is_over(promotion, now)):
        raise Closed(promotion)
    _refuse_wrong_state(promotion, "cast")
    if choice not in Ballot.Choice.values:
        raise BadProposal("choice", _("请选择赞成、弃权或反对。"))
    live = promotion.ballots.filter(voter=by, superseded_at=None).first()
    if live is not None and (live.choice, live.reason) == (choice, reason.strip()):
        return live
    if live is not None:
        live.superseded_at = now
        live.save(update_fields=["superseded_at"])
    ballot = Ballot.objects.create(
        promotion=promotion, voter=by, choice=choice, reason=reason.strip(), cast_at=now
    )
    _record(promotion, "ballot", by, at, {"choice": ballot.choice, "reason": ballot.reason})
    return ballot


@transaction.atomic
def close(
    *,
    promotion_id: int,
    by: Person | None,
    at: dt.datetime,
    clock: Callable[[], dt.datetime] = database_now,
) -> Promotion:
    """Count and decide: after the deadline, or earlier when no outstanding vote can change the outcome.

    The electorate is that of the deadline's day (or today's, when earlier), and is kept with the
    count. Raises NotAllowed, WrongState, StillOpen.
    """
    promotion = _locked(promotion_id)
    if by is not None:
        _refuse_unless_may("close", promotion, by, at)
    _refuse_wrong_state(promotion, "close")
    now = clock()
    last = min(now, promotion.voting_closes_at or now)
    electorate = electorate_of(promotion, promotion.sig.day_of(last))
    tally = tally_of(promotion, electorate)
    if not _is_over(promotion, now) and (by is None or tally.decided is None):
        raise StillOpen(promotion)
    promotion.outcome = outcome_json(tally, electorate)
    promotion.decided_at = at
    return _enter(promotion, State(tally.outcome), tally.outcome, by, at, tally.to_json())


def _is_over(promotion: Promotion, now: dt.datetime) -> bool:
    return promotion.voting_closes_at is not None and promotion.voting_closes_at <= now


def _refuse_unentitled(promotion: Promotion, by: Person, at: dt.datetime) -> None:
    roles = rules.roles_of(by, promotion.sig, promotion.sig.day_of(at))
    if rules.may("cast", by, promotion, roles):
        return
    if rules.is_subject(by, promotion):
        raise NotEntitled(_("候选人须回避，不参加对自己的表决。"))
    who = rules_from_json(promotion.policy.rules).electorate
    labels = _("、").join(str(RoleTerm.Role(role).label) for role in who)
    raise NotEntitled(_("按规则只有本 SIG 的 %(roles)s 有表决权。") % {"roles": labels})


# ── the role in force ─────────────────────────────────────────────────────────────────────────
@transaction.atomic
def take_effect(
    *, promotion_id: int, effective_on: dt.date, by: Person, at: dt.datetime
) -> Promotion:
    """The decided change becomes the roster's: terms end and begin on one day, in one transaction.

    Raises NotAllowed, WrongState, BadProposal (`effective_on`).
    """
    promotion = _claim(promotion_id, "effect", by, at)
    terms = RoleTerm.objects.select_for_update().filter(
        person=promotion.person, sig=promotion.sig, ended_on=None
    )
    ending = [term for term in terms if _is_ended_by(term, promotion)]
    _refuse_bad_day(promotion, ending, effective_on, at)
    reason = f"promotion:{promotion.pk}"
    for term in ending:
        role_term.end(term=term, on=effective_on, reason=reason, by=by, at=at)
    # An import may have brought the role in the meantime; then it stands already.
    if promotion.kind == Kind.PROMOTE and not any(term.role == promotion.role for term in terms):
        role_term.start(
            person=promotion.person,
            sig=promotion.sig,
            role=promotion.role,
            on=effective_on,
            duty=promotion.duty,
            repositories=promotion.repositories.all(),
            reason=reason,
            by=by,
            at=at,
        )
    promotion.effective_on = effective_on
    data = {"on": effective_on.isoformat()}
    return _enter(promotion, State.IN_EFFECT, "in_effect", by, at, data)


def _is_ended_by(term: RoleTerm, promotion: Promotion) -> bool:
    if promotion.kind != Kind.PROMOTE:
        return term.role == promotion.role
    return ROLES.index(term.role) < ROLES.index(promotion.role)


def _refuse_bad_day(
    promotion: Promotion, ending: list[RoleTerm], on: dt.date, at: dt.datetime
) -> None:
    decided_on = promotion.sig.day_of(promotion.decided_at or at)
    earliest = max([decided_on, *(term.started_on for term in ending)])
    latest = decided_on + dt.timedelta(days=366)
    if not earliest <= on <= latest:
        raise BadProposal(
            "effective_on",
            _("生效日期须在 %(earliest)s 与 %(latest)s 之间。")
            % {"earliest": earliest.isoformat(), "latest": latest.isoformat()},
        )


# ── what every step shares ────────────────────────────────────────────────────────────────────
def _locked(promotion_id: int) -> Promotion:
    promotions = Promotion.objects.select_related("sig", "person", "policy", "nominated_by")
    return promotions.select_for_update(of=("self",)).get(pk=promotion_id)


def _claim(promotion_id: int, action: str, by: Person, at: dt.datetime) -> Promotion:
    """The locked row, once it is certain that `by` may take the step and the state allows it."""
    promotion = _locked(promotion_id)
    _refuse_unless_may(action, promotion, by, at)
    _refuse_wrong_state(promotion, action)
    return promotion


def _refuse_unless_may(action: str, promotion: Promotion, by: Person, at: dt.datetime) -> None:
    roles = rules.roles_of(by, promotion.sig, promotion.sig.day_of(at))
    if rules.may(action, by, promotion, roles):
        return
    sentences = {
        "candidate": _("只有候选人本人可以接受或谢绝提名。"),
        "nominator or candidate": _("只有提名人或候选人可以撤回提名。"),
        "maintainer": _("只有候选人以外的 Maintainer 可以开启表决。"),
        "maintainer or clock": _("只有候选人以外的 Maintainer 可以提前结束表决。"),
        "maintainer or who steps down": _("只有候选人以外的 Maintainer 可以宣布生效。"),
    }
    raise NotAllowed(sentences[TRANSITIONS[action].who])


def _refuse_wrong_state(promotion: Promotion, action: str) -> None:
    if promotion.state not in TRANSITIONS[action].sources:
        raise WrongState(promotion)


def _enter(
    promotion: Promotion,
    state: State,
    event: str,
    by: Person | None,
    at: dt.datetime,
    data: dict[str, Any] | None = None,
) -> Promotion:
    promotion.state = state
    promotion.save()
    _record(promotion, event, by, at, data or {})
    return promotion


def _record(
    promotion: Promotion, event: str, by: Person | None, at: dt.datetime, data: dict[str, Any]
) -> None:
    about = {
        "sig": promotion.sig.slug,
        "person": promotion.person.actor,
        "name": promotion.person.name,
        "role": str(promotion.role),
    }
    record.append(
        actor=actor_of(by),
        action=f"promotion.{event}",
        subject=f"promotion:{promotion.pk}",
        data={**about, **data},
        at=at,
    )


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()
