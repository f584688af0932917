"""The newest decisions of a SIG come from an index, on both engines, and are those of that SIG only."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.decisions import latest_of
from ledger.record import append

AT = dt.datetime(2026, 3, 5, 8, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def write(sig, action="role.started", times=1):
    for _ in range(times):
        data = {"sig": sig, "name": "蓝溪"} if sig else {"name": "蓝溪"}
        append(actor="system", action=action, subject="person:lan-xi", data=data, at=AT)


def test_latest_of_gives_the_deciding_entries_of_one_sig_newest_first():
    write("one")
    write("other")
    write("one", action="promotion.nominated")
    write(None)
    write("one")
    write("one")
    assert [entry.seq for entry in latest_of("one", 2)] == [6, 5]
    assert [entry.seq for entry in latest_of("one", 9)] == [6, 5, 1]
    assert latest_of("nobody", 9) == []


def test_latest_of_walks_the_index():
    write("one", times=3)
    write("other", times=400)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_registerrow")
    with CaptureQueriesContext(connection) as queries:
        latest_of("one", 5)
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {queries[0]['sql']}")
        plan = "\n".join(str(row) for row in cursor.fetchall())
    assert "register_sig" in plan


def test_indexes_left_the_triggers_standing():
    """Taken from the database as the migrations made it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            names = {name for (name,) in cursor.fetchall()}
            assert (
                len(names & {f"ledger_entry_no_{what}" for what in ("update", "delete", "replace")})
                == 3
            )
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgname = 'ledger_entry_append_only'"
            )
            assert cursor.fetchall()
