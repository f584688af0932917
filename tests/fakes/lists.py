"""Lists as Gitee answers them: strict parameters, filters, one page, totals and Link header."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.fakes.faults import Fault
from tests.fakes.records import Comment, Issue, Pull
from tests.fakes.shapes import Shapes
from tests.fakes.state import Repo
from tests.fakes.switches import Switches
from tests.fakes.wire import Refusal, Reply, Request

MAX_PER_PAGE = 100
DEFAULT_PER_PAGE = 20

Row = Pull | Issue | Comment


@dataclass(frozen=True)
class Window:
    """Which part of a list is asked for."""

    page: int
    per_page: int

    def cut(self, rows: Sequence[Any], *, shift: int = 0) -> list[Any]:
        start = (self.page - 1) * self.per_page
        shifted = start + shift if start else 0
        return list(rows[max(0, shifted) : start + self.per_page])


def choice(request: Request, name: str, allowed: Iterable[str], default: str) -> str:
    value = request.params.get(name, default)
    if value not in allowed:
        raise Refusal(400, f"{name} does not have a valid value")
    return value


def whole(request: Request, name: str, default: int) -> int:
    value = request.params.get(name, str(default))
    if not value.isdecimal():
        raise Refusal(400, f"{name} is invalid")
    return int(value)


def moment(request: Request, name: str) -> datetime | None:
    value = request.params.get(name)
    if not value:
        return None
    try:
        # A `+` that came as a blank was not encoded: the caller's mistake, refused like Gitee does.
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise Refusal(400, f"{name} is invalid") from None
    if parsed.tzinfo is None:
        raise Refusal(400, f"{name} is invalid")
    return parsed


def window(request: Request, switches: Switches) -> Window:
    page = max(1, whole(request, "page", 1))
    per_page = max(1, min(MAX_PER_PAGE, whole(request, "per_page", DEFAULT_PER_PAGE)))
    return Window(
        page=1 if switches.page_ignored else page,
        per_page=DEFAULT_PER_PAGE if switches.per_page_ignored else per_page,
    )


def direction(rows: list[Any], descending: bool) -> list[Any]:
    return rows[::-1] if descending else rows


def answer(
    request: Request,
    repo: Repo,
    rows: Sequence[Row],
    shapes: Shapes,
    fault: Fault | None,
    *,
    hidden: int = 0,
) -> Reply:
    """One page of `rows`, already in order, spoiled by a fault of the list if there is one.

    `hidden` more are counted than shown.
    """
    switches = shapes.state.switches
    part = window(request, switches)
    kind = fault.kind if fault else ""
    # A row that slid one place: the one between two pages is seen twice, or never.
    shown = part.cut(rows, shift={"duplicate": -1, "shift": 1}.get(kind, 0))
    texts = [shapes.text(repo, row, null_user=kind == "null_users") for row in shown]
    if kind == "unreadable" and texts:
        texts[len(texts) // 2] = b'{"id": "?"}'
    if kind == "repeat":
        texts += texts[-2:]
    reply = Reply(200, b"[" + b",".join(texts) + b"]")
    count = len(rows) + hidden
    headers = paging_headers(request, count, part, switches, shapes.site)
    reply.headers.update({} if kind == "no_counts" else headers)
    return reply


def paging_headers(
    request: Request, count: int, part: Window, switches: Switches, site: str
) -> dict[str, str]:
    pages = math.ceil(count / part.per_page)
    headers: dict[str, str] = {}
    if switches.count_headers:
        for name, value in (("total_count", count), ("total_page", pages)):
            spelled = name.capitalize() if switches.capital_headers else name
            spelled = name.title().replace("_", "-") if switches.dashed_headers else spelled
            headers[spelled] = str(value)
    if switches.link_header:
        headers["Link"] = link_header(request, part.page, pages, site)
    return {name: value for name, value in headers.items() if value}


def link_header(request: Request, page: int, pages: int, site: str) -> str:
    """Repeats the whole query, the token in it included."""
    wanted: list[tuple[str, int]] = []
    if page < pages:
        wanted += [("next", page + 1), ("last", pages)]
    if page > 1:
        wanted += [("prev", page - 1), ("first", 1)]
    query = [(name, value) for name, value in parse_qsl(request.query) if name != "page"]
    address = f"{site}{request.path}?"
    links = [f'<{address}{urlencode([*query, ("page", n)])}>; rel="{rel}"' for rel, n in wanted]
    return ", ".join(links)


def having(rows: list[Any], value: str | None, matches: Callable[[Any, str], bool]) -> list[Any]:
    """The rows that match, or all of them when the parameter was not given."""
    if not value:
        return rows
    return [row for row in rows if matches(row, value)]
