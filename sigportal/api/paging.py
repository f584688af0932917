"""Pages by cursor: opaque, keyset, so that rows that come or go never shift what is read after them."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, Field

from members.paging import BadCursor, Page, Row, paginate

from .fields import Whole
from .problem import BadParameter

SIZE, LARGEST = 50, 100
Side = Literal["older", "newer"]
SIDES: dict[str, Side] = {"o": "older", "n": "newer"}
Shape = TypeVar("Shape")


class Asked(BaseModel):
    """Parameters of every list."""

    limit: Whole = Field(SIZE, ge=1, le=LARGEST, description="Rows a page.", examples=[20])
    cursor: str = Field(
        "",
        max_length=400,
        pattern="^[A-Za-z0-9_-]*$",
        description="Where the page begins: taken from `next` or `previous` of another page, "
        "never made by hand.",
    )


class Listed(BaseModel, Generic[Shape]):
    """One page. The same addresses stand in the `Link` header."""

    items: list[Shape]
    next: str | None = Field(
        description="Address of the next page; null on the last.",
        examples=["https://sig.example.org/api/v1/sigs?cursor=c2lnc3xvfDEyfjEy"],
    )
    previous: str | None = Field(
        description="Address of the page before; null on the first.", examples=[None]
    )


@dataclass(frozen=True)
class Marks:
    """What a cursor stands for, as the keyset paging of the pages takes it; at most one is set."""

    older: str = ""
    newer: str = ""

    @property
    def params(self) -> dict[str, str]:
        return {"older": self.older, "newer": self.newer}


def list_of(
    request: HttpRequest,
    response: HttpResponse,
    asked: Asked,
    rows: QuerySet[Row],
    present: Callable[[Row], Any],
    *,
    name: str,
    key: str,
) -> dict[str, Any]:
    """A page of `rows` by `-key, -pk`, each through `present`; `name` binds cursors to their list."""
    marks = marks_of(asked, name)
    with refusing_bad_cursors():
        page = paginate(rows, key=key, size=asked.limit, older=marks.older, newer=marks.newer)
    return listed(request, response, page, [present(row) for row in page.rows], name=name)


def listed(
    request: HttpRequest,
    response: HttpResponse,
    page: Page[Any],
    items: Sequence[Any],
    *,
    name: str,
    is_oldest_first: bool = False,
) -> dict[str, Any]:
    """The answer for a page already found, with its addresses in body and `Link` header."""
    older, newer = (
        _address(request, name, "o", page.older),
        _address(request, name, "n", page.newer),
    )
    following, previous = (newer, older) if is_oldest_first else (older, newer)
    links = [
        f'<{address}>; rel="{rel}"'
        for rel, address in (("next", following), ("prev", previous))
        if address
    ]
    if links:
        response.headers["Link"] = ", ".join(links)
    return {"items": list(items), "next": following, "previous": previous}


class refusing_bad_cursors:
    """A mark that a page refuses is told as a fault of `cursor`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, BadCursor):
            raise BadParameter({"cursor": FOREIGN}) from error


FOREIGN = "This cursor is none that this list gave out. Begin without one."


def marks_of(asked: Asked, name: str) -> Marks:
    """What the cursor says. Raises BadParameter on one that is not of this list."""
    if not asked.cursor:
        return Marks()
    padded = asked.cursor + "=" * (-len(asked.cursor) % 4)
    try:
        place, side, mark = base64.urlsafe_b64decode(padded).decode("ascii").split("|")
    except (binascii.Error, ValueError) as error:
        raise BadParameter({"cursor": FOREIGN}) from error
    if place != name or side not in SIDES or not mark:
        raise BadParameter({"cursor": FOREIGN})
    return Marks(**{SIDES[side]: mark})


def _address(request: HttpRequest, name: str, side: str, mark: str | None) -> str | None:
    if mark is None:
        return None
    text = f"{name}|{side}|{mark}".encode("ascii")
    query = request.GET.copy()
    query["cursor"] = base64.urlsafe_b64encode(text).decode("ascii").rstrip("=")
    return f"{settings.SITE_URL}{request.path}?{query.urlencode()}"
