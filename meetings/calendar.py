"""calendar.ics: the SIG's meetings for any calendar program (RFC 5545).

Each meeting is an event of its own, with its own UID: a moved one updates by SEQUENCE, so neither
RRULE nor RECURRENCE-ID is needed.
"""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

import icalendar
from django.conf import settings
from django.utils.translation import gettext as _

from members.models import Sig

from .models import Meeting
from .recurrence import HolidayCalendar

PAST = dt.timedelta(days=366)
MAX_EVENTS = 500
STATUS = {Meeting.State.CANCELLED: "CANCELLED"}
# Zones are described from here to there; calendars extend the last rule known to them.
ZONE_SINCE, ZONE_UNTIL = dt.date(2018, 1, 1), dt.date(2038, 1, 1)


def meetings_of(sig: Sig, at: dt.datetime) -> list[Meeting]:
    """What the feed holds: the past year and all that is planned, newest last, bounded."""
    meetings = Meeting.objects.filter(sig=sig, starts_at__gte=at - PAST)
    newest = meetings.select_related("sig", "series").order_by("-starts_at", "-pk")[:MAX_EVENTS]
    return list(newest)[::-1]


def feed(sig: Sig, meetings: Iterable[Meeting], calendar: HolidayCalendar) -> bytes:
    """The calendar's text, UTF-8, lines folded at 75 octets; same input, same bytes."""
    result = icalendar.Calendar()
    result.add("prodid", "-//SIG portal//meetings//ZH")
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("method", "PUBLISH")
    name = _("%(sig)s 例会") % {"sig": sig.local_name}
    result.add("name", name)
    result.add("x-wr-calname", name)
    result.add("x-wr-timezone", sig.time_zone)
    result.add("refresh-interval", dt.timedelta(hours=6), parameters={"VALUE": "DURATION"})
    events = [(meeting.zone.key, _event(meeting, calendar)) for meeting in meetings]
    for key in sorted({key for key, _one in events} - {"UTC"}):
        result.add_component(_zone(key))
    for _key, event in events:
        result.add_component(event)
    return result.to_ical()


def _event(meeting: Meeting, calendar: HolidayCalendar) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", meeting.uid)
    # When this version of the event was made; the present moment would change each download.
    event.add("dtstamp", meeting.changed_at.astimezone(dt.UTC))
    event.add("last-modified", meeting.changed_at.astimezone(dt.UTC))
    event.add("sequence", meeting.sequence)
    event.add("status", STATUS.get(Meeting.State(meeting.state), "CONFIRMED"))
    event.add("dtstart", meeting.starts_at.astimezone(meeting.zone))
    if meeting.ends_at is not None:
        event.add("dtend", meeting.ends_at.astimezone(meeting.zone))
    event.add("summary", f"{meeting.sig.local_name} {meeting.local_title}")
    url = f"{settings.SITE_URL}{meeting.get_absolute_url()}"
    event.add("url", url)
    if meeting.venue_url:
        event.add("location", meeting.venue_url)
    event.add("description", _description(meeting, url, calendar))
    return event


def _description(meeting: Meeting, url: str, calendar: HolidayCalendar) -> str:
    lines = [_("议程与纪要：%(url)s") % {"url": url}]
    holiday = calendar.holiday_name(meeting.starts_at.astimezone(meeting.zone).date())
    if holiday and meeting.is_open:
        lines.append(_("这一天是公众假期：%(name)s") % {"name": holiday})
    if meeting.note:
        lines.append(_("说明：%(note)s") % {"note": meeting.note})
    return "\n".join(lines)


@lru_cache(maxsize=32)
def _zone(key: str) -> icalendar.Timezone:
    return icalendar.Timezone.from_tzid(key, first_date=ZONE_SINCE, last_date=ZONE_UNTIL)
