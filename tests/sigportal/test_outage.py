"""An outage is told from a fault of ours by what the drivers raise, whatever it is wrapped in."""

import errno
import sqlite3

import django.db
import kombu.exceptions
import psycopg2
import psycopg2.errors
import pytest
import redis.exceptions
from django.db.transaction import TransactionManagementError

from sigportal.outage import Outage, outage_of


def wrapped(cause: Exception, outer: type[Exception] = django.db.OperationalError) -> Exception:
    """As Django raises it."""
    error = outer(str(cause))
    error.__cause__ = cause
    return error


def sqlite(statement: str, tmp_path) -> sqlite3.OperationalError:
    """What SQLite itself raises, with its code."""
    connection = sqlite3.connect(tmp_path / "full.sqlite3", timeout=0)
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    connection.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as raised:
        connection.execute(statement)
    connection.close()
    return raised.value


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (psycopg2.OperationalError("could not connect"), Outage.AWAY),
        (psycopg2.InterfaceError("connection already closed"), Outage.AWAY),
        (psycopg2.errors.AdminShutdown(), Outage.AWAY),
        (psycopg2.errors.CrashShutdown(), Outage.AWAY),
        (psycopg2.errors.CannotConnectNow(), Outage.AWAY),
        (psycopg2.errors.TooManyConnections(), Outage.AWAY),
        (psycopg2.errors.ReadOnlySqlTransaction(), Outage.AWAY),
        (psycopg2.errors.DiskFull(), Outage.DISK_FULL),
        (redis.exceptions.ConnectionError(), Outage.AWAY),
        (redis.exceptions.TimeoutError(), Outage.AWAY),
        (kombu.exceptions.OperationalError(), Outage.AWAY),
        (OSError(errno.ENOSPC, "No space left on device"), Outage.DISK_FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), Outage.DISK_FULL),
        # Faults of ours.
        (psycopg2.errors.QueryCanceled(), None),
        (psycopg2.errors.DeadlockDetected(), None),
        (psycopg2.errors.UndefinedColumn(), None),
        (psycopg2.errors.UniqueViolation(), None),
        (redis.exceptions.ResponseError(), None),
        (OSError(errno.ENOENT, "No such file"), None),
        (sqlite3.OperationalError("no such column: x"), None),
        (RuntimeError("x"), None),
    ],
)
def test_outage_is_what_the_driver_raised(error, outage):
    assert outage_of(error) is outage
    assert outage_of(wrapped(error)) is outage


def test_outage_without_an_exception_is_none():
    assert outage_of(None) is None


def test_outage_of_a_full_sqlite_file(tmp_path):
    error = sqlite("INSERT INTO t VALUES (zeroblob(100000))", tmp_path)
    assert outage_of(wrapped(error)) is Outage.DISK_FULL


def test_outage_of_a_locked_sqlite_file(tmp_path):
    with sqlite3.connect(tmp_path / "x.sqlite3") as holder:
        holder.execute("CREATE TABLE t (x)")
        holder.commit()
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as raised:
            sqlite3.connect(tmp_path / "x.sqlite3", timeout=0).execute("INSERT INTO t VALUES (1)")
    assert outage_of(raised.value) is Outage.AWAY


def test_outage_of_a_sqlite_folder_that_is_gone(tmp_path):
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(tmp_path / "gone" / "x.sqlite3")
    assert outage_of(raised.value) is Outage.AWAY


def test_outage_of_a_wrong_statement_is_none(tmp_path):
    assert outage_of(sqlite("SELECT nothing FROM t", tmp_path)) is None


def test_outage_is_seen_below_what_followed_from_it():
    error = TransactionManagementError("the block was broken")
    error.__context__ = wrapped(psycopg2.errors.AdminShutdown())
    assert outage_of(error) is Outage.AWAY


def test_outage_that_was_dealt_with_is_none():
    error = ValueError("something else")
    error.__context__ = redis.exceptions.ConnectionError()
    error.__suppress_context__ = True  # `raise ... from None`
    assert outage_of(error) is None


def test_retrying_a_full_disk_takes_longer_than_a_restart():
    assert 0 < Outage.AWAY.retry_after_s < Outage.DISK_FULL.retry_after_s
