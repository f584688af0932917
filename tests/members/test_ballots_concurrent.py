"""The promises about ballots under real threads, on whichever engine DATABASE_URL names (I3)."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections

from ledger.models import Entry
from members import promotion as promotions
from members.ballot_box import database_now, recount
from members.models import Ballot, Promotion
from members.refusals import Closed, Refusal
from tests.factories import PersonFactory, RoleTermFactory

from .cast import AT, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = 20


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
