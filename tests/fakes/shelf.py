"""Rows of one kind in every order a list asks for, sorted once and sliced afterwards."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Generic, TypeVar

from tests.fakes.records import Comment, Issue, Pull

Item = TypeVar("Item", Pull, Issue, Comment)
SORTS = {"created": "created_at", "long-running": "created_at", "updated": "updated_at"}


class Shelf(Generic[Item]):
    """Keyed rows; any change forgets the sorted views, which the next list makes again."""

    def __init__(self, key: Callable[[Item], Any]) -> None:
        self._key = key
        self._rows: dict[Any, Item] = {}
        self._views: dict[tuple[str, str], tuple[list[Item], list[datetime]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Item]:
        return iter(list(self._rows.values()))

    def get(self, key: Any) -> Item | None:
        return self._rows.get(key)

    def put(self, row: Item) -> None:
        self._rows[self._key(row)] = row
        self.changed(row)

    def remove(self, key: Any) -> Item:
        self._views.clear()
        return self._rows.pop(key)

    def changed(self, row: Item) -> None:
        row.version += 1
        self._views.clear()

    def ordered(
        self, *, state: str = "all", sort: str = "created", since: datetime | None = None
    ) -> list[Item]:
        """Ascending, oldest first; with `since` only rows updated at or after it."""
        rows, times = self._view(state, SORTS.get(sort, "created_at"))
        if since is None:
            return rows
        if SORTS.get(sort) == "updated_at":
            return rows[bisect_left(times, since) :]
        return [row for row in rows if row.updated_at >= since]

    def _view(self, state: str, field: str) -> tuple[list[Item], list[datetime]]:
        view = self._views.get((state, field))
        if view is None:
            chosen = [r for r in self._rows.values() if state in ("all", getattr(r, "state", ""))]
            chosen.sort(key=lambda row: (getattr(row, field), row.id))
            view = chosen, [getattr(row, field) for row in chosen]
            self._views[(state, field)] = view
        return view
