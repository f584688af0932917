"""Do the rows of this room still say what the ledger recorded? verify_ledger asks (LEDGER_WITNESSES).

A row that was changed, added or taken away behind the portal's back is named. What a merge of two
people moves (voters, authors, terms) is followed, not taken for a fault.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ledger.canonical import moment
from ledger.models import Entry

from . import witness_roster
from .discussion import statement_digest
from .merged import Merged
from .models import Ballot, Endorsement, Promotion, Recusal, Statement
from .steps import content_of, digest
from .voting import ballot_digest

CHUNK = 200


def faults() -> Iterator[str]:
    """A sentence for each row that does not agree with its entries, the oldest promotion first."""
    merged = Merged.read()
    yield from _promotions(merged)
    yield from _vanished()
    yield from witness_roster.faults(merged)


def _promotions(merged: Merged) -> Iterator[str]:
    rows = Promotion.objects.select_related("policy").order_by("pk")
    for promotion in rows.iterator(chunk_size=CHUNK):
        # A step may have been taken between the queries: what looks wrong is looked at under the lock.
        if any(_about(promotion, merged)):
            with transaction.atomic():
                locked = rows.select_for_update(of=("self",)).get(pk=promotion.pk)
                found = list(_about(locked, merged))
            yield from found


def _vanished() -> Iterator[str]:
    """Nominations that are in the ledger and nowhere else."""
    recorded = Entry.objects.filter(action="promotion.nominated").order_by("seq")
    known = {f"promotion:{pk}" for pk in Promotion.objects.values_list("pk", flat=True)}
    for seq, subject in recorded.values_list("seq", "subject"):
        if subject not in known:
            yield f"{subject}: the row that entry {seq} speaks of is gone"


# ── one promotion ─────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Kind:
    """Rows that hang on a promotion: how their entry names them, and what else must agree."""

    model: Any
    name: str
    action: str
    key: str
    check: Callable[[Any, Entry, list[Entry], Merged], Iterable[str]]


def _about(promotion: Promotion, merged: Merged) -> Iterator[str]:
    entries = list(Entry.objects.filter(subject=f"promotion:{promotion.pk}").order_by("seq"))
    where = f"promotion {promotion.pk}"
    if not entries:
        yield f"{where}: stands in no entry"
        return
    for fault in (*_row(promotion, entries, merged), *_ballots(promotion, entries, merged)):
        yield f"{where}: {fault}"
    for kind in KINDS:
        for fault in _rows(kind, promotion, entries, merged):
            yield f"{where}: {fault}"


def _row(promotion: Promotion, entries: list[Entry], merged: Merged) -> Iterator[str]:
    first = next((entry for entry in entries if entry.action == "promotion.nominated"), None)
    if first is not None:
        if digest(promotion.evidence) != first.data["evidence_sha256"]:
            yield f"the evidence is not what entry {first.seq} froze"
        yield from _proposed(promotion, first, merged)
    hashed = [entry for entry in entries if "row_sha256" in entry.data]
    if hashed and digest(content_of(promotion)) != hashed[-1].data["row_sha256"]:
        yield f"the row is not as entry {hashed[-1].seq} left it"


def _proposed(promotion: Promotion, entry: Entry, merged: Merged) -> Iterator[str]:
    """What the nomination's own entry says in so many words, people by number."""
    said = entry.data
    for name in ("kind", "role", "duty", "reason"):
        if said[name] != getattr(promotion, name):
            yield f"{name} is not what entry {entry.seq} says"
    if said["policy_version"] != promotion.policy.version:
        yield f"the rules are not version {said['policy_version']}, which entry {entry.seq} names"
    people = (("candidate", promotion.person_id), ("nominator", promotion.nominated_by_id))
    for name, number in people:
        if name in said and not merged.is_same(said[name], number):
            yield f"the {name} is not whom entry {entry.seq} names"
    if "repository_ids" in said:
        numbers = promotion.repositories.order_by("pk").values_list("pk", flat=True)
        if said["repository_ids"] != list(numbers):
            yield f"the repositories are not those of entry {entry.seq}"


# ── ballots ───────────────────────────────────────────────────────────────────────────────────
def _ballots(promotion: Promotion, entries: list[Entry], merged: Merged) -> Iterator[str]:
    rows = {row.pk: row for row in Ballot.objects.filter(promotion=promotion).order_by("pk")}
    votes = [entry for entry in entries if entry.action == "promotion.ballot"]
    named = [entry for entry in votes if "ballot" in entry.data]
    chains: dict[int, list[Ballot]] = {}
    for entry in named:
        row = rows.pop(entry.data["ballot"], None)
        if row is None:
            yield f"the ballot {entry.data['ballot']} of entry {entry.seq} is gone"
            continue
        yield from _ballot(row, entry, merged)
        chains.setdefault(entry.data["voter"], []).append(row)
    for voter, chain in chains.items():
        yield from _superseded(chain, merged.touches(voter))
    # Entries of before ballots had a number in them: the rows must follow in the same order.
    yield from _unnamed([entry for entry in votes if entry not in named], list(rows.values()))


def _ballot(row: Ballot, entry: Entry, merged: Merged) -> Iterator[str]:
    said = entry.data
    if ballot_digest(row, said["voter"]) != said["ballot_sha256"]:
        yield f"ballot {row.pk} is not what entry {entry.seq} recorded"
    elif (row.choice, row.reason) != (said["choice"], said["reason"]):
        yield f"ballot {row.pk} is not what entry {entry.seq} says"
    if not merged.is_same(said["voter"], row.voter_id):
        yield f"ballot {row.pk} is not by the voter entry {entry.seq} names"


def _superseded(chain: list[Ballot], is_merged: bool) -> Iterator[str]:
    """Each ballot ends when the voter's next one was cast, the last one not at all."""
    if is_merged:
        # Of two votes of people who turned out to be one, the merge supersedes one: two chains in one.
        return
    ends: list[Any] = [row.cast_at for row in chain[1:]]
    for row, end in zip(chain, [*ends, None], strict=True):
        if row.superseded_at != end:
            yield f"ballot {row.pk} is not superseded when the ledger says"


def _unnamed(entries: list[Entry], rows: list[Ballot]) -> Iterator[str]:
    for entry, row in zip(entries, rows, strict=False):
        if (entry.data["choice"], entry.data["reason"]) != (row.choice, row.reason):
            yield f"ballot {row.pk} is not what entry {entry.seq} says"
    for entry in entries[len(rows) :]:
        yield f"the ballot of entry {entry.seq} is gone"
    for row in rows[len(entries) :]:
        yield f"ballot {row.pk} stands in no entry"


# ── what else hangs on it ─────────────────────────────────────────────────────────────────────
def _rows(kind: _Kind, promotion: Promotion, entries: list[Entry], merged: Merged) -> Iterator[str]:
    rows = {row.pk: row for row in kind.model.objects.filter(promotion=promotion).order_by("pk")}
    for entry in entries:
        if entry.action != kind.action:
            continue
        row = rows.pop(entry.data[kind.key], None)
        if row is None:
            yield f"the {kind.name} {entry.data[kind.key]} of entry {entry.seq} is gone"
        else:
            yield from (
                f"{kind.name} {row.pk} {fault}" for fault in kind.check(row, entry, entries, merged)
            )
    yield from (f"{kind.name} {pk} stands in no entry" for pk in rows)


def _statement(row: Statement, entry: Entry, entries: list[Entry], merged: Merged) -> Iterator[str]:
    # Who said something sealed is in the hash only.
    numbers = [row.author_id, *merged.into(row.author_id)]
    hashes = {statement_digest(row, number) for number in numbers}
    if entry.data["statement_sha256"] not in hashes:
        yield f"is not what entry {entry.seq} recorded"
    if _text(row.retracted_at) != _at(entries, "promotion.retracted", "statement", row.pk):
        yield "is not retracted when the ledger says"


def _recusal(row: Recusal, entry: Entry, entries: list[Entry], merged: Merged) -> Iterator[str]:
    said = entry.data
    if (row.reason, _text(row.at)) != (said["reason"], _text(entry.at)):
        yield f"is not what entry {entry.seq} says"
    if not merged.is_same(said["recused"], row.person_id):
        yield f"is not by whom entry {entry.seq} names"
    withdrawn = _at(entries, "promotion.rejoined", "recusal", row.pk)
    if _text(row.withdrawn_at) != withdrawn and not merged.touches(row.person_id):
        yield "is not withdrawn when the ledger says"


def _endorsement(
    row: Endorsement, entry: Entry, entries: list[Entry], merged: Merged
) -> Iterator[str]:
    said = entry.data
    if (row.organization, _text(row.at)) != (said["organization"], _text(entry.at)):
        yield f"is not what entry {entry.seq} says"
    if not merged.is_same(said["endorser"], row.person_id):
        yield f"is not by whom entry {entry.seq} names"


def _at(entries: list[Entry], action: str, key: str, number: int) -> str:
    """When an entry about a row says it was taken back; empty when none does."""
    found = [entry for entry in entries if entry.action == action and entry.data[key] == number]
    return _text(found[-1].at) if found else ""


def _text(at: Any) -> str:
    return moment(at) if at else ""


KINDS = (
    _Kind(Statement, "statement", "promotion.said", "statement", _statement),
    _Kind(Recusal, "recusal", "promotion.recused", "recusal", _recusal),
    _Kind(Endorsement, "endorsement", "promotion.endorsed", "endorsement", _endorsement),
)
