"""The page of a person: found by any login, complete, and silent about what is private."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

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
    # account, person, accounts, terms, scopes, promotions, totals, contributions
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
