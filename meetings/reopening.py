"""An announced meeting that is put off by days opens its agenda again, to be announced anew."""

import datetime as dt

from .models import Meeting

# So long before a meeting the clock announces its agenda: a day more than is promised, so that an
# outage of hours does not make it late.
AHEAD = Meeting.ANNOUNCED_AHEAD + dt.timedelta(days=1)


def is_put_off(meeting: Meeting, was: dt.datetime, at: dt.datetime) -> bool:
    """Whether a meeting whose agenda is announced moved at least four days later than `was`, and is
    now more than four days ahead: less is the same meeting, whose agenda people have read."""
    later = meeting.starts_at - was >= AHEAD and meeting.starts_at > at + AHEAD
    return meeting.is_frozen and meeting.is_open and later


def reopen(meeting: Meeting, at: dt.datetime) -> None:
    """Open the agenda of a locked meeting: anyone proposes, it fills itself, the clock announces it."""
    meeting.frozen_at = meeting.agenda_changed_at = None
    meeting.agenda_reopened_at = at
    meeting.save(update_fields=["frozen_at", "agenda_changed_at", "agenda_reopened_at"])
