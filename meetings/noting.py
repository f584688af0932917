"""A decision or an action item noted by a form: one more line of the draft, saved like any other."""

import datetime as dt

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.models import Person

from . import minutes, placing, structure
from .models import AgendaItem, Meeting, MinutesRevision
from .schedule import Refused
from .skeleton import heading, skeleton


class NotReadable(Refused):
    """The line would not be read as what it is meant to be: its place is in a block of code."""


def decision(
    *,
    meeting: Meeting,
    text: str,
    item: AgendaItem | None,
    supersedes: int | None,
    by: Person,
    at: dt.datetime,
) -> MinutesRevision:
    """Put a decision below its item's heading. Raises what minutes.save_draft does, NotReadable."""
    line = placing.decision_line(text, supersedes, in_english=get_language() == "en")
    return _save(meeting, line, item, placing.NOTES, by, at)


def action(
    *,
    meeting: Meeting,
    text: str,
    item: AgendaItem | None,
    owner: Person | None,
    due_on: dt.date | None,
    by: Person,
    at: dt.datetime,
) -> MinutesRevision:
    """Put an action item below its item's heading, without one in the section of action items.

    Raises what minutes.save_draft does, NotReadable.
    """
    login = owner.login if owner else ""
    line = placing.action_line(text, login, due_on, in_english=get_language() == "en")
    return _save(meeting, line, item, placing.ACTIONS, by, at)


def _save(
    meeting: Meeting,
    line: str,
    item: AgendaItem | None,
    section: str,
    by: Person,
    at: dt.datetime,
) -> MinutesRevision:
    latest = minutes.latest_of(meeting)
    before = latest.body if latest else skeleton(meeting)
    body = placing.placed(before, line, _place(item), section)
    if _count(body) != _count(before) + 1:
        raise NotReadable(_("这里写不进去：纪要里可能有没有结束的代码块。请在正文中改好后再试。"))
    expected = latest.number if latest else 0
    return minutes.save_draft(
        meeting=meeting, body=body, base=before, expected=expected, by=by, at=at
    )


def _place(item: AgendaItem | None) -> placing.Place | None:
    if item is None:
        return None
    standing = item.meeting.agenda_items.filter(withdrawn_at=None)
    order = list(standing.values_list("pk", flat=True))
    number = order.index(item.pk) + 1 if item.pk in order else len(order) + 1
    return placing.Place((item.title, item.title_en), heading(number, item))


def _count(body: str) -> int:
    lines = structure.read(body)
    return len(lines.decisions) + len(lines.actions)
