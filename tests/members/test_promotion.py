import datetime as dt
from pathlib import Path

import pytest

from ledger.models import Entry
from members import promotion as promotions
from members.ballot_box import database_now, recount
from members.models import Policy, Promotion, RoleTerm
from members.refusals import (
    AlreadyOpen,
    BadProposal,
    Closed,
    NobodyMayVote,
    NotAllowed,
    NotEntitled,
    StillOpen,
    Unqualified,
)
from members.tasks import close_due_votes
from members.transitions import diagram
from tests.factories import ContributionFactory, RepositoryFactory, RoleTermFactory

from .cast import AT, PAST, default_policy, make_cast

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)


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


def vote(promotion, by, choice=1, reason="", clock=lambda: AT):
    return promotions.cast(
        promotion_id=promotion.pk, choice=choice, reason=reason, by=by, at=AT, clock=clock
    )


def close(promotion, by=None, after=True):
    now = promotion.voting_closes_at if after else AT
    return promotions.close(promotion_id=promotion.pk, by=by, at=AT, clock=lambda: now)


def actions():
    return list(Entry.objects.values_list("action", flat=True))


# ── nominate ──────────────────────────────────────────────────────────────────────────────────
def test_nominate_freezes_the_evidence_and_the_rules(cast):
    promotion = nominate(cast, duty="并行与性能")
    ContributionFactory(person=cast.candidate, sig=cast.sig, at=PAST)
    promotion.refresh_from_db()
    assert promotion.state == "nominated"
    assert promotion.evidence["figures"]["merged"]["value"] == 1
    assert (promotion.policy.version, promotion.policy.preset) == (1, "mindspore-transformers")
    assert list(promotion.repositories.all()) == [cast.repository]
    entry = Entry.objects.get(action="promotion.nominated")
    assert entry.actor == "person:nominator"
    assert entry.data["person"] == "person:candidate"
    assert len(entry.data["evidence_sha256"]) == 64


def test_nominate_oneself_is_accepted_at_once(cast):
    assert nominate(cast, by=cast.candidate).state == "accepted"


def test_nominate_uses_the_newest_rules_in_force(cast):
    default_policy(cast.sig, vote_working_days=9)
    newer = Policy.objects.create(sig=cast.sig, role="committer", version=2, effective_from=DAY)
    Policy.objects.create(
        sig=cast.sig, role="committer", version=3, effective_from=dt.date(2027, 1, 1)
    )
    assert nominate(cast).policy == newer


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"role": "king"}, "role"),
        ({"role": "contributor"}, "role"),
        ({"kind": "crown"}, "kind"),
        ({"repositories": []}, "repositories"),
    ],
)
def test_nominate_refuses_a_malformed_proposal(cast, values, field):
    with pytest.raises(BadProposal) as refusal:
        nominate(cast, **values)
    assert refusal.value.field == field
    assert not Promotion.objects.exists()


def test_nominate_refuses_a_repository_of_another_sig(cast):
    with pytest.raises(BadProposal):
        nominate(cast, repositories=[RepositoryFactory()])


def test_nominate_refuses_a_second_for_the_same_role_and_names_the_first(cast):
    first = nominate(cast)
    with pytest.raises(AlreadyOpen) as refusal:
        nominate(cast, by=cast.committer)
    assert refusal.value.promotion == first
    assert Promotion.objects.count() == 1


def test_nominate_again_after_the_first_was_withdrawn(cast):
    first = nominate(cast)
    promotions.withdraw(promotion_id=first.pk, by=cast.nominator, at=AT)
    assert nominate(cast) != first


def test_nominate_by_a_stranger_is_refused(cast):
    with pytest.raises(NotAllowed):
        nominate(cast, by=cast.stranger)


def test_nominate_of_who_holds_the_role_or_a_higher_one_is_refused(cast):
    for person in (cast.committer, cast.maintainers[0]):
        with pytest.raises(Unqualified):
            nominate(cast, person=person)


def test_nominate_asks_for_the_role_one_comes_from(cast):
    with pytest.raises(Unqualified):
        nominate(cast, person=cast.stranger)
    with pytest.raises(Unqualified):
        nominate(cast, role="maintainer", repositories=[])


def test_nominate_for_removal_needs_no_acceptance_and_is_for_maintainers(cast):
    values = {"person": cast.committer, "kind": "remove", "repositories": []}
    with pytest.raises(NotAllowed):
        nominate(cast, **values)
    assert nominate(cast, **values, by=cast.maintainers[0]).state == "accepted"


def test_step_down_is_ones_own_word_and_takes_effect_without_a_vote(cast):
    values = {"person": cast.committer, "kind": "step_down", "repositories": []}
    with pytest.raises(NotAllowed):
        nominate(cast, **values, by=cast.maintainers[0])
    promotion = nominate(cast, **values, by=cast.committer)
    assert promotion.state == "approved"
    promotions.take_effect(promotion_id=promotion.pk, effective_on=DAY, by=cast.committer, at=AT)
    assert not RoleTerm.objects.active(DAY).filter(person=cast.committer).exists()


def test_remove_of_somebody_without_the_role_is_refused(cast):
    with pytest.raises(Unqualified):
        nominate(cast, kind="remove", repositories=[], by=cast.maintainers[0])


# ── the vote ──────────────────────────────────────────────────────────────────────────────────
def test_open_voting_lasts_five_working_days(cast):
    promotion = cast.promotion("accepted")
    promotions.open_voting(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)
    promotion.refresh_from_db()
    last_second = dt.datetime(2026, 3, 9, 23, 59, 59, tzinfo=cast.sig.zone)
    assert promotion.voting_closes_at == last_second
    assert Entry.objects.get().data["unmet"] == [
        "months_in_role",
        "main_reviews",
        "merged_or_reviewed",
        "active_months",
    ]


def test_open_voting_needs_somebody_who_may_vote():
    cast = make_cast(maintainers=1)
    default_policy(cast.sig, electorate=["contributor"])
    RoleTerm.objects.filter(role="contributor").delete()
    promotion = cast.promotion("accepted")
    with pytest.raises(NobodyMayVote):
        promotions.open_voting(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)


def test_cast_twice_the_same_changes_nothing(cast):
    promotion = cast.promotion("voting")
    first = vote(promotion, cast.committer, reason="稳定")
    assert vote(promotion, cast.committer, reason=" 稳定 ") == first
    assert (promotion.ballots.count(), actions()) == (1, ["promotion.ballot"])


def test_cast_another_way_keeps_the_former_ballot(cast):
    promotion = cast.promotion("voting")
    first = vote(promotion, cast.committer)
    second = vote(promotion, cast.committer, choice=-1, reason="再看看")
    first.refresh_from_db()
    assert (first.superseded_at, second.superseded_at) == (AT, None)


def test_cast_at_the_deadline_is_too_late_and_before_it_in_time(cast):
    promotion = cast.promotion("voting", voting_closes_at=AT)
    vote(promotion, cast.committer, clock=lambda: AT - dt.timedelta(microseconds=1))
    with pytest.raises(Closed):
        vote(promotion, cast.maintainers[0], clock=lambda: AT)
    assert promotion.ballots.count() == 1


def test_cast_is_judged_by_the_databases_clock_not_the_callers(cast):
    promotion = cast.promotion("voting", voting_closes_at=database_now() - dt.timedelta(seconds=1))
    # A web machine two hours slow believes that there is time.
    with pytest.raises(Closed):
        promotions.cast(
            promotion_id=promotion.pk,
            choice=1,
            by=cast.committer,
            at=database_now() - dt.timedelta(hours=2),
        )


def test_cast_refuses_an_unknown_choice(cast):
    with pytest.raises(BadProposal):
        vote(cast.promotion("voting"), cast.committer, choice=2)


@pytest.mark.parametrize("state", ["approved", "in_effect", "rejected", "expired"])
def test_cast_after_the_decision_says_so(cast, state):
    with pytest.raises(Closed):
        vote(cast.promotion(state), cast.committer)


def test_cast_by_the_candidate_is_refused_whatever_their_role(cast):
    promotion = cast.promotion("voting", person=cast.committer, role="maintainer")
    with pytest.raises(NotEntitled):
        vote(promotion, cast.committer)


def test_close_stores_what_a_recount_gives(cast):
    promotion = cast.promotion("voting")
    for by, choice in [(cast.maintainers[0], 1), (cast.maintainers[1], 1), (cast.committer, -1)]:
        vote(promotion, by, choice)
    vote(promotion, cast.committer, 1)
    closed = close(promotion)
    assert (closed.state, closed.outcome["in_favour"], closed.outcome["needed"]) == (
        "approved",
        3,
        2,
    )
    closed.refresh_from_db()
    assert recount(closed) == closed.outcome
    # Whoever leaves afterwards changes nothing in the recount.
    RoleTerm.objects.filter(person=cast.maintainers[0]).update(ended_on=DAY)
    assert recount(closed) == closed.outcome


def test_close_without_any_ballot_is_expired(cast):
    assert close(cast.promotion("voting")).state == "expired"


def test_close_counts_only_who_is_still_entitled_on_the_last_day(cast):
    promotion = cast.promotion("voting", voting_closes_at=AT)
    before = AT - dt.timedelta(hours=1)
    for by in cast.maintainers[:2]:
        vote(promotion, by, clock=lambda: before)
    RoleTerm.objects.filter(person=cast.maintainers[0]).update(ended_on=DAY)
    closed = close(promotion)
    # One of the two remaining Maintainers is not more than half.
    assert (closed.state, closed.outcome["counted"], closed.outcome["needed"]) == ("rejected", 1, 2)


def test_close_early_only_when_nothing_can_change(cast):
    promotion = cast.promotion("voting")
    for by in cast.maintainers[:2]:
        vote(promotion, by)
    with pytest.raises(StillOpen):
        close(promotion, by=cast.maintainers[0], after=False)
    vote(promotion, cast.maintainers[2], -1)
    assert close(promotion, by=cast.maintainers[0], after=False).state == "approved"


def test_close_early_never_rejects_for_who_is_against_may_be_persuaded(cast):
    promotion = cast.promotion("voting")
    for by in cast.maintainers:
        vote(promotion, by, -1, "太早")
    with pytest.raises(StillOpen):
        close(promotion, by=cast.maintainers[0], after=False)
    for by in cast.maintainers:
        vote(promotion, by)
    assert close(promotion, by=cast.maintainers[0], after=False).state == "approved"


def test_close_with_an_objection_that_stands_rejects_and_a_withdrawn_one_does_not(cast):
    for withdrawn, state in [(False, "rejected"), (True, "approved")]:
        promotion = cast.promotion("voting", role="maintainer" if withdrawn else "committer")
        for by in cast.maintainers[:2]:
            vote(promotion, by)
        vote(promotion, cast.maintainers[2], -1, "太早")
        if withdrawn:
            vote(promotion, cast.maintainers[2], 0)
        assert close(promotion).state == state


def test_withdraw_is_no_way_out_of_a_vote_that_is_over(cast):
    promotion = cast.promotion("voting", voting_closes_at=AT)
    with pytest.raises(Closed):
        promotions.withdraw(promotion_id=promotion.pk, by=cast.candidate, at=AT, clock=lambda: AT)


def test_close_due_votes_closes_what_is_due_and_is_safe_to_run_twice(cast):
    due = cast.promotion("voting", voting_closes_at=database_now() - dt.timedelta(seconds=1))
    later = cast.promotion("voting", role="maintainer")
    assert (close_due_votes(), close_due_votes()) == (1, 0)
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.state, later.state) == ("expired", "voting")
    assert list(Entry.objects.values_list("actor", "action")) == [("system", "promotion.expired")]


# ── the role in force ─────────────────────────────────────────────────────────────────────────
def effect(cast, promotion, on=DAY, by=None):
    return promotions.take_effect(
        promotion_id=promotion.pk, effective_on=on, by=by or cast.maintainers[0], at=AT
    )


def test_take_effect_ends_one_term_and_starts_the_next_on_the_same_day(cast):
    promotion = cast.promotion("approved", duty="并行与性能")
    effect(cast, promotion)
    old, new = RoleTerm.objects.filter(person=cast.candidate).order_by("pk")
    assert (old.role, old.ended_on) == ("contributor", DAY)
    assert (new.role, new.started_on, new.duty) == ("committer", DAY, "并行与性能")
    assert list(new.repositories.all()) == [cast.repository]
    assert actions() == ["role.ended", "role.started", "promotion.in_effect"]
    assert Entry.objects.get(seq=new.entry_seq).action == "role.started"


def test_take_effect_to_maintainer_ends_the_committers_term(cast):
    effect(cast, cast.promotion("approved", person=cast.committer, role="maintainer"))
    active = RoleTerm.objects.active(DAY).filter(person=cast.committer)
    assert list(active.values_list("role", flat=True)) == ["maintainer"]


def test_take_effect_of_a_removal_ends_the_term(cast):
    effect(cast, cast.promotion("approved", person=cast.committer, kind="remove"))
    assert RoleTerm.objects.get(person=cast.committer).ended_on == DAY


def test_take_effect_when_an_import_brought_the_role_already(cast):
    RoleTermFactory(person=cast.candidate, sig=cast.sig, role="committer", started_on=DAY)
    assert effect(cast, cast.promotion("approved")).state == "in_effect"
    assert RoleTerm.objects.filter(person=cast.candidate, role="committer").count() == 1


@pytest.mark.parametrize("on", [dt.date(2026, 3, 1), dt.date(2027, 3, 4)])
def test_take_effect_refuses_a_day_before_the_decision_or_far_away(cast, on):
    promotion = cast.promotion("approved")
    with pytest.raises(BadProposal):
        effect(cast, promotion, on)
    promotion.refresh_from_db()
    assert (promotion.state, actions()) == ("approved", [])


def test_take_effect_refuses_a_day_before_the_term_it_ends(cast):
    RoleTerm.objects.filter(person=cast.candidate).update(started_on=dt.date(2026, 3, 5))
    with pytest.raises(BadProposal):
        effect(cast, cast.promotion("approved"))


def test_the_whole_way(cast):
    promotion = nominate(cast)
    promotions.accept(promotion_id=promotion.pk, by=cast.candidate, at=AT)
    promotions.open_voting(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)
    for by in cast.maintainers:
        vote(promotion, by)
    promotions.close(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT, clock=lambda: AT)
    assert effect(cast, promotion).state == "in_effect"
    assert actions() == [
        "policy.adopted",
        "promotion.nominated",
        "promotion.accepted",
        "promotion.opened",
        "promotion.ballot",
        "promotion.ballot",
        "promotion.ballot",
        "promotion.approved",
        "role.ended",
        "role.started",
        "promotion.in_effect",
    ]


def test_no_step_writes_an_e_mail_into_the_ledger(cast):
    cast.candidate.email = "candidate@example.org"
    cast.candidate.save()
    promotion = nominate(cast)
    promotions.accept(promotion_id=promotion.pk, by=cast.candidate, at=AT)
    assert not any("@" in str(entry.data) for entry in Entry.objects.all())


def test_unknown_promotion_is_a_plain_does_not_exist(cast):
    with pytest.raises(Promotion.DoesNotExist):
        promotions.accept(promotion_id=0, by=cast.candidate, at=AT)


def test_documentation_holds_the_diagram_of_the_table():
    text = (Path(__file__).parents[2] / "docs/promotion.md").read_text()
    assert diagram() in text, f"docs/promotion.md must hold:\n{diagram()}"
