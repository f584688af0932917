"""Keyset paging: page a million rows without counting or skipping any."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import BadRequest
from django.db.models import DateField, DateTimeField, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
Key = dt.datetime | dt.date | int


class BadCursor(BadRequest):
    """The address holds a page mark that no page of ours ever gave out; unless caught, a 400."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page, newest first, and the marks of its neighbours (None at the ends)."""

    rows: Sequence[Row]
    older: str | None
    newer: str | None


def asked_page(
    params: Mapping[str, str], queryset: QuerySet[Row], *, key: str, size: int = 50
) -> Page[Row]:
    """The page that an address asks for by `?older=` or `?newer=`; see paginate. Raises BadCursor."""
    marks = {name: params.get(name, "") for name in ("older", "newer")}
    return paginate(queryset, key=key, size=size, **marks)


def paginate(
    queryset: QuerySet[Row], *, key: str, size: int = 50, older: str = "", newer: str = ""
) -> Page[Row]:
    """One page of `queryset`, ordered by `-key, -pk`.

    `older` and `newer` are marks from the address (`?older=`, `?newer=`), at most one of them set.
    The filter is `key <= c AND (key < c OR pk < i)`: the textbook form with OR outside does not use
    the index (measured on PostgreSQL: over a second deep in a million rows, against 1 ms).
    Raises BadCursor on a mark that cannot be read.
    """
    field = queryset.model._meta.get_field(key)
    if newer:
        value, pk = read_mark(newer, field)
        rows = list(
            queryset.filter(**{f"{key}__gte": value})
            .filter(Q(**{f"{key}__gt": value}) | Q(pk__gt=pk))
            .order_by(key, "pk")[: size + 1]
        )
        more = len(rows) > size
        rows = rows[:size][::-1]
        return Page(
            rows, _mark(rows[-1], key) if rows else None, _mark(rows[0], key) if more else None
        )
    if older:
        value, pk = read_mark(older, field)
        queryset = queryset.filter(**{f"{key}__lte": value}).filter(
            Q(**{f"{key}__lt": value}) | Q(pk__lt=pk)
        )
    rows = list(queryset.order_by(f"-{key}", "-pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(
        rows,
        _mark(rows[-1], key) if more else None,
        _mark(rows[0], key) if older and rows else None,
    )


def _mark(row: Model, key: str) -> str:
    return mark_of(getattr(row, key), row.pk)


def mark_of(value: Key, pk: int) -> str:
    """The mark of a row in an address: its key and primary key."""
    text = str(value) if isinstance(value, int) else value.isoformat()
    return f"{text}~{pk}"


def read_mark(mark: str, field: object) -> tuple[Key, int]:
    """Value and pk of a mark, the value of the type the column has. Raises BadCursor."""
    try:
        text, pk = mark.rsplit("~", 1)
        return _value(text, field), _pk(pk)
    except (ValueError, OverflowError) as error:
        raise BadCursor(f"not a page mark: {mark!r}") from error


def _pk(text: str) -> int:
    pk = int(text)
    if not 0 < pk < 2**63:
        raise ValueError("no primary key")
    return pk


def _value(text: str, field: object) -> Key:
    if not isinstance(field, DateField):
        return int(text)
    if not isinstance(field, DateTimeField):
        return dt.date.fromisoformat(text)
    # In an address a bare "+" is a space.
    value = dt.datetime.fromisoformat(text.replace(" ", "+"))
    if value.tzinfo is None:
        raise ValueError("no time zone")
    # Beyond year 1 or 9999 in UTC the database could not compare it: OverflowError, a bad mark.
    return value.astimezone(dt.UTC)
