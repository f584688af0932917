"""Who waits, who carries the load, how long it takes: counted over rows laid out by hand."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F

from reviews import pulse, pulse_cache
from reviews.medians import Month, by_month
from reviews.models import PullRequest, RepositorySync
from reviews.pulse import Scope
from tests.factories import (
    AccountFactory,
    PersonFactory,
    PullRequestFactory,
    RepositoryFactory,
    ReviewFactory,
    RoleTermFactory,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
AT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def repository():
    return RepositoryFactory()


def scope(repository, months=12):
    return Scope(repository.sig, [repository.pk], months, TODAY)


def merged(repository, ago=DAY, took=10 * HOUR, waited=None, **more):
    at = AT - ago
    first = at - took + waited if waited is not None else None
    return PullRequestFactory(
        repository=repository,
        state="merged",
        merged_at=at,
        created_at=at - took,
        first_review_at=first,
        **more,
    )


# ── waiting ───────────────────────────────────────────────────────────────────────────────────
def test_waiting_is_open_unreviewed_and_no_draft_the_longest_first(repository):
    young = PullRequestFactory(repository=repository, created_at=AT - 2 * DAY + HOUR)
    old = PullRequestFactory(repository=repository, created_at=AT - 9 * DAY)
    PullRequestFactory(repository=repository, created_at=AT - 30 * DAY, is_draft=True)
    PullRequestFactory(repository=repository, created_at=AT - 30 * DAY, first_review_at=AT)
    PullRequestFactory(repository=repository, created_at=AT - 30 * DAY, state="closed")
    PullRequestFactory(created_at=AT - 30 * DAY)
    found = pulse.waiting([repository.pk], AT)
    assert [(row.pull, row.days) for row in found] == [(old, 9), (young, 1)]
    assert [row.pull for row in pulse.waiting([repository.pk], AT, limit=1)] == [old]
    assert pulse.unreviewed([repository.pk]).count() == 2


# ── months ────────────────────────────────────────────────────────────────────────────────────
def test_months_of_counts_and_takes_exact_medians(repository, django_assert_num_queries):
    for took, waited in [(10, 2), (20, 5), (31, None), (40, 8)]:
        wait = waited * HOUR if waited is not None else None
        merged(repository, took=took * HOUR, waited=wait)
    merged(repository, ago=40 * DAY, took=3 * HOUR)
    merged(repository, ago=400 * DAY)
    merged(RepositoryFactory(sig=repository.sig))
    with django_assert_num_queries(1):
        months = pulse.months_of(scope(repository))
    assert [month.first for month in months][::11] == [dt.date(2025, 12, 1), dt.date(2026, 11, 1)]
    assert months[-1] == Month(dt.date(2026, 11, 1), 4, 3, 5 * HOUR, 25.5 * HOUR)
    assert months[-2] == Month(dt.date(2026, 10, 1), 1, 0, None, 3 * HOUR)
    assert sum(month.merged for month in months) == 5


def test_months_of_begins_a_month_with_the_sig_s_midnight(repository):
    # 16:30 UTC on 31 October is 1 November in Shanghai.
    merged(repository, ago=AT - dt.datetime(2026, 10, 31, 16, 30, tzinfo=dt.UTC))
    merged(repository, ago=AT - dt.datetime(2026, 10, 31, 15, 30, tzinfo=dt.UTC))
    assert [month.merged for month in pulse.months_of(scope(repository))[-2:]] == [1, 1]


@pytest.mark.engine("postgresql")
def test_months_of_are_the_same_in_the_database_as_by_hand(repository):
    for number in range(60):
        merged(
            repository,
            ago=number * 7 * DAY,
            took=(number * 37 % 101 + 2) * HOUR,
            waited=number % 5 * HOUR if number % 3 else None,
        )
    rows = PullRequest.objects.values_list("merged_at", "created_at", "first_review_at")
    by_hand = by_month(rows, repository.sig.zone)
    assert connection.vendor == "postgresql"
    for month in pulse.months_of(scope(repository)):
        assert month == by_hand.get(month.first, Month(month.first))


# ── load ──────────────────────────────────────────────────────────────────────────────────────
def loads(repository, **more):
    asked = scope(repository)
    counted = pulse.counted_by_account(asked)
    return pulse.loads_of(asked, counted, pulse.open_by_account([repository.pk]), **more)


def table(found):
    return [(row.person.login, row.role, row.recent, row.period, row.open) for row in found.rows]


def account(login, **more):
    return AccountFactory(person=PersonFactory(account=None), login=login, **more)


def test_loads_of_lists_the_roster_and_whoever_reviews_without_a_role(repository):
    committer, idle, stranger = account("committer"), account("idle"), account("stranger")
    RoleTermFactory(person=committer.person, sig=repository.sig, role="contributor")
    RoleTermFactory(person=committer.person, sig=repository.sig, role="committer")
    RoleTermFactory(person=idle.person, sig=repository.sig, role="maintainer")
    for ago in (DAY, 200 * DAY):
        pull = merged(repository, ago=ago)
        ReviewFactory(pull=pull, account=stranger)
    ReviewFactory(pull=pull, account=committer)
    ReviewFactory(pull=PullRequestFactory(repository=repository), account=committer)
    found = loads(repository)
    assert table(found) == [
        ("stranger", "", 1, 2, 0),
        ("committer", "committer", 0, 1, 1),
        ("idle", "maintainer", 0, 0, 0),
    ]
    assert (found.concentration.total, found.concentration.percent, found.more) == (3, 100, 0)


@pytest.mark.parametrize(
    ("review", "counts"),
    [
        ({"has_lgtm": True}, 1),
        ({"has_lgtm": False, "has_approve": True}, 1),
        ({"has_lgtm": False, "is_witnessed": True}, 1),
        ({"has_lgtm": False}, 0),
    ],
)
def test_counted_by_account_counts_words_that_counted(repository, review, counts):
    ReviewFactory(pull=merged(repository), **review)
    assert len(pulse.counted_by_account(scope(repository))) == counts


@pytest.mark.parametrize("login", ["i-robot", "MindSpore-CI-Bot"])
def test_counted_by_account_leaves_robots_out(repository, login):
    ReviewFactory(pull=merged(repository), account=account(login))
    ReviewFactory(pull=PullRequestFactory(repository=repository), account=account(f"{login}2"))
    ReviewFactory(
        pull=PullRequestFactory(repository=repository),
        account=AccountFactory(host="elsewhere", login=login),
    )
    assert pulse.counted_by_account(scope(repository)) == {}
    assert list(pulse.open_by_account([repository.pk]).values()) == [1]


def test_counted_by_account_leaves_out_what_is_not_merged_too_old_or_elsewhere(repository):
    ReviewFactory(pull=PullRequestFactory(repository=repository, state="closed"))
    ReviewFactory(pull=merged(repository, ago=500 * DAY))
    ReviewFactory(pull=merged(RepositoryFactory()))
    assert pulse.counted_by_account(scope(repository)) == {}
    assert list(pulse.counted_by_account(scope(repository, months=24)).values()) == [(0, 1)]


def test_open_by_account_leaves_out_one_s_own(repository):
    pull = PullRequestFactory(repository=repository)
    ReviewFactory(pull=pull, account=pull.author, has_lgtm=False)
    asked = ReviewFactory(pull=pull, has_lgtm=False)
    assert pulse.open_by_account([repository.pk]) == {asked.account_id: 1}


def test_loads_of_adds_up_the_accounts_of_one_person(repository):
    one = account("one")
    other = AccountFactory(person=one.person, login="other")
    ReviewFactory(pull=merged(repository), account=one)
    ReviewFactory(pull=merged(repository), account=other)
    assert table(loads(repository)) == [("one", "", 2, 2, 0)]


def test_loads_of_bounds_the_others_and_says_how_many_there_are(repository):
    for count in (1, 3, 2):
        reviewer = account(f"reviewer-{count}")
        for _ in range(count):
            ReviewFactory(pull=merged(repository), account=reviewer)
    found = loads(repository, others=2)
    assert [row.period for row in found.rows] == [3, 2]
    assert (found.more, found.concentration.total, found.concentration.percent) == (1, 6, 83)


# ── kept figures ──────────────────────────────────────────────────────────────────────────────
def change_nothing(pull):
    pass


def judge(pull):
    PullRequest.objects.filter(pk=pull.pk).update(judged_at=AT, first_review_at=pull.created_at)


def update(pull):
    PullRequest.objects.filter(pk=pull.pk).update(updated_at=F("updated_at") + HOUR)


def arrive(pull):
    """An older one, as a first load brings them, judged at once."""
    merged(pull.repository, ago=60 * DAY, judged_at=AT)


def vanish(pull):
    PullRequest.objects.filter(pk=pull.pk).delete()
    RepositorySync.objects.create(repository=pull.repository, finished_at=AT)


@pytest.mark.parametrize(
    ("change", "is_new"),
    [(change_nothing, False), (judge, True), (update, True), (arrive, True), (vanish, True)],
)
def test_figures_of_are_kept_until_something_changes(
    repository, django_assert_num_queries, change, is_new
):
    pull = merged(repository)
    ReviewFactory(pull=pull)
    merged(repository, ago=2 * DAY)
    asked = scope(repository)
    pulse_cache.figures_of(asked)
    change(pull)
    with django_assert_num_queries(5 if is_new else 1):
        kept = pulse_cache.figures_of(asked)
    cache.clear()
    assert kept == pulse_cache.figures_of(asked)


def test_figures_of_other_questions_are_others(repository):
    merged(repository, ago=500 * DAY)
    assert pulse_cache.figures_of(scope(repository)).months[0].merged == 0
    longer = pulse_cache.figures_of(scope(repository, months=24))
    assert len(longer.months) == 24
    assert sum(month.merged for month in longer.months) == 1
