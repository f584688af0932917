"""Steps beside the straight way: second nominators, discussion, standing aside, leaving, expiring, taking effect."""

import datetime as dt

import pytest

from ledger.models import Entry
from members import leave
from members import promotion as promotions
from members.ballot_box import electorate_of, recount, tally_of
from members.discussion import readable
from members.models import Notice, Promotion, RoleTerm, Statement
from members.refusals import (
    AwaitsMerge,
    BadProposal,
    Closed,
    NotAllowed,
    NotEntitled,
    NotYet,
    Recused,
    SeatsTaken,
    StillOpen,
    TooLate,
    Unqualified,
)
from members.rules import can_read_sealed, roles_of
from members.tasks import expire_due_nominations

from .cast import AT, FOREVER, default_policy, make_cast

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def cast():
    return make_cast()


def nominate(cast, **values):
    defaults = {
        "sig": cast.sig,
        "person": cast.candidate,
        "role": "committer",
        "reason": "长期评审",
        "repositories": [cast.repository],
        "by": cast.nominator,
        "at": AT,
    }
    return promotions.nominate(**{**defaults, **values})


def open_voting(promotion, by, at=AT):
    return promotions.open_voting(promotion_id=promotion.pk, by=by, at=at)


def vote(promotion, by, choice=1, reason=""):
    return promotions.cast(
        promotion_id=promotion.pk, choice=choice, reason=reason, by=by, at=AT, clock=lambda: AT
    )


def effect(promotion, by, **values):
    defaults = {"effective_on": DAY, "at": AT}
    return promotions.take_effect(promotion_id=promotion.pk, by=by, **{**defaults, **values})


def told(kind):
    keys = Notice.objects.filter(kind=f"promotion.{kind}", person__isnull=False)
    return set(keys.values_list("person__name", flat=True))


# ── who may nominate, and how many ────────────────────────────────────────────────────────────
def test_nominate_only_by_whom_the_rules_name(cast):
    default_policy(cast.sig, nominators={"who": ["maintainer"]})
    with pytest.raises(NotAllowed, match="只有本 SIG 的 Maintainer 可以提名"):
        nominate(cast)
    with pytest.raises(NotAllowed, match="不能自荐"):
        nominate(cast, by=cast.candidate)
    assert nominate(cast, by=cast.maintainers[0]).state == "nominated"


def test_nominate_only_oneself_where_the_rules_say_so(cast):
    default_policy(cast.sig, nominators={"who": ["self"]})
    with pytest.raises(NotAllowed, match="只能自荐"):
        nominate(cast)
    assert nominate(cast, by=cast.candidate).state == "accepted"


def test_open_waits_for_as_many_nominators_as_the_rules_ask(cast):
    default_policy(cast.sig, nominators={"needed": 2})
    promotion = nominate(cast)
    promotions.accept(promotion_id=promotion.pk, by=cast.candidate, at=AT)
    with pytest.raises(NotYet, match="2 位提名人，现有 1 位"):
        open_voting(promotion, cast.maintainers[0])
    promotions.endorse(promotion_id=promotion.pk, by=cast.committer, at=AT)
    assert open_voting(promotion, cast.maintainers[0]).state == "voting"


def test_open_waits_for_nominators_of_different_employers(cast):
    default_policy(cast.sig, nominators={"needed": 2, "from_different_employers": True})
    for person, employer in [
        (cast.nominator, "甲"),
        (cast.committer, "甲"),
        (cast.contributor, "乙"),
    ]:
        person.organization = employer
        person.save()
    promotion = nominate(cast)
    promotions.accept(promotion_id=promotion.pk, by=cast.candidate, at=AT)
    promotions.endorse(promotion_id=promotion.pk, by=cast.committer, at=AT)
    with pytest.raises(NotYet, match="2 个不同单位，现有 1 个"):
        open_voting(promotion, cast.maintainers[0])
    # What counts is where they worked when they endorsed.
    promotions.endorse(promotion_id=promotion.pk, by=cast.contributor, at=AT)
    cast.contributor.organization = "甲"
    cast.contributor.save()
    assert open_voting(promotion, cast.maintainers[0]).state == "voting"


def test_ones_own_nomination_is_no_second_voice(cast):
    default_policy(cast.sig, nominators={"needed": 2})
    promotion = nominate(cast, by=cast.candidate)
    promotions.endorse(promotion_id=promotion.pk, by=cast.committer, at=AT)
    with pytest.raises(NotYet):
        open_voting(promotion, cast.maintainers[0])


def test_endorse_twice_is_one(cast):
    promotion = nominate(cast)
    first = promotions.endorse(promotion_id=promotion.pk, by=cast.committer, at=AT)
    assert promotions.endorse(promotion_id=promotion.pk, by=cast.committer, at=AT) == first
    assert Entry.objects.filter(action="promotion.endorsed").count() == 1


# ── deadlines before the vote ─────────────────────────────────────────────────────────────────
def test_answer_is_due_after_the_rules_working_days(cast):
    default_policy(cast.sig, answer_working_days=3)
    promotion = nominate(cast)
    assert promotion.answer_due_at == dt.datetime(2026, 3, 5, 23, 59, 59, tzinfo=cast.sig.zone)


def test_accepted_nomination_waits_thirty_working_days_and_the_discussions(cast):
    default_policy(cast.sig, discussion={"working_days": 2})
    promotion = nominate(cast, by=cast.candidate)
    days = dt.datetime(2026, 4, 16, 23, 59, 59, tzinfo=cast.sig.zone)
    assert promotion.answer_due_at == days


@pytest.mark.parametrize("state", ["nominated", "accepted"])
def test_step_after_its_time_is_refused_and_the_sweeper_ends_the_nomination(cast, state):
    promotion = cast.promotion(state, answer_due_at=AT)
    step, by = {
        "nominated": (promotions.accept, cast.candidate),
        "accepted": (promotions.open_voting, cast.maintainers[0]),
    }[state]
    with pytest.raises(TooLate):
        step(promotion_id=promotion.pk, by=by, at=AT)
    assert (expire_due_nominations(), expire_due_nominations()) == (1, 0)
    promotion.refresh_from_db()
    reason = {"nominated": "unanswered", "accepted": "unopened"}[state]
    assert (promotion.state, promotion.outcome) == ("expired", {"reason": reason})


def test_expire_before_its_time_is_refused(cast):
    promotion = cast.promotion("nominated", answer_due_at=AT + HOUR)
    with pytest.raises(StillOpen):
        promotions.expire(promotion_id=promotion.pk, at=AT)


def test_nomination_of_before_there_were_deadlines_does_not_expire(cast):
    promotion = cast.promotion("nominated", answer_due_at=None)
    with pytest.raises(StillOpen):
        promotions.expire(promotion_id=promotion.pk, at=FOREVER)
    assert expire_due_nominations() == 0


def test_open_waits_for_the_days_of_discussion(cast):
    default_policy(cast.sig, discussion={"working_days": 2})
    promotion = nominate(cast, by=cast.candidate)
    end = dt.datetime(2026, 3, 4, 23, 59, 59, tzinfo=cast.sig.zone)
    with pytest.raises(NotYet, match="先讨论 2 个工作日，2026-03-04 23:59 之后"):
        open_voting(promotion, cast.maintainers[0], at=end)
    assert open_voting(promotion, cast.maintainers[0], at=end + HOUR).state == "voting"


# ── discussion ────────────────────────────────────────────────────────────────────────────────
def say(promotion, by, body="评审很细"):
    return promotions.say(promotion_id=promotion.pk, body=body, by=by, at=AT, clock=lambda: AT)


def test_say_in_public_is_for_everyone_to_read(cast):
    promotion = nominate(cast)
    statement = say(promotion, cast.committer)
    assert list(readable(promotion, None, frozenset())) == [statement]
    assert Entry.objects.get(action="promotion.said").actor == "person:committer"
    assert told("statement") == {"Candidate", "Nominator"}


def test_say_where_sealed_reaches_neither_the_candidate_nor_the_ledger(cast):
    default_policy(cast.sig, discussion={"mode": "sealed"})
    promotion = nominate(cast)
    statement = say(promotion, cast.committer, "再等半年")
    seeing = {
        person.name: list(readable(promotion, person, roles_of(person, cast.sig, DAY)))
        for person in (cast.candidate, cast.contributor, cast.nominator, cast.maintainers[0])
    }
    assert seeing == {
        "Candidate": [],
        "Contributor": [],
        "Nominator": [statement],
        "Maintainer-0": [statement],
    }
    assert list(readable(promotion, None, frozenset())) == []
    entry = Entry.objects.get(action="promotion.said")
    assert entry.actor == "system"
    assert "再等" not in str(entry.data)
    assert not any(str(cast.committer.pk) == str(value) for value in entry.data.values())
    assert told("statement") == {"Nominator"}
    assert "再等" not in str(list(Notice.objects.values("data")))


def test_sealed_self_nomination_stays_sealed_from_the_candidate(cast):
    default_policy(cast.sig, discussion={"mode": "sealed"})
    promotion = nominate(cast, by=cast.candidate)
    assert not can_read_sealed(cast.candidate, promotion, roles_of(cast.candidate, cast.sig, DAY))
    with pytest.raises(NotAllowed, match="讨论不公开"):
        say(promotion, cast.candidate)


def test_say_the_same_twice_in_a_row_is_once(cast):
    promotion = nominate(cast)
    assert say(promotion, cast.committer) == say(promotion, cast.committer, " 评审很细 ")
    assert Statement.objects.count() == 1


@pytest.mark.parametrize("body", ["", "  ", "长" * 10_001])
def test_say_refuses_nothing_and_too_much(cast, body):
    promotion = nominate(cast)
    with pytest.raises(BadProposal) as refusal:
        say(promotion, cast.committer, body)
    assert refusal.value.field == "body"


def test_say_ends_with_the_vote(cast):
    promotion = cast.promotion("voting", voting_closes_at=AT)
    with pytest.raises(Closed):
        say(promotion, cast.committer)


def test_retract_keeps_what_was_said(cast):
    promotion = nominate(cast)
    statement = say(promotion, cast.committer)
    with pytest.raises(NotAllowed):
        promotions.retract(statement_id=statement.pk, by=cast.maintainers[0], at=AT)
    for _turn in range(2):
        promotions.retract(statement_id=statement.pk, by=cast.committer, at=AT)
    statement.refresh_from_db()
    assert (statement.retracted_at, statement.body) == (AT, "评审很细")
    assert Entry.objects.filter(action="promotion.retracted").count() == 1


# ── standing aside ────────────────────────────────────────────────────────────────────────────
def recuse(promotion, by):
    return promotions.recuse(promotion_id=promotion.pk, by=by, at=AT, clock=lambda: AT)


def rejoin(promotion, by):
    return promotions.rejoin(promotion_id=promotion.pk, by=by, at=AT, clock=lambda: AT)


def test_recused_voter_leaves_the_electorate_and_the_base(cast):
    promotion = cast.promotion("voting")
    for by in cast.maintainers[:2]:
        vote(promotion, by)
    vote(promotion, cast.maintainers[2], -1)
    assert tally_of(promotion, electorate_of(promotion, DAY)).base == 3
    recuse(promotion, cast.maintainers[2])
    tally = tally_of(promotion, electorate_of(promotion, DAY))
    assert (tally.base, tally.against, tally.in_favour) == (2, 0, 2)
    with pytest.raises(Recused):
        vote(promotion, cast.maintainers[2], 1)


def test_rejoin_brings_the_vote_back(cast):
    promotion = cast.promotion("voting")
    vote(promotion, cast.maintainers[2], -1)
    recuse(promotion, cast.maintainers[2])
    rejoin(promotion, cast.maintainers[2])
    rejoin(promotion, cast.maintainers[2])
    tally = tally_of(promotion, electorate_of(promotion, DAY))
    assert (tally.base, tally.against) == (3, 1)
    assert Entry.objects.filter(action="promotion.rejoined").count() == 1


@pytest.mark.parametrize("step", [recuse, rejoin])
def test_standing_aside_ends_with_the_vote(cast, step):
    promotion = cast.promotion("voting", voting_closes_at=AT)
    with pytest.raises(Closed):
        step(promotion, cast.committer)


def test_recusal_is_kept_with_the_count_so_that_a_recount_agrees(cast):
    promotion = cast.promotion("voting")
    recuse(promotion, cast.maintainers[2])
    for by in cast.maintainers[:2]:
        vote(promotion, by)
    promotions.close(promotion_id=promotion.pk, by=None, at=AT, clock=lambda: FOREVER)
    promotion.refresh_from_db()
    assert (promotion.state, promotion.outcome["base"]) == ("approved", 2)
    assert recount(promotion) == promotion.outcome


# ── leave ─────────────────────────────────────────────────────────────────────────────────────
def go(cast, person, **values):
    return leave.start(
        **{"person": person, "sig": cast.sig, "on": DAY, "by": person, "at": AT, **values}
    )


def test_who_is_on_leave_at_the_opening_is_not_entitled_until_the_end(cast):
    away = go(cast, cast.maintainers[2])
    promotion = cast.promotion("accepted")
    open_voting(promotion, cast.maintainers[0])
    promotion.refresh_from_db()
    assert promotion.on_leave == [cast.maintainers[2].pk]
    leave.end(leave=away, on=DAY + dt.timedelta(days=1), by=cast.maintainers[2], at=AT)
    assert cast.maintainers[2].pk not in electorate_of(promotion, DAY).roles
    with pytest.raises(NotEntitled, match="请假"):
        vote(promotion, cast.maintainers[2])


def test_nobody_is_sent_on_leave_out_of_a_running_vote(cast):
    promotion = cast.promotion("accepted")
    open_voting(promotion, cast.maintainers[0])
    go(cast, cast.maintainers[2], by=cast.maintainers[0])
    promotion.refresh_from_db()
    assert cast.maintainers[2].pk in electorate_of(promotion, DAY).roles
    assert vote(promotion, cast.maintainers[2])


# ── kinds ─────────────────────────────────────────────────────────────────────────────────────
def test_reinstate_a_former_holder(cast):
    with pytest.raises(Unqualified, match="曾任"):
        nominate(cast, kind="reinstate")
    promotion = nominate(
        cast, kind="reinstate", role="maintainer", repositories=[], person=cast.former
    )
    assert promotion.state == "nominated"
    Promotion.objects.update(state="approved", decided_at=AT)
    effect(promotion, cast.maintainers[0])
    assert roles_of(cast.former, cast.sig, DAY) == {"maintainer"}


def test_reinstate_of_who_holds_the_role_is_refused(cast):
    with pytest.raises(Unqualified):
        nominate(cast, kind="reinstate", person=cast.committer)


def test_emeritus_by_ones_own_wish_needs_no_vote(cast):
    values = {"person": cast.committer, "kind": "emeritus", "repositories": []}
    with pytest.raises(NotAllowed):
        nominate(cast, **values, by=cast.contributor)
    promotion = nominate(cast, **values, by=cast.committer)
    assert promotion.state == "approved"
    effect(promotion, cast.committer)
    term = RoleTerm.objects.get(person=cast.committer)
    assert (term.ended_on, term.ended_as) == (DAY, "emeritus")


def test_emeritus_by_the_others_is_voted_on_under_the_rules_of_removal(cast):
    default_policy(cast.sig, removal={"more_than": "2/3", "of": "entitled"})
    promotion = nominate(
        cast, person=cast.committer, kind="emeritus", repositories=[], by=cast.maintainers[0]
    )
    assert promotion.state == "accepted"
    tally = tally_of(promotion, electorate_of(promotion, DAY))
    assert (tally.base, tally.needed) == (3, 3)


def test_removal_is_counted_under_its_own_threshold(cast):
    default_policy(cast.sig, removal={"more_than": "2/3", "of": "entitled"})
    promotion = cast.promotion("voting", person=cast.committer, kind="remove")
    for by in cast.maintainers[:2]:
        vote(promotion, by)
    closed = promotions.close(promotion_id=promotion.pk, by=None, at=AT, clock=lambda: FOREVER)
    assert (closed.state, closed.outcome["needed"]) == ("rejected", 3)
    closed.refresh_from_db()
    assert recount(closed) == closed.outcome


@pytest.mark.parametrize(
    ("kind", "ended_as"), [("remove", "removed"), ("step_down", "stepped_down")]
)
def test_term_says_how_it_ended(cast, kind, ended_as):
    promotion = cast.promotion("approved", person=cast.committer, kind=kind)
    effect(promotion, cast.maintainers[0])
    assert RoleTerm.objects.get(person=cast.committer).ended_as == ended_as


# ── what puts it in force ─────────────────────────────────────────────────────────────────────
def test_effect_by_a_meeting_asks_which_and_keeps_it(cast):
    default_policy(cast.sig, effect="meeting")
    promotion = cast.promotion("approved")
    with pytest.raises(BadProposal) as refusal:
        effect(promotion, cast.maintainers[0], ratified_in="  ")
    assert refusal.value.field == "ratified_in"
    effect(promotion, cast.maintainers[0], ratified_in=" 2026-03-05 例会，第 4 项 ")
    promotion.refresh_from_db()
    assert promotion.ratified_in == "2026-03-05 例会，第 4 项"
    assert (
        Entry.objects.get(action="promotion.in_effect").data["ratified_in"] == promotion.ratified_in
    )


def test_effect_by_the_merged_files_is_nobodys_word(cast):
    default_policy(cast.sig, effect="merged")
    promotion = cast.promotion("approved")
    with pytest.raises(AwaitsMerge):
        effect(promotion, cast.maintainers[0])
    assert effect(promotion, None).state == "in_effect"
    assert Entry.objects.get(action="promotion.in_effect").actor == "system"


def test_effect_by_word_is_not_the_portals(cast):
    with pytest.raises(NotYet):
        effect(cast.promotion("approved"), None)


@pytest.mark.parametrize("way", ["meeting", "merged"])
def test_leaving_by_ones_own_wish_waits_for_neither(cast, way):
    default_policy(cast.sig, effect=way)
    promotion = cast.promotion(
        "approved", person=cast.committer, nominated_by=cast.committer, kind="step_down"
    )
    assert effect(promotion, cast.committer).state == "in_effect"


def test_effect_without_a_free_seat_is_refused(cast):
    default_policy(cast.sig, seats={"min": 0, "max": 1})
    with pytest.raises(SeatsTaken, match="至多 1 席"):
        effect(cast.promotion("approved"), cast.maintainers[0])
    RoleTerm.objects.filter(person=cast.committer).update(ended_on=DAY)
    assert effect(Promotion.objects.get(), cast.maintainers[0]).state == "in_effect"


def test_term_is_due_when_the_rules_limit_it(cast):
    default_policy(cast.sig, term_months=12)
    effect(cast.promotion("approved"), cast.maintainers[0])
    assert RoleTerm.objects.get(person=cast.candidate, role="committer").due_on == dt.date(
        2027, 3, 2
    )


# ── who is told ───────────────────────────────────────────────────────────────────────────────
def test_those_concerned_are_told_of_each_step_once(cast):
    promotion = nominate(cast)
    assert told("nominated") == {"Candidate"}
    promotions.accept(promotion_id=promotion.pk, by=cast.candidate, at=AT)
    open_voting(promotion, cast.maintainers[0])
    electorate = {"Committer", "Maintainer-0", "Maintainer-1", "Maintainer-2"}
    assert told("opened") == electorate
    for by in cast.maintainers:
        vote(promotion, by)
    promotions.close(promotion_id=promotion.pk, by=None, at=AT, clock=lambda: FOREVER)
    assert told("decided") == electorate | {"Candidate", "Nominator"}
    effect(promotion, cast.maintainers[0])
    assert told("in_effect") == {"Candidate", "Nominator"}
    assert Notice.objects.count() == 1 + 4 + 6 + 2


def test_nomination_of_oneself_asks_nobody_to_answer(cast):
    nominate(cast, by=cast.candidate)
    assert told("nominated") == set()
