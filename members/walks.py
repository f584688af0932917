"""One page out of several runs through an index, so that a list of many parts never sorts them all.

Rows of some repositories ordered by time stand in no index; rows of each one do. So the page is
merged from the first rows of every part, as one UNION ALL.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from .paging import Key, Page, Row, mark_of, read_mark

Found = tuple[Key, int]
# How many rows a first look goes through before an index is asked.
REACH = 5000
ENDS = {False: dt.datetime(1, 1, 1, tzinfo=dt.UTC), True: dt.datetime(9999, 1, 1, tzinfo=dt.UTC)}


@dataclass(frozen=True)
class Walk:
    """Rows in the order of `key` and `pk`, names of columns of `rows` or of what they point to.

    `among`: only those of `rows` that stand before the REACH-th row of `among` beyond the mark.
    """

    rows: QuerySet[Any]
    key: str
    pk: str = "pk"
    among: QuerySet[Any] | None = None

    def cut(self, mark: Found | None, *, ascending: bool, limit: int) -> QuerySet[Any]:
        """The next rows beyond the mark in that direction; see members.paging for the form."""
        rows = self._beyond(self.rows, mark, ascending=ascending)
        if self.among is not None:
            edge = self._beyond(self.among, mark, ascending=ascending).values(self.key)
            side = "lte" if ascending else "gte"
            bound = Coalesce(Subquery(edge[REACH : REACH + 1]), Value(ENDS[ascending]))
            rows = rows.filter(**{f"{self.key}__{side}": bound})
        return rows[:limit]

    def _beyond(self, rows: QuerySet[Any], mark: Found | None, *, ascending: bool) -> QuerySet[Any]:
        sign, side = ("", "gt") if ascending else ("-", "lt")
        if mark is not None:
            value, pk = mark
            rows = rows.filter(**{f"{self.key}__{side}e": value})
            rows = rows.filter(
                Q(**{f"{self.key}__{side}": value}) | Q(**{f"{self.pk}__{side}": pk})
            )
        return rows.order_by(f"{sign}{self.key}", f"{sign}{self.pk}")


def page_of_walks(
    params: Mapping[str, str],
    walks: Sequence[Walk],
    rows: QuerySet[Row],
    *,
    key: str,
    size: int = 50,
    oldest_first: bool = False,
    near: Sequence[Walk] = (),
) -> Page[Row]:
    """The page that an address asks for by `?older=` or `?newer=`; two queries, with `near` three.

    `walks` find the rows, all of them querysets of one model; `rows` fetches them with whatever a
    page prints. `near`, when given, is tried first and suffices when it fills the page. `key` is the
    column of `rows` that a mark holds. With `oldest_first` the first page is the oldest. Raises BadCursor on a mark that cannot be read.
    """
    older, newer = params.get("older", ""), params.get("newer", "")
    given = newer or older
    mark = read_mark(given, rows.model._meta.get_field(key)) if given else None
    ascending = bool(newer) or (oldest_first and not older)
    found = _first(near, mark, ascending=ascending, limit=size + 1)
    if len(found) <= size:
        found = _first(walks, mark, ascending=ascending, limit=size + 1)
    more, found = len(found) > size, found[:size]
    if ascending:
        found.reverse()
    beyond, behind = more, bool(given and found)
    has_older, has_newer = (behind, beyond) if ascending else (beyond, behind)
    shown = _fetch(rows, [pk for _value, pk in found])
    return Page(
        shown[::-1] if oldest_first else shown,
        mark_of(*found[-1]) if has_older else None,
        mark_of(*found[0]) if has_newer else None,
    )


def _first(
    walks: Sequence[Walk], mark: Found | None, *, ascending: bool, limit: int
) -> list[Found]:
    """(key, pk) of the first rows over all walks, each once."""
    if not walks:
        return []
    cuts = [walk.cut(mark, ascending=ascending, limit=limit) for walk in walks]
    found: set[Found] = set(_union(cuts).values_list(walks[0].key, walks[0].pk))
    return sorted(found, reverse=not ascending)[:limit]


def _union(cuts: list[QuerySet[Any]]) -> QuerySet[Any]:
    if len(cuts) == 1:
        return cuts[0]
    if connections[cuts[0].db].features.supports_slicing_ordering_in_compound:
        return cuts[0].union(*cuts[1:], all=True)
    either = Q()
    for cut in cuts:
        either |= Q(pk__in=cut.values("pk"))
    return cuts[0].model._default_manager.filter(either)


def _fetch(rows: QuerySet[Row], pks: list[int]) -> list[Row]:
    by_pk = {row.pk: row for row in rows.filter(pk__in=pks)} if pks else {}
    return [by_pk[pk] for pk in pks if pk in by_pk]
