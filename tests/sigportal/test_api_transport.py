"""How the API answers: validators, for other sites too, read only, every refusal as a problem document."""

import json

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from psycopg2 import InterfaceError

from sigportal.api.middleware import ApiMiddleware
from tests import factories as make

pytestmark = pytest.mark.django_db
SIGS = "/api/v1/sigs"


# ── validators ────────────────────────────────────────────────────────────────────────────────
def test_unchanged_answer_is_not_sent_again(client):
    make.SigFactory()
    first = client.get(SIGS)
    again = client.get(SIGS, headers={"if-none-match": first.headers["ETag"]})
    make.SigFactory()
    changed = client.get(SIGS, headers={"if-none-match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_head_tells_what_get_would(client):
    make.SigFactory()
    whole, head = client.get(SIGS), client.head(SIGS)

    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(whole.content))
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert client.head(SIGS, headers={"if-none-match": whole.headers["ETag"]}).status_code == 304


# ── other sites ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("address", [SIGS, "/api/v1/nothing", "/api/v1/openapi.json"])
def test_pages_of_other_sites_may_read(client, address):
    headers = client.get(address, headers={"origin": "https://other.example"}).headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Credentials" not in headers
    assert "ETag" in headers["Access-Control-Expose-Headers"]


def test_preflight_allows_reading_only(client):
    said = client.options(SIGS)

    assert said.status_code == 204
    assert said.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert said.headers["Access-Control-Allow-Headers"] == "If-None-Match"


def test_other_pages_stay_closed_to_other_sites(client):
    assert "Access-Control-Allow-Origin" not in client.get("/").headers
    assert "Access-Control-Allow-Origin" not in client.get("/api/").headers


# ── refusals ──────────────────────────────────────────────────────────────────────────────────
def problem(response, status):
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    told = json.loads(response.content)
    assert told["status"] == status
    return told


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", [SIGS, "/api/v1/nothing"])
def test_nothing_can_be_written(client, method, address):
    said = getattr(client, method)(address)

    problem(said, 405)
    assert said.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/nothing",
        "/api/v1/sigs/",
        "/api/v2/sigs",
        "/api/v1/sigs/nobody",
        "/api/v1/sigs/no body",
        "/api/v1/sigs/nobody/roster",
        "/api/v1/people/nobody",
        "/api/v1/people/nobody/contributions",
        "/api/v1/people/person-99999999999999999999",
        "/api/v1/people/%00",
        "/api/v1/repositories/gitee/no/where",
        "/api/v1/repositories/gitee/no/where/pulls/1",
        "/api/v1/ledger/1",
        "/api/v1/decisions/1",
    ],
)
def test_what_is_not_there_is_said_in_json(client, address):
    assert problem(client.get(address), 404)["detail"]


FOREIGN = "This cursor is none that this list gave out. Begin without one."


@pytest.mark.parametrize(
    ("address", "parameter", "detail"),
    [
        (f"{SIGS}?limit=0", "limit", "Input should be greater than or equal to 1"),
        (f"{SIGS}?limit=101", "limit", "Input should be less than or equal to 100"),
        (f"{SIGS}?limit=", "limit", "write a whole number in digits"),
        (f"{SIGS}?limit=1.0", "limit", "write a whole number in digits"),
        (f"{SIGS}?limt=1", "limt", "unknown parameter"),
        (f"{SIGS}?cursor=!", "cursor", "String should match pattern '^[A-Za-z0-9_-]*$'"),
        (f"{SIGS}?cursor=a", "cursor", FOREIGN),
        (f"{SIGS}?cursor=abcd", "cursor", FOREIGN),
        # "sigs|o|x~1", "people|o|1~1", "sigs|x|1~1", "sigs|o|1~99999999999999999999"
        (f"{SIGS}?cursor=c2lnc3xvfHh-MQ", "cursor", FOREIGN),
        (f"{SIGS}?cursor=cGVvcGxlfG98MX4x", "cursor", FOREIGN),
        (f"{SIGS}?cursor=c2lnc3x4fDF-MQ", "cursor", FOREIGN),
        (f"{SIGS}?cursor=c2lnc3xvfDF-OTk5OTk5OTk5OTk5OTk5OTk5OTk", "cursor", FOREIGN),
        (f"{SIGS}/one/roster?on=yesterday", "on", "write a day as 2025-06-28"),
        (f"{SIGS}/one/roster?on=2025-02-30", "on", None),
        (f"{SIGS}/one/roster?on=0", "on", "write a day as 2025-06-28"),
        (f"{SIGS}/one/pulls?state=done", "state", None),
        (f"{SIGS}/one/pulls?q=%00", "q", None),
        (
            f"{SIGS}/one/pulls?author=nobody",
            "author",
            "There is no member with the account “nobody”.",
        ),
        (f"{SIGS}/one/pulls?since=2026-02-01&until=2026-01-01", "until", None),
        (f"{SIGS}/one/pulls?repository=no/where", "repository", None),
        (f"{SIGS}/one/issues?unanswered=maybe", "unanswered", "write true or false"),
        (f"{SIGS}/one/policies/king/1", "role", None),
        (f"{SIGS}/one/resolutions/99999999999", "number", None),
        ("/api/v1/people/lin/contributions?month=2026-13", "month", None),
        (
            "/api/v1/people/lin/contributions?month=0001-01",
            "month",
            "This is no month that can be looked at.",
        ),
        ("/api/v1/decisions?group=none", "group", None),
        ("/api/v1/decisions?sig=nobody", "sig", None),
        ("/api/v1/decisions?year=1999", "year", None),
        ("/api/v1/ledger?since=99999999999999999999", "since", None),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(client, address, parameter, detail):
    sig = make.SigFactory(slug="one")
    make.RepositoryFactory(sig=sig)
    make.RepositoryFactory(sig=sig)
    make.PersonFactory(account__login="lin")

    told = problem(client.get(address), 422)

    assert [fault["parameter"] for fault in told["errors"]] == [parameter]
    assert detail is None or told["errors"][0]["detail"] == detail
    assert told["errors"][0]["detail"].isascii() or "“" in told["errors"][0]["detail"]


def test_what_another_part_of_the_portal_refuses_is_said_in_json(client, settings):
    settings.ALLOWED_HOSTS = ["sig.example.org"]

    assert problem(client.get(SIGS), 400)["detail"] == "The request cannot be understood."


def test_fault_of_ours_is_no_page(client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("sigportal.api.endpoints.sigs.sig_shape", fail)
    monkeypatch.setattr("sigportal.api.endpoints.sigs.list_of", fail)
    client.raise_request_exception = False

    said = client.get(SIGS)

    assert "secret" not in json.dumps(problem(said, 500))


def test_database_that_is_away_is_said_in_json(client, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError from InterfaceError("connection already closed")

    monkeypatch.setattr("sigportal.api.endpoints.sigs.list_of", fail)
    client.raise_request_exception = False

    said = client.get(SIGS)

    assert problem(said, 503)["detail"] == "The portal cannot answer just now; try again later."
    assert int(said.headers["Retry-After"]) > 0


def test_compression_alone_may_vary_an_answer():
    def compressed(request):
        return HttpResponse(
            "{}", content_type="application/json", headers={"Vary": "Cookie, Accept-Encoding"}
        )

    said = ApiMiddleware(compressed)(RequestFactory().get(SIGS))

    assert said.headers["Vary"] == "Accept-Encoding"
