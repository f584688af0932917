"""Numbering what was decided: rows of the register are made here, from the entries alone.

Every deciding entry gets its number in its own transaction, under the lock of the head.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from . import head as chain_end
from . import reading
from .actions import DECIDING, GROUP_OF, sentence
from .bigrams import exact_token, fold, tokens_of
from .models import Entry, RegisterRow
from .succession import Line, stands_as, succeed

# What people look for in the content of an entry.
WORDS = (
    *("name", "merged_name", "title", "title_en", "text", "reason", "note", "login"),
    *("repository", "duty"),
)
# The longest reasons are searched by their beginning.
TEXT_LENGTH = 4_000
# A column's width; a longer name is no SIG's.
SIG_LENGTH = 100
PERSON = "pe"
NAMED = "person:"
CHECKED = ("number", "group", "sig", "at", "year", "subject", "key", "supersedes")


class Renumbers(Exception):
    """Making the register anew would give a decision another number than it is known by."""


@dataclass(frozen=True)
class Rebuilt:
    """How many rows stand now, and how many of the numbers were others before."""

    rows: int
    renumbered: int


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def enter(entry: Entry) -> None:
    """Give a new entry its number; nothing for one that decides nothing. Needs the head's lock.

    Those that have none yet come first: written by a portal that knew no register, in an upgrade
    without downtime.
    """
    if entry.action not in DECIDING:
        return
    newest = RegisterRow.objects.order_by("-number").only("number", "entry").first()
    after, number = (newest.entry_id, newest.number) if newest else (0, 0)
    for one in _deciding(after, entry.seq):
        number += 1
        _enter(number, one)


def _enter(number: int, entry: Entry) -> None:
    former = succeed(Table(), number, entry.action, entry.subject, entry.data)
    RegisterRow.objects.create(
        entry=entry, number=number, supersedes=former, **facts_of(entry), **search_of(entry)
    )


class Table:
    """Places as they stand in the table (succession.Places)."""

    def newest(self, key: str, *, standing: bool) -> int | None:
        rows = RegisterRow.objects.filter(key=key).order_by("-number")
        number, by = rows.values_list("number", "superseded_by").first() or (None, None)
        return None if standing and by is not None else number

    def replace(self, number: int, by: int | None) -> None:
        RegisterRow.objects.filter(number=number).update(superseded_by=by)


@transaction.atomic
def rebuild(*, renumber: bool = False) -> Rebuilt:
    """Make every row anew, while writers wait. Raises Renumbers before any write, unless allowed to."""
    head = chain_end.locked()
    changed, line = _changed(head.seq)
    if changed and not renumber:
        raise Renumbers(changed[0])
    RegisterRow.objects.all().delete()
    number, again, chunk = 0, Line(), []
    for number, entry in enumerate(_deciding(0, head.seq), start=1):
        former = again.enter(number, entry.action, entry.subject, entry.data)
        row = RegisterRow(entry=entry, number=number, supersedes=former, **facts_of(entry))
        row.superseded_by = line.superseded_by.get(number)
        row.search_text, row.search_tokens = search_of(entry).values()
        chunk.append(row)
        if len(chunk) == reading.CHUNK:
            RegisterRow.objects.bulk_create(chunk)
            chunk.clear()
    RegisterRow.objects.bulk_create(chunk)
    return Rebuilt(number, len(changed))


def _changed(upto: int) -> tuple[list[str], Line]:
    """The numbers that would change, a sentence each, and who takes whose place."""
    stored = dict(RegisterRow.objects.values_list("entry_id", "number"))
    changed, line = [], Line()
    for number, entry in enumerate(_deciding(0, upto), start=1):
        line.enter(number, entry.action, entry.subject, entry.data)
        if stored.pop(entry.seq, number) != number:
            changed.append(f"entry {entry.seq}: would become number {number} of the register")
    changed += [f"entry {seq}: number {number} would be nobody's" for seq, number in stored.items()]
    return changed, line


# ── checking ──────────────────────────────────────────────────────────────────────────────────
def faults() -> Iterator[str]:
    """Where the rows are not what the entries make them, a sentence each; the words are not compared,
    for they follow the translations."""
    upto, line = reading.head().seq, Line()
    number = 0
    for number, (entry, row) in enumerate(zip_longest(_deciding(0, upto), _rows(upto)), start=1):
        if entry is None or row is None or row.entry_id != entry.seq:
            yield _gap(number, entry, row)
            return
        former = line.enter(number, entry.action, entry.subject, entry.data)
        wanted = {"number": number, "supersedes": former, **facts_of(entry)}
        for name in CHECKED:
            if getattr(row, name) != wanted[name]:
                yield (
                    f"entry {entry.seq}: its {name} in the register is {getattr(row, name)!r},"
                    f" not {wanted[name]!r}"
                )
    known = RegisterRow.objects.filter(superseded_by__lte=number)
    if dict(known.values_list("number", "superseded_by")) != line.superseded_by:
        yield "the register names other successors than the entries do"


def _gap(number: int, entry: Entry | None, row: RegisterRow | None) -> str:
    if entry is None and row is not None:
        return (
            f"the register has a row {row.number} for entry {row.entry_id}, which decides nothing"
        )
    seq = entry.seq if entry else 0
    return f"entry {seq}: has no row in the register, where number {number} is expected"


# ── from an entry ─────────────────────────────────────────────────────────────────────────────
def facts_of(entry: Entry) -> dict[str, Any]:
    """Columns that lists are narrowed and ordered by."""
    return {
        "group": GROUP_OF[entry.action],
        "sig": _sig_of(entry),
        "at": entry.at,
        "year": entry.at.astimezone(timezone.get_default_timezone()).year,
        "subject": entry.subject,
        "key": stands_as(entry.action, entry.subject, entry.data),
    }


def search_of(entry: Entry) -> dict[str, str]:
    """Columns that words and people are found by (ledger.token_index)."""
    text = fold(" ".join(_texts(entry)))[:TEXT_LENGTH]
    exact = [exact_token(PERSON, person) for person in people_in(entry)]
    tokens = dict.fromkeys([*exact, *tokens_of(text)])
    return {"search_text": text, "search_tokens": " ".join(tokens)}


def people_in(entry: Entry) -> list[str]:
    """Everyone the entry names as the ledger names people, whoever acted among them, each once."""
    named = [entry.actor, entry.subject, *entry.data.values()]
    return list(
        dict.fromkeys(one for one in named if isinstance(one, str) and one.startswith(NAMED))
    )


def _texts(entry: Entry) -> Iterator[str]:
    for code, _label in settings.LANGUAGES:
        with translation.override(code):
            yield sentence(entry)
    said = (entry.data.get(name) for name in WORDS)
    yield from (text for text in said if isinstance(text, str))
    yield from (person.removeprefix(NAMED) for person in people_in(entry))


def _sig_of(entry: Entry) -> str:
    kind, _colon, key = entry.subject.partition(":")
    sig = entry.data.get("sig") or (key if kind == "sig" else "")
    return sig if isinstance(sig, str) and len(sig) <= SIG_LENGTH else ""


# ── reading in order ──────────────────────────────────────────────────────────────────────────
def _deciding(after: int, upto: int) -> Iterator[Entry]:
    deciding = Entry.objects.filter(action__in=list(DECIDING), seq__lte=upto).order_by("seq")
    while chunk := list(deciding.filter(seq__gt=after)[: reading.CHUNK]):
        yield from chunk
        after = chunk[-1].seq


def _rows(upto: int) -> Iterator[RegisterRow]:
    rows = RegisterRow.objects.filter(entry_id__lte=upto).defer("search_text", "search_tokens")
    last = 0
    while chunk := list(rows.filter(number__gt=last).order_by("number")[: reading.CHUNK]):
        yield from chunk
        last = chunk[-1].number
