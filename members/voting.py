"""The vote on a promotion: opening it, the ballots, standing aside, the count.

Deadlines are judged by the database's clock, asked again under the row's lock: a ballot racing the
closing is either counted or refused, whatever the web machines' clocks say.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import evidence, holiday, limits, rules, working_days
from .ballot_box import (
    database_now,
    electorate_of,
    on_leave_of,
    outcome_json,
    recused_from,
    rules_of,
    tally_of,
)
from .models import Ballot, Person, Promotion, Recusal
from .notices.about import about_promotion
from .notices.outbox import tell, tell_all
from .policy import Check, Rules, evaluate
from .refusals import (
    BadProposal,
    Closed,
    NobodyMayVote,
    NotEntitled,
    NotYet,
    Recused,
    StillOpen,
    TooLate,
    moment_text,
)
from .steps import (
    claim,
    content_of,
    digest,
    enter,
    instant,
    locked,
    note,
    refuse_unless_may,
    refuse_wrong_state,
)
from .transitions import DECIDED, GIVING, Kind, State
from .wording import role_label

# What the hash of a ballot covers; when it was superseded follows from the next one's entry.
BALLOT_CONTENT = ("id", "promotion_id", "choice", "reason", "cast_at")


# ── open ──────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def open_voting(*, promotion_id: int, by: Person, at: dt.datetime) -> Promotion:
    """A Maintainer opens the vote; it ends with the last of the policy's working days.

    Raises NotAllowed, WrongState, TooLate, NotYet (nominators or days of discussion are missing),
    NobodyMayVote.
    """
    promotion = claim(promotion_id, "open", by, at)
    own_rules, on = rules_of(promotion), promotion.sig.day_of(at)
    _refuse_early(promotion, own_rules, at)
    voters = electorate_of(promotion, on).with_role(*own_rules.electorate)
    if not voters:
        raise NobodyMayVote
    promotion.on_leave = sorted(on_leave_of(promotion, on))
    promotion.voting_opens_at = at
    promotion.voting_closes_at = working_days.end_of_nth(
        at, own_rules.vote_working_days, holiday.china(), promotion.sig.zone
    )
    data = {
        "closes_at": instant(promotion.voting_closes_at),
        "entitled": len(voters),
        "unmet": _unmet(promotion, own_rules, on),
    }
    enter(promotion, State.VOTING, "opened", by, at, data)
    _tell(promotion, "opened", Person.objects.filter(pk__in=voters), at)
    return promotion


def _unmet(promotion: Promotion, own_rules: Rules, on: dt.date) -> list[str]:
    """Figures below what the rules ask for; the voters judge, but in sight."""
    if promotion.kind != Kind.PROMOTE:
        return []
    verdict = evaluate(own_rules, evidence.read(promotion.evidence), on)
    return [check.name for check in verdict.unmet]


def _refuse_early(promotion: Promotion, own_rules: Rules, at: dt.datetime) -> None:
    if promotion.answer_due_at is not None and promotion.answer_due_at <= at:
        raise TooLate(promotion)
    missing = [check for check in nominators_of(promotion) if not check.is_met]
    if missing:
        raise NotYet(_missing_nominators(missing[0]))
    first = opens_from(promotion)
    if first is not None and at <= first:
        raise NotYet(
            ngettext(
                "规则要求先讨论 %(count)d 个工作日，%(at)s 之后才能开启表决。",
                "规则要求先讨论 %(count)d 个工作日，%(at)s 之后才能开启表决。",
                own_rules.discussion_working_days,
            )
            % {
                "count": own_rules.discussion_working_days,
                "at": moment_text(first, promotion.sig),
            }
        )


def opens_from(promotion: Promotion) -> dt.datetime | None:
    """The end of the discussion the rules ask for before a vote; None without one, or not yet begun."""
    days = rules_of(promotion).discussion_working_days
    if not days or promotion.accepted_at is None:
        return None
    return working_days.end_of_nth(promotion.accepted_at, days, holiday.china(), promotion.sig.zone)


def nominators_of(promotion: Promotion) -> Sequence[Check]:
    """Whether enough names stand under a nomination, of different employers where the rules say so."""
    own_rules = rules_of(promotion)
    if promotion.kind not in GIVING or own_rules.nominators_needed <= 1:
        return ()
    employers = [row.organization for row in promotion.endorsements.all()]
    # One's own word is a nomination, but no second voice.
    if promotion.nominated_by_id != promotion.person_id:
        employers.append(promotion.nominated_by.organization)
    return limits.nominator_checks(own_rules, employers)


def _missing_nominators(check: Check) -> str:
    if check.name == limits.EMPLOYERS:
        return ngettext(
            "规则要求提名人来自 %(needed)d 个不同单位，现有 %(figure)d 个。",
            "规则要求提名人来自 %(needed)d 个不同单位，现有 %(figure)d 个。",
            check.needed,
        ) % {"needed": check.needed, "figure": check.figure}
    return ngettext(
        "规则要求 %(needed)d 位提名人，现有 %(figure)d 位；请其他成员附议。",
        "规则要求 %(needed)d 位提名人，现有 %(figure)d 位；请其他成员附议。",
        check.needed,
    ) % {"needed": check.needed, "figure": check.figure}


# ── cast ──────────────────────────────────────────────────────────────────────────────────────
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
    Raises NotEntitled, Recused, Closed, WrongState, BadProposal.
    """
    promotion = locked(promotion_id)
    _refuse_unentitled(promotion, by, at)
    now = clock()
    counted = promotion.state in DECIDED and promotion.voting_closes_at is not None
    if counted or is_over(promotion, now):
        raise Closed(promotion)
    refuse_wrong_state(promotion, "cast")
    if by.pk in recused_from(promotion):
        raise Recused
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
    note(promotion, "ballot", by, at, _ballot_json(ballot, live))
    return ballot


def is_objection(ballot: Ballot | None) -> bool:
    """A vote against with a reason; whether it blocks depends on the voter's role."""
    return ballot is not None and ballot.choice == Ballot.Choice.AGAINST and bool(ballot.reason)


def _ballot_json(ballot: Ballot, former: Ballot | None) -> dict[str, Any]:
    data = _ballot_content(ballot)
    if is_objection(former) and not is_objection(ballot):
        data["withdraws_objection"] = True
    return data


def _ballot_content(ballot: Ballot) -> dict[str, Any]:
    return {
        "choice": int(ballot.choice),
        "reason": ballot.reason,
        "ballot": ballot.pk,
        "voter": ballot.voter_id,
        "cast_at": instant(ballot.cast_at),
        "ballot_sha256": ballot_digest(ballot, ballot.voter_id),
    }


def ballot_digest(ballot: Ballot, voter: int) -> str:
    """`voter`: the number the ledger names, for people may have been merged since."""
    return digest({**content_of(ballot, BALLOT_CONTENT), "voter": voter})


def _refuse_unentitled(promotion: Promotion, by: Person, at: dt.datetime) -> None:
    roles = rules.roles_of(by, promotion.sig, promotion.sig.day_of(at))
    if not rules.may("cast", by, promotion, roles):
        if rules.is_subject(by, promotion):
            raise NotEntitled(_("候选人须回避，不参加对自己的表决。"))
        labels = _("、").join(role_label(role) for role in rules_of(promotion).electorate)
        raise NotEntitled(_("按规则只有本 SIG 的 %(roles)s 有表决权。") % {"roles": labels})
    if promotion.voting_opens_at is not None and by.pk in promotion.on_leave:
        raise NotEntitled(_("表决开启时您正在请假，按规则不参加这次表决。"))


# ── stand aside ───────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def recuse(
    *,
    promotion_id: int,
    reason: str = "",
    by: Person,
    at: dt.datetime,
    clock: Callable[[], dt.datetime] = database_now,
) -> Recusal:
    """Stand aside: one leaves the electorate and the numbers it is counted by; a ballot cast already
    stays in the record and no longer counts. Doing so twice changes nothing.

    Raises NotAllowed, WrongState, Closed.
    """
    promotion = _in_time(promotion_id, "recuse", by, at, clock)
    live = promotion.recusals.filter(person=by, withdrawn_at=None).first()
    if live is not None:
        return live
    recusal = Recusal.objects.create(promotion=promotion, person=by, reason=reason.strip(), at=at)
    data = {"recusal": recusal.pk, "recused": by.pk, "reason": recusal.reason}
    note(promotion, "recused", by, at, data)
    return recusal


@transaction.atomic
def rejoin(
    *,
    promotion_id: int,
    by: Person,
    at: dt.datetime,
    clock: Callable[[], dt.datetime] = database_now,
) -> Promotion:
    """Take one's recusal back, until the vote is over; a ballot cast before counts again."""
    promotion = _in_time(promotion_id, "rejoin", by, at, clock)
    live = promotion.recusals.filter(person=by, withdrawn_at=None).first()
    if live is None:
        return promotion
    live.withdrawn_at = at
    live.save(update_fields=["withdrawn_at"])
    note(promotion, "rejoined", by, at, {"recusal": live.pk, "recused": by.pk})
    return promotion


def _in_time(
    promotion_id: int,
    action: str,
    by: Person,
    at: dt.datetime,
    clock: Callable[[], dt.datetime],
) -> Promotion:
    promotion = locked(promotion_id)
    refuse_unless_may(action, promotion, by, at)
    if promotion.state == State.VOTING and is_over(promotion, clock()):
        raise Closed(promotion)
    refuse_wrong_state(promotion, action)
    return promotion


# ── close ─────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def close(
    *,
    promotion_id: int,
    by: Person | None,
    at: dt.datetime,
    clock: Callable[[], dt.datetime] = database_now,
) -> Promotion:
    """Count and decide: after the deadline, or earlier when no outstanding vote can undo the approval.

    The electorate is that of the deadline's day (or today's, when earlier), and is kept with the
    count. Raises NotAllowed, WrongState, StillOpen.
    """
    promotion = claim(promotion_id, "close", by, at)
    now = clock()
    last = min(now, promotion.voting_closes_at or now)
    electorate = electorate_of(promotion, promotion.sig.day_of(last))
    tally = tally_of(promotion, electorate)
    if not is_over(promotion, now) and (by is None or not tally.may_close_early):
        raise StillOpen(promotion)
    promotion.outcome = outcome_json(tally, electorate)
    promotion.decided_at = at
    enter(promotion, State(tally.outcome), tally.outcome, by, at, tally.to_json())
    voters = electorate.with_role(*rules_of(promotion).electorate)
    _tell(promotion, "decided", _concerned(promotion, voters), at)
    return promotion


def is_over(promotion: Promotion, now: dt.datetime) -> bool:
    """The vote's time is up, counted or not."""
    return (
        promotion.state == State.VOTING
        and promotion.voting_closes_at is not None
        and promotion.voting_closes_at <= now
    )


def _concerned(promotion: Promotion, voters: Any) -> Any:
    ids = {*voters, promotion.person_id, promotion.nominated_by_id}
    return Person.objects.filter(pk__in=ids)


def _tell(promotion: Promotion, event: str, people: Any, at: dt.datetime) -> None:
    """Those concerned, and the SIG's channels, once each."""
    key, kind = f"promotion:{promotion.pk}:{event}", f"promotion.{event}"
    data = about_promotion(promotion)
    tell_all(key=key, kind=kind, people=people, data=data, at=at)
    tell(key=key, kind=kind, person=None, data=data, at=at)
