"""The lists by which hosting and writing go round in a series: edited by its Maintainers."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from ledger import record
from members import rules as member_rules
from members.models import Person, actor_of

from . import turns
from .models import RotationSeat, Series
from .schedule import Refused

# Nobody's turn comes round in a longer list.
LONGEST = 40


class NoRole(Refused):
    """Only who has a role in the SIG has turns in it."""


class ListFull(Refused):
    """The list has as many people as it may have."""


@transaction.atomic
def add(
    *, series: Series, duty: str, person: Person, by: Person | None, at: dt.datetime
) -> RotationSeat:
    """Put somebody at the end of a list; who is in it already stays where they are.

    The turns of the meetings ahead are dealt anew. Raises NoRole, ListFull.
    """
    series = _locked(series, at)
    person = person.merged_into or person
    seats = _seats(series, duty)
    for seat in seats:
        if seat.person_id == person.pk:
            return seat
    if not member_rules.roles_of(person, series.sig, series.sig.day_of(at)):
        raise NoRole(_("%(name)s 在本 SIG 没有角色，不能加入轮值。") % {"name": person.name})
    if len(seats) >= LONGEST:
        raise ListFull(_("轮值名单至多 %(count)d 人。") % {"count": LONGEST})
    position = seats[-1].position + 1 if seats else 1
    seat = RotationSeat.objects.create(series=series, duty=duty, person=person, position=position)
    _changed(series, duty, by, at)
    return seat


@transaction.atomic
def remove(*, seat: RotationSeat, by: Person | None, at: dt.datetime) -> None:
    """Take somebody out of a list; their turns ahead go to the others, unless chosen by hand."""
    series = _locked(seat.series, at)
    if RotationSeat.objects.filter(pk=seat.pk).delete()[0]:
        _changed(series, seat.duty, by, at)


@transaction.atomic
def shift(*, seat: RotationSeat, up: bool, by: Person | None, at: dt.datetime) -> None:
    """One place up or down; at the end of the list, or removed meanwhile, nothing changes."""
    series = _locked(seat.series, at)
    seats = _seats(series, seat.duty)
    here = next((number for number, one in enumerate(seats) if one.pk == seat.pk), None)
    there = None if here is None else here + (-1 if up else 1)
    if here is None or there is None or not 0 <= there < len(seats):
        return
    seats[here], seats[there] = seats[there], seats[here]
    for position, one in enumerate(seats, start=1):
        one.position = position
    RotationSeat.objects.bulk_update(seats, ["position"])
    _changed(series, seat.duty, by, at)


def _locked(series: Series, at: dt.datetime) -> Series:
    turns.lock(series, at)
    return Series.objects.select_related("sig").get(pk=series.pk)


def _seats(series: Series, duty: str) -> list[RotationSeat]:
    rows = RotationSeat.objects.filter(series=series, duty=duty).select_related("person")
    return list(rows.order_by("position", "pk"))


def _changed(series: Series, duty: str, by: Person | None, at: dt.datetime) -> None:
    record.append(
        actor=actor_of(by),
        action="series.rotation_changed",
        subject=f"series:{series.pk}",
        data={
            "sig": series.sig.slug,
            "name": series.name,
            "duty": duty,
            "people": [seat.person.name for seat in _seats(series, duty)],
        },
        at=at,
    )
    turns.deal(series, at=at)
