"""Terms of office and rules against what the ledger recorded of them."""

from collections.abc import Iterator
from typing import Any

from ledger.models import Entry

from .merged import Merged
from .models import Account, FormerLogin, Policy, Repository, RoleTerm

Entries = list[Entry]


def faults(merged: Merged) -> Iterator[str]:
    yield from _twice(lambda: _Terms(merged).faults())
    yield from _twice(_policies)


def _twice(look: Any) -> Iterator[str]:
    """A write may fall between the queries: only what is wrong the second time too is a fault."""
    first = list(look())
    if first:
        again = set(look())
        yield from (fault for fault in first if fault in again)


# ── terms ─────────────────────────────────────────────────────────────────────────────────────
class _Terms:
    """Everything the ledger says of terms, read once."""

    def __init__(self, merged: Merged) -> None:
        self.merged = merged
        entries = Entry.objects.filter(action__startswith="role.").order_by("seq")
        self.started = {entry.seq: entry for entry in entries if entry.action == "role.started"}
        self.by_term: dict[int, Entries] = {}
        self.by_holder: dict[tuple[str, str, str], Entries] = {}
        for entry in entries:
            if entry.action != "role.started":
                self._file(entry)
        self.actors = _actors()
        self.repositories = {str(one) for one in Repository.objects.all()}

    def _file(self, entry: Entry) -> None:
        if "term" in entry.data:
            self.by_term.setdefault(entry.data["term"], []).append(entry)
        else:
            holder = (entry.subject, entry.data["sig"], entry.data["role"])
            self.by_holder.setdefault(holder, []).append(entry)

    def faults(self) -> Iterator[str]:
        rows = RoleTerm.objects.select_related("sig").prefetch_related("repositories")
        known = set()
        for term in rows.order_by("pk"):
            entry = self.started.get(term.entry_seq or 0)
            known.add(term.entry_seq)
            if entry is None:
                yield f"role term {term.pk}: stands in no entry"
            elif not self.merged.touches(term.person_id):
                # A merge joins terms and cuts overlaps; its own entry tells how.
                yield from (f"role term {term.pk}: {fault}" for fault in self._of(term, entry))
        yield from self._vanished(known)

    def _of(self, term: RoleTerm, entry: Entry) -> Iterator[str]:
        said = entry.data
        shown = (term.sig.slug, term.role, term.started_on.isoformat(), term.reason)
        if shown != (said["sig"], said["role"], said["on"], said["reason"]):
            yield f"is not what entry {entry.seq} says"
        if entry.subject not in self._names(term):
            yield f"is not of whom entry {entry.seq} names"
        later = self._later(term, entry)
        now = dict(said)
        for change in later:
            if change.action == "role.changed":
                now |= change.data
        if term.duty != now["duty"]:
            yield "the duty is not what the ledger says"
        if not self._same_scope(term, now["repositories"]):
            yield "the repositories are not what the ledger says"
        if _day(term.due_on) != now.get("due_on", ""):
            yield "the end of the term is not what the ledger says"
        yield from _ended(term, [change for change in later if change.action == "role.ended"])

    def _names(self, term: RoleTerm) -> set[str]:
        return self.actors.get(term.person_id, set()) | {f"person:person-{term.person_id}"}

    def _later(self, term: RoleTerm, started: Entry) -> Entries:
        """Entries about a term after its start; older ones name it by its holder only."""
        found = list(self.by_term.get(term.pk, ()))
        for actor in self._names(term):
            found += self.by_holder.get((actor, term.sig.slug, term.role), ())
        return sorted(
            (
                entry
                for entry in found
                if entry.seq > started.seq and not self._is_beyond(term, entry)
            ),
            key=lambda entry: entry.seq,
        )

    def _is_beyond(self, term: RoleTerm, entry: Entry) -> bool:
        """Told by the holder's name only, an entry after this term's end is about a later one."""
        if "term" in entry.data or term.ended_on is None:
            return False
        return any(
            other.data["role"] == term.role and term.entry_seq < seq < entry.seq
            for seq, other in self.started.items()
            if other.subject == entry.subject
            and term.entry_seq
            and other.data["sig"] == term.sig.slug
        )

    def _same_scope(self, term: RoleTerm, recorded: list[str]) -> bool:
        """Repositories are recorded by name; one that was renamed since counts by number only."""
        now = {str(one) for one in term.repositories.all()}
        return len(now) == len(recorded) and set(recorded) & self.repositories <= now

    def _vanished(self, known: set[int | None]) -> Iterator[str]:
        moved = {
            name
            for entry in Entry.objects.filter(action="person.merged")
            for name in (entry.subject, entry.data.get("merged"))
        }
        for seq, entry in self.started.items():
            if seq not in known and entry.subject not in moved:
                yield f"{entry.subject}: the role term that entry {seq} began is gone"


def _ended(term: RoleTerm, ends: Entries) -> Iterator[str]:
    on, how = (ends[-1].data["on"], ends[-1].data.get("as", "")) if ends else ("", "")
    if (_day(term.ended_on), term.ended_as) != (on, how):
        yield "has not ended as the ledger says"


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def _actors() -> dict[int, set[str]]:
    """How the ledger may have named each person, today or under a former login."""
    names: dict[int, set[str]] = {}
    for person, login in Account.objects.values_list("person_id", "login"):
        names.setdefault(person, set()).add(f"person:{login.lower()}")
    former = FormerLogin.objects.values_list("account__person_id", "login")
    for person, login in former:
        names.setdefault(person, set()).add(f"person:{login.lower()}")
    return names


# ── rules ─────────────────────────────────────────────────────────────────────────────────────
def _policies() -> Iterator[str]:
    entries = {
        (entry.subject, entry.data["role"], entry.data["version"]): entry
        for entry in Entry.objects.filter(action="policy.adopted").order_by("seq")
    }
    for row in Policy.objects.select_related("sig").order_by("pk"):
        entry = entries.pop((f"sig:{row.sig.slug}", row.role, row.version), None)
        if entry is None:
            yield f"policy {row.pk}: stands in no entry"
            continue
        said = entry.data
        shown = (row.rules, row.preset, row.effective_from.isoformat(), row.note)
        if shown != (said["rules"], said["preset"], said["from"], said.get("note", "")):
            yield f"policy {row.pk}: is not what entry {entry.seq} says"
    for entry in entries.values():
        yield f"{entry.subject}: the policy that entry {entry.seq} adopted is gone"
