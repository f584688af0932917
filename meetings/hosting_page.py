"""Host and scribe as a meeting's page shows them, with what the reader may do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.forms import Form

from members.models import Person

from . import hosting, rules
from .hosting_forms import BY_TURN, NOBODY, GiveBackForm, NameForm
from .models import Meeting, RotationSeat


@dataclass(frozen=True)
class DutyRow:
    """One duty of one meeting; the forms are there for who may use them."""

    duty: str
    label: str
    person: Person | None
    is_by_hand: bool
    may_take: bool = False
    name_form: Form | None = None
    give_back_form: Form | None = None


def rows_of(
    meeting: Meeting, person: Person | None, *, leads: bool, bound: Mapping[str, Form]
) -> list[DutyRow]:
    """Host and scribe; none where a meeting that is over names neither. `leads`: may run any meeting
    of the SIG. `bound`: forms that came back with errors, by `host_name`, `host_give_back` and so on."""
    if not meeting.is_open and not meeting.host_id and not meeting.scribe_id:
        return []
    prefetch_related_objects([meeting], "host__accounts", "scribe__accounts")
    candidates = hosting.candidates(meeting) if leads and meeting.is_open else []
    is_asked = meeting.is_open and not (meeting.host_id and meeting.scribe_id)
    may_take = is_asked and (leads or rules.is_in_rotation(person, meeting))
    return [
        _row(meeting, duty, person, may_take, candidates if leads else None, bound)
        for duty in hosting.DUTIES
    ]


def _row(
    meeting: Meeting,
    duty: str,
    person: Person | None,
    may_take: bool,
    candidates: list[Person] | None,
    bound: Mapping[str, Form],
) -> DutyRow:
    holder = getattr(meeting, duty)
    is_own = person is not None and holder is not None and holder.pk == person.pk
    forms: dict[str, Any] = {}
    if meeting.is_open and candidates is not None:
        forms["name_form"] = bound.get(f"{duty}_name") or name_form(meeting, duty, candidates)
    if meeting.is_open and is_own:
        own = bound.get(f"{duty}_give_back")
        forms["give_back_form"] = own or GiveBackForm(duty=duty)
    return DutyRow(
        duty=duty,
        label=str(RotationSeat.Duty(duty).label),
        person=holder,
        is_by_hand=getattr(meeting, f"{duty}_by_hand"),
        may_take=may_take and holder is None,
        **forms,
    )


def name_form(meeting: Meeting, duty: str, candidates: list[Person]) -> NameForm:
    """The form as the meeting stands: what was chosen by hand, or the rotation."""
    holder = getattr(meeting, f"{duty}_id")
    is_by_turn = meeting.series_id and not getattr(meeting, f"{duty}_by_hand")
    now = BY_TURN if is_by_turn else str(holder or NOBODY)
    return NameForm(initial={"person": now}, meeting=meeting, duty=duty, candidates=candidates)
