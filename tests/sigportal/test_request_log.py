"""Each request has a number, in its answer, its log lines and its tasks; ordinary refusals are one quiet line."""

import io
import logging
import re

import pytest
import structlog
from celery import current_app
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from reviews.tasks import process_delivery
from sigportal import task_log
from sigportal.urls import urlpatterns as portal_patterns

NUMBER = re.compile(r"[0-9a-f]{32}")
log = logging.getLogger("members.something")


def speak(request):
    log.warning("about %s", request.GET.get("q", ""))
    return HttpResponse("said")


def fail(request, token=""):
    raise RuntimeError("a fault of ours")


urlpatterns = [
    path("speak/", speak, name="speak"),
    path("fail/<str:token>/", fail, name="fail"),
    *portal_patterns,
]
handler500 = "sigportal.errors.server_error"
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def printed(settings):
    """Lines as they are printed, all of them."""
    handler = logging.StreamHandler(stream := io.StringIO())
    config = settings.LOGGING
    options = config["formatters"]["structured"]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=options["foreign_pre_chain"], processors=options["processors"]
        )
    )
    handler.addFilter(config["filters"]["request_noise"]["()"]())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: stream.getvalue().splitlines()
    root.removeHandler(handler)


# ── the number ────────────────────────────────────────────────────────────────────────────────
def test_number_is_made_and_returned(client):
    first, second = client.get("/speak/"), client.get("/speak/")
    assert NUMBER.fullmatch(first["X-Request-ID"])
    assert first["X-Request-ID"] != second["X-Request-ID"]


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [
        (1, "8f1c2e7a-0b1d-4c59", True),
        (0, "8f1c2e7a-0b1d-4c59", False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, "with space", False),
        (1, "with\nnewline", False),
        (1, "<script>alert", False),
    ],
)
def test_number_is_taken_from_a_known_proxy_when_it_is_one(
    client, settings, proxies, given, is_taken
):
    settings.TRUSTED_PROXY_COUNT = proxies
    answered = client.get("/speak/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (answered == given) is is_taken
    assert is_taken or NUMBER.fullmatch(answered)


def test_number_stands_in_the_lines_of_its_request_only(client, printed):
    number = client.get("/speak/")["X-Request-ID"]
    log.warning("afterwards")
    said, afterwards = printed()
    assert f"request_id={number}" in said
    assert "request_id" not in afterwards


@pytest.mark.parametrize(("address", "status"), [("/nowhere/", 404), ("/fail/x/", 500)])
def test_number_is_on_refusals_and_faults_too(address, status):
    client = Client(raise_request_exception=False)
    response = client.get(address)
    assert response.status_code == status
    assert NUMBER.fullmatch(response["X-Request-ID"])


# ── the line ──────────────────────────────────────────────────────────────────────────────────
def test_ordinary_refusal_is_one_quiet_line(client, printed):
    client.get("/nowhere/")
    (line,) = printed()
    assert "[info" in line
    assert "status=404" in line
    assert "route=unmatched" in line


def test_forbidden_is_one_quiet_line(client, printed, django_user_model):
    client.force_login(django_user_model.objects.create_user("somebody"))
    assert client.get("/notices/").status_code == 403
    (line,) = printed()
    assert "status=403" in line
    assert "Traceback" not in line


def test_fault_is_logged_with_its_traceback_and_number(printed):
    response = Client(raise_request_exception=False).get("/fail/tok-en-123456/")
    text = "\n".join(printed())
    assert "Traceback" in text
    assert "RuntimeError: a fault of ours" in text
    assert text.count(f"request_id={response['X-Request-ID']}") == 2
    assert "tok-en-123456" not in text
    assert response["X-Request-ID"] in response.content.decode()


def test_what_went_well_is_logged_where_it_is_asked_for(client, settings, printed):
    client.get("/accounts/login/")
    assert printed() == []
    settings.LOG_REQUESTS = True
    client.get("/accounts/login/")
    client.get("/healthz")
    client.get("/static/icon.svg")
    (line,) = printed()
    assert "route=account_login" in line
    assert "status=200" in line


def test_line_holds_nothing_about_who_asked(client, settings, printed):
    settings.LOG_REQUESTS = True
    client.cookies["sessionid"] = "cookie-value-1"
    client.get(
        "/speak/?q=query-value&mail=someone@example.org",
        headers={
            "authorization": "Bearer token-value",
            "user-agent": "agent-value",
            "referer": "https://referer-value.example/",
        },
        REMOTE_ADDR="203.0.113.77",
    )
    client.get("/notices/unsubscribe/token-in-path/")
    client.get("/calendars/key-in-path.ics")
    text = "\n".join(printed())
    assert "route=members:notices-unsubscribe" in text
    for said in (
        "cookie-value-1",
        "someone@example.org",
        "token-value",
        "agent-value",
        "referer-value",
        "203.0.113.77",
        "token-in-path",
        "key-in-path",
    ):
        assert said not in text, said


def test_client_address_is_logged_only_where_a_setting_says_so(client, settings, printed):
    settings.LOG_CLIENT_ADDRESS = True
    client.get("/nowhere/", REMOTE_ADDR="203.0.113.77")
    assert "client=203.0.113.77" in printed()[0]


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def sent(monkeypatch):
    """Headers of each message; it is sent instead of run in place."""
    sent = []
    monkeypatch.setitem(current_app.conf, "task_always_eager", False)
    monkeypatch.setattr(
        "kombu.messaging.Producer.publish", lambda self, *a, headers=None, **k: sent.append(headers)
    )
    return sent


def test_number_goes_with_the_message(sent):
    with structlog.contextvars.bound_contextvars(request_id="abcdefgh"):
        process_delivery.delay(1)
    process_delivery.delay(1)
    assert [headers.get("request_id") for headers in sent] == ["abcdefgh", None]


def test_number_is_bound_where_the_message_is_worked_on(monkeypatch):
    seen = []

    def look(delivery_id):
        seen.append(dict(structlog.contextvars.get_contextvars()))

    monkeypatch.setattr("reviews.tasks.processing.process", look)
    process_delivery.apply([1], headers={"request_id": "abcdefgh"}, task_id="t-1")
    process_delivery.apply([1], task_id="t-2")
    name = "reviews.tasks.process_delivery"
    assert seen == [
        {"request_id": "abcdefgh", "task": name, "task_id": "t-1"},
        # Nobody asked: its own number serves for whatever it sets off.
        {"request_id": "t-2", "task": name, "task_id": "t-2"},
    ]
    assert structlog.contextvars.get_contextvars() == {}


def test_task_in_place_gives_the_context_back(monkeypatch):
    monkeypatch.setattr("reviews.tasks.processing.process", lambda delivery_id: None)
    with structlog.contextvars.bound_contextvars(request_id="abcdefgh"):
        process_delivery.apply([1])
        assert structlog.contextvars.get_contextvars() == {"request_id": "abcdefgh"}


def test_task_that_fails_is_measured_and_unbound(monkeypatch):
    def fail(delivery_id):
        raise RuntimeError("x")

    def count():
        samples = task_log.TASK_SECONDS.collect()[0].samples
        wanted = {"task": "reviews.tasks.process_delivery", "outcome": "FAILURE"}
        return sum(s.value for s in samples if s.name.endswith("_count") and s.labels == wanted)

    monkeypatch.setattr("reviews.tasks.processing.process", fail)
    before = count()
    process_delivery.apply([1], throw=False)
    assert count() == before + 1
    assert structlog.contextvars.get_contextvars() == {}
