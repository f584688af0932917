"""The agenda as a meeting's page shows it: rows with what the reader may do, and the time they take."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.forms import Form

from members.models import Person

from . import rules
from .forms import AgendaEditForm
from .models import AgendaItem, Meeting


@dataclass(frozen=True)
class AgendaRow:
    """One standing item; `form` is there for who may retitle and time it."""

    item: AgendaItem
    may_withdraw: bool = False
    may_rise: bool = False
    may_sink: bool = False
    form: Form | None = None


@dataclass(frozen=True)
class AgendaPage:
    """`withdrawn`: what was taken off after the agenda had been announced."""

    rows: list[AgendaRow]
    withdrawn: list[AgendaItem] = field(default_factory=list)
    # Of the meeting, in whole minutes; 0 where it has no end.
    length: int = 0
    may_fill: bool = False
    may_announce: bool = False

    @property
    def total(self) -> int:
        """Minutes of the items that have a time."""
        return sum(row.item.minutes_allotted or 0 for row in self.rows)

    @property
    def untimed(self) -> int:
        return sum(row.item.minutes_allotted is None for row in self.rows)

    @property
    def is_too_long(self) -> bool:
        return 0 < self.length < self.total


def page_of(
    meeting: Meeting,
    person: Person | None,
    *,
    is_host: bool,
    at: dt.datetime,
    edited: tuple[int, Form] | None = None,
) -> AgendaPage:
    """What to print; `edited` is an item's form that came back with errors. Two queries."""
    found = meeting.agenda_items.select_related(
        "meeting",
        "proposed_by",
        "promotion__person",
        "promotion__sig",
        "pull_request__repository",
        "issue__repository",
    )
    items = list(found.prefetch_related("proposed_by__accounts"))
    standing = [item for item in items if item.withdrawn_at is None]
    leads = is_host and meeting.is_open
    bound = dict([edited] if edited else [])
    rows = [
        AgendaRow(
            item=item,
            may_withdraw=rules.withdraws(person, item, is_host),
            may_rise=leads and number > 0,
            may_sink=leads and number < len(standing) - 1,
            form=_form(item, bound) if leads else None,
        )
        for number, item in enumerate(standing)
    ]
    return AgendaPage(
        rows=rows,
        withdrawn=[item for item in items if _is_withdrawn_in_sight(item)],
        length=_minutes(meeting),
        may_fill=leads and not meeting.is_frozen,
        may_announce=leads and not meeting.is_frozen and at < meeting.starts_at,
    )


def _form(item: AgendaItem, bound: Mapping[int, Form]) -> Form:
    initial = {"title": item.title, "minutes_allotted": item.minutes_allotted}
    return bound.get(item.pk) or AgendaEditForm(initial=initial, auto_id=f"agenda_{item.pk}_%s")


def _is_withdrawn_in_sight(item: AgendaItem) -> bool:
    """It was announced: the page says that it will not be heard."""
    frozen_at = item.meeting.frozen_at
    return bool(frozen_at and item.withdrawn_at and item.withdrawn_at > frozen_at)


def _minutes(meeting: Meeting) -> int:
    if meeting.ends_at is None:
        return 0
    return max(int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60, 0)
