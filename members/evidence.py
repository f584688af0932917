"""What a person has to show for a role, counted from Contribution rows and role terms only."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from .models import Contribution, Person, RoleTerm, Sig
from .policy import CONTRIBUTOR, FIGURES, ROLES, Evidence

Kind = Contribution.Kind
ACTIVE_MONTHS = 6


def collect(person: Person, sig: Sig, at: dt.datetime) -> dict[str, Any]:
    """The person's evidence in a SIG at an instant, as JSON: two queries whatever the amount.

    Shape: {"at": instant, "held_since": {role: day}, "items": [{kind, main, at, title, url}], "figures":
    {name: {"value": n, "items": [indices into items]}}}. Stored at nomination and never recomputed.
    """
    rows: list[Any] = list(
        Contribution.objects.filter(person=person, sig=sig, at__lte=at)
        .order_by("at", "id")
        .values("kind", "is_main", "at", "title", "url", "source")
    )
    terms = list(RoleTerm.objects.filter(person=person, sig=sig))
    first = sig.day_of(rows[0]["at"]) if rows else None
    held = held_since(terms, sig.day_of(at), first)
    return {
        "at": at.astimezone(dt.UTC).isoformat(),
        "held_since": {role: day.isoformat() for role, day in held.items()},
        "items": [_item(row) for row in rows],
        "figures": _figures(rows, sig, sig.day_of(at)),
    }


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
    return {
        "kind": str(row["kind"]),
        "main": row["is_main"],
        "at": row["at"].astimezone(dt.UTC).isoformat(),
        "title": row["title"],
        "url": row["url"],
    }


def _figures(rows: list[dict[str, Any]], sig: Sig, on: dt.date) -> dict[str, Any]:
    def indices(*kinds: str) -> list[int]:
        return [index for index, row in enumerate(rows) if row["kind"] in kinds]

    merged = indices(Kind.PULL_MERGED)
    lately = [
        index for index in merged if _months_ago(sig.day_of(rows[index]["at"]), on) < ACTIVE_MONTHS
    ]
    months = {sig.day_of(rows[index]["at"]).replace(day=1) for index in lately}
    reviewed = indices(Kind.PULL_REVIEWED)
    parts: dict[str, list[int]] = {
        "merged": merged,
        "main_reviews": [index for index in reviewed if rows[index]["is_main"]],
        "reviewed": reviewed,
        "merged_or_reviewed": _one_each(rows, indices(Kind.PULL_MERGED, Kind.PULL_REVIEWED)),
        "active_months": lately,
        "issues_opened": indices(Kind.ISSUE_OPENED),
        "meetings_attended": indices(Kind.MEETING_ATTENDED),
    }
    return {
        name: {
            "value": len(months) if name == "active_months" else len(parts[name]),
            "items": parts[name],
        }
        for name in FIGURES
    }


def _months_ago(day: dt.date, on: dt.date) -> int:
    """Calendar months between: 0 is the running month, so six months are the running and five before."""
    return (on.year - day.year) * 12 + on.month - day.month


def _one_each(rows: list[dict[str, Any]], indices: list[int]) -> list[int]:
    """One index a pull request: who wrote and also reviewed one counts it once."""
    seen: dict[str, int] = {}
    for index in indices:
        # A source starts with the pull request: "gitee:owner/name!12:pull_merged:login".
        seen.setdefault(_pull_of(rows[index]["source"]), index)
    return list(seen.values())


def _pull_of(source: str) -> str:
    return source.partition(":pull_")[0]
