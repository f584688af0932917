"""Long lists in pieces, for statements of a bounded size."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
# Parameters of one statement: SQLite allows 32,766, ten columns a row.
CHUNK = 500


def chunks(items: Iterable[Item], size: int | None = None) -> Iterator[list[Item]]:
    """Lists of at most `size` items, CHUNK unless said."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size or CHUNK)):
        yield chunk
