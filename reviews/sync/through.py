"""Reading a whole list by creation, several pages at a time: the first load, and comparing all of it.

Creation order is the one order in which nothing moves while people work; new rows come at the end. Only
a deletion shifts rows, back by one, which the server's count betrays: then the page before is read
again. A server that does not keep the order or tells no counts cannot be read like this; `Unordered`
says so, and the caller walks the list by time instead.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, Protocol

from gitee.client import Page, Unread
from gitee.pages import PER_PAGE

from .ahead import in_order


class Unordered(Exception):
    """The list cannot be read by creation, or not all of it came that way."""


class AskCreated(Protocol):
    """One page of one list in ascending creation order. Raises gitee.errors.GiteeError."""

    def __call__(
        self, *, sort: Literal["created"], direction: Literal["asc"], page: int
    ) -> Page[Any]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: at `page`, before which `read` different rows were read, of `total` counted.

    `after` is the creation time of the last row before `page`, None at the beginning.
    """

    page: int = 1
    read: int = 0
    total: int = 0
    after: dt.datetime | None = None


def place_json(place: Place) -> dict[str, Any]:
    after = place.after.isoformat() if place.after else None
    return {"page": place.page, "read": place.read, "total": place.total, "after": after}


def place_of(entry: dict[str, Any]) -> Place:
    """The place an earlier run wrote down, or the beginning."""
    after = entry.get("after")
    return Place(
        page=entry.get("page", 1),
        read=entry.get("read", 0),
        total=entry.get("total", 0),
        after=dt.datetime.fromisoformat(after) if after else None,
    )


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page. Going on from `place` reads it again, in case it was not stored."""

    rows: tuple[Any, ...]
    unread: tuple[Unread, ...]
    total: int
    place: Place
    is_last: bool


def read_through(ask: AskCreated, *, place: Place, width: int) -> Iterator[Leaf]:
    """Every page from `place` on. Raises Unordered when the answers show that rows are missing.

    When rows were deleted since `place` was written down, everything is read again.
    """

    def page(number: int) -> Page[Any]:
        return ask(sort="created", direction="asc", page=number)

    first = page(place.page)
    if first.total_count is None or first.total_pages is None:
        raise Unordered("the list is not counted")
    if place.page > 1 and (first.total_count < place.total or not first.count):
        place = Place()
        first = page(1)
    yield from _Reading(page, first, place).leaves(width)


class _Reading:
    """One pass through a list and what has been seen of it."""

    def __init__(self, page: Callable[[int], Page[Any]], first: Page[Any], place: Place) -> None:
        self.page = page
        self.first = first
        self.place = place
        # Rows on a full page, 0 where this one is the last and need not be full.
        self.size = min(first.count, PER_PAGE) if first.next_page else 0
        self.last_page = self.pages_of(first)
        self.after = place.after
        self.seen: set[object] = set()

    def leaves(self, width: int) -> Iterator[Leaf]:
        before = self.first.total_count or 0
        for number, page in self.answers(width):
            page = self.whole(number, page)
            self.last_page = max(self.last_page, self.pages_of(page))
            counted = page.total_count or 0
            if counted < before and number > self.place.page:
                yield from self.slid_under(number, before, counted)
            yield self.leaf(number, page)
            before = counted
        if self.place.read + len(self.seen) < before:
            raise Unordered("fewer rows than the host counts")

    def slid_under(self, number: int, before: int, counted: int) -> Iterator[Leaf]:
        """The pages before, again: as many rows as were deleted slid back over the border.

        Backwards, for then rows deleted meanwhile make two answers overlap instead of leaving a gap.
        """
        again, lowest = number - 1, counted
        while again >= max(1, number - math.ceil((before - lowest) / (self.size or PER_PAGE))):
            page = self.page(again)
            lowest = min(lowest, page.total_count or 0)
            yield self.leaf(again, page, is_again=True)
            again -= 1

    def answers(self, width: int) -> Iterator[tuple[int, Page[Any]]]:
        yield self.place.page, self.first
        yield from in_order(
            self.page, first=self.place.page + 1, last=lambda: self.last_page, width=width
        )

    def pages_of(self, page: Page[Any]) -> int:
        """As the server counts them, or as many as its rows need when it overlooked `per_page`."""
        needed = math.ceil((page.total_count or 0) / self.size) if self.size else 0
        return max(page.total_pages or 0, needed)

    def whole(self, number: int, page: Page[Any]) -> Page[Any]:
        """The page, asked for once more when it came short in the middle of the list."""
        if page.count < self.size and number < self.last_page:
            return self.page(number)
        return page

    def leaf(self, number: int, page: Page[Any], *, is_again: bool = False) -> Leaf:
        rows, after = page.rows, self.after
        if is_again and rows and after:
            after = min(after, rows[0].created_at)
        if any(a.created_at > b.created_at for a, b in pairwise(rows)):
            raise Unordered("the rows do not come by creation")
        if rows and after and rows[-1].created_at < after:
            raise Unordered("the pages do not come by creation")
        counted = page.total_count or 0
        here = Place(number, self.place.read + len(self.seen), counted, after)
        self.seen.update(row.remote_id for row in rows)
        self.seen.update(row.remote_id or row for row in page.unread)
        if rows:
            self.after = max(rows[-1].created_at, self.after or rows[-1].created_at)
        return Leaf(rows, page.unread, counted, here, number >= self.last_page)
