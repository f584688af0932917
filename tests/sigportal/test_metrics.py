"""Prometheus is told what is, in few queries, with bounded labels, and only if it may ask."""

import datetime as dt
import ipaddress

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from ledger import record, tasks
from ledger.models import Verification
from members.models import Notice, Promotion
from reviews.models import RepositorySync, WebhookDelivery
from tests.factories import (
    PersonFactory,
    PromotionFactory,
    RepositoryFactory,
    WebhookDeliveryFactory,
)

pytestmark = pytest.mark.django_db
# Syncs, inbox, outbox, votes, the record's head and its last check.
QUERIES = 6
HOUR = dt.timedelta(hours=1)


def told(response, name):
    """{labels as text: value} of one metric."""
    return {
        ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
        if sample.name == name
    }


def one(response, name):
    return told(response, name)[""]


# ── who may ask ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("asks", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, 403),
        ({"REMOTE_ADDR": ""}, 403),
        # Somebody behind a proxy of which the settings know nothing.
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer token-for-scrapes"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer other"}, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "}, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "token-for-scrapes"}, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer \xe9"}, 403),
    ],
)
def test_metrics_are_for_whom_the_settings_name(client, settings, asks, status):
    settings.METRICS_TOKEN = "token-for-scrapes"
    assert client.get("/metrics", **asks).status_code == status


def test_metrics_without_a_token_know_no_empty_one(client, settings):
    settings.METRICS_TOKEN = ""
    asks = {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "}
    assert client.get("/metrics", **asks).status_code == 403


def test_metrics_are_for_networks_the_settings_name(client, settings):
    settings.METRICS_NETWORKS = [ipaddress.ip_network("10.0.0.0/8")]
    settings.TRUSTED_PROXY_COUNT = 1
    for forwarded, status in [("10.1.2.3", 200), ("10.1.2.3, 203.0.113.9", 403)]:
        asks = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
        assert client.get("/metrics", **asks).status_code == status


# ── what they tell ────────────────────────────────────────────────────────────────────────────
def test_metrics_tell_of_each_repository(client):
    now = timezone.now()
    good, bad = RepositoryFactory(name="good"), RepositoryFactory(name="bad")
    result = RepositorySync.Result
    RepositorySync.objects.create(repository=good, result=result.OK, succeeded_at=now - HOUR)
    RepositorySync.objects.create(repository=bad, result=result.FAILED, fault="not_found")
    response = client.get("/metrics")
    lag = told(response, "sigportal_sync_lag_seconds")
    assert list(lag) == [f"repository={good}"]
    assert 3600 <= lag[f"repository={good}"] < 3700
    assert told(response, "sigportal_sync_ok") == {
        f"fault=,repository={good}": 1,
        f"fault=not_found,repository={bad}": 0,
    }


def test_metrics_tell_of_the_inbox(client):
    now = timezone.now()
    state = WebhookDelivery.State
    for age, is_in in [(1, state.RECEIVED), (3, state.RECEIVED), (9, state.DEAD)]:
        WebhookDeliveryFactory(received_at=now - age * HOUR, state=is_in)
    WebhookDeliveryFactory(received_at=now - 20 * HOUR, state=state.PROCESSED)
    response = client.get("/metrics")
    assert one(response, "sigportal_webhook_inbox") == 2
    assert 3 * 3600 <= one(response, "sigportal_webhook_inbox_oldest_seconds") < 3.1 * 3600
    assert one(response, "sigportal_webhook_dead") == 1


def test_metrics_tell_of_the_outbox(client):
    now, person, state = timezone.now(), PersonFactory(), Notice.State
    for n, is_in in enumerate([state.WAITING, state.WAITING, state.FAILED, state.SENT]):
        Notice.objects.create(
            key=str(n),
            person=person,
            kind="x",
            made_at=now - n * HOUR,
            next_try_at=now,
            state=is_in,
        )
    response = client.get("/metrics")
    assert one(response, "sigportal_notice_outbox") == 2
    assert 3600 <= one(response, "sigportal_notice_outbox_oldest_seconds") < 3700
    assert one(response, "sigportal_notice_failed") == 1


def test_metrics_tell_of_votes(client):
    now, state = timezone.now(), Promotion.State
    for hours in (-1, 1, 23, 25):
        PromotionFactory(state=state.VOTING, voting_closes_at=now + hours * HOUR)
    PromotionFactory(state=state.REJECTED, voting_closes_at=now + HOUR)
    response = client.get("/metrics")
    assert one(response, "sigportal_votes_open") == 4
    assert one(response, "sigportal_votes_closing_soon") == 2
    assert one(response, "sigportal_votes_overdue") == 1


def test_metrics_tell_of_the_record(client):
    record.append(actor="system", action="x.done", subject="x:1", data={}, at=timezone.now())
    assert one(client.get("/metrics"), "sigportal_ledger_head") == 1


def test_metrics_tell_when_the_record_was_last_checked(client):
    assert told(client.get("/metrics"), "sigportal_ledger_verified_ok") == {}
    record.append(actor="system", action="x.done", subject="x:1", data={}, at=timezone.now())
    tasks.verify()
    response = client.get("/metrics")
    assert one(response, "sigportal_ledger_verified_ok") == 1
    assert one(response, "sigportal_ledger_verified_seq") == 1
    age = timezone.now().timestamp() - one(response, "sigportal_ledger_verified_timestamp_seconds")
    assert 0 <= age < 60
    Verification.objects.update(fault="entry 1: rewritten")
    assert one(client.get("/metrics"), "sigportal_ledger_verified_ok") == 0


def test_metrics_tell_which_version_answers(client, settings):
    settings.BUILD_REVISION = "4f2a"
    found = told(client.get("/metrics"), "sigportal_build_info")
    assert list(found) == ["revision=4f2a,version=0.1.0"]


def test_metrics_of_an_empty_portal_say_zero(client):
    response = client.get("/metrics")
    for name in ("webhook_inbox_oldest_seconds", "notice_outbox_oldest_seconds", "ledger_head"):
        assert one(response, f"sigportal_{name}") == 0


def test_metrics_take_as_many_queries_for_one_row_as_for_three(client):
    for rows in (1, 2):
        for _ in range(rows):
            RepositorySync.objects.create(repository=RepositoryFactory())
            PromotionFactory(state=Promotion.State.VOTING, voting_closes_at=timezone.now())
            WebhookDeliveryFactory()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/metrics")
        assert len(queries) == QUERIES


def test_metrics_without_database_tell_of_requests_all_the_same(client):
    client.get("/accounts/login/")

    def away(execute, sql, params, many, context):
        raise OperationalError("gone")

    with connection.execute_wrapper(away):
        response = client.get("/metrics")
    assert response.status_code == 200
    assert one(response, "sigportal_database_up") == 0
    assert told(response, "sigportal_webhook_inbox") == {}
    assert told(response, "sigportal_request_seconds_count")
    assert one(client.get("/metrics"), "sigportal_database_up") == 1


# ── requests ──────────────────────────────────────────────────────────────────────────────────
def counted(client, labels):
    return told(client.get("/metrics"), "sigportal_request_seconds_count").get(labels, 0)


@pytest.mark.parametrize(
    ("method", "address", "labels"),
    [
        ("get", "/accounts/login/", "method=GET,route=account_login,status=200"),
        ("get", "/en/accounts/login/", "method=GET,route=account_login,status=200"),
        (
            "get",
            "/people/nobody-of-this-name/",
            "method=GET,route=members:person-detail,status=404",
        ),
        ("get", "/no/such/page?x=1", "method=GET,route=unmatched,status=404"),
        ("head", "/healthz", "method=HEAD,route=healthz,status=200"),
        ("delete", "/healthz", "method=other,route=healthz,status=405"),
    ],
)
def test_request_is_counted_by_name_and_status(client, method, address, labels):
    before = counted(client, labels)
    getattr(client, method)(address)
    assert counted(client, labels) == before + 1


def test_request_leaves_no_trace_of_its_path(client):
    client.get("/people/somebody-strange/")
    client.get("/somewhere-strange/")
    client.generic("STRANGE", "/healthz")
    assert "strange" not in client.get("/metrics").content.decode().lower()
