"""Turns brought into the meetings of a series: who is named, who is told, what is recorded."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from django.db import transaction
from django.db.models import QuerySet

from ledger import record
from members.models import Account, Leave, Person, RoleTerm, actor_of

from . import announcing, rotation
from .models import Meeting, RotationSeat, Series

# So many meetings that are over tell whose turn was the last.
WINDOW = 24
SAVED = [
    "host",
    "scribe",
    "host_by_hand",
    "scribe_by_hand",
    "host_named_at",
    "scribe_named_at",
    "passed_by",
    "sequence",
    "changed_at",
]


@dataclass(frozen=True)
class Because:
    """Who made one duty of one meeting change, and why; everything else follows by itself."""

    meeting_id: int
    duty: str
    by: Person | None
    reason: str = ""


@transaction.atomic
def deal(series: Series, *, at: dt.datetime, because: Because | None = None) -> int:
    """Give every meeting ahead its host and scribe by turn; returns how many meetings changed.

    What a person chose stays, and so do the people of what has begun or was held (`at`, aware). A
    cancelled meeting has no turn: the next one gets it. Run twice it writes nothing.
    """
    lock(series, at)
    lists = lists_of(series)
    ahead, slots = _slots(series, frozenset(chain(*lists.values())), at)
    dealt = rotation.deal(lists, [slot for _meeting, slot in slots])
    wanted: dict[int, dict[str, int | None]] = {
        meeting.pk: dict(found) for (meeting, _slot), found in zip(slots, dealt, strict=True)
    }
    known = Person.objects.in_bulk({who for found in dealt for who in found.values() if who})
    return sum(
        _follow(meeting, wanted.get(meeting.pk, {}), known, at, because) for meeting in ahead
    )


def lock(series: Series, at: dt.datetime) -> None:
    """Lock a series and then its meetings ahead, before anything is recorded: everybody who
    changes more than one of them begins here, so that nobody waits in a circle."""
    list(Series.objects.select_for_update().filter(pk=series.pk).values_list("pk"))
    list(_ahead(series, at).select_for_update(of=("self",)).values_list("pk"))


def locked(meeting: Meeting, at: dt.datetime) -> Meeting:
    """One meeting as it is now, locked together with its series and what else is ahead in it."""
    series_id = Meeting.objects.values_list("series_id", flat=True).get(pk=meeting.pk)
    if series_id is not None:
        lock(Series(pk=series_id), at)
    # Host and scribe are read afterwards: PostgreSQL reads the locked row anew once it has waited, but
    # not what was joined to it, and would show nobody where somebody was named meanwhile.
    rows = Meeting.objects.select_related("sig", "series")
    return rows.select_for_update(of=("self",)).get(pk=meeting.pk)


def put(
    meeting: Meeting,
    named: Mapping[str, Person | None],
    *,
    by: Person | None,
    at: dt.datetime,
    reason: str = "",
) -> bool:
    """Store who has which duty of a locked meeting, with entries and notices; False: all as before.

    Flags set on the meeting before are stored as well.
    """
    was = {duty: getattr(meeting, duty) for duty in named}
    changed = {duty: who for duty, who in named.items() if was[duty] != who}
    for duty, who in changed.items():
        setattr(meeting, duty, who)
        setattr(meeting, f"{duty}_named_at", at if who else None)
    if changed:
        meeting.sequence += 1
        meeting.changed_at = at
    meeting.save(update_fields=SAVED)
    for duty, who in changed.items():
        _record(meeting, duty, was[duty], by, at, reason)
        if who is not None:
            announcing.tell_turn(meeting, duty, at=at)
    return bool(changed)


def lists_of(series: Series) -> dict[str, list[int]]:
    """For each duty the people's keys in turn; who was merged stands as the one they are now."""
    seats = RotationSeat.objects.filter(series=series).order_by("position", "pk")
    rows = seats.values_list("duty", "person_id", "person__merged_into_id")
    lists: dict[str, list[int]] = {duty: [] for duty in rotation.DUTIES}
    for duty, person, merged_into in rows:
        if (who := merged_into or person) not in lists[duty]:
            lists[duty].append(who)
    return lists


def drop_seat(mine: RotationSeat, theirs: RotationSeat, at: dt.datetime | None) -> None:
    """Two people in one list turned out to be one: one seat of theirs stays."""
    theirs.delete()


# ── what stands ───────────────────────────────────────────────────────────────────────────────
def _ahead(series: Series, at: dt.datetime) -> QuerySet[Meeting]:
    rows = Meeting.objects.filter(series=series, starts_at__gt=at)
    return rows.exclude(state=Meeting.State.HELD).order_by("starts_at", "pk")


def _slots(
    series: Series, people: frozenset[int], at: dt.datetime
) -> tuple[list[Meeting], list[tuple[Meeting, rotation.Slot]]]:
    """The meetings ahead, and every one that takes place as the rotation sees it, by the rule's days."""
    related = ("sig", "series", "host", "scribe")
    ahead = list(_ahead(series, at).select_related(*related))
    past = Meeting.objects.filter(series=series).exclude(pk__in=[one.pk for one in ahead])
    past = past.exclude(state=Meeting.State.CANCELLED).select_related(*related)
    standing = [one for one in ahead if one.state != Meeting.State.CANCELLED]
    rows = [*past.order_by("-starts_at", "-pk")[:WINDOW], *standing]
    rows.sort(key=lambda one: (one.recurrence_on or _day(one), one.pk))
    absences = _absences_of(series, people)
    over = {one.pk for one in rows} - {one.pk for one in ahead}
    slots = [(one, _slot(one, people, absences, one.pk in over)) for one in rows]
    return ahead, slots


def _slot(
    meeting: Meeting, people: Iterable[int], absences: "Absences", is_over: bool
) -> rotation.Slot:
    day = _day(meeting)
    return rotation.Slot(
        named={rotation.HOST: meeting.host_id, rotation.SCRIBE: meeting.scribe_id},
        by_hand={duty for duty in rotation.DUTIES if getattr(meeting, f"{duty}_by_hand")},
        is_over=is_over,
        away={one for one in people if absences.is_away(one, day)},
        passed={duty: _passed(meeting, duty) for duty in rotation.DUTIES},
    )


def _day(meeting: Meeting) -> dt.date:
    return meeting.sig.day_of(meeting.starts_at)


def _passed(meeting: Meeting, duty: str) -> set[int]:
    marks = (str(mark).partition(":") for mark in meeting.passed_by)
    return {int(key) for name, _colon, key in marks if name == duty}


@dataclass(frozen=True)
class Absences:
    """When each person of a list cannot take a turn: (first day, first day back or None)."""

    leaves: dict[int, list[tuple[dt.date, dt.date | None]]] = field(default_factory=dict)
    terms: dict[int, list[tuple[dt.date, dt.date | None]]] = field(default_factory=dict)
    shut_out: frozenset[int] = frozenset()

    def is_away(self, person: int, day: dt.date) -> bool:
        """On leave, without any role in the SIG on that day, or with no account left to sign in by."""
        return (
            person in self.shut_out
            or _covers(self.leaves.get(person, ()), day)
            or not _covers(self.terms.get(person, ()), day)
        )


def _covers(spans: Iterable[tuple[dt.date, dt.date | None]], day: dt.date) -> bool:
    return any(first <= day and (until is None or day < until) for first, until in spans)


def _absences_of(series: Series, people: frozenset[int]) -> Absences:
    found = Absences(shut_out=_shut_out(people))
    sig_id = Series.objects.values_list("sig_id", flat=True).get(pk=series.pk)
    for rows, spans in ((Leave.objects, found.leaves), (RoleTerm.objects, found.terms)):
        told = rows.filter(sig=sig_id, person__in=people)
        for person, first, until in told.values_list("person_id", "started_on", "ended_on"):
            spans.setdefault(person, []).append((first, until))
    return found


def _shut_out(people: frozenset[int]) -> frozenset[int]:
    """Whose sign-in was switched off, or whose accounts are all gone from their code hosts."""
    rows = Account.objects.filter(person__in=people).exclude(host=Account.GIT)
    accounts = dict.fromkeys(rows.values_list("person_id", flat=True), True)
    accounts |= dict.fromkeys(rows.filter(gone_at=None).values_list("person_id", flat=True), False)
    inactive = Person.objects.filter(pk__in=people, user__is_active=False)
    gone = {person for person, all_gone in accounts.items() if all_gone}
    return frozenset({*gone, *inactive.values_list("pk", flat=True)})


# ── what changes ──────────────────────────────────────────────────────────────────────────────
def _follow(
    meeting: Meeting,
    wanted: Mapping[str, int | None],
    known: Mapping[int, Person],
    at: dt.datetime,
    because: Because | None,
) -> bool:
    """Bring a locked meeting to what was dealt; a cancelled one, for which nothing was, to nobody."""
    named = {
        duty: known.get(wanted.get(duty) or 0)
        for duty in rotation.DUTIES
        if not getattr(meeting, f"{duty}_by_hand")
    }
    changed = {duty: who for duty, who in named.items() if getattr(meeting, duty) != who}
    if not changed:
        return False
    if because is None or because.meeting_id != meeting.pk or because.duty not in changed:
        return put(meeting, changed, by=None, at=at)
    theirs = {because.duty: changed.pop(because.duty)}
    put(meeting, theirs, by=because.by, at=at, reason=because.reason)
    put(meeting, changed, by=None, at=at)
    return True


def _record(
    meeting: Meeting,
    duty: str,
    was: Person | None,
    by: Person | None,
    at: dt.datetime,
    reason: str,
) -> None:
    who = getattr(meeting, duty)
    record.append(
        actor=actor_of(by),
        action=f"meeting.{duty}_named",
        subject=f"meeting:{meeting.pk}",
        data={
            "sig": meeting.sig.slug,
            "title": meeting.title,
            "title_en": meeting.title_en,
            "name": who.name if who else "",
            "previous": was.name if was else "",
            "reason": reason,
        },
        at=at,
    )
