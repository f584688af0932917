"""The public decision register: the deciding entries, newest first, a page at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from .actions import DECIDING, sentence, url_of
from .models import Entry, RegisterRow

SIZE = 50


class BadMark(ValueError):
    """The address holds a page mark that is no entry's number."""


@dataclass(frozen=True)
class Decision:
    """An entry as the page prints it; `data` is its content as indented JSON."""

    entry: Entry
    sentence: str
    url: str
    data: str


@dataclass(frozen=True)
class DecisionPage:
    """Decisions by falling number; `older` and `newer` are marks of the neighbour pages."""

    rows: Sequence[Decision]
    older: str | None
    newer: str | None


def latest_of(sig: str, limit: int) -> list[Entry]:
    """The newest decisions of the SIG of this slug, newest first; one walk through an index."""
    rows = RegisterRow.objects.filter(sig=sig).order_by("-number").select_related("entry")
    return [row.entry for row in rows.defer("search_text", "search_tokens")[:limit]]


def page(action: str = "", older: str = "", newer: str = "") -> DecisionPage:
    """One page of one deciding action or of all. Raises BadMark."""
    entries = Entry.objects.filter(action__in=[action] if action in DECIDING else list(DECIDING))
    if newer:
        found = list(entries.filter(seq__gt=_number(newer)).order_by("seq")[: SIZE + 1])
        more_newer, more_older = len(found) > SIZE, bool(found)
        found = found[:SIZE][::-1]
    else:
        if older:
            entries = entries.filter(seq__lt=_number(older))
        found = list(entries.order_by("-seq")[: SIZE + 1])
        more_newer, more_older = bool(older and found), len(found) > SIZE
        found = found[:SIZE]
    return DecisionPage(
        [_decision(entry) for entry in found],
        str(found[-1].seq) if more_older else None,
        str(found[0].seq) if more_newer else None,
    )


def _number(mark: str) -> int:
    if not mark.isascii() or not mark.isdigit() or len(mark) > 18:
        raise BadMark(f"not a number of an entry: {mark!r}")
    return int(mark)


def _decision(entry: Entry) -> Decision:
    data = json.dumps(entry.data, ensure_ascii=False, indent=2, sort_keys=True)
    return Decision(entry, sentence(entry), url_of(entry), data)
