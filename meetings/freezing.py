"""Freezing an agenda days ahead: what is due is put on once more, and everybody hears what stands."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ledger import record
from members.models import Person, actor_of

from . import announcing, filling
from .agenda import AgendaClosed, closed_words
from .models import Meeting
from .reopening import AHEAD
from .schedule import locked, utc


@transaction.atomic
def freeze(*, meeting: Meeting, by: Person | None, at: dt.datetime) -> Meeting:
    """Announce the agenda as it stands; from here on only the host changes it. Twice is harmless.

    `by` None: the clock. A regular meeting's agenda is filled with what is due first. Raises
    AgendaClosed when the meeting is over or has begun.
    """
    meeting = locked(meeting)
    if meeting.is_frozen:
        return meeting
    if not meeting.is_open:
        raise AgendaClosed(closed_words(meeting))
    if meeting.starts_at <= at:
        raise AgendaClosed(_("会议已经开始，不再公布议程。"))
    if meeting.kind == Meeting.Kind.REGULAR:
        filling.fill(meeting=meeting, at=at)
    meeting.frozen_at = at
    meeting.save(update_fields=["frozen_at"])
    _announce(meeting, by, at)
    return meeting


def due_to_freeze(at: dt.datetime) -> QuerySet[Meeting]:
    """Meetings ahead that begin within four days and whose agenda nobody has announced."""
    rows = Meeting.objects.filter(state__in=Meeting.OPEN_STATES, frozen_at=None)
    return rows.filter(starts_at__gt=at, starts_at__lte=at + AHEAD).order_by("starts_at", "pk")


def _announce(meeting: Meeting, by: Person | None, at: dt.datetime) -> None:
    items = list(meeting.agenda_items.filter(withdrawn_at=None))
    record.append(
        actor=actor_of(by),
        action="agenda.announced",
        subject=f"meeting:{meeting.pk}",
        data={
            "sig": meeting.sig.slug,
            "title": meeting.title,
            "title_en": meeting.title_en,
            "starts_at": utc(meeting.starts_at),
            "items": [item.title for item in items],
            "is_late": meeting.is_announced_late,
        },
        at=at,
    )
    announcing.tell_announced(meeting, items, at=at)
