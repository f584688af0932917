"""Who held which role on a day, and how the roster came to be so."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from .models import RoleTerm, Sig

ORDER = (RoleTerm.Role.MAINTAINER, RoleTerm.Role.COMMITTER, RoleTerm.Role.CONTRIBUTOR)
# No SIG known has a tenth of it; a page must end all the same.
LONGEST = 1000


@dataclass(frozen=True)
class RoleGroup:
    """The holders of one role, in the order they took it."""

    role: str
    label: str
    terms: Sequence[RoleTerm]


@dataclass(frozen=True)
class RosterEvent:
    """A term that began or ended. `on` is a day of the SIG's calendar."""

    on: dt.date
    term: RoleTerm
    is_start: bool


def terms_on(sig: Sig, on: dt.date) -> QuerySet[RoleTerm]:
    """Terms in force on a day, with person, accounts and scope: three queries."""
    terms = RoleTerm.objects.active(on).filter(sig=sig).select_related("person")
    return terms.prefetch_related("person__accounts", "repositories").order_by("started_on", "id")


def groups_on(sig: Sig, on: dt.date) -> list[RoleGroup]:
    """The roster of a day by role, Maintainers first; a role nobody holds has no group."""
    terms = list(terms_on(sig, on)[:LONGEST])
    groups = (
        RoleGroup(role.value, str(role.label), [term for term in terms if term.role == role])
        for role in ORDER
    )
    return [group for group in groups if group.terms]


def latest_events(sig: Sig, limit: int = 20) -> list[RosterEvent]:
    """What changed last, newest first: two queries."""
    terms = RoleTerm.objects.filter(sig=sig).select_related("person")
    started = terms.order_by("-started_on", "-id")[:limit]
    ended = terms.exclude(ended_on=None).order_by("-ended_on", "-id")[:limit]
    events = [RosterEvent(term.started_on, term, True) for term in started]
    events += [RosterEvent(term.ended_on, term, False) for term in ended if term.ended_on]
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
