"""Minutes are offered for comment before they are published, and may be taken back until then."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import translation
from django.utils.translation import gettext as _

from members.models import Person, RoleTerm
from members.notices.about import about_sig
from members.notices.outbox import tell_all

from . import attendee_list, minutes
from .minutes_stages import Act
from .models import Meeting, MinutesRevision
from .schedule import Refused, locked, utc

State = MinutesRevision.State
DAYS_USUAL = 5
DAYS_MOST = 30
ONE_DAY = dt.timedelta(days=1)
# Nobody is reminded in the middle of the night of the meeting's zone.
HOUR = 9
# A deadline that is past for so long was left on purpose.
FORGOTTEN = dt.timedelta(days=30)


class BadDeadline(Refused):
    """The day until which remarks are asked for is today, past or too far ahead."""


@transaction.atomic
def offer(
    *, meeting: Meeting, until: dt.date, expected: int, by: Person | None, at: dt.datetime
) -> MinutesRevision:
    """Let everybody read revision `expected` and remark on it to the end of the day `until`.

    The day is one of the meeting's zone. The text that is offered already is offered once: another
    day only moves its deadline. Raises Conflict, NotHeld, NothingToPublish, AlreadyPublished,
    BadDeadline.
    """
    meeting = locked(meeting)
    latest = minutes.latest_of(meeting)
    closes_at = end_of(meeting, until)
    if latest is not None and latest.is_offered and meeting.comments_close_at == closes_at:
        return latest
    latest = minutes.ready(meeting, latest, expected, Act.OFFER)
    first, last = days_open(meeting, at)
    if not first <= until <= last:
        raise BadDeadline(
            _("截止日期应在 %(first)s 至 %(last)s 之间。") % {"first": first, "last": last}
        )
    revision = latest
    if not latest.is_offered:
        body = attendee_list.filled(meeting, latest.body)
        revision = minutes.add(meeting, latest, State.COMMENT, body, by, at)
    _set_deadline(meeting, closes_at)
    minutes.note(revision, "minutes.offered", by, at, until=utc(closes_at))
    _tell_offered(meeting, revision, at)
    return revision


@transaction.atomic
def take_back(
    *, meeting: Meeting, reason: str, by: Person | None, at: dt.datetime
) -> MinutesRevision:
    """Make the offered text private again and say why; returns the newest text, a draft now.

    What was remarked is kept for the editors. Raises NotOffered, AlreadyPublished, ReasonMissing.
    """
    meeting = locked(meeting)
    latest = minutes.latest_of(meeting)
    minutes.refuse_unless(minutes.stage_of(meeting, latest), Act.TAKE_BACK)
    if not reason.strip():
        raise minutes.ReasonMissing(_("请写明收回的理由。"))
    offered = meeting.minutes_revisions.filter(state=State.COMMENT, taken_back_at=None)
    newest = offered.order_by("-number").first()
    offered.update(taken_back_at=at)
    _set_deadline(meeting, None)
    if newest is None or latest is None:
        raise LookupError(f"meeting {meeting.pk} has a deadline for remarks and no offered text")
    draft = minutes.add(meeting, latest, State.DRAFT, latest.body, by, at, reason.strip())
    newest.reason = draft.reason
    minutes.note(newest, "minutes.offer_withdrawn", by, at)
    return draft


def end_of(meeting: Meeting, day: dt.date) -> dt.datetime:
    """The last second (UTC) of a day in the meeting's zone."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), meeting.zone).astimezone(dt.UTC)


def days_open(meeting: Meeting, at: dt.datetime) -> tuple[dt.date, dt.date]:
    """The first and the last day that may be the deadline, seen from `at`."""
    today = at.astimezone(meeting.zone).date()
    return today + ONE_DAY, today + DAYS_MOST * ONE_DAY


def usual_day(meeting: Meeting, at: dt.datetime) -> dt.date:
    """What a form proposes: the deadline that stands, where it may be set again, else five days."""
    first, _last = days_open(meeting, at)
    closes_at = meeting.comments_close_at
    standing = closes_at.astimezone(meeting.zone).date() if closes_at else None
    if standing is not None and standing >= first:
        return standing
    return first + (DAYS_USUAL - 1) * ONE_DAY


def remind_closed(*, now: dt.datetime) -> int:
    """Remind of offered minutes whose remarks closed and that nobody published; safe to repeat.

    At 09:00 of the meeting's zone on the day after, once a deadline. Returns how many people are
    told now for the first time.
    """
    public = MinutesRevision.objects.public().filter(meeting=OuterRef("pk"))
    closed = Meeting.objects.filter(
        comments_close_at__lte=now, comments_close_at__gt=now - FORGOTTEN
    ).filter(~Exists(public))
    due = [row for row in closed.select_related("sig", "series") if _morning_after(row) <= now]
    return sum(_remind(meeting, now) for meeting in due)


def _morning_after(meeting: Meeting) -> dt.datetime:
    """09:00 of the day after the deadline; the meeting has one."""
    closes_at = meeting.comments_close_at or meeting.changed_at
    day = closes_at.astimezone(meeting.zone).date() + ONE_DAY
    return dt.datetime.combine(day, dt.time(HOUR), meeting.zone).astimezone(dt.UTC)


def _remind(meeting: Meeting, now: dt.datetime) -> int:
    leads = _in_office(meeting, now, RoleTerm.Role.MAINTAINER)
    wanted = Q(pk__in=leads) | Q(pk__in=named(meeting))
    about = about_meeting(meeting, "#minutes")
    return tell_all(
        key=f"meeting:{meeting.pk}:remarks_closed:{about['closes_at'][:10]}",
        kind="minutes.remarks_closed",
        people=Person.objects.filter(wanted),
        data=about,
        at=now,
    )


def _tell_offered(meeting: Meeting, revision: MinutesRevision, at: dt.datetime) -> None:
    """Who was there, as far as they are known, and the SIG's Committers and Maintainers."""
    leads = _in_office(meeting, at, RoleTerm.Role.MAINTAINER, RoleTerm.Role.COMMITTER)
    came = meeting.attendances.exclude(person=None).values("person")
    tell_all(
        key=f"meeting:{meeting.pk}:minutes_offered:{revision.number}",
        kind="minutes.offered",
        people=Person.objects.filter(Q(pk__in=leads) | Q(pk__in=came)),
        data=about_meeting(meeting, "minutes/comments/"),
        at=at,
    )


def about_meeting(meeting: Meeting, rest: str) -> dict[str, Any]:
    """What the notices `minutes.*` keep; `rest` follows the address of the meeting."""
    # Paths are kept without a language; the reader's own is put before them when sending.
    with translation.override("zh-hans"):
        path = f"{meeting.get_absolute_url()}{rest}"
    closes_at = meeting.comments_close_at
    return {
        **about_sig(meeting.sig),
        "zone": meeting.zone.key,
        "title": meeting.title,
        "title_en": meeting.title_en,
        "starts_at": meeting.starts_at.astimezone(dt.UTC).isoformat(),
        "closes_at": closes_at.astimezone(dt.UTC).isoformat() if closes_at else "",
        "path": path,
    }


def named(meeting: Meeting) -> list[int]:
    """Ids of the meeting's own host and scribe, where it has them."""
    return [pk for pk in (meeting.host_id, meeting.scribe_id) if pk is not None]


def _in_office(meeting: Meeting, at: dt.datetime, *roles: str) -> Any:
    terms = RoleTerm.objects.active(meeting.sig.day_of(at)).filter(sig=meeting.sig, role__in=roles)
    return terms.values("person")


def _set_deadline(meeting: Meeting, closes_at: dt.datetime | None) -> None:
    meeting.comments_close_at = closes_at
    meeting.save(update_fields=["comments_close_at"])
