"""The page of a person: found by any login, complete, and silent about what is private."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

from members.models import Contribution, FormerLogin, Leave
from tests.factories import (
    AccountFactory,
    ContributionFactory,
    PersonFactory,
    PromotionFactory,
    RepositoryFactory,
    RoleTermFactory,
    SigFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 3, 5, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def person():
    return PersonFactory(
        name="蓝溪", organization="示例大学", email="lan@example.com", account__login="Lan-Xi"
    )


def show(client, login="Lan-Xi", **query):
    return client.get(reverse("members:person-detail", args=[login]), query)


@pytest.mark.parametrize("login", ["Lan-Xi", "lan-xi", "LAN-XI", "old.name", "Lan_GH"])
def test_person_is_found_by_any_login_in_any_case(client, person, login):
    AccountFactory(person=person, login="Old.Name")
    AccountFactory(person=person, login="lan_gh", host="github")
    assert show(client, login).context["person"] == person


def test_same_login_on_two_hosts_is_the_person_known_longest(client, person):
    AccountFactory(login="lan-xi", host="github")
    assert show(client).context["person"] == person


def test_person_without_account_has_an_address_too(client):
    person = PersonFactory(account=None)
    assert client.get(person.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    "login",
    ["nobody", "person-1", "person-", "person-²", "person-9999999999999999999999", "%00", "蓝"],
)
def test_unknown_login_is_not_found(client, person, login):
    assert show(client, login).status_code == 404


def test_person_shows_roles_now_before_and_to_come(client, person):
    sig = SigFactory()
    past = RoleTermFactory(person=person, sig=sig, role="contributor", ended_on=dt.date(2026, 3, 5))
    current = RoleTermFactory(person=person, sig=sig, role="committer", duty="训练负责人")
    coming = RoleTermFactory(
        person=person, sig=sig, role="maintainer", started_on=dt.date(2026, 3, 6)
    )
    response = show(client)
    assert response.context["terms"] == {"current": [current], "past": [past], "coming": [coming]}
    assert "训练负责人" in response.content.decode()


def test_person_shows_promotions_and_accounts(client, person, settings):
    settings.CODE_HOSTS = {"gitee": {"url": "https://host.example", "token": ""}}
    promotion = PromotionFactory(person=person)
    AccountFactory(person=person, login="lan-xi~7", host="gitee")
    page = show(client).content.decode()
    assert promotion.get_absolute_url() in page
    assert 'href="https://host.example/Lan-Xi"' in page
    assert 'href="https://host.example/lan-xi~7"' not in page


# ── contributions ─────────────────────────────────────────────────────────────────────────────
def test_contributions_are_counted_and_can_be_filtered(client, person):
    sig = SigFactory()
    ContributionFactory.create_batch(2, person=person, sig=sig)
    ContributionFactory(person=person, sig=sig, kind="issue_opened")
    ContributionFactory(sig=sig)
    response = show(client)
    assert [(t["kind"], t["count"]) for t in response.context["totals"]] == [
        ("pull_merged", 2),
        ("issue_opened", 1),
    ]
    assert len(response.context["page"].rows) == 3
    filtered = show(client, kind="issue_opened").context["page"].rows
    assert [row.kind for row in filtered] == ["issue_opened"]
    assert len(show(client, kind="nonsense").context["page"].rows) == 3


def test_contributions_are_paged_without_losing_one(client, person):
    sig = SigFactory()
    made = {ContributionFactory(person=person, sig=sig).pk for _ in range(65)}
    seen, older = [], ""
    while older is not None:
        page = show(client, **({"older": older} if older else {})).context["page"]
        seen += [row.pk for row in page.rows]
        older = page.older
    assert (len(seen), set(seen)) == (65, made)


@pytest.mark.parametrize("mark", ["x", "5~1", "2026-01-01~1", "2026-01-01T00:00:00~1", "~"])
def test_bad_page_mark_is_not_found(client, person, mark):
    assert show(client, older=mark).status_code == 404


def test_person_with_ten_thousand_contributions_asks_no_more(
    client, person, django_assert_num_queries
):
    sig = SigFactory()
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    Contribution.objects.bulk_create(
        Contribution(
            person=person,
            sig=sig,
            kind=Contribution.Kind.PULL_MERGED,
            at=start + dt.timedelta(hours=5 * number),
            source=f"gitee:example/one!{number}:pull_merged",
        )
        for number in range(10_000)
    )
    # No terms, so no scopes.
    with django_assert_num_queries(7):
        response = show(client)
    assert len(response.context["page"].rows) == 30
    assert len(response.context["months"]) == 12
    assert response.context["totals"][0]["count"] == 10_000


def test_contributions_are_counted_by_month_of_the_portals_zone(client, person):
    sig = SigFactory()
    # The last minutes of February in UTC are March in Shanghai.
    late = dt.datetime(2026, 2, 28, 16, 30, tzinfo=dt.UTC)
    for at in (late, late - dt.timedelta(hours=1), late + dt.timedelta(days=2)):
        ContributionFactory(person=person, sig=sig, at=at)
    ContributionFactory(person=person, sig=sig, at=late, kind="issue_opened")
    months = show(client).context["months"]
    assert [(m.name, [number for _label, number in m.cells]) for m in months] == [
        ("2026-03", [2, 1]),
        ("2026-02", [1, 0]),
    ]
    assert len(show(client, month="2026-03").context["page"].rows) == 3
    assert len(show(client, month="2026-02").context["page"].rows) == 1
    assert len(show(client, month="2026-03", kind="issue_opened").context["page"].rows) == 1


@pytest.mark.parametrize("month", ["x", "2026-13", "0001-01", "9999-12", "2026-3-1", "１２"])
def test_a_month_that_is_none_filters_nothing(client, person, month):
    ContributionFactory(person=person)
    assert len(show(client, month=month).context["page"].rows) == 1


def test_person_shows_what_became_of_accounts(client, person, settings):
    settings.CODE_HOSTS = {"gitee": {"url": "https://host.example", "token": ""}}
    at = dt.datetime(2026, 1, 5, 4, 0, tzinfo=dt.UTC)
    AccountFactory(person=person, login="gone", gone_at=at)
    renamed = AccountFactory(person=person, login="new-name", joined_at=at)
    for login in ("old-name", "older-name"):
        FormerLogin.objects.create(account=renamed, login=login)
    page = show(client)
    assert [former for _account, _home, former in page.context["accounts"]] == [
        [],
        [],
        ["old-name", "older-name"],
    ]
    text = page.content.decode()
    assert "已注销" in text
    assert "归入" in text
    assert 'href="https://host.example/gone"' not in text
    assert 'href="https://host.example/new-name"' in text


def test_login_that_was_renamed_leads_to_the_person_until_somebody_takes_it(client, person):
    FormerLogin.objects.create(account=person.accounts.get(), login="old-name")
    assert show(client, "Old-Name").context["person"] == person
    taker = AccountFactory(login="OLD-NAME").person
    assert show(client, "old-name").context["person"] == taker


def test_person_shows_leaves(client, person):
    assert 'id="leaves"' not in show(client).content.decode()
    sig = SigFactory()
    Leave.objects.create(person=person, sig=sig, started_on=dt.date(2026, 2, 1))
    assert "未定" in show(client).content.decode()


def test_merged_person_leads_to_the_kept_and_is_named_so(client, person):
    gone = PersonFactory(account=None, merged_into=person)
    response = client.get(reverse("members:person-detail", args=[f"person-{gone.pk}"]))
    assert response.url == person.get_absolute_url()
    assert (gone.login, gone.actor) == ("Lan-Xi", "person:lan-xi")


def test_email_of_somebody_merged_is_not_shown_to_the_public(client, person):
    PersonFactory(account=None, email="old@example.com", merged_into=person)
    assert "old@example.com" not in show(client).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_person_asks_as_much_for_one_row_as_for_three(
    client, person, django_assert_num_queries, rows
):
    for _ in range(rows):
        sig = SigFactory()
        repository = RepositoryFactory(sig=sig)
        ContributionFactory(person=person, sig=sig, repository=repository)
        RoleTermFactory(person=person, sig=sig).repositories.add(repository)
        PromotionFactory(person=person, sig=sig)
        account = AccountFactory(person=person)
        FormerLogin.objects.create(account=account, login=f"old-{account.pk}")
        Leave.objects.create(person=person, sig=sig, started_on=dt.date(2026, 1, 1))
    # person, accounts, terms, scopes, promotions, leaves, months, contributions
    with django_assert_num_queries(8):
        show(client)


# ── what is private ───────────────────────────────────────────────────────────────────────────
def user_of(person):
    user = User.objects.create_user(f"user-{person.pk}")
    person.user = user
    person.save()
    return user


def may_see(client, user):
    if user:
        client.force_login(user)
    return "lan@example.com" in show(client).content.decode()


def test_email_is_shown_to_the_person(client, person):
    assert may_see(client, user_of(person))


def test_email_is_shown_to_administrators(client, person):
    assert may_see(client, User.objects.create_superuser("root"))


def test_email_is_not_shown_to_the_public(client, person):
    assert not may_see(client, None)


def test_email_is_not_shown_to_a_stranger_without_a_person(client, person):
    assert not may_see(client, User.objects.create_user("stranger"))


@pytest.mark.parametrize("role", ["contributor", "committer", "maintainer"])
def test_email_is_not_shown_to_other_members(client, person, role):
    other = PersonFactory()
    sig = SigFactory()
    for one in (person, other):
        RoleTermFactory(person=one, sig=sig, role=role)
    assert not may_see(client, user_of(other))
