"""Accounts given and taken by whoever may say who is who."""

import datetime as dt

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.urls import reverse

from ledger.models import Entry
from members.account import BelongsElsewhere, NotDetachable, add, detach
from members.merging import AlreadyMerged
from members.models import Account, Contribution, Person
from members.refusals import NotAllowed
from reviews.outcome import settle_pulls
from tests.factories import (
    AccountFactory,
    ContributionFactory,
    IssueFactory,
    PullRequestFactory,
    RepositoryFactory,
    ReviewFactory,
    RoleTermFactory,
    SigFactory,
)

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def sig():
    return SigFactory()


@pytest.fixture
def boss(sig):
    return RoleTermFactory(sig=sig, role="maintainer", person__account__login="boss").person


@pytest.fixture
def lan(sig):
    return RoleTermFactory(sig=sig, person__account__login="lan", person__name="蓝溪").person


def give(person, login, by, host="gitcode"):
    return add(person=person, host=host, login=login, reason="例会上说明", by=by, at=AT)


def take(account, person, by):
    return detach(account=account, person=person, reason="认错了人", by=by, at=AT)


# ── add ───────────────────────────────────────────────────────────────────────────────────────
def test_add_makes_an_account_nobody_had_and_says_so(lan, boss):
    account = give(lan, "Lan-Xi", boss)
    assert (account.person, account.joined_at) == (lan, AT)
    entry = Entry.objects.get(action="account.added")
    assert (entry.actor, entry.subject) == ("person:boss", "person:lan")
    assert entry.data == {
        "name": "蓝溪",
        "host": "gitcode",
        "login": "Lan-Xi",
        "reason": "例会上说明",
        "from": "",
    }


def test_add_twice_in_another_case_happens_once(lan, boss):
    assert give(lan, "Lan-Xi", boss) == give(lan, "lan-xi", boss)
    assert (Account.objects.filter(host="gitcode").count(), Entry.objects.count()) == (1, 1)


def test_add_takes_who_was_known_by_that_account_only(sig, lan, boss):
    shadow = AccountFactory(host="gitcode", login="lan-xi").person
    fact = ContributionFactory(person=shadow, sig=sig)
    give(lan, "LAN-XI", boss)
    fact.refresh_from_db()
    shadow.refresh_from_db()
    assert (fact.person, shadow.merged_into) == (lan, lan)
    assert Entry.objects.get(action="account.added").data["from"] == "person:lan-xi"


def test_add_keeps_the_main_login(sig, boss):
    shadow = AccountFactory(login="older").person
    lan = RoleTermFactory(sig=sig, person__account__login="lan").person
    give(lan, "older", boss, host="gitee")
    assert shadow.pk < lan.pk
    assert Person.objects.get(pk=lan.pk).login == "lan"


@pytest.mark.parametrize("why", ["role", "user", "second account"])
def test_add_never_takes_from_somebody(sig, lan, boss, why):
    owner = AccountFactory(host="gitcode", login="lan-xi").person
    if why == "role":
        RoleTermFactory(person=owner, sig=sig)
    elif why == "user":
        owner.user = User.objects.create_user("lan-xi")
        owner.save()
    else:
        AccountFactory(person=owner, login="else")
    with pytest.raises(BelongsElsewhere):
        give(lan, "lan-xi", boss)
    assert Account.objects.get(login="lan-xi").person == owner
    assert not Entry.objects.exists()


def test_add_is_for_maintainers_of_the_sig_and_not_for_oneself(sig, lan, boss):
    for by in (lan, RoleTermFactory(sig=sig).person, RoleTermFactory(role="maintainer").person):
        with pytest.raises(NotAllowed):
            give(lan, "lan-xi", by)
    with pytest.raises(NotAllowed):
        give(boss, "boss-2", boss)


def test_a_maintainer_never_takes_their_own_account_away(lan, boss):
    with pytest.raises(NotAllowed):
        give(lan, "boss", boss, host="gitee")


def test_add_to_somebody_merged_is_refused(lan, boss):
    Person.objects.filter(pk=lan.pk).update(merged_into=boss)
    with pytest.raises(AlreadyMerged):
        give(lan, "lan-xi", boss)


# ── detach ────────────────────────────────────────────────────────────────────────────────────
def test_detach_takes_what_was_done_under_the_account_along(sig, lan, boss):
    account = AccountFactory(person=lan, login="other")
    repository = RepositoryFactory(sig=sig)
    own = PullRequestFactory(
        repository=repository, author=lan.accounts.first(), state="merged", merged_at=AT
    )
    theirs = PullRequestFactory(repository=repository, author=account, state="merged", merged_at=AT)
    ReviewFactory(pull=own, account=account)
    IssueFactory(repository=repository, author=account)
    kinds = {
        "pull_merged": f"{repository}!{theirs.number}:pull_merged",
        "pull_reviewed": f"{repository}!{own.number}:pull_reviewed:{account.pk}",
        "issue_opened": f"{repository}#{IssueFactory._meta.model.objects.get().number}:issue_opened",
    }
    for kind, source in kinds.items():
        ContributionFactory(person=lan, sig=sig, kind=kind, source=source)
    ContributionFactory(person=lan, sig=sig, source=f"{repository}!{own.number}:pull_merged")
    owner = take(account, lan, boss)
    assert set(owner.contributions.values_list("source", flat=True)) == set(kinds.values())
    assert lan.contributions.count() == 1
    assert (owner.login, [str(one) for one in lan.accounts.all()]) == ("other", ["gitee:lan"])
    # The reviews' room says the same when it judges again.
    settle_pulls(repository, [theirs.number])
    assert Contribution.objects.get(source=kinds["pull_merged"]).person == owner


def test_detach_says_so_and_happens_once(lan, boss):
    account = AccountFactory(person=lan, login="other")
    assert take(account, lan, boss) == take(account, lan, boss)
    entry = Entry.objects.get()
    assert (entry.action, entry.subject) == ("account.detached", "person:lan")
    assert entry.data["to"] == f"person:person-{account.person_id}" or entry.data["to"]


def test_detach_of_the_only_account_is_refused(lan, boss):
    AccountFactory(person=lan, host="git", login="蓝溪")
    with pytest.raises(NotDetachable, match="唯一"):
        take(lan.accounts.get(host="gitee"), lan, boss)


def test_detach_of_an_account_proven_by_a_sign_in_is_refused(lan, boss):
    account = AccountFactory(person=lan, login="other", uid="7")
    lan.user = User.objects.create_user("lan")
    lan.save()
    SocialAccount.objects.create(user=lan.user, provider="gitee", uid="7")
    with pytest.raises(NotDetachable, match="登录"):
        take(account, lan, boss)


def test_detach_is_not_for_oneself(lan):
    account = AccountFactory(person=lan, login="other")
    with pytest.raises(NotAllowed):
        take(account, lan, lan)
    assert account.person == lan


def test_login_that_was_detached_leads_to_its_new_owner(client, lan, boss):
    owner = take(AccountFactory(person=lan, login="other"), lan, boss)
    page = client.get(reverse("members:person-detail", args=["other"]))
    assert page.context["person"] == owner
