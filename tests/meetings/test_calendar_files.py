"""Every calendar file read by three readers that share no code, and one's own calendar behind its address."""

import datetime as dt

import icalendar
import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from meetings import action, calendar, personal, schedule
from meetings.models import Meeting, PersonalCalendar
from members.holiday import ChinaCalendar
from tests.factories import ActionItemFactory, MeetingFactory, RoleTermFactory, SeriesFactory

from . import rfc5545

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 12, 10, 8, 0, tzinfo=dt.UTC)
PAGE = "/people/me/calendar/"
CHINA = ChinaCalendar()


@pytest.fixture
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def meeting(sig):
    return schedule.plan(SeriesFactory(sig=sig), at=AT, until=dt.date(2026, 12, 31))[0]


def events_of(raw):
    """Events by UID as the strict reader sees them; icalendar and ical must see the same ones."""
    found = [part for part in rfc5545.read(raw).parts if part.name == "VEVENT"]
    others = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    thirds = IcsCalendarStream.calendar_from_ics(raw.decode()).events
    for one, two, three in zip(found, others, thirds, strict=True):
        assert one.text("UID") == str(two["UID"]) == three.uid
        assert one.text("SUMMARY") == str(two["SUMMARY"]) == three.summary
        assert one.text("DESCRIPTION") == str(two["DESCRIPTION"]) == three.description
        assert one.text("STATUS") == str(two["STATUS"]) == three.status.value
        assert one.values("SEQUENCE") == [str(two["SEQUENCE"])] == [str(three.sequence)]
        assert instant(two.decoded("DTSTART")) == instant(three.dtstart)
        assert instant(two.decoded("DTEND")) == instant(three.dtend)
    return {event.text("UID"): event for event in found}


def instant(value):
    """UTC of what has an hour; a whole day stays a day, which no zone moves."""
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value


def feed(sig):
    return calendar.feed(sig, calendar.meetings_of(sig, AT), CHINA)


def own(person):
    meetings, actions = calendar.meetings_for(person, AT), calendar.actions_for(person, AT)
    return calendar.personal(person, meetings, actions, CHINA)


# ── the strict reader ─────────────────────────────────────────────────────────────────────────
WHOLE = (
    "BEGIN:VCALENDAR|VERSION:2.0|PRODID:x|BEGIN:VEVENT|UID:a|DTSTAMP:20260101T000000Z|"
    "DTSTART:20260101T000000Z|SUMMARY:a\\, b|END:VEVENT|END:VCALENDAR|"
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\\, b", "a, b"),
        ("a\\, b", "a\\x"),
        ("UID:a|", ""),
        ("UID:a|", "UID:a|UID:b|"),
        ("DTSTAMP:20260101T000000Z", "DTSTAMP:20260101T000000"),
        ("DTSTART:20260101T000000Z", "DTSTART;TZID=Mars/Base:20260101T000000"),
        ("DTSTART:20260101T000000Z", "DTSTART:20260101T000000Z|DTEND;VALUE=DATE:20260102"),
        ("DTSTART:20260101T000000Z", "DTSTART:20260101T000000Z|DTEND:20260101T000000Z"),
        ("SUMMARY:", "STATUS:MOVED|SUMMARY:"),
        ("a\\, b", "长" * 25),
        ("END:VEVENT|", ""),
        ("VERSION:2.0", "VERSION:3.0"),
        ("SUMMARY:", "SUMMARY"),
    ],
)
def test_strict_reader_finds_faults(old, new):
    rfc5545.read(WHOLE.replace("|", "\r\n").encode())
    assert old in WHOLE

    with pytest.raises(rfc5545.Fault):
        rfc5545.read(WHOLE.replace(old, new).replace("|", "\r\n").encode())


def test_strict_reader_wants_crlf():
    with pytest.raises(rfc5545.Fault):
        rfc5545.read(WHOLE.replace("|", "\n").encode())


# ── files ─────────────────────────────────────────────────────────────────────────────────────
def test_moved_and_cancelled_meetings_update_in_every_file(sig, meeting, person):
    """A program that keeps the highest SEQUENCE of each UID ends with one event, cancelled."""
    kept = {}
    steps = [
        lambda: None,
        lambda: schedule.move(meeting=meeting, starts_at=LATER, reason="假期", by=None, at=AT),
        lambda: schedule.cancel(meeting=meeting, reason="无议题", by=None, at=AT),
    ]
    for version, step in enumerate(steps):
        step()
        meeting.refresh_from_db()
        for raw in (feed(sig), calendar.single(meeting, CHINA), own(person["committer"])):
            ((identity, event),) = events_of(raw).items()
            assert event.values("SEQUENCE") == [str(version)]
            kept[identity] = event

    (event,) = kept.values()
    assert event.values("STATUS") == ["CANCELLED"]
    assert event.values("DTSTART") == ["20261210T160000"]
    assert event.params("DTSTART") == {"TZID": "Asia/Shanghai"}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC"])
def test_old_and_new_meetings_of_any_zone_are_whole(sig, zone):
    series = SeriesFactory(sig=sig, time_zone=zone)
    for year in (2012, 2026):
        starts_at = dt.datetime(year, 7, 5, 12, 0, tzinfo=dt.UTC)
        meeting = MeetingFactory(sig=sig, series=series, starts_at=starts_at)
        raw = calendar.single(meeting, CHINA)
        events_of(raw)
        (event,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
        assert event.decoded("DTSTART").astimezone(dt.UTC) == starts_at


# Whatever people type; a database keeps no zero byte and no half of a surrogate pair.
TYPED = st.text(
    st.one_of(
        st.sampled_from('长例会，；\\,;:"\n\r\t 😀e\u0301'),
        st.characters(exclude_characters="\x00", exclude_categories=["Cs"]),
    ),
    max_size=120,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(TYPED, TYPED)
def test_any_typed_text_makes_a_whole_file(sig, title, note):
    meeting = Meeting(pk=1, sig=sig, title=title, note=note, starts_at=AT, uid="a@b", changed_at=AT)

    rfc5545.read(calendar.single(meeting, CHINA))


# ── one's own ─────────────────────────────────────────────────────────────────────────────────
def test_own_calendar_holds_meetings_of_own_sigs_and_own_action_items(sig, meeting, person):
    MeetingFactory(starts_at=LATER)
    mine = ActionItemFactory(
        meeting=meeting, owner=person["committer"], text="写文档\n并发布", due_on="2026-12-31"
    )
    ActionItemFactory(meeting=meeting, owner=person["committer"])
    ActionItemFactory(meeting=meeting, owner=person["stranger"], due_on="2026-12-31")

    found = events_of(own(person["committer"]))

    assert list(found) == [meeting.uid, f"action-{mine.pk}@testserver"]
    event = found[f"action-{mine.pk}@testserver"]
    assert (event.values("DTSTART"), event.params("DTSTART")) == (["20261231"], {"VALUE": "DATE"})
    assert event.values("DTEND") == ["20270101"]
    assert event.values("TRANSP") == ["TRANSPARENT"]
    assert event.text("SUMMARY") == "行动项：写文档 并发布"
    assert event.text("DESCRIPTION") == "写文档\n并发布"


def test_own_calendar_of_somebody_without_a_role_has_no_meetings(meeting, person):
    assert events_of(own(person["former"])) == {}


def test_done_item_is_cancelled_once_more_and_leaves_after_two_months(meeting, person):
    item = ActionItemFactory(meeting=meeting, owner=person["stranger"], due_on="2026-12-31")
    (before,) = events_of(own(person["stranger"])).values()
    action.close(item=item, state="done", by=person["stranger"], at=AT)

    (after,) = events_of(own(person["stranger"])).values()

    assert (before.values("SEQUENCE"), after.values("SEQUENCE")) == (["0"], ["1"])
    assert after.values("STATUS") == ["CANCELLED"]
    assert calendar.actions_for(person["stranger"], AT + dt.timedelta(days=61)) == []


# ── addresses ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("_now")
def test_meeting_page_leads_to_its_own_file(client, meeting):
    url = f"/sigs/reading/meetings/{meeting.pk}.ics"
    assert url in client.get(meeting.get_absolute_url()).content.decode()

    response = client.get(url)

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert list(events_of(response.content)) == [meeting.uid]
    assert client.get(url, headers={"if-none-match": response["ETag"]}).status_code == 304
    assert client.get(f"/sigs/other/meetings/{meeting.pk}.ics").status_code == 404


def test_address_works_without_signing_in_until_it_is_renewed_or_stopped(sign_in, meeting):
    client = sign_in("committer")
    assert client.get(PAGE).context["path"] == ""
    client.post(PAGE, {"do": "issue"})
    first = client.get(PAGE).context["path"]
    client.post(PAGE, {"do": "issue"})
    second = client.get(PAGE).context["path"]
    client.logout()

    assert client.get(first).status_code == 404
    response = client.get(second)
    assert list(events_of(response.content)) == [meeting.uid]
    assert response["Cache-Control"] == "private, max-age=300"
    assert response["X-Robots-Tag"] == "noindex"

    sign_in("committer").post(PAGE, {"do": "revoke"})
    assert client.get(second).status_code == 404
    assert PersonalCalendar.objects.filter(revoked_at=None).count() == 0


def test_made_up_addresses_find_nothing(client, person):
    row = personal.issue(by=person["committer"], at=AT)
    key = personal.key_of(row)
    for wrong in (str(row.pk), f"{row.pk}:", key[:-1], f"{row.pk + 1}:{key.split(':')[1]}", "长"):
        assert client.get(f"/calendars/{wrong}.ics").status_code == 404
    assert client.get(f"/calendars/{key}.ics").status_code == 200


def test_nobody_stops_the_calendar_of_another(sign_in, person):
    row = personal.issue(by=person["committer"], at=AT)
    sign_in("maintainer").post(PAGE, {"do": "revoke"})

    assert personal.owner_of(personal.key_of(row)) == person["committer"]


def test_closed_sign_in_closes_the_calendar(person):
    row = personal.issue(by=person["committer"], at=AT)
    User.objects.filter(username="committer").update(is_active=False)

    assert personal.owner_of(personal.key_of(row)) is None


def test_page_asks_to_sign_in_and_wants_a_person(sign_in, sig):
    assert sign_in("anonymous").get(PAGE).status_code == 302
    assert sign_in("tieless").get(PAGE).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.usefixtures("_now")
def test_own_calendar_takes_the_same_queries_for_one_and_three(
    client, sig, person, count, django_assert_num_queries
):
    for number in range(count):
        meeting = MeetingFactory(sig=sig, starts_at=AT + dt.timedelta(days=number))
        ActionItemFactory(meeting=meeting, owner=person["committer"], due_on="2026-12-31")
    RoleTermFactory(person=person["committer"], role="contributor")
    url = f"/calendars/{personal.key_of(personal.issue(by=person['committer'], at=AT))}.ics"

    # address with person, meetings, action items open and closed, day overrides
    with django_assert_num_queries(5):
        client.get(url)
