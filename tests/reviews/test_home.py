"""Figures for the home page of a SIG."""

import datetime as dt

import pytest

from reviews.home import recent_records, year_of
from tests.factories import PullRequestFactory, RepositoryFactory

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def repository(db):
    return RepositoryFactory()


def merged(repository, at):
    return PullRequestFactory(repository=repository, state="merged", merged_at=at)


def test_year_of_covers_all_repositories_of_the_sig_and_no_other(
    repository, django_assert_num_queries
):
    merged(repository, dt.datetime(2026, 11, 2, 4, 0, tzinfo=dt.UTC))
    merged(RepositoryFactory(sig=repository.sig), dt.datetime(2025, 12, 1, 4, 0, tzinfo=dt.UTC))
    merged(RepositoryFactory(), dt.datetime(2026, 11, 2, 4, 0, tzinfo=dt.UTC))
    PullRequestFactory(repository=repository)
    year = year_of(repository.sig, TODAY)
    assert [month.merged for month in year.months] == [1, *[0] * 10, 1]
    assert year.waiting == 1
    with django_assert_num_queries(2):
        assert year_of(repository.sig, TODAY) == year


def test_recent_records_are_the_latest_with_people_at_hand(repository, django_assert_num_queries):
    for number in range(1, 4):
        at = dt.datetime(2026, 11, number, tzinfo=dt.UTC)
        PullRequestFactory(repository=repository, number=number, updated_at=at)
    PullRequestFactory()
    with django_assert_num_queries(2):
        rows = list(recent_records(repository.sig, 2))
        assert [row.author.person.login for row in rows]
    assert [row.number for row in rows] == [3, 2]
