"""Signing in with the code host ends as the person the portal knows by the account's number."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from ledger.models import Entry
from members.models import Account, Person

pytestmark = pytest.mark.django_db


def sign_in(client: Client, server, login: str, **consent: str):
    """Walk the whole way: our button, the host's consent, our callback."""
    start = client.post(reverse("gitee_login"))
    assert start.status_code == 302
    assert start["Location"].startswith(server.url + "/oauth/authorize?")
    consented = requests.get(
        f"{start['Location']}&login={login}",
        allow_redirects=False,
        headers={"User-Agent": "test"},
        timeout=5,
    )
    assert consented.status_code == 302
    back = urlsplit(consented.headers["Location"])
    query = {key: values[0] for key, values in parse_qs(back.query).items()} | consent
    return client.get(back.path, query, follow=True)


@pytest.fixture
def host(gitee_server):
    gitee_server.oauth.register("test-client", "test-secret")
    for login, uid in (("Lin-Bert", 101), ("newcomer", 202)):
        gitee_server.state.add_user(login, login.title(), uid=uid)
    return gitee_server


def test_sign_in_of_a_stranger_makes_a_person_with_the_hosts_number(client, host):
    response = sign_in(client, host, "newcomer")

    assert response.status_code == 200
    account = Account.objects.get(host="gitee", uid="202")
    assert account.login == "newcomer"
    assert account.person.user == get_user_model().objects.get()
    assert account.person.user.email == ""


def test_sign_in_binds_a_charter_login_once_and_records_it(client, host):
    person = Person.objects.create(name="He Qinglin")
    Account.objects.create(person=person, host="gitee", login="lin-bert")

    sign_in(client, host, "Lin-Bert")

    person.refresh_from_db()
    assert person.user is not None
    assert person.accounts.get().uid == "101"
    entry = Entry.objects.get(action="account.linked")
    assert entry.data["uid"] == "101"
    assert "email" not in entry.data


def test_sign_in_of_another_number_under_a_known_login_gets_no_role(client, host):
    person = Person.objects.create(name="He Qinglin")
    Account.objects.create(person=person, host="gitee", login="Lin-Bert", uid="999")

    sign_in(client, host, "Lin-Bert")

    person.refresh_from_db()
    assert person.user is None
    assert Account.objects.get(uid="101").person != person


def test_sign_in_twice_is_the_same_person_and_user(client, host):
    sign_in(client, host, "newcomer")
    client.post(reverse("account_logout"))
    sign_in(client, host, "newcomer")

    assert get_user_model().objects.count() == 1
    assert Account.objects.filter(uid="202").count() == 1
    assert Entry.objects.filter(action="account.linked").count() == 1


def test_sign_in_joins_the_local_user_of_the_person_with_that_number(client, host):
    user = get_user_model().objects.create_user("lin-bert", password="x")
    person = Person.objects.create(name="He Qinglin", user=user)
    Account.objects.create(person=person, host="gitee", login="Lin-Bert", uid="101")

    sign_in(client, host, "Lin-Bert")

    assert int(client.session["_auth_user_id"]) == user.pk
    assert get_user_model().objects.count() == 1


def test_sign_in_finds_a_renamed_account_by_its_number(client, host):
    sign_in(client, host, "newcomer")
    client.post(reverse("account_logout"))
    host.state.rename_user("newcomer", "oldcomer")

    sign_in(client, host, "oldcomer")

    assert Account.objects.get(uid="202").login == "oldcomer"
    assert Person.objects.count() == 1


def test_sign_in_keeps_tokens_out_of_addresses(client, host):
    sign_in(client, host, "newcomer")

    profile = [r for r in host.requests if r.path == "/api/v5/user"]
    assert len(profile) == 1
    assert "token" not in profile[0].query
    assert profile[0].headers["authorization"].startswith("Bearer ")
    assert all("sigportal" in r.headers["user-agent"] for r in profile)


def test_sign_in_with_a_forged_state_is_refused(client, host):
    response = sign_in(client, host, "newcomer", state="forged")

    assert "_auth_user_id" not in client.session
    assert response.status_code in (200, 401, 403)
    assert not Person.objects.exists()


def test_sign_in_with_a_spent_code_is_refused(client, host):
    response = sign_in(client, host, "newcomer", code="0" * 64)

    assert "_auth_user_id" not in client.session
    assert response.status_code in (200, 401, 403)


def test_callback_address_is_the_same_from_the_english_pages(client, host):
    start = client.post("/en/accounts/gitee/login/")

    asked = parse_qs(urlsplit(start["Location"]).query)
    assert asked["redirect_uri"] == ["http://testserver/accounts/gitee/login/callback/"]


def test_sign_in_button_needs_a_post(client, host):
    """A link that signs in at once would let another site sign a visitor in unasked."""
    response = client.get(reverse("gitee_login"))

    assert response.status_code == 200
    assert "/oauth/authorize" not in response.headers.get("Location", "")


def test_local_sign_up_is_closed_in_production(client, settings):
    settings.LOCAL_SIGNUP_OPEN = False

    response = client.post(
        reverse("account_signup"),
        {"username": "x", "password1": "long-enough-1", "password2": "long-enough-1"},
    )

    assert response.status_code == 200
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("name", ["gitee_login", "gitee_callback"])
def test_sign_in_with_a_host_that_is_not_set_up_is_not_found(client, settings, name):
    settings.SOCIALACCOUNT_PROVIDERS = {"gitee": {"APPS": [], "GITEE_URL": "http://127.0.0.1:9"}}

    assert client.post(reverse(name)).status_code == 404
