"""So many a minute and client, then 429; without the counter nobody is turned away."""

import pytest
import redis.exceptions
from django.contrib.auth.models import User
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from django.urls import get_resolver

from sigportal import rate_limits
from sigportal.rate_limits import LIMITS, network_of
from tests.factories import SigFactory
from tests.sigportal.test_matrix import addresses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limits(settings, monkeypatch):
    # One minute that does not end while a test runs.
    monkeypatch.setattr(rate_limits.time, "time", lambda: 1_800_000_005.0)
    caches["limits"].clear()
    settings.RATE_LIMITS = dict.fromkeys(("sign-in", "search", "posts", "webhooks", "api"), 2)
    yield
    caches["limits"].clear()


def statuses(ask, times: int = 3) -> list[int]:
    return [ask().status_code for _time in range(times)]


PASSWORD = {"login": "someone", "password": "wrong"}
KINDS = [
    ("post", "/accounts/login/", PASSWORD, 200),
    ("post", "/en/accounts/login/", PASSWORD, 200),
    ("post", "/accounts/gitee/login/", None, 302),
    ("get", "/accounts/gitee/login/callback/", None, 401),
    ("get", "/search/?q=word", None, 200),
    ("get", "/sigs/one/meetings/?q=word", None, 200),
    ("get", "/api/v1/sigs", None, 200),
    ("get", "/api/v1/nowhere/1/2", None, 404),
    ("post", "/webhooks/gitee/", None, 503),
]


@pytest.mark.parametrize(("method", "address", "body", "status"), KINDS)
def test_the_third_of_two_allowed_is_refused(client, method, address, body, status):
    SigFactory(slug="one")
    client.raise_request_exception = False

    expected = [status] * 3 if "nowhere" in address else [status, status, 429]
    assert statuses(lambda: getattr(client, method)(address, body)) == expected


@pytest.mark.parametrize(
    "address", ["/", "/search/", "/sigs/one/meetings/", "/accounts/login/", "/healthz"]
)
def test_reading_is_not_limited(client, address):
    SigFactory(slug="one")

    assert statuses(lambda: client.get(address), 5) == [200] * 5


def test_the_refusal_says_when_to_try_again_in_the_language_of_the_address(client):
    pages = [client.get("/search/?q=word") for _time in range(3)]
    english = client.get("/en/search/?q=word")

    assert "请求过于频繁" in pages[2].content.decode()
    assert "Too many requests" in english.content.decode()
    assert pages[2]["Retry-After"] == "55"
    assert pages[2]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "address"), [("get", "/api/v1/sigs"), ("post", "/webhooks/gitee/")]
)
def test_programs_are_refused_in_json(client, method, address):
    client.raise_request_exception = False
    answers = [getattr(client, method)(address) for _time in range(3)]

    assert answers[2].headers["Content-Type"] == "application/problem+json"
    assert answers[2].json()["status"] == 429
    assert answers[2]["Retry-After"] == "55"


def test_a_new_minute_begins_anew(client, monkeypatch):
    assert statuses(lambda: client.get("/search/?q=word")) == [200, 200, 429]
    monkeypatch.setattr(rate_limits.time, "time", lambda: 1_800_000_065.0)

    assert client.get("/search/?q=word").status_code == 200


def test_clients_are_told_apart_behind_a_proxy_and_cannot_lie(client, settings):
    settings.TRUSTED_PROXY_COUNT = 1

    def ask(forwarded: str) -> int:
        return client.get("/search/?q=a", headers={"x-forwarded-for": forwarded}).status_code

    assert [ask(f"6.6.6.{n}, 1.1.1.1") for n in range(3)] == [200, 200, 429]
    assert ask("2.2.2.2") == 200


def test_without_a_proxy_a_forged_header_helps_nobody(client):
    def ask(forwarded: str) -> int:
        return client.get("/search/?q=a", headers={"x-forwarded-for": forwarded}).status_code

    assert [ask(f"6.6.6.{n}") for n in range(3)] == [200, 200, 429]


def test_people_of_one_address_are_counted_each_for_themselves():
    clients = [Client(), Client()]
    for number, client in enumerate(clients):
        client.force_login(User.objects.create_user(f"user-{number}"))

    def ask(client: Client) -> int:
        return client.post("/sigs/nowhere/promotions/1/vote/").status_code

    assert [ask(clients[0]) for _time in range(3)] == [404, 404, 429]
    assert ask(clients[1]) == 404


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("2001:db8:1:2:9::9", "2001:db8:1:2::"),
        ("", "unknown"),
        ("no address", "unknown"),
    ],
)
def test_an_ipv6_client_is_counted_by_its_network(address, counted):
    assert network_of(address) == counted


@pytest.fixture
def counter_away(monkeypatch):
    calls = []

    def away(*args, **kwargs):
        calls.append(args)
        raise redis.exceptions.ConnectionError("connection refused")

    for method in ("add", "get", "set", "incr"):
        monkeypatch.setattr(LocMemCache, method, away)
    return calls


def test_without_the_counter_everyone_is_let_through_and_it_is_logged(client, counter_away, caplog):
    assert statuses(lambda: client.get("/search/?q=word"), 5) == [200] * 5
    assert "rate limits are not counted: ConnectionError" in caplog.text
    # It is left alone for a while: one that hangs must not slow every page.
    assert len(counter_away) == 1


def test_without_the_counter_people_sign_in(client, counter_away, caplog):
    User.objects.create_user("someone", password="right-password")
    answer = client.post("/accounts/login/", {"login": "someone", "password": "right-password"})

    assert answer.status_code == 302
    assert "sign-ins are not counted: ConnectionError" in caplog.text


def test_wrong_passwords_for_one_name_are_counted_whatever_the_address(client, settings):
    settings.RATE_LIMITS = {}
    settings.TRUSTED_PROXY_COUNT = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    User.objects.create_user("someone", password="right-password")
    for number in range(5):
        client.post("/accounts/login/", PASSWORD, headers={"x-forwarded-for": f"1.1.1.{number}"})
    right = {"login": "someone", "password": "right-password"}
    answer = client.post("/accounts/login/", right, headers={"x-forwarded-for": "1.1.1.9"})

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_admin_has_no_sign_in_of_its_own(client):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")

    client.force_login(User.objects.create_user("someone"))
    assert client.get("/admin/login/").status_code == 403


def test_limits_name_addresses_that_exist():
    known = set(addresses()) | {f"{space}:*" for space in get_resolver().namespace_dict}
    named = {view for limit in LIMITS for view in limit.views}

    assert named - known == set()


def test_all_kinds_have_a_number_of_their_own():
    from sigportal.settings import base

    assert {limit.name for limit in LIMITS} == set(base.RATE_LIMITS)
