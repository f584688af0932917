"""The tables and triggers by which SQLite finds tokens; PostgreSQL has an index for it (0004).

Called after every migration and not only once, for Django rebuilds a SQLite table to alter it and
drops its triggers without a word.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .search import FTS_TABLES

TRIGGERS = {
    "ai": "AFTER INSERT ON {source} BEGIN {add} END",
    "ad": "AFTER DELETE ON {source} BEGIN {drop} END",
    # The old row's tokens are needed to take it out.
    "au": (
        "AFTER UPDATE OF id, search_tokens ON {source}"
        " WHEN old.id <> new.id OR old.search_tokens <> new.search_tokens BEGIN {drop} {add} END"
    ),
}
ADD = "INSERT INTO {table}(rowid, search_tokens) VALUES (new.id, new.search_tokens);"
DROP = (
    "INSERT INTO {table}({table}, rowid, search_tokens)"
    " VALUES ('delete', old.id, old.search_tokens);"
)


def keep_index(using: str, **_more: Any) -> None:
    """After migrations: have the index, whole and kept up to date. Only SQLite needs it."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    for source, table in FTS_TABLES.items():
        if _has_columns(connection, source) and not _is_kept(connection, table):
            _create(connection, source, table)


def _has_columns(connection: BaseDatabaseWrapper, source: str) -> bool:
    """False half-way through the migrations, when the table has no tokens yet."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA table_info({source})")
        return any(row[1] == "search_tokens" for row in cursor.fetchall())


def _is_kept(connection: BaseDatabaseWrapper, table: str) -> bool:
    names = [table, *(f"{table}_{suffix}" for suffix in TRIGGERS)]
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM sqlite_master WHERE name IN ({marks})", names)  # noqa: S608
        return bool(cursor.fetchone()[0] == len(names))


def _create(connection: BaseDatabaseWrapper, source: str, table: str) -> None:
    words = {"source": source, "table": table}
    words |= {"add": ADD.format(**words), "drop": DROP.format(**words)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5(search_tokens,"
            f" content='{source}', content_rowid='id', detail=none, tokenize='ascii')"
        )
        for suffix, trigger in TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{suffix}")
            cursor.execute(f"CREATE TRIGGER {table}_{suffix} {trigger.format(**words)}")
        # Whatever was written while nobody kept it.
        cursor.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")  # noqa: S608
