"""Entries out of the database in order, a bounded number at a time."""

from collections.abc import Iterator
from typing import Any

from .canonical import GENESIS, canonical, moment
from .models import Entry, Head

CHUNK = 500


def head() -> Head:
    """Number and hash of the newest entry; of an empty ledger 0 and sixty-four zeros."""
    return Head.objects.filter(pk=1).first() or Head(seq=0, hash=GENESIS)


def entries(upto: int | None = None) -> Iterator[Entry]:
    """All entries by number, or those up to one; read in chunks, no long transaction."""
    last = 0
    while True:
        chunk = Entry.objects.filter(seq__gt=last).order_by("seq")
        if upto is not None:
            chunk = chunk.filter(seq__lte=upto)
        rows = list(chunk[:CHUNK])
        yield from rows
        if len(rows) < CHUNK:
            return
        last = rows[-1].seq


def as_dict(entry: Entry) -> dict[str, Any]:
    """The eight public fields, `at` as text."""
    return {
        "seq": entry.seq,
        "at": moment(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "data": entry.data,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def lines(upto: int) -> Iterator[bytes]:
    """The ledger as canonical JSON, one entry a line, joined chunk by chunk."""
    buffer: list[bytes] = []
    for entry in entries(upto):
        buffer.append(canonical(as_dict(entry)) + b"\n")
        if len(buffer) == CHUNK:
            yield b"".join(buffer)
            buffer.clear()
    if buffer:
        yield b"".join(buffer)
