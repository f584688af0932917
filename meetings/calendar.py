"""calendar.ics: the SIG's meetings, one of them, or one's own, for any calendar program (RFC 5545).

Each meeting is an event of its own, with its own UID, the same in every file: a moved one updates by
SEQUENCE, so neither RRULE nor RECURRENCE-ID is needed.
"""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import category

import icalendar
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import Person, RoleTerm, Sig

from .models import ActionItem, Meeting
from .recurrence import HolidayCalendar
from .schedule import uid

PAST = dt.timedelta(days=366)
# So long a closed action item stays, cancelled, for programs that only take in what they are told.
CLOSED_SHOWN = dt.timedelta(days=60)
MAX_EVENTS = 500
STATUS = {Meeting.State.CANCELLED: "CANCELLED"}
# Zones are described from here to there; calendars extend the last rule known to them.
ZONE_SINCE, ZONE_UNTIL = dt.date(2018, 1, 1), dt.date(2038, 1, 1)


# ── what is in ────────────────────────────────────────────────────────────────────────────────
def meetings_of(sig: Sig, at: dt.datetime) -> list[Meeting]:
    """What the feed holds: the past year and all that is planned, newest last, bounded."""
    return _bounded(Meeting.objects.filter(sig=sig), at)


def meetings_for(person: Person, at: dt.datetime) -> list[Meeting]:
    """The same of every SIG in which the person holds a role."""
    sigs = RoleTerm.objects.active(at.date()).filter(person=person).values("sig")
    return _bounded(Meeting.objects.filter(sig__in=sigs), at)


def actions_for(person: Person, at: dt.datetime) -> list[ActionItem]:
    """The person's action items with a day: open ones, and those closed lately."""
    items = ActionItem.objects.filter(owner=person).exclude(due_on=None).select_related("sig")
    open_ones = items.filter(state=ActionItem.State.OPEN).order_by("due_on", "pk")
    closed = items.exclude(state=ActionItem.State.OPEN).filter(closed_at__gte=at - CLOSED_SHOWN)
    return [*open_ones[:MAX_EVENTS], *closed.order_by("-closed_at", "-pk")[:MAX_EVENTS]]


def _bounded(meetings: QuerySet[Meeting], at: dt.datetime) -> list[Meeting]:
    rows = meetings.filter(starts_at__gte=at - PAST)
    rows = rows.select_related("sig", "series", "host", "scribe")
    newest = rows.order_by("-starts_at", "-pk")[:MAX_EVENTS]
    return list(newest)[::-1]


# ── files ─────────────────────────────────────────────────────────────────────────────────────
def feed(sig: Sig, meetings: Iterable[Meeting], calendar: HolidayCalendar) -> bytes:
    """The calendar's text, UTF-8, lines folded at 75 octets; same input, same bytes."""
    name = _("%(sig)s 例会") % {"sig": sig.local_name}
    return _file(name, sig.time_zone, meetings, (), calendar)


def single(meeting: Meeting, calendar: HolidayCalendar) -> bytes:
    """One meeting alone, the same event as in the feed."""
    name = _("%(sig)s 例会") % {"sig": meeting.sig.local_name}
    return _file(name, meeting.zone.key, [meeting], (), calendar)


def personal(
    person: Person,
    meetings: Iterable[Meeting],
    actions: Iterable[ActionItem],
    calendar: HolidayCalendar,
) -> bytes:
    """One's own meetings, and one's action items as whole days (few programs show a VTODO)."""
    name = _("%(name)s 的例会与行动项") % {"name": person.name}
    return _file(name, settings.TIME_ZONE, meetings, actions, calendar)


def _file(
    name: str,
    zone: str,
    meetings: Iterable[Meeting],
    actions: Iterable[ActionItem],
    calendar: HolidayCalendar,
) -> bytes:
    result = icalendar.Calendar()
    result.add("prodid", "-//SIG portal//meetings//ZH")
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("method", "PUBLISH")
    result.add("name", _plain(name))
    result.add("x-wr-calname", _plain(name))
    result.add("x-wr-timezone", zone)
    result.add("refresh-interval", dt.timedelta(hours=6), parameters={"VALUE": "DURATION"})
    meetings = list(meetings)
    since = min([ZONE_SINCE, *(dt.date(one.starts_at.year - 1, 1, 1) for one in meetings)])
    for key in sorted({one.zone.key for one in meetings} - {"UTC"}):
        result.add_component(_zone(key, since))
    for meeting in meetings:
        result.add_component(_event(meeting, calendar))
    for action in actions:
        result.add_component(_due_day(action))
    return result.to_ical()


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _event(meeting: Meeting, calendar: HolidayCalendar) -> icalendar.Event:
    event = _begun(meeting.uid, meeting.changed_at, meeting.sequence)
    event.add("status", STATUS.get(Meeting.State(meeting.state), "CONFIRMED"))
    event.add("dtstart", meeting.starts_at.astimezone(meeting.zone))
    if meeting.ends_at is not None:
        event.add("dtend", meeting.ends_at.astimezone(meeting.zone))
    event.add("summary", _plain(f"{meeting.sig.local_name} {meeting.local_title}"))
    url = f"{settings.SITE_URL}{meeting.get_absolute_url()}"
    event.add("url", url)
    if meeting.venue_url:
        event.add("location", _plain(meeting.venue_url))
    event.add("description", _plain(_description(meeting, url, calendar)))
    return event


def _due_day(item: ActionItem) -> icalendar.Event:
    """The day an action item is due; it takes no time out of the day."""
    assert item.due_on is not None  # noqa: S101 - actions_for leaves the others out
    is_open = item.state == ActionItem.State.OPEN
    # Closing an item changes it once more.
    sequence = item.sequence + (not is_open)
    changed_at = item.closed_at or item.changed_at or item.created_at
    event = _begun(uid(f"action-{item.pk}"), changed_at, sequence)
    event.add("status", "CONFIRMED" if is_open else "CANCELLED")
    event.add("dtstart", item.due_on)
    event.add("dtend", item.due_on + dt.timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    text = " ".join(item.text.split())[:200]
    event.add("summary", _plain(_("行动项：%(text)s") % {"text": text}))
    path = reverse("meetings:action-list", args=[item.sig.slug])
    event.add("url", f"{settings.SITE_URL}{path}#action-{item.pk}")
    event.add("description", _plain(item.text))
    return event


def _begun(identity: str, changed_at: dt.datetime, sequence: int) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", identity)
    # When this version of the event was made; the present moment would change each download.
    event.add("dtstamp", changed_at.astimezone(dt.UTC))
    event.add("last-modified", changed_at.astimezone(dt.UTC))
    event.add("sequence", sequence)
    return event


def _description(meeting: Meeting, url: str, calendar: HolidayCalendar) -> str:
    lines = [_("议程与纪要：%(url)s") % {"url": url}]
    holiday = calendar.holiday_name(meeting.starts_at.astimezone(meeting.zone).date())
    if holiday and meeting.is_open:
        lines.append(_("这一天是公众假期：%(name)s") % {"name": holiday})
    if meeting.host:
        lines.append(_("主持人：%(name)s") % {"name": meeting.host.name})
    if meeting.scribe:
        lines.append(_("记录人：%(name)s") % {"name": meeting.scribe.name})
    if meeting.note:
        lines.append(_("说明：%(note)s") % {"note": meeting.note})
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Without control characters, which the format forbids in text and the library lets through."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one if one == "\n" or category(one) != "Cc" else " " for one in text)


@lru_cache(maxsize=64)
def _zone(key: str, since: dt.date) -> icalendar.Timezone:
    return icalendar.Timezone.from_tzid(key, first_date=since, last_date=ZONE_UNTIL)
