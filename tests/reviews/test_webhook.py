"""The address for webhooks: who is let in, what is refused with which status, what is stored."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from reviews import tasks
from reviews.models import WebhookDelivery
from tests.factories import RepositoryFactory
from tests.fakes.webhooks import signature

URL = "/webhooks/gitee/"
SECRET = "the-secret-of-the-hook"


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.GITEE_WEBHOOK_SECRET = SECRET


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    sent = []
    monkeypatch.setattr(
        tasks.process_delivery, "apply_async", lambda args, **options: sent.append(args[0])
    )
    return sent


@pytest.fixture
def repository(db):
    return RepositoryFactory(owner="example", name="one")


def now_ms(shift_s=0):
    return str(int(timezone.now().timestamp() * 1000) + shift_s * 1000)


def body_of(**more):
    return {
        "hook_id": 1,
        "hook_name": "merge_request_hooks",
        "action": "update",
        "action_desc": "update_label",
        "number": 7,
        "pull_request": {"id": 4_000_001, "number": 7},
        "password": SECRET,
        "repository": {"path_with_namespace": "example/one", "default_branch": "master"},
    } | more


def send(body=None, *, timestamp=None, token=None, client=None, url=URL, **headers):
    """In signature mode, unless a token is given."""
    timestamp = now_ms() if timestamp is None else timestamp
    token = signature(SECRET, timestamp) if token is None else token
    data = body if isinstance(body, bytes) else json.dumps(body or body_of()).encode()
    given = {
        "X-Gitee-Event": "Merge Request Hook",
        "X-Gitee-Timestamp": timestamp,
        "X-Gitee-Token": token,
        "X-Gitee-Ping": "false",
    }
    return (client or Client(enforce_csrf_checks=True)).post(
        url, data, content_type="application/json", headers={**given, **headers}
    )


# ── taken ─────────────────────────────────────────────────────────────────────────────────────
def test_delivery_is_stored_then_answered_and_a_worker_woken(
    repository, woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = send()
    assert (response.status_code, response.json()) == (202, {"status": "accepted"})
    row = WebhookDelivery.objects.get()
    assert (row.repository, row.path, row.state) == (repository, "example/one", "received")
    assert (row.subject_kind, row.subject_number, row.action) == ("pull", "7", "update")
    assert row.sent_at is not None
    assert abs(row.received_at - row.sent_at) < dt.timedelta(minutes=1)
    assert woken == [row.pk]


def test_secret_and_signature_are_not_kept(repository):
    send(body_of(sign="c2ln", sender={"login": "hua", "email": "hua@example.com"}))
    row = WebhookDelivery.objects.get()
    assert not {"password", "sign"} & row.body.keys()
    assert row.body["sender"] == {"login": "hua"}
    assert SECRET not in json.dumps(row.body)


def test_password_mode_is_taken(repository):
    assert send(token=SECRET).status_code == 202


@pytest.mark.parametrize("secret", [SECRET, "the-next-one"])
def test_several_secrets_count_while_one_is_replaced(repository, settings, secret):
    settings.GITEE_WEBHOOK_SECRET = f"{SECRET}, the-next-one"
    timestamp = now_ms()
    assert send(timestamp=timestamp, token=signature(secret, timestamp)).status_code == 202
    assert send(token=secret, timestamp=now_ms(1)).status_code == 202


def test_signature_that_was_quoted_is_unquoted_once(repository):
    timestamp = next(ms for ms in map(now_ms, range(200)) if "+" in signature(SECRET, ms))
    token = signature(SECRET, timestamp)
    quoted = token.replace("=", "%3D").replace("+", "%2B").replace("/", "%2F")
    assert send(timestamp=timestamp, token=token).status_code == 202
    assert send(timestamp=timestamp, token=quoted).status_code == 202
    twice = quoted.replace("%", "%25")
    assert send(timestamp=timestamp, token=twice).status_code == 403


def test_copy_raises_the_count_and_is_answered_alike(
    repository, woken, django_capture_on_commit_callbacks
):
    timestamp = now_ms()
    with django_capture_on_commit_callbacks(execute=True):
        answers = {
            (response.status_code, response.content)
            for response in (send(timestamp=timestamp) for _ in range(10))
        }
    assert len(answers) == 1
    assert WebhookDelivery.objects.get().copies == 10
    assert len(woken) == 1


def test_copy_with_another_body_is_the_same_event(repository):
    """The title is no part of what happened: nothing of the body is believed anyway."""
    timestamp = now_ms()
    send(timestamp=timestamp)
    send(body_of(title="伪造的标题", state="merged"), timestamp=timestamp)
    assert WebhookDelivery.objects.get().copies == 2


def test_another_object_at_the_same_moment_is_another_event(repository):
    timestamp = now_ms()
    send(timestamp=timestamp)
    send(body_of(number=8), timestamp=timestamp)
    send(body_of(action="close"), timestamp=timestamp)
    assert WebhookDelivery.objects.count() == 3


@pytest.mark.parametrize(
    "body",
    [
        body_of(repository={"path_with_namespace": "someone/else"}),
        body_of(repository=None),
        body_of(hook_name="tag_push_hooks", ref="refs/tags/1.3"),
        body_of(hook_name="something_new"),
        body_of(hook_name="note_hooks", noteable_type="Commit"),
    ],
)
def test_what_is_of_no_interest_is_accepted_and_stored_as_ignored(
    repository, woken, body, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = send(body)
    assert (response.status_code, response.json()) == (200, {"status": "ignored"})
    assert WebhookDelivery.objects.get().state == "ignored"
    assert woken == []


def test_ping_is_acknowledged_and_nothing_is_done(repository, woken):
    response = send(**{"X-Gitee-Ping": "true", "X-Gitee-Event": "push_hooks"})
    assert (response.status_code, response.json()) == (200, {"status": "ignored"})
    row = WebhookDelivery.objects.get()
    assert (row.state, row.action) == ("ignored", "ping")


@pytest.mark.parametrize("spelling", ["Merge Request Hook", "merge_request_hooks"])
@pytest.mark.parametrize("header", ["X-Gitee-Event", "X-Git-Oschina-Event"])
def test_either_header_and_spelling_tells_the_event_when_the_body_does_not(
    repository, header, spelling
):
    body = {name: value for name, value in body_of().items() if name != "hook_name"}
    headers = {"X-Gitee-Event": "", header: spelling}
    assert send(body, **headers).status_code == 202
    assert WebhookDelivery.objects.get().hook_name == "merge_request_hooks"


def test_body_tells_the_event_when_the_header_says_otherwise(repository):
    assert send(**{"X-Gitee-Event": "Tag Push Hook"}).status_code == 202


def test_broker_that_is_down_does_not_fail_the_answer(
    repository, monkeypatch, django_capture_on_commit_callbacks
):
    def down(*args, **options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.process_delivery, "apply_async", down)
    with django_capture_on_commit_callbacks(execute=True):
        assert send().status_code == 202
    assert WebhookDelivery.objects.due().count() == 1


# ── refused ───────────────────────────────────────────────────────────────────────────────────
REFUSALS = [
    ("no token", {"token": ""}, 401),
    ("no timestamp", {"timestamp": "", "token": "x"}, 401),
    ("wrong token", {"token": "guess"}, 403),
    ("no number", {"timestamp": "soon", "token": SECRET}, 403),
    ("endless number", {"timestamp": "9" * 5000, "token": SECRET}, 403),
    ("stale", {"timestamp": now_ms(-600)}, 403),
    ("from the future", {"timestamp": now_ms(1200)}, 403),
    ("no json", {"body": b"{"}, 400),
    ("nothing", {"body": b" "}, 400),
    ("a list", {"body": b"[]"}, 400),
    ("not utf-8", {"body": b'{"a": "\xff"}'}, 400),
    ("NaN", {"body": b'{"a": NaN}'}, 400),
    ("deeply nested", {"body": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"}, 400),
    ("endless digits", {"body": b'{"a": ' + b"9" * 5000 + b"}"}, 400),
    ("too large", {"body": b'{"a": "' + b"x" * 1024 * 1024 + b'"}'}, 413),
]


@pytest.mark.parametrize(
    ("how", "status"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_refusal_has_the_right_status_and_touches_no_database(how, status):
    """Without the db fixture a query would fail."""
    response = send(**how)
    assert response.status_code == status
    assert response.json()["error"]
    assert SECRET not in response.content.decode()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(kind):
    timestamp = now_ms()
    headers = {"X-Gitee-Timestamp": timestamp, "X-Gitee-Token": signature(SECRET, timestamp)}
    response = Client().post(URL, b"{}", content_type=kind, headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("secret", ["", " , "])
def test_without_a_secret_every_delivery_is_refused(settings, secret):
    settings.GITEE_WEBHOOK_SECRET = secret
    assert send(token="").status_code == 503
    assert send(token=secret or "x").status_code == 503


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods_are_refused(method):
    assert getattr(Client(), method)(URL).status_code == 405


def test_tolerance_can_be_set(repository, settings):
    settings.WEBHOOK_TOLERANCE_S = 900
    assert send(timestamp=now_ms(-600)).status_code == 202
    settings.WEBHOOK_TOLERANCE_S = 60
    assert send(timestamp=now_ms(-120)).status_code == 403


# ── odd, but taken ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "odd",
    [
        {"title": "\x00nul\ud800"},
        {"action": "\x00" * 5},
        {"action": {"not": "text"}},
        {"number": True, "pull_request": [], "iid": "7"},
        {"hook_id": None, "timestamp": 5, "repository": {"path_with_namespace": "example/one"}},
        {"huge": 10**4000, "inf": 1.5e308, "neg": -(10**30)},
        {"deep": {"a": {"b": [[[[[[[[[[[[[["x"]]]]]]]]]]]]]]}}},
        {"wide": {str(n): "x" * 5000 for n in range(150)}},
        {"long": ["x" * 3000] * 200},
    ],
)
def test_odd_content_is_stored_bounded(repository, odd):
    assert send(body_of(**odd)).status_code == 202
    row = WebhookDelivery.objects.get()
    row.refresh_from_db()
    assert len(json.dumps(row.body, ensure_ascii=False).encode()) <= 64 * 1024
