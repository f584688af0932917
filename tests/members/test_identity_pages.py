"""The pages on which people say who is who: for whom they open, what they show, what the buttons do."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

from ledger.models import Entry
from members.models import Account, Likeness
from members.views.identity import merge_url
from tests.factories import AccountFactory, ContributionFactory, PersonFactory, RoleTermFactory
from tests.members.cast import user_of

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def boss():
    return RoleTermFactory(role="maintainer", person__account__login="boss").person


@pytest.fixture
def lan(boss):
    sig = boss.role_terms.get().sig
    return RoleTermFactory(sig=sig, person__account__login="lan", person__name="蓝溪").person


@pytest.fixture
def other():
    return PersonFactory(name="何源", account__login="heyuan")


def address(name, person, *more):
    return reverse(f"members:{name}", args=[person.login, *more])


def as_(client, person):
    client.force_login(user_of(person))
    return client


# ── for whom ──────────────────────────────────────────────────────────────────────────────────
def test_pages_ask_strangers_to_sign_in(client, lan, other):
    account = lan.accounts.get()
    for url in (
        address("person-identity", lan),
        address("account-add", lan),
        address("account-detach", lan, account.pk),
        address("merge-ask", lan),
        merge_url(lan, other),
    ):
        assert client.get(url).status_code == 302
        assert client.post(url).url.startswith("/accounts/")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("boss", (200, True, False)),
        ("root", (200, True, False)),
        ("self", (200, False, True)),
        ("member", (403, None, None)),
        ("boss elsewhere", (403, None, None)),
    ],
)
def test_identity_opens_for_those_who_decide_and_for_oneself(client, boss, lan, who, expected):
    sig = lan.role_terms.get().sig
    viewers = {
        "boss": lambda: user_of(boss),
        "root": lambda: User.objects.create_superuser("root"),
        "self": lambda: user_of(lan),
        "member": lambda: user_of(RoleTermFactory(sig=sig).person),
        "boss elsewhere": lambda: user_of(RoleTermFactory(role="maintainer").person),
    }
    client.force_login(viewers[who]())
    response = client.get(address("person-identity", lan))
    context = response.context or {}
    seen = (response.status_code, context.get("may"), context.get("is_own"))
    assert seen == expected


def test_person_page_links_there_for_the_same_people(client, boss, lan):
    link = address("person-identity", lan)
    assert link not in client.get(lan.get_absolute_url()).content.decode()
    for person, shown in ((RoleTermFactory().person, False), (boss, True), (lan, True)):
        as_(client, person)
        assert (link in client.get(lan.get_absolute_url()).content.decode()) is shown


# ── accounts ──────────────────────────────────────────────────────────────────────────────────
def add(client, lan, **values):
    values = {"host": "gitcode", "login": "Lan-Xi", "reason": "例会上说明", **values}
    return client.post(address("account-add", lan), values, follow=True)


def test_add_by_the_form(client, boss, lan):
    page = add(as_(client, boss), lan).content.decode()
    assert "gitcode:Lan-Xi 已归入此人" in page
    assert "账号 gitcode:Lan-Xi 归入 蓝溪。" in page
    assert lan.accounts.filter(host="gitcode", login="Lan-Xi").exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"login": "lan xi"}, "login"),
        ({"login": "lan~7"}, "login"),
        ({"login": ""}, "login"),
        ({"host": "elsewhere"}, "host"),
        ({"reason": ""}, "reason"),
        # The Maintainer's own account.
        ({"login": "boss", "host": "gitee"}, "login"),
    ],
)
def test_add_says_what_is_wrong_and_writes_nothing(client, boss, lan, values, field):
    response = add(as_(client, boss), lan, **values)
    assert list(response.context["account_form"].errors) == [field]
    assert not Entry.objects.filter(action="account.added").exists()


def test_add_of_a_commit_name_may_have_spaces(client, boss, lan):
    add(as_(client, boss), lan, host="git", login="Xi Lan")
    assert Account.objects.get(host="git").person == lan


def test_add_is_prefilled_from_the_address(client, boss, lan):
    page = as_(client, boss).get(address("person-identity", lan), {"login": "lan-xi"})
    assert 'value="lan-xi"' in page.content.decode()


def test_detach_asks_first_and_then_does_it(client, boss, lan):
    account = AccountFactory(person=lan, login="wrong")
    url = address("account-detach", lan, account.pk)
    as_(client, boss)
    assert "移出账号 wrong" in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 200
    assert Account.objects.get(pk=account.pk).person == lan
    assert "已移出" in client.post(url, {"reason": "认错了人"}, follow=True).content.decode()
    assert Account.objects.get(pk=account.pk).person != lan
    assert client.post(url, {"reason": "认错了人"}, follow=True).status_code == 200
    assert Entry.objects.filter(action="account.detached").count() == 1


def test_detach_of_the_only_account_says_why_not(client, boss, lan):
    url = address("account-detach", lan, lan.accounts.get().pk)
    assert "唯一" in as_(client, boss).post(url, {"reason": "试"}).content.decode()
    assert client.get(address("account-detach", lan, 10**6)).status_code == 404


# ── merging ───────────────────────────────────────────────────────────────────────────────────
def test_merge_shows_what_moves_and_then_moves_it(client, boss, lan, other):
    ContributionFactory(person=other, sig=lan.role_terms.get().sig)
    as_(client, boss)
    page = client.get(address("person-merge", lan), {"other": "HeYuan"}).content.decode()
    assert "gitee:heyuan" in page
    assert "把 何源 并入 蓝溪" in page
    values = {"other": f"person-{other.pk}", "gone": other.pk, "reason": "本人说明"}
    response = client.post(address("person-merge", lan), values, follow=True)
    assert response.redirect_chain[-1][0] == lan.get_absolute_url()
    assert lan.accounts.count() == 2
    again = client.post(address("person-merge", lan), values, follow=True)
    assert "已经合并" in again.content.decode()
    assert Entry.objects.filter(action="person.merged").count() == 1


def test_merge_without_a_reason_moves_nothing(client, boss, lan, other):
    values = {"other": f"person-{other.pk}", "gone": other.pk, "reason": " "}
    assert as_(client, boss).post(address("person-merge", lan), values).status_code == 200
    assert other.accounts.count() == 1


def test_merge_with_conflicts_offers_no_button(client, boss, lan, other):
    user_of(lan), user_of(other)
    page = as_(client, boss).get(merge_url(lan, other)).content.decode()
    assert "现在不能合并" in page
    assert "把 何源 并入 蓝溪" not in page
    values = {"other": f"person-{other.pk}", "gone": other.pk, "reason": "试"}
    assert client.post(address("person-merge", lan), values).status_code == 200
    assert other.accounts.count() == 1


@pytest.mark.parametrize("typed", ["nobody", "", "person-x", "person-99999999999999999999", "lan"])
def test_merge_with_nobody_says_so(client, boss, lan, typed):
    response = as_(client, boss).get(address("person-merge", lan), {"other": typed})
    assert response.status_code == 200
    assert response.context["merge_form"].errors


def test_merge_of_oneself_is_forbidden(client, boss, lan, other):
    ContributionFactory(person=other, sig=lan.role_terms.get().sig)
    as_(client, boss)
    assert client.get(merge_url(boss, other)).status_code == 403
    assert client.get(merge_url(other, boss)).status_code == 403
    values = {"other": f"person-{other.pk}", "gone": other.pk, "reason": "试"}
    assert client.post(address("person-merge", boss), values).status_code == 403


def test_merge_of_the_same_login_on_two_hosts_asks_which(client, boss, lan):
    for host in ("gitcode", "github"):
        AccountFactory(host=host, login="twice")
    response = as_(client, boss).get(address("person-merge", lan), {"other": "twice"})
    assert "写明平台" in response.content.decode()
    chosen = client.get(address("person-merge", lan), {"other": "github:twice"})
    assert chosen.context["gone"].accounts.get().host == "github"


@pytest.mark.parametrize("contributions", [1, 300])
def test_preview_asks_as_much_for_many_rows_as_for_one(
    client, boss, lan, other, contributions, django_assert_max_num_queries
):
    ContributionFactory.create_batch(contributions, person=other, sig=lan.role_terms.get().sig)
    as_(client, boss)
    with django_assert_max_num_queries(130):
        client.get(merge_url(lan, other))


def test_old_identity_address_leads_to_the_kept(client, boss, lan, other):
    other.accounts.all().delete()
    other.merged_into = lan
    other.save()
    url = reverse("members:person-identity", args=[f"person-{other.pk}"])
    assert as_(client, boss).get(url, follow=True).context["person"] == lan


# ── asking ────────────────────────────────────────────────────────────────────────────────────
def test_ask_is_remembered_for_the_maintainers(client, boss, lan, other):
    as_(client, lan)
    values = {"other": "heyuan", "note": "换了单位"}
    assert (
        "申请已记下" in client.post(address("merge-ask", lan), values, follow=True).content.decode()
    )
    assert Likeness.objects.get().by == lan
    sig = lan.role_terms.get().sig
    page = as_(client, boss).get(reverse("members:doubles", args=[sig.slug])).content.decode()
    assert "换了单位" in page


@pytest.mark.parametrize("typed", ["nobody", "lan", ""])
def test_ask_for_nobody_says_so(client, lan, typed):
    values = {"other": typed, "note": "试"}
    response = as_(client, lan).post(address("merge-ask", lan), values)
    assert response.context["ask_form"].errors
    assert not Likeness.objects.exists()


def test_ask_for_somebody_else_is_forbidden(client, boss, lan, other):
    values = {"other": "heyuan", "note": "试"}
    assert as_(client, boss).post(address("merge-ask", lan), values).status_code == 403
