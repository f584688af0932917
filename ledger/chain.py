"""Checking a chain of entries: pure, the same for the database and for a downloaded file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .canonical import GENESIS, NotCanonical, hash_of

FIELDS = frozenset({"seq", "at", "actor", "action", "subject", "data", "prev_hash", "hash"})


@dataclass(frozen=True)
class Fault:
    """The first entry that does not fit: its place, counted from 1, and what is wrong with it."""

    place: int
    reason: str

    def __str__(self) -> str:
        return f"entry {self.place}: {self.reason}"


@dataclass(frozen=True)
class Verdict:
    """How far the chain holds: number and hash of the last good entry, and the fault after it."""

    seq: int
    hash: str
    fault: Fault | None = None


class Unreadable(ValueError):
    """A line is no JSON object with the eight fields."""


def verify(entries: Iterable[Mapping[str, Any]]) -> Verdict:
    """Check numbers, links and hashes; stops at the first fault.

    Entries are mappings of the eight fields, `at` as text. An iterator may raise Unreadable.
    """
    seq, previous = 0, GENESIS
    iterator = iter(entries)
    while True:
        try:
            entry = next(iterator)
            reason = _reason(entry, seq + 1, previous)
        except StopIteration:
            return Verdict(seq, previous)
        except Unreadable as error:
            reason = str(error)
        if reason:
            return Verdict(seq, previous, Fault(seq + 1, reason))
        seq, previous = seq + 1, entry["hash"]


def _reason(entry: Mapping[str, Any], seq: int, previous: str) -> str:
    """What is wrong with an entry, or nothing."""
    if entry.keys() != FIELDS:
        return f"not the fields {', '.join(sorted(FIELDS))}"
    if entry["seq"] != seq:
        return f"number {seq} was expected, {entry['seq']} stands here"
    if entry["prev_hash"] != previous:
        return "prev_hash is not the hash of the entry before"
    try:
        computed = hash_of(**{name: value for name, value in entry.items() if name != "hash"})
    except NotCanonical as error:
        return f"no canonical content: {error}"
    if entry["hash"] != computed:
        return f"hash is not that of its content, which is {computed}"
    return ""


def parse_lines(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Entries of a `ledger.jsonl`, one a line. Raises Unreadable."""
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"not JSON: {error}") from error
        if not isinstance(entry, dict):
            raise Unreadable("not a JSON object")
        yield entry
