"""The lists of a series as its page and the list of series show them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.forms import Form

from members.models import Person, RoleTerm, Sig

from .hosting_forms import SeatForm
from .models import RotationSeat, Series
from .rotation import DUTIES

MEMBERS_OFFERED = 200


@dataclass(frozen=True)
class SeatList:
    duty: str
    label: str
    seats: list[RotationSeat]
    form: Form | None = None

    @property
    def names(self) -> list[str]:
        return [seat.person.name for seat in self.seats]


@dataclass(frozen=True)
class SeriesRow:
    series: Series
    lists: list[SeatList]


def rows_of(sig: Sig) -> list[SeriesRow]:
    """Every series of the SIG with its lists; two queries."""
    rows = list(sig.series.order_by("-is_active", "starts_on", "pk"))
    seats = RotationSeat.objects.filter(series__sig=sig).select_related("person")
    by_series: dict[int, list[RotationSeat]] = {}
    for seat in seats.order_by("position", "pk"):
        by_series.setdefault(seat.series_id, []).append(seat)
    return [SeriesRow(one, _lists(by_series.get(one.pk, ()), {})) for one in rows]


def lists_of(series: Series, bound: Mapping[str, Form]) -> list[SeatList]:
    """The lists with their forms; `bound`, by duty, are forms that came back with errors."""
    seats = RotationSeat.objects.filter(series=series).select_related("person")
    rows = seats.order_by("position", "pk").prefetch_related("person__accounts")
    forms = {duty: bound.get(duty) or SeatForm(duty=duty) for duty in DUTIES}
    return _lists(rows, forms)


def members_of(sig: Sig, at: dt.datetime) -> list[Person]:
    """Whom the field proposes: who has a role today, by name, MEMBERS_OFFERED at most."""
    terms = RoleTerm.objects.active(sig.day_of(at)).filter(sig=sig)
    people = Person.objects.filter(pk__in=terms.values("person")).order_by("name", "pk")
    return list(people.prefetch_related("accounts")[:MEMBERS_OFFERED])


def _lists(seats: Iterable[RotationSeat], forms: Mapping[str, Form]) -> list[SeatList]:
    rows = list(seats)
    return [
        SeatList(
            duty=duty,
            label=str(RotationSeat.Duty(duty).label),
            seats=[seat for seat in rows if seat.duty == duty],
            form=forms.get(duty),
        )
        for duty in DUTIES
    ]
