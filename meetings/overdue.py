"""Minutes nobody published: those who write them are reminded after seven days, and after ten."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils import translation

from members.models import Person, RoleTerm
from members.notices.about import about_sig
from members.notices.outbox import tell_all

from .models import Meeting, MinutesRevision

DAYS = (7, 10)
# Nobody is reminded in the middle of the night of the SIG's zone.
HOUR = 9
# What is older was left on purpose, or is imported one day.
FORGOTTEN = dt.timedelta(days=30)
# While remarks are asked for nothing is late, nor right after: meetings.offering tells of that.
AFTER_REMARKS = dt.timedelta(days=3)


def remind_due(*, now: dt.datetime) -> int:
    """Remind of every meeting whose moment has come (aware UTC); safe to repeat.

    A meeting that was not marked as held counts as well; a cancelled one has no minutes. Returns
    how many people are told now for the first time.
    """
    recent = Meeting.objects.filter(
        starts_at__gt=now - FORGOTTEN, starts_at__lte=now - dt.timedelta(days=min(DAYS) - 1)
    )
    public = MinutesRevision.objects.public().filter(meeting=OuterRef("pk"))
    waiting = recent.exclude(state=Meeting.State.CANCELLED).filter(~Exists(public))
    waiting = waiting.exclude(comments_close_at__gt=now - AFTER_REMARKS)
    return sum(_remind(meeting, now) for meeting in waiting.select_related("sig", "series"))


def stage_of(meeting: Meeting, now: dt.datetime) -> int | None:
    """The latest of DAYS whose morning has come, 09:00 in the meeting's zone; None before the first."""
    held_on = meeting.starts_at.astimezone(meeting.zone).date()
    reached = [days for days in DAYS if _morning(meeting, held_on, days) <= now]
    return max(reached, default=None)


def writers_of(meeting: Meeting, now: dt.datetime) -> list[Person]:
    """Its scribe and its host, whoever wrote a draft of it, and the SIG's Maintainers."""
    terms = RoleTerm.objects.active(meeting.sig.day_of(now)).filter(
        sig=meeting.sig, role=RoleTerm.Role.MAINTAINER
    )
    wrote = meeting.minutes_revisions.exclude(author=None).values("author")
    named = [key for key in (meeting.scribe_id, meeting.host_id) if key is not None]
    people = Q(pk__in=named) | Q(pk__in=terms.values("person")) | Q(pk__in=wrote)
    return list(Person.objects.filter(people).order_by("pk"))


def _morning(meeting: Meeting, held_on: dt.date, days: int) -> dt.datetime:
    day = held_on + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(HOUR), meeting.zone).astimezone(dt.UTC)


def _remind(meeting: Meeting, now: dt.datetime) -> int:
    stage = stage_of(meeting, now)
    if stage is None:
        return 0
    # Paths are kept without a language; the reader's own is put before them when sending.
    with translation.override("zh-hans"):
        path = f"{meeting.get_absolute_url()}minutes/edit/"
    return tell_all(
        key=f"meeting:{meeting.pk}:minutes_overdue:{stage}",
        kind="minutes.overdue",
        people=writers_of(meeting, now),
        data={
            **about_sig(meeting.sig),
            "title": meeting.title,
            "title_en": meeting.title_en,
            "starts_at": meeting.starts_at.astimezone(dt.UTC).isoformat(),
            "path": path,
        },
        at=now,
    )
