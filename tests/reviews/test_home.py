"""Figures for the home page of a SIG."""

import datetime as dt

import pytest

from reviews.home import monthly_activity, open_counts, recent_records
from tests.factories import IssueFactory, PullRequestFactory, RepositoryFactory

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def repository(db):
    return RepositoryFactory()


def merged(repository, at):
    return PullRequestFactory(repository=repository, state="merged", merged_at=at)


def test_monthly_activity_counts_merges_by_month_of_the_sig_s_zone(
    repository, django_assert_num_queries
):
    # 00:30 on 1 November in Shanghai is still October in UTC.
    merged(repository, dt.datetime(2026, 10, 31, 16, 30, tzinfo=dt.UTC))
    merged(repository, dt.datetime(2026, 11, 2, 4, 0, tzinfo=dt.UTC))
    merged(repository, dt.datetime(2025, 12, 1, 4, 0, tzinfo=dt.UTC))
    merged(repository, dt.datetime(2025, 11, 30, 4, 0, tzinfo=dt.UTC))
    merged(RepositoryFactory(), dt.datetime(2026, 11, 2, 4, 0, tzinfo=dt.UTC))
    PullRequestFactory(repository=repository)
    with django_assert_num_queries(1):
        months = monthly_activity(repository.sig, TODAY)
    assert len(months) == 12
    assert months[0] == (dt.date(2025, 12, 1), 1)
    assert months[-1] == (dt.date(2026, 11, 1), 2)
    assert sum(count for _month, count in months) == 3


def test_monthly_activity_of_nothing_is_zeros(repository):
    months = monthly_activity(repository.sig, dt.date(2026, 1, 31), months=3)
    assert months == [
        (dt.date(2025, 11, 1), 0),
        (dt.date(2025, 12, 1), 0),
        (dt.date(2026, 1, 1), 0),
    ]


def test_recent_records_are_the_latest_with_people_at_hand(repository, django_assert_num_queries):
    for number in range(1, 4):
        at = dt.datetime(2026, 11, number, tzinfo=dt.UTC)
        PullRequestFactory(repository=repository, number=number, updated_at=at)
    PullRequestFactory()
    with django_assert_num_queries(2):
        rows = list(recent_records(repository.sig, 2))
        assert [row.author.person.login for row in rows]
    assert [row.number for row in rows] == [3, 2]


def test_open_counts_leaves_the_settled_out(repository):
    for state in ("open", "merged", "closed"):
        PullRequestFactory(repository=repository, state=state)
    for state in ("open", "progressing", "closed", "rejected"):
        IssueFactory(repository=repository, state=state)
    assert open_counts(repository.sig) == {"pulls": 1, "issues": 2}
