"""Whose approve counts: Committers of the repository and Maintainers, on the day."""

import datetime as dt

import pytest

from reviews.entitlement import rosters
from tests.factories import PersonFactory, RepositoryFactory, RoleTermFactory

DAY = dt.date(2026, 6, 1)


@pytest.fixture
def repository(db):
    return RepositoryFactory()


def term(repository, login, role="committer", scope=(), **more):
    row = RoleTermFactory(
        sig=repository.sig, person=PersonFactory(account__login=login), role=role, **more
    )
    row.repositories.set(scope)


def approvers(repository, on=DAY):
    return rosters([repository])[repository.sig_id, repository.host].approvers(repository.pk, on)


def test_approvers_are_committers_of_the_repository_and_maintainers(
    repository, django_assert_num_queries
):
    other = RepositoryFactory(sig=repository.sig)
    term(repository, "Liu", scope=[repository, other])
    term(repository, "elsewhere", scope=[other])
    term(repository, "everywhere")
    term(repository, "wang", role="maintainer")
    term(repository, "hua", role="contributor")
    with django_assert_num_queries(1):
        assert approvers(repository) == {"liu", "everywhere", "wang"}


def test_approvers_are_those_of_the_day(repository):
    term(repository, "early", started_on=dt.date(2025, 1, 1), ended_on=DAY)
    term(repository, "late", started_on=DAY)
    assert approvers(repository, DAY) == {"late"}
    assert approvers(repository, DAY - dt.timedelta(days=1)) == {"early"}


def test_approvers_are_unknown_before_the_roster_begins(repository):
    term(repository, "liu", started_on=DAY)
    assert approvers(repository, DAY - dt.timedelta(days=1)) is None
    assert approvers(RepositoryFactory()) is None


def test_approvers_of_one_sig_are_not_those_of_another(repository):
    term(RepositoryFactory(), "stranger")
    term(repository, "liu")
    assert approvers(repository) == {"liu"}
