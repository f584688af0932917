"""Finding rows by the words of a text, alike on PostgreSQL and SQLite, in any room.

A table that is searched has the columns `search_text` (ledger.bigrams.fold) and `search_tokens`
(ledger.bigrams.tokens_of, with spaces between). An index leads from tokens to rows: on PostgreSQL a GIN
index made by a migration, on SQLite an FTS5 table kept by triggers. The folded text has the last word.
The FTS5 tables are looked after following every migration and not only once, for Django rebuilds a
SQLite table to alter it and drops its triggers without a word.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact

from .bigrams import exact_token, tokens_for

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


def holding_word(word: str) -> Q:
    """Rows whose text holds this folded word, through the index."""
    return contains("search_text", word) & Q(HasTokens(tokens_for(word)))


def exactly(kind: str, value: str) -> Q:
    """Rows with this whole value among their tokens (ledger.bigrams.exact_token)."""
    token = exact_token(kind, value)
    return contains("search_tokens", token) & Q(HasTokens([token]))


def contains(column: str, text: str) -> Q:
    """Whether the column holds the text, the cheap test first where rows are walked in order.

    As "not nowhere": PostgreSQL takes that for nearly always true and so trusts what it knows of the
    tokens; it would take "position > 0" for a third each time, and rate frequent words as rare.
    """
    return ~Q(Exact(StrIndex(column, Value(text)), 0))


class HasTokens(Func):
    """Whether a row has all of these tokens, as a condition for `filter`, through the index.

    PostgreSQL sees the very expression of its index; SQLite asks the FTS5 table of the row's table.
    """

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, tokens: Sequence[str], **extra: Any) -> None:
        super().__init__(models.F("search_tokens"), models.F("pk"), **extra)
        self.tokens = list(tokens)

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"string_to_array({column}, ' ') @> %s::text[]", [*params, self.tokens]

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        column: Any = self.source_expressions[1]
        pk, params = compiler.compile(column)
        table = fts_table(column.target.model._meta.db_table)
        found = f"SELECT rowid FROM {table} WHERE {table} MATCH %s"  # noqa: S608 - a constant name
        return f"{pk} IN ({found})", [*params, " ".join(self.tokens)]


def fts_table(source: str) -> str:
    """Name of the FTS5 table of a table."""
    return f"{source}_search"


def keep_index(sender: AppConfig, using: str, **_more: Any) -> None:
    """After the migrations of an app: have the index of its searched tables, whole and kept up to
    date. Only SQLite needs it. Connect it to `post_migrate` in the app's `ready`."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    for source in searched_tables(sender):
        table = fts_table(source)
        if _has_columns(connection, source) and not _is_kept(connection, table):
            _create(connection, source, table)


def searched_tables(app: AppConfig) -> list[str]:
    """The app's tables that have tokens."""
    tables = [model._meta for model in app.get_models()]
    return [
        meta.db_table
        for meta in tables
        if any(field.name == "search_tokens" for field in meta.local_fields)
    ]


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
