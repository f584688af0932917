"""Who hosts and who writes a meeting: named by hand, taken on, or given back to the next in turn."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import Person, RoleTerm

from . import rotation, turns
from .models import Meeting, RotationSeat
from .schedule import Refused, WrongState

DUTIES = rotation.DUTIES


class Taken(Refused):
    """Somebody else was named meanwhile."""


class NotTheirs(Refused):
    """Only who is named can give a duty back."""


@transaction.atomic
def name(
    *,
    meeting: Meeting,
    duty: str,
    person: Person | None,
    by: Person | None,
    at: dt.datetime,
    reason: str = "",
) -> Meeting:
    """Choose who hosts or writes (`duty`: "host", "scribe"), None for nobody; the rotation leaves it.

    The same again changes nothing. Raises WrongState when the meeting was held or cancelled.
    """
    meeting = _open(meeting, at)
    person = person.merged_into or person if person else None
    _set(meeting, duty, by_hand=True, forgive=person)
    turns.put(meeting, {duty: person}, by=by, at=at, reason=reason)
    return _others_follow(meeting, at)


@transaction.atomic
def release(*, meeting: Meeting, duty: str, by: Person | None, at: dt.datetime) -> Meeting:
    """Leave the choice to the rotation again. Raises WrongState."""
    meeting = _open(meeting, at)
    _set(meeting, duty, by_hand=False)
    return _next_in_turn(meeting, duty, by, at, "")


@transaction.atomic
def take(*, meeting: Meeting, duty: str, by: Person, at: dt.datetime) -> Meeting:
    """Take on a duty nobody has; a second click changes nothing. Raises WrongState, Taken."""
    meeting = _open(meeting, at)
    holder = getattr(meeting, duty)
    if holder is not None and holder.pk != by.pk:
        raise Taken(
            _("%(duty)s已经是 %(name)s。")
            % {"duty": RotationSeat.Duty(duty).label, "name": holder.name}
        )
    if holder is not None:
        return meeting
    _set(meeting, duty, by_hand=True, forgive=by)
    turns.put(meeting, {duty: by}, by=by, at=at)
    return _others_follow(meeting, at)


@transaction.atomic
def give_back(*, meeting: Meeting, duty: str, by: Person, at: dt.datetime, reason: str) -> Meeting:
    """The one who is named cannot this time: the next in the rotation gets it, nobody without one.

    Given back already, nothing changes. Raises WrongState, NotTheirs.
    """
    meeting = _open(meeting, at)
    mark = f"{duty}:{by.pk}"
    if getattr(meeting, f"{duty}_id") != by.pk:
        if mark in meeting.passed_by:
            return meeting
        raise NotTheirs(_("您不是这次会议的%(duty)s。") % {"duty": RotationSeat.Duty(duty).label})
    meeting.passed_by = [*meeting.passed_by, mark]
    _set(meeting, duty, by_hand=False)
    return _next_in_turn(meeting, duty, by, at, reason)


def candidates(meeting: Meeting) -> list[Person]:
    """Whom the page offers: the SIG's Maintainers and Committers of the meeting's day, whoever is in
    the rotation of its series, and who is named. By name, with accounts."""
    terms = RoleTerm.objects.active(meeting.sig.day_of(meeting.starts_at)).filter(
        sig=meeting.sig, role__in=(RoleTerm.Role.MAINTAINER, RoleTerm.Role.COMMITTER)
    )
    seats = RotationSeat.objects.filter(series__isnull=False, series=meeting.series_id)
    named = [pk for pk in (meeting.host_id, meeting.scribe_id) if pk]
    wanted = Q(pk__in=terms.values("person")) | Q(pk__in=seats.values("person")) | Q(pk__in=named)
    people = Person.objects.filter(wanted, merged_into=None)
    return list(people.order_by("name", "pk").prefetch_related("accounts"))


def _open(meeting: Meeting, at: dt.datetime) -> Meeting:
    """The locked meeting; refuses what was held or cancelled."""
    meeting = turns.locked(meeting, at)
    if not meeting.is_open:
        raise WrongState(
            _("会议%(state)s，不能再改主持人和记录人。") % {"state": meeting.get_state_display()}
        )
    return meeting


def _set(meeting: Meeting, duty: str, *, by_hand: bool, forgive: Person | None = None) -> None:
    """The flags that turns.put stores: who is named after all is no longer one who cannot."""
    setattr(meeting, f"{duty}_by_hand", by_hand)
    if forgive is not None:
        gone = f"{duty}:{forgive.pk}"
        meeting.passed_by = [mark for mark in meeting.passed_by if mark != gone]


def _next_in_turn(
    meeting: Meeting, duty: str, by: Person | None, at: dt.datetime, reason: str
) -> Meeting:
    meeting.save(update_fields=turns.SAVED)
    if meeting.series is not None and meeting.starts_at > at:
        because = turns.Because(meeting.pk, duty, by, reason)
        turns.deal(meeting.series, at=at, because=because)
        meeting.refresh_from_db()
        return meeting
    # No turns here, or the meeting is going on: nobody is named until somebody is by hand.
    turns.put(meeting, {duty: None}, by=by, at=at, reason=reason)
    return meeting


def _others_follow(meeting: Meeting, at: dt.datetime) -> Meeting:
    """Who hosts by turn may have to give way to who writes by choice."""
    if meeting.series is not None:
        turns.deal(meeting.series, at=at)
        meeting.refresh_from_db()
    return meeting
