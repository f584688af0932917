import datetime as dt

import pytest
from django.contrib.auth.models import User

from ledger.models import Entry
from members.models import Account, Contribution, Person
from members.people import TiedElsewhere, account_for, accounts_for, sign_in
from tests.factories import AccountFactory, ContributionFactory, PersonFactory, RoleTermFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


def enter(user, login="lin", uid="7", host="gitee", name=""):
    return sign_in(user=user, host=host, uid=uid, login=login, name=name, at=AT)


@pytest.fixture
def user():
    return User.objects.create_user("lin")


def test_account_for_creates_once_without_regard_to_case():
    first = account_for("gitee", "Lin-Bert", name="林伯特")
    assert account_for("gitee", "lin-bert") == first
    assert (first.login, first.person.name, Person.objects.count()) == ("Lin-Bert", "林伯特", 1)


def test_account_for_keeps_hosts_apart():
    assert account_for("gitee", "lin").person != account_for("gitcode", "lin").person


def test_account_for_learns_uid_and_the_hosts_spelling():
    AccountFactory(login="Lin")
    account = account_for("gitee", "lin", 7)
    assert (account.uid, account.login, Account.objects.count()) == ("7", "lin", 1)


def test_account_for_renames_a_known_uid():
    account = account_for("gitee", "old", 7)
    assert account_for("gitee", "new", 7) == account
    assert list(Account.objects.values_list("login", "uid")) == [("new", "7")]


def test_account_for_never_takes_over_another_uid():
    old = account_for("gitee", "lin", 7)
    new = account_for("gitee", "lin", 8)
    old.refresh_from_db()
    assert (old.login, new.login) == ("lin~7", "lin")
    assert old.person != new.person


def test_account_for_remembers_former_logins_but_no_name_of_ours():
    account = account_for("gitee", "Lin", 7)
    account_for("gitee", "lin-2", 7)
    account_for("gitee", "LIN-2", 7)
    account_for("gitee", "lin-2", 8)
    account_for("gitee", "lin-3", 7)
    former = account.former_logins.order_by("login").values_list("login", flat=True)
    assert list(former) == ["lin", "lin-2"]


def test_account_for_rename_onto_a_held_login_sets_the_holder_aside():
    holder = account_for("gitee", "lin", 8)
    known = account_for("gitee", "old", 7)
    assert account_for("gitee", "lin", 7) == known
    holder.refresh_from_db()
    assert (holder.login, holder.uid) == ("lin~8", "8")


def test_account_for_rename_onto_a_charters_claim_joins_the_shadow():
    term = RoleTermFactory(person__account__login="new")
    shadow = account_for("gitee", "old", 7).person
    fact = ContributionFactory(person=shadow, sig=term.sig)
    account = account_for("gitee", "new", 7)
    fact.refresh_from_db()
    assert account.person == fact.person == term.person
    assert term.person.login == "new"


def test_account_for_rename_of_somebody_with_a_role_leaves_two_people():
    claim = RoleTermFactory(person__account__login="new").person
    known = account_for("gitee", "old", 7)
    RoleTermFactory(person=known.person)
    assert account_for("gitee", "new", 7).person == known.person
    assert claim.accounts.get().login.startswith("new~")


def test_account_for_keeps_a_name_somebody_gave():
    account_for("gitee", "lin")
    assert account_for("gitee", "lin", name="林").person.name == "林"
    assert account_for("gitee", "lin", name="Lin!").person.name == "林"


@pytest.mark.parametrize("login", ["", "  ", None])
def test_account_for_refuses_an_empty_login(login):
    with pytest.raises(ValueError, match="login"):
        account_for("gitee", login)


def test_accounts_for_equals_account_for_one_by_one():
    users = [
        (1, "a", "甲"),
        (2, "B", ""),
        (None, "c", "丙"),
        (1, "A", "甲"),
        (2, "b2", "乙"),
        (3, "c", ""),
    ]
    many = accounts_for("gitee", users)
    found = set(Account.objects.values_list("login", "uid", "person__name"))
    Account.objects.all().delete()
    one_by_one = {
        login.lower(): account_for("gitee", login, uid, name) for uid, login, name in users
    }
    assert set(Account.objects.values_list("login", "uid", "person__name")) == found
    assert many.keys() == one_by_one.keys()


@pytest.mark.parametrize("number", [3, 400])
def test_accounts_for_has_a_bounded_number_of_queries(
    number, django_assert_num_queries, django_assert_max_num_queries
):
    users = [(n, f"login-{n}", f"姓名{n}") for n in range(number)]
    # Savepoint in and out, one read, two inserts; SQLite splits long inserts by their parameters.
    with django_assert_max_num_queries(9):
        accounts_for("gitee", users)
    with django_assert_num_queries(3):
        again = accounts_for("gitee", users)
    assert len(again) == Person.objects.count() == number


def test_sign_in_binds_on_first_use_and_says_so_in_the_ledger(user):
    person = RoleTermFactory(person__account__login="Lin").person
    person.email = "lin@example.org"
    person.save()
    assert enter(user) == person == User.objects.get().person
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.data) == (
        "account.linked",
        "person:lin",
        {"host": "gitee", "login": "lin", "uid": "7"},
    )


def test_sign_in_creates_a_person_nobody_knew(user):
    assert enter(user, name="林").name == "林"
    assert user.person.login == "lin"


def test_sign_in_again_changes_nothing(user):
    assert enter(user) == enter(User.objects.get())
    assert Entry.objects.count() == 1


def test_sign_in_with_a_login_that_changed_hands_gets_no_role(user):
    owner = RoleTermFactory(person__account__login="lin", person__account__uid="6").person
    assert enter(user, uid="7") != owner
    assert owner.accounts.get().login == "lin~6"


def test_sign_in_moves_a_tie_that_was_made_by_hand(user):
    person = PersonFactory(account__login="lin", user=User.objects.create_user("by-hand"))
    assert enter(user) == person
    person.refresh_from_db()
    assert person.user == user


def test_sign_in_with_a_second_host_joins_a_shadow(user):
    first = enter(user)
    fact = ContributionFactory(person=account_for("gitcode", "lin-2", 9).person)
    assert enter(User.objects.get(), host="gitcode", login="lin-2", uid="9") == first
    assert Contribution.objects.get(pk=fact.pk).person == first


def test_sign_in_refuses_to_be_two_people(user):
    enter(user)
    RoleTermFactory(person__account__login="boss", person__account__host="gitcode")
    with pytest.raises(TiedElsewhere):
        enter(User.objects.get(), host="gitcode", login="boss", uid="9")
    assert not Account.objects.filter(uid="9").exists()
