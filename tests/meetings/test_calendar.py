"""calendar.ics: read back by icalendar, and its bytes looked at by hand."""

import datetime as dt

import icalendar
import pytest

from meetings import calendar, schedule
from meetings.models import Meeting
from members.holiday import ChinaCalendar
from tests.factories import MeetingFactory, SeriesFactory

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
URL = "/sigs/reading/calendar.ics"


def feed(sig):
    return calendar.feed(sig, calendar.meetings_of(sig, AT), ChinaCalendar())


def events(sig):
    return icalendar.Calendar.from_ical(feed(sig)).walk("VEVENT")


@pytest.fixture
def meeting(sig):
    return schedule.plan(SeriesFactory(sig=sig), at=AT, until=dt.date(2026, 12, 31))[0]


def test_event_says_when_where_and_what(sig, meeting):
    Meeting.objects.update(venue_url="https://meet.example/x")

    (event,) = events(sig)

    assert event.decoded("dtstart") == dt.datetime(2026, 12, 3, 8, 0, tzinfo=dt.UTC)
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert event.decoded("dtend") - event.decoded("dtstart") == dt.timedelta(hours=1)
    assert str(event["summary"]) == "阅读小组 2026 年 12 月例会"
    assert str(event["url"]) == f"http://testserver/sigs/reading/meetings/{meeting.pk}/"
    assert str(event["location"]) == "https://meet.example/x"
    assert (str(event["uid"]), event["sequence"], str(event["status"])) == (
        meeting.uid,
        0,
        "CONFIRMED",
    )
    assert event.decoded("dtstamp") == AT


def test_moved_and_cancelled_meetings_update_and_do_not_duplicate(sig, meeting):
    later = dt.datetime(2026, 12, 10, 8, 0, tzinfo=dt.UTC)
    schedule.move(meeting=meeting, starts_at=later, reason="假期", by=None, at=AT)
    (moved,) = events(sig)
    schedule.cancel(meeting=meeting, by=None, at=AT + dt.timedelta(hours=1))
    (cancelled,) = events(sig)

    assert str(moved["uid"]) == str(cancelled["uid"]) == meeting.uid
    assert (moved["sequence"], cancelled["sequence"]) == (1, 2)
    assert moved.decoded("dtstart") == later
    assert (str(moved["status"]), str(cancelled["status"])) == ("CONFIRMED", "CANCELLED")
    assert cancelled.decoded("dtstamp") == AT + dt.timedelta(hours=1)


def test_each_zone_is_described_once(sig):
    schedule.plan(SeriesFactory(sig=sig), at=AT)
    schedule.plan(SeriesFactory(sig=sig, time_zone="Europe/Berlin"), at=AT)

    parsed = icalendar.Calendar.from_ical(feed(sig))

    assert [str(zone["tzid"]) for zone in parsed.walk("VTIMEZONE")] == [
        "Asia/Shanghai",
        "Europe/Berlin",
    ]


def test_hour_holds_across_daylight_saving(sig):
    schedule.plan(SeriesFactory(sig=sig, time_zone="Europe/Berlin"), at=AT)

    hours = {
        (event["dtstart"].dt.hour, event.decoded("dtstart").astimezone(dt.UTC).hour)
        for event in events(sig)
    }

    assert hours == {(16, 15), (16, 14)}


def test_bytes_obey_the_rules_of_the_format(sig, meeting):
    Meeting.objects.update(title="一个很长的标题，带有逗号;分号\\反斜线" * 6, note="第一行\n第二行")
    raw = feed(sig)

    lines = raw.split(b"\r\n")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode()  # no character is cut in two
    unfolded = raw.replace(b"\r\n ", b"").decode()
    assert "带有逗号\\;分号\\\\反斜线" in unfolded
    assert "第一行\\n第二行" in unfolded
    assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") == 1
    assert unfolded.index("BEGIN:VTIMEZONE") < unfolded.index("BEGIN:VEVENT")
    assert "RECURRENCE-ID" not in unfolded
    assert "RRULE" not in unfolded.split("BEGIN:VEVENT")[1]


def test_holiday_is_said_in_the_event(sig):
    MeetingFactory(sig=sig, starts_at=dt.datetime(2026, 10, 1, 8, 0, tzinfo=dt.UTC))

    (event,) = events(sig)

    assert "这一天是公众假期：国庆节" in str(event["description"])


def test_feed_holds_a_year_back_and_is_bounded(sig, monkeypatch):
    MeetingFactory(sig=sig, starts_at=AT - dt.timedelta(days=367))
    for days in range(4):
        MeetingFactory(sig=sig, starts_at=AT + dt.timedelta(days=days))
    assert len(events(sig)) == 4

    monkeypatch.setattr(calendar, "MAX_EVENTS", 3)
    assert [event.decoded("dtstart").astimezone(dt.UTC).day for event in events(sig)] == [
        25,
        26,
        27,
    ]


# ── the address ───────────────────────────────────────────────────────────────────────────────
def test_address_answers_calendar_and_remembers_its_etag(client, sig, meeting):
    first = client.get(URL)

    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert icalendar.Calendar.from_ical(first.content).walk("VEVENT")
    again = client.get(URL, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(URL)["ETag"] == first["ETag"]


def test_etag_changes_with_the_meeting(client, sig, meeting):
    first = client.get(URL)
    schedule.cancel(meeting=meeting, by=None, at=AT)

    assert client.get(URL, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_english_feed_has_english_titles(client, sig, meeting):
    raw = client.get(f"/en{URL}").content

    (event,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    assert str(event["summary"]) == "Reading group December 2026 meeting"
    assert str(event["url"]).startswith("http://testserver/en/sigs/")


def test_feed_of_no_sig_is_not_found(client, db):
    assert client.get("/sigs/nobody/calendar.ics").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_feed_takes_the_same_queries_for_one_meeting_and_three(
    client, sig, count, django_assert_num_queries
):
    series = SeriesFactory(sig=sig)
    for number in range(count):
        MeetingFactory(sig=sig, series=series, starts_at=AT + dt.timedelta(days=number))

    # sig, meetings, day overrides
    with django_assert_num_queries(3):
        client.get(URL)
