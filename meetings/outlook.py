"""What other pages ask of this room: the meeting ahead, the newest minutes."""

import datetime as dt

from django.db.models import Q, QuerySet

from members.models import Sig

from .models import Meeting, MinutesRevision


def next_meeting(sig: Sig, at: dt.datetime) -> Meeting | None:
    """The meeting going on or coming next, with `agenda_count`; one query."""
    ahead = Q(ends_at__gt=at) | Q(ends_at=None, starts_at__gt=at)
    meetings = Meeting.objects.filter(ahead, sig=sig, state__in=Meeting.OPEN_STATES)
    rows = meetings.with_agenda_count().select_related("sig", "series")
    return rows.order_by("starts_at", "pk").first()


def latest_minutes(sig: Sig, limit: int) -> QuerySet[MinutesRevision]:
    """The current published text of the newest meetings, one row a meeting; `.meeting` is loaded."""
    current = MinutesRevision.objects.current_public().filter(meeting__sig=sig)
    rows = current.select_related("meeting__sig", "meeting__series")
    return rows.order_by("-meeting__starts_at", "-meeting_id")[:limit]


def day_starts_at(sig: Sig, at: dt.datetime) -> dt.datetime:
    """The instant the SIG's today began."""
    return dt.datetime.combine(sig.day_of(at), dt.time.min, tzinfo=sig.zone)
