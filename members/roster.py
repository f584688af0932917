"""Who held which role on a day, and how the roster came to be so."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from . import limits
from .models import Leave, RoleTerm, Sig
from .policy import COMMITTER, CONTRIBUTOR, MAINTAINER, Rules

ORDER = (RoleTerm.Role.MAINTAINER, RoleTerm.Role.COMMITTER, RoleTerm.Role.CONTRIBUTOR)
# No SIG known has a tenth of it; a page must end all the same.
LONGEST = 1000
# A term that ends within so many days is marked, and named to the Maintainers.
SOON = dt.timedelta(days=60)


@dataclass(frozen=True)
class Holder:
    """A term in force, and what the roster says beside it.

    `back_on` is the first day back, None while nobody knows; `due_on` where the rules limit terms.
    """

    term: RoleTerm
    member_since: dt.date
    is_on_leave: bool
    back_on: dt.date | None
    due_on: dt.date | None
    is_due_soon: bool


@dataclass(frozen=True)
class RoleGroup:
    """The holders of one role, in the order they took it."""

    role: str
    label: str
    holders: Sequence[Holder]

    @property
    def terms(self) -> list[RoleTerm]:
        return [holder.term for holder in self.holders]


@dataclass(frozen=True)
class Seats:
    """How many hold a role and how many may; 0: no limit on that side."""

    role: str
    label: str
    holders: int
    minimum: int
    maximum: int

    @property
    def is_short(self) -> bool:
        return self.holders < self.minimum

    @property
    def is_over(self) -> bool:
        return 0 < self.maximum < self.holders


@dataclass(frozen=True)
class RosterEvent:
    """A term that began or ended. `on` is a day of the SIG's calendar."""

    on: dt.date
    term: RoleTerm
    is_start: bool


# ── who holds what ────────────────────────────────────────────────────────────────────────────
def terms_on(sig: Sig, on: dt.date) -> QuerySet[RoleTerm]:
    """Terms in force on a day, with person, accounts and scope: three queries."""
    terms = RoleTerm.objects.active(on).filter(sig=sig).select_related("person")
    return terms.prefetch_related("person__accounts", "repositories").order_by("started_on", "id")


def groups_on(sig: Sig, on: dt.date, book: Mapping[str, Rules]) -> list[RoleGroup]:
    """The roster of a day by role, Maintainers first; a role nobody holds has no group.

    `book`: the rules of that day by role. Three queries.
    """
    away = Leave.objects.on(on, sig.pk).filter(person=OuterRef("person"))
    own = RoleTerm.objects.filter(sig=sig, person=OuterRef("person"), started_on__lte=on)
    first = own.order_by().values("person").annotate(day=Min("started_on")).values("day")
    terms = terms_on(sig, on).annotate(
        is_away=Exists(away),
        back_on=Subquery(away.values("ended_on")[:1]),
        member_since=Subquery(first[:1]),
    )
    holders = [_holder(term, book.get(term.role), on) for term in terms[:LONGEST]]
    groups = (
        RoleGroup(role, str(role.label), [one for one in holders if one.term.role == role])
        for role in ORDER
    )
    return [group for group in groups if group.holders]


def _holder(term: RoleTerm, own: Rules | None, on: dt.date) -> Holder:
    due_on = due_on_of(term, own)
    return Holder(
        term=term,
        member_since=getattr(term, "member_since", term.started_on),
        is_on_leave=getattr(term, "is_away", False),
        back_on=getattr(term, "back_on", None),
        due_on=due_on,
        is_due_soon=due_on is not None and due_on <= on + SOON,
    )


def due_on_of(term: RoleTerm, own: Rules | None) -> dt.date | None:
    """Until when a term runs: as it was said when it began, else as the rules would have it."""
    if term.due_on is not None or own is None:
        return term.due_on
    return limits.term_due_on(own, term.started_on)


def seats_of(groups: Iterable[RoleGroup], book: Mapping[str, Rules]) -> list[Seats]:
    """Seats of the roles whose number the rules limit, held by anybody or not."""
    held = {group.role: len(group.holders) for group in groups}
    rows = []
    for role in ORDER:
        own = book.get(role)
        if own is not None and (own.seats_min or own.seats_max):
            count = held.get(role, 0)
            rows.append(Seats(role, str(role.label), count, own.seats_min, own.seats_max))
    return rows


def due_soon(groups: Iterable[RoleGroup]) -> list[Holder]:
    """Whose term ends soon, or ended without a renewal; the first to end at the top."""
    soon = [one for group in groups for one in group.holders if one.is_due_soon]
    return sorted(soon, key=lambda one: (one.due_on or dt.date.max, one.term.pk))


# ── who held it ───────────────────────────────────────────────────────────────────────────────
def former_on(sig: Sig, on: dt.date) -> QuerySet[RoleTerm]:
    """The last ended term of everybody who holds no role on a day, and of those who, with honours,
    hold only lower ones since; newest first, with person and accounts."""
    ended = RoleTerm.objects.filter(sig=sig, ended_on__lte=on)
    holds = RoleTerm.objects.active(on).filter(sig=sig, person=OuterRef("person"))
    own = ended.filter(person=OuterRef("person"))
    later = own.filter(
        Q(ended_on__gt=OuterRef("ended_on"))
        | Q(ended_on=OuterRef("ended_on"), pk__gt=OuterRef("pk"))
    )
    higher = (
        Q(role=CONTRIBUTOR)
        | Q(role=COMMITTER) & Exists(holds.filter(role__in=(COMMITTER, MAINTAINER)))
        | Q(role=MAINTAINER) & Exists(holds.filter(role=MAINTAINER))
    )
    honoured = Q(ended_as=RoleTerm.EndedAs.EMERITUS) & ~higher
    terms = ended.filter(~Exists(later)).filter(~Exists(holds) | honoured)
    return (
        terms.select_related("person")
        .prefetch_related("person__accounts")
        .order_by("-ended_on", "-pk")
    )


# ── employers ─────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Organization:
    """How many of those who hold a role work for one employer; `name` empty where none is known."""

    name: str
    people: int
    maintainers: int
    committers: int
    percent: int


def organizations_of(groups: Iterable[RoleGroup]) -> list[Organization]:
    """Employers as known today, names compared without case, the largest first, the unknown last."""
    names: dict[str, str] = {}
    people: dict[str, dict[int, set[str]]] = {}
    for group in groups:
        for term in group.terms:
            key = term.person.organization.strip().casefold()
            names.setdefault(key, term.person.organization.strip())
            people.setdefault(key, {}).setdefault(term.person_id, set()).add(group.role)
    total = sum(len(held) for held in people.values())
    rows = [
        Organization(
            name=names[key],
            people=len(held),
            maintainers=sum(MAINTAINER in roles for roles in held.values()),
            committers=sum(COMMITTER in roles for roles in held.values()),
            percent=round(100 * len(held) / total),
        )
        for key, held in people.items()
    ]
    return sorted(rows, key=lambda row: (not row.name, -row.people, row.name))


# ── changes ───────────────────────────────────────────────────────────────────────────────────
def latest_events(sig: Sig, limit: int = 20) -> list[RosterEvent]:
    """What changed last, newest first: one query.

    The newest events belong to the terms that changed last, of which each has at least one.
    """
    changed = Coalesce("ended_on", "started_on")
    terms = RoleTerm.objects.filter(sig=sig).select_related("person")
    newest = terms.order_by(changed.desc(), F("id").desc())[:limit]
    events = []
    for term in newest:
        events.append(RosterEvent(term.started_on, term, True))
        if term.ended_on:
            events.append(RosterEvent(term.ended_on, term, False))
    # On one day an end stands before the start that followed it.
    events.sort(key=lambda event: (event.on, event.is_start, event.term.pk), reverse=True)
    return events[:limit]


def first_day(sig: Sig) -> dt.date | None:
    """The day the roster begins; before it nothing is known."""
    return (
        RoleTerm.objects.filter(sig=sig)
        .order_by("started_on")
        .values_list("started_on", flat=True)
        .first()
    )
