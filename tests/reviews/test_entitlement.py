"""Whose word counts when: OWNERS of the moment, and the roster of the SIG's day."""

import datetime as dt

import pytest

from members.models import FormerLogin, Sig
from members.owners import note_owners
from reviews.case import UNKNOWN_RIGHTS, Case, Rule, Speaker
from reviews.entitlement import rights_of
from tests.factories import AccountFactory, PersonFactory, RepositoryFactory, RoleTermFactory

DAY = dt.date(2026, 6, 1)
NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def repository(db):
    return RepositoryFactory()


def term(repository, login, role="committer", scope=(), **more):
    row = RoleTermFactory(
        sig=repository.sig, person=PersonFactory(account__login=login), role=role, **more
    )
    row.repositories.set(scope)


def note(repository, approvers, reviewers=(), at=NOON, path="OWNERS", **more):
    note_owners(repository, path, approvers=approvers, reviewers=reviewers, valid_from=at, **more)


def rights(repository, at=NOON):
    case = Case(Rule(2, 1), Speaker("author"), rights=rights_of([repository])[repository.pk])
    return case.rights_at(at)


def test_rights_are_unknown_where_neither_owners_nor_roster_is(repository):
    assert rights(repository) == UNKNOWN_RIGHTS
    assert not rights(repository).are_known


# ── the roster ────────────────────────────────────────────────────────────────────────────────
def test_approve_is_for_committers_of_the_repository_and_maintainers(repository):
    other = RepositoryFactory(sig=repository.sig)
    term(repository, "Liu", scope=[repository, other])
    term(repository, "elsewhere", scope=[other])
    term(repository, "everywhere")
    term(repository, "wang", role="maintainer", scope=[other])
    term(repository, "hua", role="contributor")
    found = rights(repository)
    assert found.approve == {"liu", "everywhere", "wang"}
    assert (found.lgtm, found.by_roster, found.owners) == (None, True, ())


def test_roster_is_that_of_the_day_in_the_zone_of_the_sig(repository):
    term(repository, "early", started_on=dt.date(2025, 1, 1), ended_on=DAY)
    term(repository, "late", started_on=DAY)
    midnight = dt.datetime(2026, 5, 31, 16, tzinfo=dt.UTC)
    assert repository.sig.time_zone == "Asia/Shanghai"
    assert rights(repository, midnight).approve == {"late"}
    assert rights(repository, midnight - dt.timedelta(seconds=1)).approve == {"early"}


def test_roster_says_nothing_before_it_begins_and_after_it_ends(repository):
    term(repository, "liu", started_on=DAY, ended_on=dt.date(2026, 7, 1))
    assert rights(repository, NOON - 48 * HOUR).approve is None
    assert rights(repository, NOON).approve == {"liu"}
    assert rights(repository, NOON + dt.timedelta(days=60)).approve is None


def test_roster_of_one_sig_is_not_that_of_another(repository):
    term(RepositoryFactory(), "stranger")
    term(repository, "liu")
    assert rights(repository).approve == {"liu"}


# ── OWNERS ────────────────────────────────────────────────────────────────────────────────────
def test_owners_let_reviewers_and_approvers_say_lgtm_and_approvers_approve(repository):
    note(repository, ["Liu"], ["Wang"], sha="abc")
    found = rights(repository)
    assert found.lgtm == {"liu", "wang"}
    assert found.approve == {"liu"}
    assert found.owners == (("OWNERS", NOON, "abc"),)
    assert not found.by_roster


def test_owners_count_from_their_moment_to_the_next_version(repository):
    note(repository, ["liu"])
    note(repository, ["wang"], at=NOON + HOUR)
    assert rights(repository, NOON - HOUR) == UNKNOWN_RIGHTS
    assert rights(repository, NOON).approve == {"liu"}
    assert rights(repository, NOON + HOUR).approve == {"wang"}


def test_owners_of_folders_count_too(repository):
    note(repository, ["liu"])
    note(repository, ["docs-person"], path="docs/OWNERS")
    assert rights(repository).approve == {"liu", "docs-person"}
    note(repository, [], path="docs/OWNERS", at=NOON + HOUR)
    assert rights(repository, NOON + HOUR).approve == {"liu"}


def test_owners_that_were_removed_leave_nothing_known(repository):
    note(repository, ["liu"])
    note(repository, [], at=NOON + HOUR)
    assert rights(repository, NOON + HOUR).lgtm is None


def test_owners_and_roster_together_let_either_approve(repository):
    note(repository, ["liu"], ["zhao"])
    term(repository, "wang", role="maintainer")
    found = rights(repository)
    assert found.approve == {"liu", "wang"}
    assert found.lgtm == {"liu", "zhao"}
    assert found.by_roster


# ── one person, several logins ────────────────────────────────────────────────────────────────
def test_right_follows_a_person_through_renames_and_second_accounts(repository):
    person = PersonFactory(account__login="new-liu")
    FormerLogin.objects.create(account=person.accounts.get(), login="old-liu")
    AccountFactory(person=person, login="liu-too")
    AccountFactory(person=person, login="elsewhere", host="github")
    note(repository, ["Old-Liu"])
    assert rights(repository).approve == {"old-liu", "new-liu", "liu-too"}


def test_roster_knows_former_logins(repository):
    term(repository, "new-wang", role="maintainer")
    account = repository.sig.role_terms.get().person.accounts.get()
    FormerLogin.objects.create(account=account, login="old-wang")
    assert rights(repository).approve == {"new-wang", "old-wang"}


@pytest.mark.parametrize("count", [1, 3])
def test_rights_take_a_fixed_number_of_queries(count, db, django_assert_num_queries):
    repositories = RepositoryFactory.create_batch(count)
    for repository in repositories:
        note(repository, [f"liu-{repository.pk}"])
        term(repository, f"wang-{repository.pk}")
    assert Sig.objects.count() == count
    with django_assert_num_queries(3):
        assert len(rights_of(repositories)) == count
