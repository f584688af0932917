"""What became of one thing of this room, read from the public record."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from ledger.models import Entry
from ledger.names import Named, directory

SHOWN = 100


@dataclass(frozen=True)
class Event:
    """One entry: when, who (`person` where the record's `actor` is known), what, and what is to be added."""

    seq: int
    at: dt.datetime
    actor: str
    person: Named | None
    what: str
    details: str


def of(
    subject: str, words: Mapping[str, str | Promise], details: Callable[[Entry], str]
) -> list[Event]:
    """The first SHOWN entries about a subject of the record, oldest first; three queries at most.

    `words` says an action in words; one that is not there stands as it is.
    """
    entries = list(Entry.objects.filter(subject=subject).order_by("seq")[:SHOWN])
    people = directory().people({entry.actor for entry in entries}) if entries else {}
    return [
        Event(
            seq=entry.seq,
            at=entry.at,
            actor=entry.actor,
            person=people.get(entry.actor),
            what=str(words.get(entry.action, entry.action)),
            details=details(entry),
        )
        for entry in entries
    ]
