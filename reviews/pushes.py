"""New commits on a pull request, noted by whoever saw them: a word given before them no longer counts."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from members.chunks import chunks

from .models import Push


@dataclass(frozen=True, slots=True)
class Pushed:
    """A head commit first seen. Aware UTC: not pushed before `not_before`, there at `at`.

    Equal when a webhook told the moment; apart when two readings of the list showed different heads.
    """

    pull_id: int
    sha: str
    not_before: dt.datetime
    at: dt.datetime


def note_many(pushed: Iterable[Pushed]) -> int:
    """Store pushes, narrowing what was known of the moment; returns how many rows were written.

    Told twice, stored once. Of two bounds the narrower counts; if they contradict each other (the
    same head was pushed again) the later span does. Raises ValueError on a span that ends before it
    begins.
    """
    spans: dict[tuple[int, str], Pushed] = {}
    for one in pushed:
        if one.at < one.not_before:
            raise ValueError(f"push {one.sha}: at {one.at} lies before not_before {one.not_before}")
        key = (one.pull_id, one.sha[:64])
        known = spans.get(key)
        spans[key] = narrowed(known, one) if known else one
    return sum(_note_chunk(chunk) for chunk in chunks(spans.items()))


def narrowed(known: Pushed, told: Pushed) -> Pushed:
    """One span from two readings of the same head."""
    not_before, at = max(known.not_before, told.not_before), min(known.at, told.at)
    if not_before <= at:
        return Pushed(known.pull_id, known.sha, not_before, at)
    return max(known, told, key=lambda one: one.at)


def _note_chunk(chunk: Sequence[tuple[tuple[int, str], Pushed]]) -> int:
    stored = {
        (row.pull_id, row.sha): Pushed(row.pull_id, row.sha, row.not_before, row.at)
        for row in Push.objects.filter(
            pull__in={pull_id for (pull_id, _sha), _one in chunk},
            sha__in={sha for (_pull_id, sha), _one in chunk},
        )
    }
    rows = []
    for (pull_id, sha), told in chunk:
        known = stored.get((pull_id, sha))
        span = narrowed(known, told) if known else told
        if known is None or (span.not_before, span.at) != (known.not_before, known.at):
            rows.append(Push(pull_id=pull_id, sha=sha, not_before=span.not_before, at=span.at))
    Push.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["pull", "sha"],
        update_fields=["not_before", "at"],
    )
    return len(rows)
