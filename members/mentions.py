"""At which meetings a record was spoken of: told by the room above, so that its page needs none of it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True)
class Mention:
    """One meeting: its title in the language of the page, its instant, its address and, for each
    decision about the record, how it is named and where it stands. `is_ahead`: not held yet."""

    title: str
    at: dt.datetime
    url: str
    decisions: Sequence[tuple[str, str]] = ()
    is_ahead: bool = False


# Rooms above that know meetings answer for a promotion, a pull request, an issue.
SOURCES: list[Callable[[Model], Sequence[Mention]]] = []


def mentions_of(row: Model | None) -> list[Mention]:
    """Newest first as each source gives them; nothing for a row that is gone."""
    return [] if row is None else [mention for tell in SOURCES for mention in tell(row)]
