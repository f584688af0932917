"""Decisions and action items come out of the minutes' text when it becomes public, and follow it.

The text is the one truth. A decision has a number of its SIG for life, which is never given twice:
a line that an amendment words anew (structure.pair) keeps it, one that is gone is withdrawn. Action
items have their own life once they are there, so an amendment only ever adds some.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from ledger import record
from members.models import Person, Sig, actor_of

from . import action, meant, structure
from .models import Meeting, MeetingDecision, MinutesRevision


@transaction.atomic
def derive(*, revision: MinutesRevision, before: str, by: Person | None, at: dt.datetime) -> None:
    """Bring the rows of a meeting up to its public text; `before` is the one it replaces, or "".

    Run twice it writes nothing. Call it before the entry of the publication itself: the SIG's row
    is locked here, and the record's head is locked last everywhere.
    """
    meeting = revision.meeting
    found = meant.reading(meeting, revision.body)
    _decide(meeting, found.decisions, by, at)
    _take_on(meeting, found.actions, before, by, at)


# ── decisions ─────────────────────────────────────────────────────────────────────────────────
def _decide(
    meeting: Meeting, lines: Sequence[meant.Decided], by: Person | None, at: dt.datetime
) -> None:
    standing = list(
        meeting.decisions.filter(withdrawn_at=None).select_related("supersedes").order_by("number")
    )
    if not lines and not standing:
        return
    # Writers of one SIG's numbers queue here.
    Sig.objects.select_for_update(no_key=True).get(pk=meeting.sig_id)
    pairs = structure.pair([row.text for row in standing], [line.text for line in lines])
    kept = set(pairs.values())
    for index, row in enumerate(standing):
        if index not in kept:
            _withdraw(meeting, row, by, at)
    number = MeetingDecision.objects.filter(sig=meeting.sig_id).aggregate(last=Max("number"))
    last = number["last"] or 0
    for index, line in enumerate(lines):
        if index in pairs:
            _follow(meeting, standing[pairs[index]], line, by, at)
        else:
            last += 1
            _add(meeting, last, line, by, at)


def _add(
    meeting: Meeting, number: int, line: meant.Decided, by: Person | None, at: dt.datetime
) -> None:
    row = MeetingDecision.objects.create(
        sig=meeting.sig,
        meeting=meeting,
        number=number,
        decided_at=meeting.starts_at,
        supersedes=line.supersedes,
        **_columns(line),
    )
    _record(meeting, row, "decided", by, at, supersedes=_number(line.supersedes))
    if line.supersedes:
        _record(meeting, line.supersedes, "decision_superseded", by, at, superseded_by=number)


def _follow(
    meeting: Meeting,
    row: MeetingDecision,
    line: meant.Decided,
    by: Person | None,
    at: dt.datetime,
) -> None:
    """The row as its line says now; words and what it supersedes are told, links only follow."""
    was, was_over = row.text, row.supersedes
    for name, value in _columns(line).items():
        setattr(row, name, value)
    row.supersedes = line.supersedes
    row.save(update_fields=[*_columns(line), "supersedes"])
    if (row.text, row.supersedes) == (was, was_over):
        return
    numbers = {"was_superseding": _number(was_over), "supersedes": _number(row.supersedes)}
    _record(meeting, row, "decision_amended", by, at, was=was, **numbers)
    if was_over == row.supersedes:
        return
    _restore(meeting, was_over, by, at)
    if row.supersedes:
        _record(meeting, row.supersedes, "decision_superseded", by, at, superseded_by=row.number)


def _withdraw(meeting: Meeting, row: MeetingDecision, by: Person | None, at: dt.datetime) -> None:
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    _record(meeting, row, "decision_withdrawn", by, at)
    _restore(meeting, row.supersedes, by, at)


def _restore(
    meeting: Meeting, row: MeetingDecision | None, by: Person | None, at: dt.datetime
) -> None:
    """Nothing supersedes it any more; it holds again unless its own minutes took it out."""
    if row is not None and row.withdrawn_at is None:
        _record(meeting, row, "decision_restored", by, at)


def _columns(line: meant.Decided) -> dict[str, Any]:
    return {
        "text": line.text,
        "agenda_item_id": line.item_id,
        "promotion": line.subject.promotion,
        "pull_request": line.subject.pull_request,
        "issue": line.subject.issue,
    }


def _number(row: MeetingDecision | None) -> int | None:
    return row.number if row else None


def _record(
    meeting: Meeting,
    row: MeetingDecision,
    what: str,
    by: Person | None,
    at: dt.datetime,
    **more: Any,
) -> None:
    """`title` is that of the meeting whose minutes say so."""
    record.append(
        actor=actor_of(by),
        action=f"meeting.{what}",
        subject=f"decision:{row.pk}",
        data={
            "sig": meeting.sig.slug,
            "number": row.number,
            "text": row.text,
            "meeting": meeting.pk,
            "title": meeting.title,
            "title_en": meeting.title_en,
            "on": row.decided_at.astimezone(meeting.zone).date().isoformat(),
            **more,
        },
        at=at,
    )


# ── action items ──────────────────────────────────────────────────────────────────────────────
def _take_on(
    meeting: Meeting,
    lines: Sequence[meant.Taken],
    before: str,
    by: Person | None,
    at: dt.datetime,
) -> None:
    """A row for each line that is new to the text and to the meeting."""
    earlier = [line.text for line in structure.read(before).actions]
    known = structure.pair(earlier, [line.text for line in lines])
    there = _there(meeting)
    for index, line in enumerate(lines):
        if index in known or structure.key(line.text) in there:
            continue
        there.add(structure.key(line.text))
        action.add(
            meeting=meeting,
            text=line.text,
            owner=line.owner,
            owner_name=line.owner_name,
            due_on=line.due_on,
            by=by,
            at=at,
        )


def _there(meeting: Meeting) -> set[str]:
    """Keys of the meeting's action items as their rows say them, and as a line of minutes would.

    Of a text in several lines the first counts too: an import puts points below it.
    """
    texts = list(meeting.action_items.values_list("text", flat=True))
    joined = [f"* {' '.join(text.split())}" for text in texts]
    written = "\n".join([*joined, *(f"{line} -- somebody" for line in joined)])
    lines = structure.read(f"## Action items\n{written}").actions
    stored = [part for text in texts for part in (text, text.partition("\n")[0])]
    return {structure.key(text) for text in [*stored, *(line.text for line in lines)]}
