"""Telling a SIG what its meeting will hear, and what became of it after that was told."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import translation

from members.models import Notice, Person, RoleTerm
from members.notices.about import about_sig
from members.notices.outbox import tell, tell_all

from .models import AgendaItem, Meeting

# So long before a meeting its host and scribe are told; who is named earlier is told then.
TURN_AHEAD = dt.timedelta(days=45)


def tell_announced(meeting: Meeting, items: Iterable[AgendaItem], *, at: dt.datetime) -> None:
    """Tell members and channels the agenda as frozen, once. In the caller's transaction."""
    agenda = [{"title": item.title, "title_en": item.title_en} for item in items]
    data = {"agenda": agenda, "is_late": meeting.is_announced_late, "meeting": meeting.pk}
    # Announced anew after it was put off, it is news once more.
    event = f"announced:{meeting.sequence}" if meeting.agenda_reopened_at else "announced"
    _tell(event, "meeting.announced", meeting, data, at)


def is_stale(notice: Notice) -> bool:
    """Whether an announcement came to nothing before it was sent: called off, or opened again.

    One of an earlier release does not say which meeting it is about, and is sent.
    """
    if "meeting" not in notice.data:
        return False
    standing = Meeting.objects.filter(state__in=Meeting.OPEN_STATES, frozen_at__isnull=False)
    return not standing.filter(pk=notice.data["meeting"]).exists()


def tell_changed(meeting: Meeting, *, before: Meeting, at: dt.datetime) -> None:
    """Tell that an announced meeting moved, is off or takes place after all; `before`: as it was.

    Of a meeting that is not announced nobody is told, nor of one that was merely held.
    """
    if not meeting.is_frozen or meeting.state == Meeting.State.HELD:
        return
    data = {
        "meeting_state": _became(meeting, before),
        "was": before.starts_at.astimezone(dt.UTC).isoformat(),
        "reason": meeting.note,
    }
    _tell(f"changed:{meeting.sequence}", "meeting.changed", meeting, data, at)


def tell_turn(meeting: Meeting, duty: str, *, at: dt.datetime, is_reminder: bool = False) -> int:
    """Tell who has the duty ("host", "scribe") that it is theirs, once a naming; only from 45 days
    before the meeting until it begins. Returns how many had not been told."""
    who, since = getattr(meeting, duty), getattr(meeting, f"{duty}_named_at")
    if who is None or not at < meeting.starts_at <= at + TURN_AHEAD:
        return 0
    event = "turn_soon" if is_reminder else "turn"
    return tell_all(
        key=f"meeting:{meeting.pk}:{event}:{duty}:{since or meeting.changed_at:%Y%m%dT%H%M%S.%f}",
        kind="meeting.your_turn",
        people=[who],
        data={
            **_about(meeting),
            "meeting": meeting.pk,
            "duty": duty,
            "is_reminder": is_reminder,
        },
        at=at,
    )


def _became(meeting: Meeting, before: Meeting) -> str:
    cancelled = Meeting.State.CANCELLED
    if meeting.state == cancelled:
        return "cancelled"
    return "restored" if before.state == cancelled else "moved"


def _tell(event: str, kind: str, meeting: Meeting, data: dict[str, Any], at: dt.datetime) -> None:
    key = f"meeting:{meeting.pk}:{event}"
    data = {**_about(meeting), **data}
    tell_all(key=key, kind=kind, people=_members(meeting, at), data=data, at=at)
    tell(key=key, kind=kind, person=None, data=data, at=at)


def _about(meeting: Meeting) -> dict[str, Any]:
    with translation.override("zh-hans"):
        path = meeting.get_absolute_url()
    return {
        **about_sig(meeting.sig),
        "zone": meeting.zone.key,
        "title": meeting.title,
        "title_en": meeting.title_en,
        "starts_at": meeting.starts_at.astimezone(dt.UTC).isoformat(),
        "host": meeting.host.name if meeting.host else "",
        "scribe": meeting.scribe.name if meeting.scribe else "",
        "path": path,
    }


def _members(meeting: Meeting, at: dt.datetime) -> Iterable[Person]:
    """Everyone on the roster that day whose address is known; the others read the page and the feed."""
    terms = RoleTerm.objects.active(meeting.sig.day_of(at)).filter(sig=meeting.sig)
    return Person.objects.filter(pk__in=terms.values("person")).exclude(email="")
