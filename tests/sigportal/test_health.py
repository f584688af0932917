"""Probes tell the truth about the process and what it needs, to whoever asks, without secrets."""

import shutil
from collections import namedtuple

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from tests.services.process import free_port

Usage = namedtuple("Usage", "total used free")
ADDRESSES = ["/healthz", "/readyz", "/metrics"]


def away(execute, sql, params, many, context):
    raise OperationalError('connection to server at "10.1.2.3", user "portal" failed: secret')


def checks(response):
    return {check.pop("name"): check for check in response.json()["checks"]}


def test_healthz_asks_no_database(client):
    # No django_db mark: a query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_readyz_is_ready(client, settings):
    settings.REDIS_URL = ""
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "checks": [
            {"name": "database", "state": "ok"},
            {"name": "broker", "state": "ok", "detail": "embedded"},
            {"name": "disk", "state": "ok"},
        ],
    }


@pytest.mark.django_db
@pytest.mark.engine("postgresql")
def test_readyz_reaches_the_broker(client):
    assert checks(client.get("/readyz"))["broker"] == {"state": "ok"}


@pytest.mark.django_db
def test_readyz_without_broker_is_degraded_for_pages_go_on(client, settings):
    settings.REDIS_URL = f"redis://:pass-word@127.0.0.1:{free_port()}/0"
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert checks(response)["broker"] == {"state": "degraded", "detail": "does not answer"}
    assert "pass-word" not in response.content.decode()


@pytest.mark.django_db
def test_readyz_without_database_fails_and_tells_no_secret(client):
    with connection.execute_wrapper(away):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "failing"
    assert checks(response)["database"] == {"state": "failing", "detail": "does not answer"}
    assert "10.1.2.3" not in response.content.decode()


@pytest.mark.django_db
def test_readyz_names_migrations_that_are_missing(client):
    MigrationRecorder(connection).record_unapplied("ledger", "0001_initial")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert checks(response)["database"]["detail"] == "1 migrations missing: ledger.0001_initial"


@pytest.mark.django_db
def test_readyz_takes_a_database_that_is_further_on(client):
    """During an upgrade the old program goes on while the new migrations are there already."""
    MigrationRecorder(connection).record_applied("ledger", "9999_of_tomorrow")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_readyz_fails_before_the_disk_is_full(client, settings, monkeypatch):
    settings.MIN_FREE_DISK_MB = 100
    mb = 1024 * 1024
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(500 * mb, 401 * mb, 99 * mb))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert checks(response)["disk"]["detail"] == "less than 100 MB free in VAR_DIR"
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(500 * mb, 400 * mb, 100 * mb))
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_readyz_fails_without_its_folder(client, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "gone"
    assert checks(client.get("/readyz"))["disk"]["detail"] == "VAR_DIR cannot be read"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_probe_may_ask_an_address_over_plain_http(client, settings, address):
    settings.ALLOWED_HOSTS = ["sig.example.org"]
    settings.SITE_URL = "https://sig.example.org"
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    assert client.get(address, headers={"host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/", headers={"host": "10.0.0.7:8000"}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_probe_is_only_read_and_has_no_language(client, address):
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200
    assert client.get(f"/en{address}").status_code == 404
