"""The promises about ballots under real threads, on whichever engine DATABASE_URL names (I3)."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection, connections
from django.utils import timezone

from ledger.models import Entry
from members import promotion as promotions
from members.ballot_box import database_now, recount
from members.models import Ballot, Promotion
from members.refusals import Closed, Refusal
from members.tasks import close_due_votes, expire_due_nominations
from tests.factories import PersonFactory, RoleTermFactory

from .cast import AT, FOREVER, make_cast, user_of

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = 100


def at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Run every job in a thread of its own, all released together; results or exceptions in order."""
    barrier = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def work(index: int, job: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            results[index] = job()
        except BaseException as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def ballot(promotion, by, choice):
    return lambda: promotions.cast(promotion_id=promotion.pk, choice=choice, by=by, at=AT)


def seqs():
    return list(Entry.objects.order_by("seq").values_list("seq", flat=True))


def test_many_threads_for_one_voter_leave_one_live_ballot():
    cast = make_cast()
    promotion = cast.promotion("voting")
    results = at_once([ballot(promotion, cast.committer, n % 3 - 1) for n in range(NUMBER)])
    assert [result for result in results if isinstance(result, BaseException)] == []
    assert Ballot.objects.filter(superseded_at=None).count() == 1
    # Every change was kept and recorded.
    assert Ballot.objects.count() == Entry.objects.count() == len(seqs()) == seqs()[-1]


def test_many_voters_at_once_are_all_counted():
    cast = make_cast()
    promotion = cast.promotion("voting")
    voters = [PersonFactory() for _ in range(NUMBER)]
    for voter in voters:
        RoleTermFactory(person=voter, sig=cast.sig, role="committer")
    results = at_once([ballot(promotion, voter, 1) for voter in voters])
    assert [result for result in results if isinstance(result, BaseException)] == []
    assert Ballot.objects.filter(superseded_at=None).count() == NUMBER


def test_votes_racing_the_closing_are_counted_or_refused():
    cast = make_cast()
    # Two of three Maintainers are in favour and the third is against: a Maintainer may close early.
    promotion = cast.promotion("voting")
    for by, choice in zip(cast.maintainers, (1, 1, -1), strict=True):
        ballot(promotion, by, choice)()
    voters = [PersonFactory() for _ in range(NUMBER)]
    for voter in voters:
        RoleTermFactory(person=voter, sig=cast.sig, role="committer")

    def close() -> object:
        return promotions.close(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)

    jobs = [ballot(promotion, voter, 1) for voter in voters]
    jobs.insert(NUMBER // 2, close)
    results = at_once(jobs)
    promotion.refresh_from_db()
    cast_votes = [result for result in results if isinstance(result, Ballot)]
    refused = [result for result in results if isinstance(result, Closed)]
    assert promotion.state == "approved"
    assert len(cast_votes) + len(refused) == NUMBER
    assert promotion.outcome["in_favour"] == 2 + len(cast_votes)
    assert recount(promotion) == promotion.outcome


def test_votes_racing_the_deadline_are_counted_or_refused():
    cast = make_cast()
    promotion = cast.promotion("voting")
    ballot(promotion, cast.committer, 1)()
    closes_at = database_now() + dt.timedelta(milliseconds=300)
    Promotion.objects.filter(pk=promotion.pk).update(voting_closes_at=closes_at)
    voters = [*cast.maintainers, cast.committer]

    def insist(by) -> Callable[[], object]:
        def job() -> object:
            last: object = None
            for turn in range(200):
                try:
                    last = ballot(promotion, by, turn % 2)()
                except Closed:
                    break
            return last

        return job

    def sweep() -> object:
        while True:
            try:
                return promotions.close(promotion_id=promotion.pk, by=None, at=AT)
            except Refusal:
                continue

    results = at_once([*(insist(by) for by in voters), sweep])
    assert not [result for result in results if isinstance(result, BaseException)]
    promotion.refresh_from_db()
    assert promotion.state in ("approved", "rejected")
    assert not Ballot.objects.filter(cast_at__gte=promotion.voting_closes_at).exists()
    assert recount(promotion) == promotion.outcome


def test_many_nominations_at_once_make_one():
    cast = make_cast()
    nominators = [cast.nominator, cast.contributor, cast.committer, *cast.maintainers]

    def nominate(by) -> Callable[[], object]:
        return lambda: promotions.nominate(
            sig=cast.sig,
            person=cast.candidate,
            role="committer",
            reason="长期评审",
            repositories=[cast.repository],
            by=by,
            at=AT,
        )

    results = at_once([nominate(by) for by in nominators])
    made = [result for result in results if isinstance(result, Promotion)]
    refused = [result for result in results if isinstance(result, Refusal)]
    assert (len(made), len(refused)) == (1, len(nominators) - 1), results


def test_many_clicks_on_effect_start_one_term():
    cast = make_cast()
    promotion = cast.promotion("approved")

    def effect() -> object:
        return promotions.take_effect(
            promotion_id=promotion.pk, effective_on=AT.date(), by=cast.maintainers[0], at=AT
        )

    results = at_once([effect] * 6)
    assert len([result for result in results if isinstance(result, Promotion)]) == 1, results
    assert cast.candidate.role_terms.filter(role="committer").count() == 1


def test_recusal_racing_votes_and_the_closing_leaves_a_count_that_recounts():
    cast = make_cast()
    promotion = cast.promotion("voting")
    for by, choice in zip(cast.maintainers, (1, 1, -1), strict=True):
        ballot(promotion, by, choice)()
    # The closing may come first, then standing aside is refused; or last, then it is counted without.
    leaver = cast.maintainers[2]

    def recuse() -> object:
        return promotions.recuse(promotion_id=promotion.pk, by=leaver, at=AT)

    def rejoin() -> object:
        return promotions.rejoin(promotion_id=promotion.pk, by=leaver, at=AT)

    def close() -> object:
        return promotions.close(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)

    jobs = [recuse, rejoin, recuse, close, recuse, ballot(promotion, leaver, 1), rejoin, recuse]
    results = at_once(jobs)
    unexpected = [
        result
        for result in results
        if isinstance(result, BaseException) and not isinstance(result, Refusal)
    ]
    assert unexpected == []
    assert promotion.recusals.filter(withdrawn_at=None).count() <= 1
    promotion.refresh_from_db()
    if promotion.state == "voting":
        promotions.close(promotion_id=promotion.pk, by=None, at=AT, clock=lambda: FOREVER)
        promotion.refresh_from_db()
    assert recount(promotion) == promotion.outcome
    counted = str(leaver.pk) in promotion.outcome["electorate"]
    assert counted != promotion.recusals.filter(withdrawn_at=None).exists()


STEPS = {
    "endorse": ("nominated", lambda cast: cast.committer, promotions.endorse, {}),
    "accept": ("nominated", lambda cast: cast.candidate, promotions.accept, {}),
    "decline": ("nominated", lambda cast: cast.candidate, promotions.decline, {}),
    "withdraw": ("voting", lambda cast: cast.candidate, promotions.withdraw, {}),
    "say": ("accepted", lambda cast: cast.committer, promotions.say, {"body": "评审很细"}),
    "open": ("accepted", lambda cast: cast.maintainers[0], promotions.open_voting, {}),
    "cast": ("voting", lambda cast: cast.committer, promotions.cast, {"choice": 1}),
    "recuse": ("voting", lambda cast: cast.committer, promotions.recuse, {}),
    "effect": (
        "approved",
        lambda cast: cast.maintainers[0],
        promotions.take_effect,
        {"effective_on": AT.date()},
    ),
}


@pytest.mark.parametrize("action", STEPS)
def test_clicks_at_the_same_moment_count_once(action):
    cast = make_cast()
    state, who, step, values = STEPS[action]
    promotion = cast.promotion(state)

    def click() -> object:
        return step(promotion_id=promotion.pk, by=who(cast), at=AT, **values)

    results = at_once([click] * 4)
    unexpected = [
        result
        for result in results
        if isinstance(result, BaseException) and not isinstance(result, Refusal)
    ]
    assert unexpected == []
    subject = f"promotion:{promotion.pk}"
    assert Entry.objects.filter(subject=subject, action__startswith="promotion.").count() == 1


# ── the web machine's clock ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("hours", [-2, 2])
def test_web_machine_two_hours_off_changes_no_outcome(hours, client):
    """Everything through the pages, while the process believes another hour than the database."""
    cast = make_cast()
    open_one = cast.promotion("voting", voting_closes_at=database_now() + dt.timedelta(hours=1))
    over = cast.promotion(
        "voting", role="maintainer", voting_closes_at=database_now() - dt.timedelta(hours=1)
    )
    waiting = cast.promotion(
        "nominated", person=cast.contributor, answer_due_at=database_now() + dt.timedelta(hours=1)
    )
    late = cast.promotion(
        "nominated", person=cast.stranger, answer_due_at=database_now() - dt.timedelta(hours=1)
    )
    elsewhere = database_now() + dt.timedelta(hours=hours)
    with time_machine.travel(elsewhere, tick=True):
        assert abs(timezone.now() - database_now()) > dt.timedelta(minutes=110)
        client.force_login(user_of(cast.maintainers[0]))
        for promotion in (open_one, over):
            client.post(f"{promotion.get_absolute_url()}vote/", {"choice": "1"})
        close_due_votes()
        expire_due_nominations()
        for promotion, person in ((waiting, cast.contributor), (late, cast.stranger)):
            client.force_login(user_of(person))
            client.post(f"{promotion.get_absolute_url()}accept/")
    for promotion in (open_one, over, waiting, late):
        promotion.refresh_from_db()
    assert [promotion.state for promotion in (open_one, over, waiting, late)] == [
        "voting",
        "expired",
        "accepted",
        "expired",
    ]
    ballots = Ballot.objects.values_list("promotion_id", flat=True)
    assert list(ballots) == [open_one.pk]
    assert abs(Ballot.objects.get().cast_at - database_now()) < dt.timedelta(minutes=10)
    # The instants of the record are the database's too.
    assert all(
        abs(entry.at - database_now()) < dt.timedelta(minutes=10) for entry in Entry.objects.all()
    )
