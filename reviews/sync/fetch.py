"""Reading a list of the code host so that no row slips by, whatever moves while we read.

Page numbers are a trap: a row that changes moves to the end of an ascending list, and the row behind
the page border slides under a page already read. So we walk by time instead: after each page the
next question begins at the last row's own time, and always at page 1. Only rows of one and the same
second have to be read by page number. A server that overlooks `since` or `direction` is noticed by
what it sends; its list is then read backwards, where a changed row moves to pages already read and
is met again in the next round. The caller stores each batch before it moves the cursor (I8).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol

from gitee.client import Page
from gitee.errors import MalformedAnswer

# A run begins this far before its cursor: rows may become visible late at the host.
OVERLAP = dt.timedelta(minutes=10)
# Times have whole seconds, and nobody promises that `since` includes its own second.
STEP = dt.timedelta(seconds=1)
MAX_PAGES = 10_000
Direction = Literal["asc", "desc"]


class Dated(Protocol):
    @property
    def remote_id(self) -> int: ...

    @property
    def updated_at(self) -> dt.datetime: ...


class Ask(Protocol):
    """One page of one list, ordered by update time. Raises gitee.errors.GiteeError."""

    def __call__(
        self, *, since: dt.datetime | None, direction: Direction, page: int
    ) -> Page[Dated]: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one page. Once they are stored, everything up to `cursor` is (None: do not move it).

    `total` is how many rows the server counts in the whole question, if it says.
    """

    rows: Sequence[Dated]
    cursor: dt.datetime | None
    total: int | None = None


def walk(ask: Ask, *, since: dt.datetime | None) -> Iterator[Batch]:
    """Every row updated at or after `since` (all when None), oldest first.

    Falls back to `scan` when the answers show that the server keeps neither order nor `since`, or
    when fewer rows came than it counted at first. Raises MalformedAnswer when the list does not end.
    """
    # The client asks in whole seconds; a finer window would look overlooked.
    window, number = since and since.replace(microsecond=0), 1
    last_first: Dated | None = None
    counted: int | None = None
    seen: set[int] = set()
    for count in range(MAX_PAGES):
        page = ask(since=window, direction="asc", page=number)
        rows = page.rows
        counted = page.total_count if count == 0 else counted
        if not rows:
            break
        if not _ascends(rows) or (window is not None and rows[0].updated_at < window):
            yield from scan(ask, floor=since)
            return
        if number > 1:
            _refuse_repetition(rows[0], last_first, number)
        yield Batch(rows, rows[-1].updated_at, page.total_count)
        seen.update(row.remote_id for row in rows)
        if page.next_page is None:
            break
        step = (rows[-1].updated_at - STEP).replace(microsecond=0)
        last_first = rows[0]
        window, number = (step, 1) if window is None or step > window else (window, number + 1)
    else:
        raise MalformedAnswer(f"the list does not end after {MAX_PAGES} pages", permanent=True)
    if counted is not None and len(seen) < counted:
        yield from scan(ask, floor=since)


def scan(ask: Ask, *, floor: dt.datetime | None) -> Iterator[Batch]:
    """Newest first by page number, down to `floor`; the cursor moves only with the last batch.

    Stops early only where the server has kept the descending order so far.
    """
    newest: dt.datetime | None = None
    lowest: dt.datetime | None = None
    ordered = True
    last_first: Dated | None = None
    for number in range(1, MAX_PAGES + 1):
        page = ask(since=floor, direction="desc", page=number)
        rows = page.rows
        if not rows:
            yield Batch((), newest)
            return
        _refuse_repetition(rows[0], last_first, number)
        times = [row.updated_at for row in rows]
        ordered = ordered and _descends(rows) and (lowest is None or times[0] <= lowest)
        newest, lowest = max([*times, newest or times[0]]), min(times)
        ended = page.next_page is None or (ordered and floor is not None and lowest < floor)
        yield Batch(rows, newest if ended else None, page.total_count)
        if ended:
            return
        last_first = rows[0]
    raise MalformedAnswer(f"the list does not end after {MAX_PAGES} pages", permanent=True)


def _ascends(rows: Sequence[Dated]) -> bool:
    return all(a.updated_at <= b.updated_at for a, b in pairwise(rows))


def _descends(rows: Sequence[Dated]) -> bool:
    return all(a.updated_at >= b.updated_at for a, b in pairwise(rows))


def _refuse_repetition(first: Dated, last_first: Dated | None, number: int) -> None:
    """A server that overlooks `page` sends page 1 for ever; what lies behind cannot be reached."""
    if last_first is not None and first == last_first:
        raise MalformedAnswer(f"page {number} repeats the one before", permanent=True)
