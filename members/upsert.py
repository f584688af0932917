"""Many rows in one statement: `bulk_create` compiles every value by itself, which took half of a first load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import DateField, DurationField, Field, JSONField, Model

from .chunks import chunks

# Parameters of one statement; SQLite takes 32,766.
MOST_PARAMETERS = 30_000
# What a database wants in another form than Python has it.
ADAPTED = (DateField, DurationField, JSONField)


def upsert(rows: Sequence[Model], *, unique: Sequence[str], update: Sequence[str]) -> None:
    """Insert `rows` (all of one table) or, where `unique` is taken, overwrite the fields `update`.

    The same SQL that `bulk_create(update_conflicts=True)` sends, for plain columns; primary keys of new
    rows are not read back. All rows have a primary key or none has. Call it inside a transaction.
    """
    if not rows:
        return
    fields = _fields(rows[0])
    head, tail = _statement(rows[0], fields, unique, update)
    marks = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for chunk in chunks(rows, MOST_PARAMETERS // len(fields)):
            values = [value for row in chunk for value in _values(row, fields)]
            cursor.execute(f"{head} {', '.join([marks] * len(chunk))} {tail}", values)


def _fields(row: Model) -> list[Field[Any, Any]]:
    fields = row._meta.concrete_fields
    return [field for field in fields if row.pk is not None or not field.primary_key]


def _statement(
    row: Model, fields: Sequence[Field[Any, Any]], unique: Sequence[str], update: Sequence[str]
) -> tuple[str, str]:
    """What stands before and after the rows of values; all names are those of our own columns."""
    quote = connection.ops.quote_name

    def columns(names: Sequence[str]) -> list[str]:
        return [quote(str(row._meta.get_field(name).column)) for name in names]  # type: ignore[union-attr]

    names = ", ".join(quote(str(field.column)) for field in fields)
    taken = ", ".join(columns(unique))
    changed = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns(update))
    head = f"INSERT INTO {quote(row._meta.db_table)} ({names}) VALUES"
    return head, f"ON CONFLICT ({taken}) DO UPDATE SET {changed}"


def _values(row: Model, fields: Sequence[Field[Any, Any]]) -> Iterator[Any]:
    for field in fields:
        value = getattr(row, field.attname)
        yield field.get_db_prep_save(value, connection) if isinstance(field, ADAPTED) else value
