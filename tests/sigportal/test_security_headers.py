"""No answer goes without its headers, and they are worth what Mozilla's Observatory says they are."""

import json
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.test import Client
from django.test.utils import override_settings

from sigportal.headers import HEADERS
from tests.factories import SigFactory
from tests.sigportal import observatory
from tests.sigportal.test_settings import GOOD, run

pytestmark = pytest.mark.django_db
# As production sets them; `test_production_sets_what_is_tried_here` compares.
PRODUCTION = {
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "MESSAGE_COOKIE_NAME": "__Host-messages",
    "TIME_ZONE_COOKIE_NAME": "__Host-time-zone",
}
EVERYWHERE = [
    ("/", 200),
    ("/en/", 200),
    ("/nowhere/", 404),
    ("/sigs/one/members/refresh/", 302),
    ("/sigs/one/calendar.ics", 200),
    ("/sigs/one/meetings/feed.atom", 200),
    ("/sigs/one/decisions/decisions.csv", 200),
    ("/api/v1/sigs", 200),
    ("/api/v1/nowhere", 404),
    ("/webhooks/gitee/", 405),
    ("/healthz", 200),
    ("/static/css/portal.css", 200),
    ("/admin/", 302),
    ("/accounts/login/", 200),
]


@pytest.fixture
def secure():
    with override_settings(**PRODUCTION):
        yield Client(raise_request_exception=False)


def must_have(response) -> None:
    for name, value in HEADERS.items():
        assert response.headers.get(name) == value, name
    policy = observatory.policy_of(response.headers["Content-Security-Policy"])
    assert policy["default-src"] == {"'none'"}
    hsts = "max-age=31536000; includeSubDomains; preload"
    assert response.headers["Strict-Transport-Security"] == hsts
    for name, cookie in response.cookies.items():
        assert name.startswith("__Host-"), name
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["path"] == "/", name
        assert not cookie["domain"], name


@pytest.mark.parametrize(("address", "status"), EVERYWHERE)
def test_every_answer_has_all_headers(secure, address, status):
    SigFactory(slug="one")
    response = secure.get(address, secure=True)

    assert response.status_code == status
    must_have(response)


def test_failures_have_all_headers(secure, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("sigportal.home.directory", fail)
    response = secure.get("/", secure=True)

    assert response.status_code == 500
    must_have(response)


def test_a_wrong_host_is_refused_with_all_headers(secure, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    response = secure.get("/", headers={"host": "elsewhere.example"}, secure=True)

    assert response.status_code == 400
    must_have(response)


def test_a_form_without_token_is_refused_with_all_headers(secure):
    response = Client(enforce_csrf_checks=True).post("/time-zone/", secure=True)

    assert response.status_code == 403
    must_have(response)


def test_preflights_and_wrong_methods_of_the_api_have_all_headers(secure):
    must_have(secure.options("/api/v1/sigs", secure=True))
    must_have(secure.post("/api/v1/sigs", secure=True))


def test_the_way_to_https_has_all_headers_but_the_one_that_only_https_may_set(secure, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/")

    assert response.status_code == 301
    assert response["Location"].startswith("https://")
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_the_policy_allows_no_more_than_is_used():
    directives = configured.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert {name: sources for name, sources in directives.items() if name != "form-action"} == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/en/time-zone/"])
def test_pages_are_worth_140_points(secure, address):
    # The portal of one SIG, so that its home is a whole page.
    SigFactory(slug="one")
    page = secure.get(address, secure=True)
    first = secure.get("/accounts/login/", secure=True)

    points, rules = observatory.score(page.headers, first.cookies, page.content.decode())

    assert points >= 140, rules


def test_production_sets_what_is_tried_here(tmp_path):
    code = (
        "import json, sys, sigportal.settings.prod as s;"
        "print(json.dumps({n: getattr(s, n) for n in sys.argv[1:]}))"
    )
    done: subprocess.CompletedProcess[str] = run(code, tmp_path, *PRODUCTION, **GOOD)

    assert json.loads(done.stdout) == PRODUCTION, (sys.executable, done.stderr)
