"""What a person has to show for a role, counted from Contribution rows and role terms only."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import figures
from .figures import Deed
from .models import Contribution, Person, RoleTerm, Sig
from .policy import CONTRIBUTOR, FIGURES, ROLES, Evidence, Rules

# What counting takes, and what a list of proofs prints besides.
COUNTED = (
    "kind",
    "is_main",
    "at",
    "source",
    "repository_id",
    "repository__moved_to_id",
    "repository__moved_to__moved_to_id",
)
PRINTED = ("title", "title_en", "url")


@dataclass(frozen=True)
class Collected:
    """What a person did in a SIG until an instant, read once and counted under any rules."""

    at: dt.datetime
    on: dt.date
    rows: Sequence[Mapping[str, Any]]
    deeds: Sequence[Deed]
    held: Mapping[str, dt.date]

    def under(self, rules: Rules) -> dict[str, Any]:
        """As JSON: {"at": instant, "held_since": {role: day}, "windows": {key of Rules: months}, "items":
        [{kind, main, at, title, title_en where there is one, url, source}], "figures": {name: {"value": n, "items": [indices into
        items]}}}, the figures counted through the windows of the rules."""
        behind = figures.counted(self.deeds, rules, self.on)
        counts = figures.values(self.deeds, behind)
        return {
            "at": self.at.astimezone(dt.UTC).isoformat(),
            "held_since": {role: day.isoformat() for role, day in self.held.items()},
            "windows": {
                "evidence_months": rules.evidence_months,
                "active_window_months": rules.active_window_months,
            },
            "items": [_item(row) for row in self.rows],
            "figures": {name: {"value": counts[name], "items": behind[name]} for name in FIGURES},
        }


def collected(person: Person, sig: Sig, at: dt.datetime) -> Collected:
    """Two queries whatever the amount."""
    rows = _rows(person, sig, at, PRINTED)
    deeds, on = _deeds(rows, sig), sig.day_of(at)
    return Collected(at, on, rows, deeds, _held(person, sig, deeds, on))


def collect(
    person: Person, sig: Sig, at: dt.datetime, rules: Rules | None = None
) -> dict[str, Any]:
    """The person's evidence in a SIG at an instant, as Collected.under has it.

    Stored at nomination and never recomputed.
    """
    return collected(person, sig, at).under(rules or Rules())


def today(person: Person, sig: Sig, at: dt.datetime, rules: Rules) -> Evidence:
    """The same figures without the lists behind them; two queries, and of each row only what counts."""
    deeds, on = _deeds(_rows(person, sig, at), sig), sig.day_of(at)
    counts = figures.values(deeds, figures.counted(deeds, rules, on))
    return Evidence(figures=counts, held_since=_held(person, sig, deeds, on))


def _rows(person: Person, sig: Sig, at: dt.datetime, more: Sequence[str] = ()) -> list[Any]:
    """Oldest first."""
    found = Contribution.objects.filter(person=person, sig=sig, at__lte=at)
    return list(found.order_by("at", "id").values(*COUNTED, *more))


def _deeds(rows: Iterable[Mapping[str, Any]], sig: Sig) -> list[Deed]:
    return [deed_of(row, sig) for row in rows]


def deed_of(row: Mapping[str, Any], sig: Sig) -> Deed:
    """A row of COUNTED as members.figures wants it."""
    home = row["repository__moved_to__moved_to_id"] or row["repository__moved_to_id"]
    return Deed(
        kind=str(row["kind"]),
        is_main=row["is_main"],
        day=sig.day_of(row["at"]),
        subject=figures.subject_of(row["source"], home or row["repository_id"]),
    )


def _held(person: Person, sig: Sig, deeds: Sequence[Deed], on: dt.date) -> dict[str, dt.date]:
    terms = list(RoleTerm.objects.filter(person=person, sig=sig))
    return held_since(terms, on, deeds[0].day if deeds else None)


def read(stored: Mapping[str, Any]) -> Evidence:
    """Stored evidence as members.policy wants it; what an old row lacks counts as nothing."""
    return Evidence(
        figures={name: part["value"] for name, part in stored.get("figures", {}).items()},
        held_since={
            role: dt.date.fromisoformat(day) for role, day in stored.get("held_since", {}).items()
        },
    )


def items_of(stored: Mapping[str, Any], figure: str) -> list[dict[str, Any]]:
    """The rows behind one figure, newest first."""
    indices = stored.get("figures", {}).get(figure, {}).get("items", [])
    return [stored["items"][index] for index in reversed(indices)]


def held_since(
    terms: Iterable[RoleTerm], on: dt.date, first_contribution: dt.date | None = None
) -> dict[str, dt.date]:
    """Since when, without a gap, each role or a higher one has been held on a day.

    Whoever contributed is a Contributor from their first contribution, listed or not.
    """
    since = {}
    for index, role in enumerate(ROLES):
        start = _unbroken_since([term for term in terms if term.role in ROLES[index:]], on)
        if role == CONTRIBUTOR and first_contribution is not None:
            start = min(start, first_contribution) if start else first_contribution
        if start is not None:
            since[role] = start
    return since


def _unbroken_since(terms: list[RoleTerm], on: dt.date) -> dt.date | None:
    start: dt.date | None = None
    reach = on
    for term in sorted(terms, key=lambda term: term.started_on, reverse=True):
        # The first must be in force on the day, an earlier one must touch the one after it.
        ends_too_early = term.ended_on is not None and (
            term.ended_on <= on if start is None else term.ended_on < reach
        )
        if term.started_on <= reach and not ends_too_early:
            start = reach = term.started_on
    return start


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {"title_en": row["title_en"]} if row["title_en"] else {}
    return {
        "kind": str(row["kind"]),
        "main": row["is_main"],
        "at": row["at"].astimezone(dt.UTC).isoformat(),
        "title": row["title"],
        **own,
        "url": row["url"],
        "source": row["source"],
    }
