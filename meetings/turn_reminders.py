"""Telling host and scribe that a meeting is theirs: when it comes near, and a week before."""

import datetime as dt

from django.db.models import Q, QuerySet

from members.models import Notice

from . import announcing
from .models import Meeting
from .rotation import DUTIES

WEEK = dt.timedelta(days=7)
# Nobody is reminded in the middle of the night of the meeting's zone.
HOUR = 9


def remind_due(now: dt.datetime) -> int:
    """Tell everyone who is named for a meeting of the next 45 days, and remind them a week before
    (`now`, aware UTC); safe to repeat. Returns how many are told now for the first time."""
    return sum(
        announcing.tell_turn(meeting, duty, at=now)
        + (
            _is_due(meeting, duty, now)
            and announcing.tell_turn(meeting, duty, at=now, is_reminder=True)
        )
        for meeting in _near(now)
        for duty in DUTIES
    )


def is_stale(notice: Notice) -> bool:
    """The meeting was called off or held meanwhile, or it is somebody else's."""
    meeting = Meeting.objects.filter(pk=notice.data.get("meeting")).first()
    duty = notice.data.get("duty")
    if meeting is None or not meeting.is_open or duty not in DUTIES or notice.person is None:
        return True
    reader = notice.person.merged_into_id or notice.person.pk
    return bool(getattr(meeting, f"{duty}_id") != reader)


def reminded_at(meeting: Meeting) -> dt.datetime:
    """09:00 in the meeting's zone, seven days before its day."""
    day = meeting.starts_at.astimezone(meeting.zone).date() - WEEK
    return dt.datetime.combine(day, dt.time(HOUR), meeting.zone).astimezone(dt.UTC)


def _near(now: dt.datetime) -> QuerySet[Meeting]:
    rows = Meeting.objects.filter(
        state__in=Meeting.OPEN_STATES, starts_at__gt=now, starts_at__lte=now + announcing.TURN_AHEAD
    ).filter(Q(host__isnull=False) | Q(scribe__isnull=False))
    return rows.select_related("sig", "series", "host", "scribe").order_by("starts_at", "pk")


def _is_due(meeting: Meeting, duty: str, now: dt.datetime) -> bool:
    """Named before the last week: who is named in it has just been told."""
    since, moment = getattr(meeting, f"{duty}_named_at"), reminded_at(meeting)
    return moment <= now and (since is None or since < moment)
