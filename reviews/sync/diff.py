"""What of the rows just fetched is new or really changed: pure comparison, before anything is written."""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One fetched row as the columns of its table, with the keys it may be known under.

    The first key is the surest. `login` and `user` of the author ride along for the caller.
    """

    keys: tuple[Hashable, ...]
    columns: Columns
    source: Any

    @property
    def updated_at(self) -> dt.datetime:
        updated_at: dt.datetime = self.columns["updated_at"]
        return updated_at


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of ours: its primary key, the columns that `Incoming` has too, and its author's key."""

    pk: int
    columns: Columns
    author_id: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows to insert, and rows to overwrite with the primary key they have; `before` is how these were."""

    new: tuple[Incoming, ...]
    changed: tuple[tuple[int, Incoming], ...]
    before: Mapping[int, Stored] = field(default_factory=dict)

    @property
    def incoming(self) -> tuple[Incoming, ...]:
        return (*self.new, *(row for _pk, row in self.changed))


def compare(incoming: Iterable[Incoming], stored: Mapping[Hashable, Stored]) -> Changes:
    """The smallest set of writes after which our rows say what `incoming` says.

    A row older than ours is stale and left out. Of one row sent twice the newest counts. An author
    whom the host does not name any more keeps the login we knew.
    """
    new: list[Incoming] = []
    changed: list[tuple[int, Incoming]] = []
    before: dict[int, Stored] = {}
    for row in _newest_of_each(incoming):
        ours = next((stored[key] for key in row.keys if key in stored), None)
        if ours is None:
            new.append(row)
            continue
        known = _with_known_author(row, ours)
        if _is_news(known, ours):
            changed.append((ours.pk, known))
            before[ours.pk] = ours
    return Changes(tuple(new), tuple(changed), before)


def _with_known_author(row: Incoming, ours: Stored) -> Incoming:
    login = ours.columns.get("author_login")
    if not login or row.columns.get("author_login"):
        return row
    return replace(row, columns={**row.columns, "author_login": login})


def _newest_of_each(incoming: Iterable[Incoming]) -> Iterable[Incoming]:
    newest: dict[Hashable, Incoming] = {}
    for row in incoming:
        seen = newest.get(row.keys[0])
        if seen is None or row.updated_at >= seen.updated_at:
            newest[row.keys[0]] = row
    return newest.values()


def _is_news(row: Incoming, ours: Stored) -> bool:
    """Equal times do not prove equal rows: a new label need not touch `updated_at`."""
    # A row without the host's number was read from a clone: the host knows better, whatever its time.
    is_hosts = ours.columns.get("remote_id", True) is not None
    if is_hosts and row.updated_at < ours.columns["updated_at"]:
        return False
    return any(ours.columns[name] != value for name, value in row.columns.items())
