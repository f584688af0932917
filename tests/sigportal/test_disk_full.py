"""A full disk is a 503 and never a false success: what was answered well is there, the rest is not."""

import datetime as dt
import json

import psycopg2.errors
import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from meetings.models import Meeting
from reviews.models import WebhookDelivery
from tests.factories import PersonFactory, RepositoryFactory, RoleTermFactory, SigFactory
from tests.fakes.webhooks import signature

SECRET = "the-secret-of-the-hook"
MAX_PAGES = 1_073_741_823


@pytest.fixture(autouse=True)
def _webhooks(settings, monkeypatch):
    settings.GITEE_WEBHOOK_SECRET = SECRET
    # The message to a worker is not what is looked at.
    monkeypatch.setattr("reviews.tasks.process_delivery.apply_async", lambda *a, **k: None)


def deliver(number, size=20_000):
    """The status of one delivery with so much in it."""
    body = {
        "hook_name": "merge_request_hooks",
        "action": "update",
        "pull_request": {"id": number, "number": number, "body": "x" * size},
        "repository": {"path_with_namespace": "example/one"},
    }
    timestamp = str(int(timezone.now().timestamp() * 1000))
    response = Client(raise_request_exception=False).post(
        "/webhooks/gitee/",
        json.dumps(body),
        content_type="application/json",
        headers={
            "x-gitee-token": signature(SECRET, timestamp),
            "x-gitee-timestamp": timestamp,
            "x-gitee-event": "Merge Request Hook",
        },
    )
    assert response.status_code != 503 or int(response["Retry-After"]) > 0
    return response.status_code


def full(execute, sql, params, many, context):
    """Reading goes on, writing does not: as PostgreSQL says it."""
    if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
        cause = psycopg2.errors.DiskFull("could not extend file: No space left on device")
        raise OperationalError(str(cause)) from cause
    return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine("sqlite")
def test_sqlite_that_cannot_grow_takes_what_it_can_store_and_no_more():
    """SQLite's own refusal, by a limit in place of a disk."""
    RepositoryFactory(owner="example", name="one")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages + 2}")
    try:
        statuses = []
        while 503 not in statuses and len(statuses) < 2000:
            statuses.append(deliver(len(statuses) + 1))
        statuses.append(deliver(len(statuses) + 1))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {MAX_PAGES}")
    assert set(statuses) == {202, 503}
    assert WebhookDelivery.objects.count() == statuses.count(202)
    assert deliver(99) == 202


@pytest.mark.django_db(transaction=True)
def test_webhook_on_a_full_disk_is_refused_and_taken_later():
    RepositoryFactory(owner="example", name="one")
    with connection.execute_wrapper(full):
        assert deliver(1) == 503
    assert not WebhookDelivery.objects.exists()
    assert deliver(1) == 202


@pytest.mark.django_db(transaction=True)
def test_form_on_a_full_disk_saves_nothing_and_pages_go_on(django_user_model):
    sig = SigFactory(slug="one")
    user = django_user_model.objects.create_user("keeper")
    person = PersonFactory(user=user)
    RoleTermFactory(sig=sig, person=person, role="maintainer")
    client = Client(raise_request_exception=False)
    client.force_login(user)
    form = {
        "kind": "rfc_review",
        "title": "RFC 12 评审",
        "day": (timezone.now().date() + dt.timedelta(days=14)).isoformat(),
        "clock": "20:00",
        "duration_min": "90",
    }
    with connection.execute_wrapper(full):
        assert client.get("/sigs/one/").status_code == 200
        assert client.post("/sigs/one/meetings/new/", form).status_code == 503
    assert not Meeting.objects.exists()
    assert client.post("/sigs/one/meetings/new/", form).status_code == 302
