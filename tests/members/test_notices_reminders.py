import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connections

from members.ballot_box import database_now
from members.holiday import china
from members.models import Ballot, Notice
from members.notices.reminders import (
    AlreadyReminded,
    EverybodyVoted,
    moment_of,
    remind_due,
    remind_now,
    working_days_before,
)
from members.refusals import NotAllowed, WrongState
from members.tasks import remind_voters
from tests.members.cast import AT, make_cast

pytestmark = pytest.mark.django_db
# Opened on Monday 2 March 2026; five working days end on Monday the 9th: reminded on Thursday the 5th.
CLOSES = dt.datetime(2026, 3, 9, 15, 59, 59, tzinfo=dt.UTC)
MOMENT = dt.datetime(2026, 3, 5, 1, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def promotion(cast):
    return cast.promotion("voting", voting_closes_at=CLOSES)


def reminded():
    rows = Notice.objects.filter(kind="promotion.reminder")
    return set(rows.values_list("person__name", flat=True))


def vote(promotion, person, choice=1):
    Ballot.objects.create(promotion=promotion, voter=person, choice=choice, cast_at=AT)


class EveryDay:
    def is_working_day(self, key):
        return True


class NoDay:
    def is_working_day(self, key):
        return False


# ── when ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # Monday: Friday and Thursday before it. The day itself does not count.
        (dt.date(2026, 3, 9), dt.date(2026, 3, 5)),
        (dt.date(2026, 3, 6), dt.date(2026, 3, 4)),
        # The National Day holidays of 2025 end on 8 October.
        (dt.date(2025, 10, 10), dt.date(2025, 9, 30)),
    ],
)
def test_working_days_before_counts_as_the_deadline_does(day, expected):
    assert working_days_before(day, 2, china()) == expected


def test_working_days_before_ends_with_a_calendar_that_never_works():
    assert working_days_before(dt.date(2026, 3, 9), 2, NoDay()) < dt.date(2026, 3, 9)


def test_moment_of_is_the_morning_in_the_zone_of_the_sig(promotion):
    assert moment_of(promotion, china()) == MOMENT
    assert moment_of(promotion, EveryDay()) == MOMENT + dt.timedelta(days=2)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (MOMENT - SECOND, 0),
        (MOMENT, 1),
        (CLOSES - SECOND, 1),
        (CLOSES, 0),
    ],
)
def test_remind_due_between_its_moment_and_the_close(promotion, now, expected):
    assert remind_due(now=now) == expected
    assert bool(reminded()) == bool(expected)


def test_remind_due_leaves_out_a_vote_opened_after_its_moment(cast):
    cast.promotion("voting", voting_opens_at=MOMENT + SECOND, voting_closes_at=CLOSES)
    assert remind_due(now=CLOSES - SECOND) == 0


@pytest.mark.parametrize("state", ["nominated", "accepted", "approved", "rejected", "withdrawn"])
def test_remind_due_only_while_the_vote_is_open(cast, state):
    cast.promotion(state, voting_opens_at=AT, voting_closes_at=CLOSES)
    assert remind_due(now=MOMENT) == 0


# ── whom ──────────────────────────────────────────────────────────────────────────────────────
def test_remind_due_tells_those_who_may_vote_and_have_not(cast, promotion):
    vote(promotion, cast.maintainers[0])
    vote(promotion, cast.maintainers[1], choice=0)
    remind_due(now=MOMENT)
    assert reminded() == {"Maintainer-2", "Committer"}


def test_remind_due_tells_each_once(promotion):
    for _ in range(3):
        remind_due(now=MOMENT)
    assert Notice.objects.count() == len(reminded()) == 4


def test_the_task_goes_by_the_databases_clock(cast):
    """The web machine believes it is the day of the reminder; the database does not."""
    today = database_now()
    cast.promotion("voting", voting_opens_at=today, voting_closes_at=today + dt.timedelta(days=30))
    with time_machine.travel(today + dt.timedelta(days=29)):
        assert remind_voters() == 0


# ── by a Maintainer ───────────────────────────────────────────────────────────────────────────
def test_remind_now_tells_who_has_not_voted_and_says_how_many(cast, promotion):
    vote(promotion, cast.committer)
    assert remind_now(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT) == 3
    assert reminded() == {"Maintainer-0", "Maintainer-1", "Maintainer-2"}


def test_remind_now_works_once_a_day_of_the_sig(cast, promotion):
    remind_now(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)
    # 23:59:59 in Shanghai is the same day, one second later the next.
    evening = AT.replace(hour=15, minute=59, second=59)
    with pytest.raises(AlreadyReminded):
        remind_now(promotion_id=promotion.pk, by=cast.maintainers[1], at=evening)
    next_day = AT.replace(hour=16)
    assert remind_now(promotion_id=promotion.pk, by=cast.maintainers[0], at=next_day) == 4


def test_remind_now_and_the_clock_remind_apart(cast, promotion):
    remind_now(promotion_id=promotion.pk, by=cast.maintainers[0], at=MOMENT)
    assert remind_due(now=MOMENT) == 1


@pytest.mark.parametrize(
    "who", ["candidate", "nominator", "committer", "contributor", "former", "stranger"]
)
def test_remind_now_is_for_maintainers(cast, promotion, who):
    with pytest.raises(NotAllowed):
        remind_now(promotion_id=promotion.pk, by=getattr(cast, who), at=AT)
    assert not Notice.objects.exists()


def test_remind_now_is_not_for_the_one_it_is_about(cast):
    subject = cast.maintainers[0]
    promotion = cast.promotion("voting", person=subject, kind="remove", role="maintainer")
    with pytest.raises(NotAllowed):
        remind_now(promotion_id=promotion.pk, by=subject, at=AT)


@pytest.mark.parametrize("state", ["nominated", "accepted", "approved", "rejected", "withdrawn"])
def test_remind_now_refuses_without_an_open_vote(cast, state):
    promotion = cast.promotion(state)
    with pytest.raises(WrongState):
        remind_now(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)


def test_remind_now_refuses_after_the_deadline(cast, promotion):
    with pytest.raises(WrongState):
        remind_now(promotion_id=promotion.pk, by=cast.maintainers[0], at=CLOSES)


def test_remind_now_says_when_everybody_has_voted(cast, promotion):
    for person in (*cast.maintainers, cast.committer):
        vote(promotion, person)
    with pytest.raises(EverybodyVoted):
        remind_now(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_reminds_once():
    cast = make_cast()
    promotion = cast.promotion("voting", voting_closes_at=CLOSES)

    def click(by):
        try:
            return remind_now(promotion_id=promotion.pk, by=by, at=AT)
        except AlreadyReminded:
            return "already"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, [*cast.maintainers, cast.maintainers[0]]))
    assert sorted(map(str, answers)) == ["4", "already", "already", "already"]
    assert Notice.objects.count() == 4
