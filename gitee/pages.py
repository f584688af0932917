"""Pages of a list: where the next one is, and a loop over them that always ends."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

from requests.utils import parse_header_links

from gitee.errors import MalformedAnswer
from gitee.pacing import whole_number

PER_PAGE = 100  # the most Gitee gives
# A server that overlooks `per_page` falls back to this size: a page of exactly this many is full too.
DEFAULT_PER_PAGE = 20
MAX_PAGES = 5000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that cannot be understood: what of its identity can be read, and why not the rest."""

    remote_id: int | None
    updated_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list. The totals are None when the server did not tell them."""

    rows: tuple[Row, ...]
    page: int
    total_pages: int | None
    total_count: int | None
    next_page: int | None
    unread: tuple[Unread, ...] = ()

    @property
    def count(self) -> int:
        """How many rows came, those that cannot be understood included."""
        return len(self.rows) + len(self.unread)

    @property
    def first(self) -> Row | Unread | None:
        """What tells this page from another: a page that begins alike is the same one again."""
        if self.rows:
            return self.rows[0]
        return self.unread[0] if self.unread else None


def make_page(
    rows: tuple[Row, ...],
    *,
    page: int,
    per_page: int,
    headers: Mapping[str, str],
    unread: tuple[Unread, ...] = (),
) -> Page[Row]:
    """`headers` is case-insensitive. Stop rules: an empty page; no `next` link and the last page
    reached; without any such header, fewer rows than a full page."""
    total_pages = whole_number(headers.get("total_page"))
    total_count = whole_number(headers.get("total_count"))
    count = len(rows) + len(unread)
    more = bool(count) and (
        _has_more(count, page, per_page, total_pages, headers.get("link"))
        or _was_cut(count, page, per_page, total_count)
    )
    return Page(
        rows=rows,
        page=page,
        total_pages=total_pages,
        total_count=total_count,
        next_page=page + 1 if more else None,
        unread=unread,
    )


def _has_more(
    count: int, page: int, per_page: int, total_pages: int | None, link: str | None
) -> bool:
    if link and _next_in(link):
        return True
    if total_pages is not None:
        return page < total_pages
    if link:
        return False
    return count in (per_page, DEFAULT_PER_PAGE)


def _was_cut(count: int, page: int, per_page: int, total_count: int | None) -> bool:
    """A server that overlooks `per_page` may count its pages as if it did not."""
    return count == DEFAULT_PER_PAGE < per_page and page * count < (total_count or 0)


def _next_in(link: str) -> bool:
    """Whether the header names a next page. Only that is taken: the address repeats our query."""
    for entry in parse_header_links(link):
        if entry.get("rel") == "next":
            return bool(parse_qs(urlsplit(entry.get("url", "")).query).get("page"))
    return False


def iter_pages(
    fetch_page: Callable[[int], Page[Row]], *, first: int = 1, max_pages: int = MAX_PAGES
) -> Iterator[Page[Row]]:
    """Yields pages from `first` on until the list ends.

    Raises `MalformedAnswer` when a page begins with the very row the page before began with (the
    server ignores `page`: what follows cannot be reached), or after `max_pages` pages.
    """
    number = first
    previous: Page[Row] | None = None
    for _ in range(max_pages):
        page = fetch_page(number)
        if previous and page.first is not None and page.first == previous.first:
            raise MalformedAnswer(f"page {number} repeats page {previous.page}", permanent=True)
        yield page
        if page.next_page is None:
            return
        number, previous = page.next_page, page
    raise MalformedAnswer(f"the list does not end after {max_pages} pages", permanent=True)
