"""Tells an outage (of the database, the disk, the cache) from a fault of ours: pure, by what was raised."""

import errno
import sqlite3
from collections.abc import Iterator
from enum import Enum

import kombu.exceptions
import psycopg2
import psycopg2.errors
import redis.exceptions


class Outage(Enum):
    """What to say, and after how many seconds it makes sense to try again."""

    AWAY = 15
    DISK_FULL = 120

    @property
    def retry_after_s(self) -> int:
        return self.value


_FULL = (psycopg2.errors.DiskFull,)
_AWAY = (
    psycopg2.InterfaceError,
    psycopg2.errors.AdminShutdown,
    psycopg2.errors.CrashShutdown,
    psycopg2.errors.CannotConnectNow,
    psycopg2.errors.TooManyConnections,
    # A standby that was not promoted yet.
    psycopg2.errors.ReadOnlySqlTransaction,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    kombu.exceptions.OperationalError,
)
_SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def outage_of(error: BaseException | None) -> Outage | None:
    """The outage at the bottom of an exception, whatever it was wrapped in; None: it is no outage."""
    for raised in _chain(error):
        found = _outage(raised)
        if found:
            return found
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """It and what led to it: Django raises its own for the driver's, and another on what follows."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        # `raise … from None` says that what was handled before does not matter.
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _outage(error: BaseException) -> Outage | None:
    if isinstance(error, _FULL):
        return Outage.DISK_FULL
    if isinstance(error, sqlite3.OperationalError):
        return _of_sqlite(error)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Outage.DISK_FULL
    return Outage.AWAY if isinstance(error, _AWAY) or _is_lost(error) else None


def _is_lost(error: BaseException) -> bool:
    """Without a code of the server's it never got there, or the connection broke."""
    if not isinstance(error, psycopg2.OperationalError):
        return False
    return type(error) is psycopg2.OperationalError and error.pgcode is None


def _of_sqlite(error: sqlite3.OperationalError) -> Outage | None:
    # The lowest byte; the others tell more of the same.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return Outage.DISK_FULL
    return Outage.AWAY if code in _SQLITE_AWAY else None
