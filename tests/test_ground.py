"""What tests/conftest.py promises to every test, tried on itself."""

import datetime as dt
import os
import socket

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from ledger import record
from ledger.models import Entry
from tests import conftest, network

AT = dt.datetime(2026, 11, 5, 8, tzinfo=dt.UTC)


# ── network ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("203.0.113.7", 80), timeout=5),
        lambda: socket.socket().connect_ex(("203.0.113.7", 80)),
        lambda: socket.getaddrinfo("gitee.com", 443),
        lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80)),
    ],
)
def test_network_is_closed_beyond_the_loopback(reach):
    with pytest.raises(network.NetworkBlocked, match="only the loopback is open"):
        reach()


def test_network_is_open_on_the_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()


# ── database ──────────────────────────────────────────────────────────────────────────────────
def write_entry():
    with transaction.atomic():
        return record.append(
            actor="test", action="ground.tried", subject="ground:1", data={}, at=AT
        )


@pytest.mark.django_db(transaction=True)
def test_flush_empties_the_ledger_and_leaves_it_guarded():
    write_entry()
    call_command("flush", interactive=False, verbosity=0)
    assert Entry.objects.count() == 0
    entry = write_entry()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(actor="somebody else")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).delete()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("oracle", "TEST_ENGINE=oracle, but"), ("postgresql", "TEST_ENGINE=postgresql, but")],
)
def test_run_stops_when_it_is_not_on_the_engine_it_means(monkeypatch, wanted, said):
    monkeypatch.setenv("TEST_ENGINE", wanted)
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(pytest.exit.Exception, match=said):
        conftest.pytest_sessionstart()


@pytest.mark.engine("postgresql")
@pytest.mark.django_db
def test_postgresql_is_real_and_orders_text_by_code_point():
    with connection.cursor() as cursor:
        cursor.execute("SELECT version(), 'Z' < 'a'")
        version, by_code_point = cursor.fetchone()
    assert version.startswith("PostgreSQL")
    assert by_code_point


@pytest.mark.engine("postgresql")
def test_valkey_is_real():
    import redis

    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    assert client.info("server")["redis_version"]
    client.close()


# ── skips ─────────────────────────────────────────────────────────────────────────────────────
class Report:
    skipped = True
    outcome = "skipped"
    longrepr = "no browser"


def after_the_hook(report):
    item = type("Item", (), {"nodeid": "tests/test_x.py::test_page"})()
    hook = conftest.pytest_runtest_makereport(item)
    next(hook)
    with pytest.raises(StopIteration) as stop:
        hook.send(report)
    return stop.value.value


def test_skip_is_a_failure_where_everything_must_run(monkeypatch):
    monkeypatch.setattr(conftest, "STRICT", True)
    report = after_the_hook(Report())
    assert report.outcome == "failed"
    assert "no browser" in report.longrepr


def test_skip_stays_a_skip_where_a_person_runs_a_few_tests(monkeypatch):
    monkeypatch.setattr(conftest, "STRICT", False)
    assert after_the_hook(Report()).outcome == "skipped"
