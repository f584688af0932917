"""Writing one moment a row into many rows: `bulk_update` compiles a CASE a row, ten times as slow."""

import datetime as dt
from collections.abc import Mapping

from django.db import connection
from django.db.models import DateTimeField, Model


def write_moments(model: type[Model], name: str, moments: Mapping[int, dt.datetime | None]) -> None:
    """Set the time column `name` of the rows with these primary keys; call it inside a transaction."""
    field = model._meta.get_field(name)
    if not isinstance(field, DateTimeField):
        raise TypeError(f"{name} of {model.__name__} holds no moments")
    if not moments:
        return
    table, column = map(connection.ops.quote_name, (model._meta.db_table, name))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {column} = %s WHERE id = %s",  # noqa: S608 (our own names)
            [(field.get_db_prep_save(at, connection), pk) for pk, at in moments.items()],
        )
