"""The names that the ledger's text has today: renamed, merged, without a login, or unknown."""

import pytest

from members import directory
from members.models import Account
from tests.factories import AccountFactory, PersonFactory, SigFactory

pytestmark = pytest.mark.django_db


def test_people_are_found_by_login_in_any_case_and_by_former_ones():
    lin = PersonFactory(name="林", account__login="Lin-Bert")
    lin.accounts.get().former_logins.create(login="old-lin")
    found = directory.people({"person:lin-bert", "person:old-lin", "person:nobody", "system"})
    assert {actor: (one.name, one.login) for actor, one in found.items()} == {
        "person:lin-bert": ("林", "Lin-Bert"),
        "person:old-lin": ("林", "Lin-Bert"),
    }


def test_who_has_a_login_goes_before_who_had_it():
    before = PersonFactory(name="从前", account__login="renamed")
    before.accounts.get().former_logins.create(login="ann")
    PersonFactory(name="现在", account__login="ann")
    assert directory.people({"person:ann"})["person:ann"].name == "现在"


def test_people_without_login_are_found_by_their_number():
    person = PersonFactory(name="无账号", account=None)
    actor = f"person:person-{person.pk}"
    assert directory.people({actor})[actor].name == "无账号"
    assert directory.people({"person:person-x", "person:person-" + "9" * 30}) == {}


def test_names_of_commits_are_no_logins():
    AccountFactory(host=Account.GIT, login="committer name")
    assert directory.people({"person:committer name"}) == {}


def test_people_take_two_queries_however_many(django_assert_max_num_queries):
    names = {f"person:{PersonFactory(account__login=f'p{n}').login}" for n in range(4)}
    with django_assert_max_num_queries(1):
        assert len(directory.people(names)) == 4
    nameless = PersonFactory(account=None)
    with django_assert_max_num_queries(2):
        assert len(directory.people({*names, f"person:person-{nameless.pk}"})) == 5


def test_known_as_gives_every_name_of_a_person():
    kept = PersonFactory(account__login="Kept")
    kept.accounts.get().former_logins.create(login="before")
    AccountFactory(person=kept, login="second", host="github")
    AccountFactory(person=kept, login="A Name", host=Account.GIT)
    gone = PersonFactory(account=None, merged_into=kept)
    names = {"kept", "before", "second", f"person-{kept.pk}", f"person-{gone.pk}"}
    wanted = {f"person:{name}" for name in names}
    assert directory.known_as("@KEPT") == wanted
    assert directory.known_as("before") == wanted
    assert directory.known_as(f"person-{gone.pk}") == {f"person:person-{gone.pk}"}
    assert directory.known_as("nobody") == set()


def test_sigs_come_by_name_with_their_clock():
    SigFactory(slug="b", name="乙", time_zone="Europe/Berlin")
    SigFactory(slug="a", name="甲")
    assert [(sig.slug, sig.name, str(sig.zone)) for sig in directory.sigs()] == [
        ("b", "乙", "Europe/Berlin"),
        ("a", "甲", "Asia/Shanghai"),
    ]
