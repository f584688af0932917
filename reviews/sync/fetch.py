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

from gitee.client import Page, Unread
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
    unread: Sequence[Unread] = ()


def walk(ask: Ask, *, since: dt.datetime | None) -> Iterator[Batch]:
    """Every row updated at or after `since` (all when None), oldest first.

    Falls back to `scan` when the answers show that the server keeps neither order nor `since`, or
    when fewer rows came than it counted at first. Raises MalformedAnswer when the list does not end.
    """
    # The client asks in whole seconds; a finer window would look overlooked.
    window, number = since and since.replace(microsecond=0), 1
    last_first: object = None
    counted: int | None = None
    seen: set[object] = set()
    for count in range(MAX_PAGES):
        page = ask(since=window, direction="asc", page=number)
        rows = page.rows
        counted = page.total_count if count == 0 else counted
        if not page.count:
            break
        if not _ascends(rows) or (window is not None and rows and rows[0].updated_at < window):
            yield from scan(ask, floor=since)
            return
        if number > 1:
            _refuse_repetition(page.first, last_first, number)
        last = max(_times(page), default=None)
        yield Batch(rows, last, page.total_count, page.unread)
        seen |= _identities(page)
        if page.next_page is None:
            break
        last_first = page.first
        window, number = _next_question(window, number, last)
    else:
        raise MalformedAnswer(f"the list does not end after {MAX_PAGES} pages", permanent=True)
    if counted is not None and len(seen) < counted:
        yield from scan(ask, floor=since)


def _next_question(
    window: dt.datetime | None, number: int, last: dt.datetime | None
) -> tuple[dt.datetime | None, int]:
    """Page 1 from a second before the last row, or the next page when that would be no progress."""
    step = last and (last - STEP).replace(microsecond=0)
    if step is None or (window is not None and step <= window):
        return window, number + 1
    return step, 1


def scan(ask: Ask, *, floor: dt.datetime | None) -> Iterator[Batch]:
    """Newest first by page number, down to `floor`; the cursor moves only with the last batch.

    Stops early only where the server has kept the descending order so far.
    """
    newest: dt.datetime | None = None
    lowest: dt.datetime | None = None
    ordered = True
    last_first: object = None
    for number in range(1, MAX_PAGES + 1):
        page = ask(since=floor, direction="desc", page=number)
        rows = page.rows
        if not page.count:
            yield Batch((), newest)
            return
        _refuse_repetition(page.first, last_first, number)
        times = _times(page)
        ordered = ordered and _descends(rows) and all(lowest is None or t <= lowest for t in times)
        newest = max(filter(None, [*times, newest]), default=None)
        lowest = min(times, default=lowest)
        below = floor is not None and lowest is not None and lowest < floor
        ended = page.next_page is None or (ordered and below)
        yield Batch(rows, newest if ended else None, page.total_count, page.unread)
        if ended:
            return
        last_first = page.first
    raise MalformedAnswer(f"the list does not end after {MAX_PAGES} pages", permanent=True)


def _times(page: Page[Dated]) -> list[dt.datetime]:
    """Update times of a page; of rows that cannot be understood only where no other tells the time."""
    times = [row.updated_at for row in page.rows]
    return times or [row.updated_at for row in page.unread if row.updated_at]


def _identities(page: Page[Dated]) -> set[object]:
    return {row.remote_id for row in page.rows} | {row.remote_id or row for row in page.unread}


def _ascends(rows: Sequence[Dated]) -> bool:
    return all(a.updated_at <= b.updated_at for a, b in pairwise(rows))


def _descends(rows: Sequence[Dated]) -> bool:
    return all(a.updated_at >= b.updated_at for a, b in pairwise(rows))


def _refuse_repetition(first: object, last_first: object, number: int) -> None:
    """A server that overlooks `page` sends page 1 for ever; what lies behind cannot be reached."""
    if last_first is not None and first == last_first:
        raise MalformedAnswer(f"page {number} repeats the one before", permanent=True)
