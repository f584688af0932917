"""A series is made and changed with its entry, and the meetings ahead follow it."""

import datetime as dt
from zoneinfo import ZoneInfoNotFoundError

import pytest

from ledger.models import Entry
from meetings import schedule
from meetings import series as series_room
from meetings.recurrence import BadRule
from tests.factories import SeriesFactory

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 12, 10, 8, 0, tzinfo=dt.UTC)


def entries(action):
    return list(Entry.objects.filter(action=action))


@pytest.fixture
def series(sig):
    series = SeriesFactory(sig=sig)
    schedule.plan(series, at=AT)
    return series


def change(series, **values):
    return series_room.change(series=series, by=None, at=AT, **values)


def table(series):
    """Day of the rule, state and version of each meeting, in order of days."""
    rows = series.meetings.order_by("recurrence_on")
    return [(str(one.recurrence_on), one.state, one.sequence) for one in rows]


def test_create_series_takes_the_zone_and_link_of_its_sig(sig):
    sig.time_zone, sig.meeting_url = "Europe/Berlin", "https://meet.example/x"

    series = series_room.create(
        sig=sig,
        name="例会",
        rrule="FREQ=MONTHLY;BYDAY=1TH",
        starts_on=dt.date(2026, 1, 1),
        start_time=dt.time(16),
        at=AT,
    )

    assert (series.time_zone, series.venue_url) == ("Europe/Berlin", "https://meet.example/x")
    (entry,) = entries("series.created")
    assert entry.data["start_time"] == "16:00"


@pytest.mark.parametrize(
    ("rrule", "zone", "refusal"),
    [("FREQ=NEVER", "", BadRule), ("FREQ=WEEKLY", "Mars/Base", ZoneInfoNotFoundError)],
)
def test_series_that_cannot_meet_is_refused_and_nothing_written(sig, rrule, zone, refusal):
    with pytest.raises(refusal):
        series_room.create(
            sig=sig,
            name="例会",
            rrule=rrule,
            starts_on=dt.date(2026, 1, 1),
            start_time=dt.time(16),
            time_zone=zone,
            at=AT,
        )

    assert not sig.series.exists()
    assert not Entry.objects.exists()


def test_change_is_recorded_with_old_and_new(series, person):
    series_room.change(
        series=series, start_time=dt.time(20, 30), name="月会", by=person["maintainer"], at=AT
    )

    (entry,) = entries("series.changed")
    assert entry.actor == "person:maintainer"
    assert entry.subject == f"series:{series.pk}"
    assert entry.data["changes"] == {"start_time": ["16:00", "20:30"], "name": ["例会", "月会"]}


def test_same_values_change_nothing(series):
    seq = Entry.objects.count()

    assert not change(series, name="例会", start_time=dt.time(16)).is_changed
    assert Entry.objects.count() == seq


def test_new_hour_moves_the_meetings_ahead_and_raises_their_version(series):
    followed = change(series, start_time=dt.time(20), duration_min=90)

    assert (followed.moved, followed.dropped, followed.added) == (6, 0, 0)
    first = series.meetings.order_by("recurrence_on").first()
    assert first.starts_at == dt.datetime(2026, 12, 3, 12, 0, tzinfo=dt.UTC)
    assert first.ends_at - first.starts_at == dt.timedelta(minutes=90)
    assert (first.state, first.sequence, first.changed_at) == ("scheduled", 1, AT)
    assert len(entries("meeting.adjusted")) == 6


def test_meeting_that_was_moved_by_hand_or_is_over_stays(series):
    first, second, *_rest = series.meetings.order_by("recurrence_on")
    schedule.move(meeting=first, starts_at=LATER, by=None, at=AT)
    later = dt.datetime(2027, 1, 7, 9, 0, tzinfo=dt.UTC)  # the second one is going on

    series_room.change(series=series, start_time=dt.time(20), by=None, at=later)

    for meeting, starts_at in ((first, LATER), (second, second.starts_at)):
        meeting.refresh_from_db()
        assert meeting.starts_at == starts_at


def test_other_rule_drops_meetings_and_the_old_one_brings_the_same_back(series):
    before = {one.recurrence_on: one.uid for one in series.meetings.all()}
    followed = change(series, rrule="FREQ=MONTHLY;BYDAY=2TH")
    assert (followed.dropped, followed.added) == (6, 6)
    states = [state for _day, state, _sequence in table(series)]
    assert (states.count("cancelled"), states.count("scheduled")) == (6, 6)

    back = change(series, rrule="FREQ=MONTHLY;BYDAY=1TH")

    assert (back.dropped, back.restored, back.added) == (6, 6, 0)
    for meeting in series.meetings.filter(state="scheduled"):
        assert meeting.uid == before[meeting.recurrence_on]
        assert (meeting.sequence, meeting.note) == (2, "")


def test_meeting_called_off_by_hand_does_not_come_back(series):
    first = series.meetings.order_by("recurrence_on").first()
    schedule.cancel(meeting=first, reason="无议题", by=None, at=AT)
    change(series, rrule="FREQ=MONTHLY;BYDAY=2TH")
    change(series, rrule="FREQ=MONTHLY;BYDAY=1TH")

    first.refresh_from_db()
    assert (first.state, first.note) == ("cancelled", "无议题")


def test_weekly_rule_puts_the_day_into_titles_and_keeps_written_ones(series):
    first, second, *_rest = series.meetings.order_by("recurrence_on")
    type(second).objects.filter(pk=second.pk).update(title="年度规划会")
    change(series, rrule="FREQ=WEEKLY;BYDAY=TH")

    for meeting in (first, second):
        meeting.refresh_from_db()
    assert (first.title, second.title) == ("2026 年 12 月 3 日例会", "年度规划会")


def test_series_switched_off_keeps_what_is_planned(series):
    before = table(series)

    change(series, is_active=False)

    assert table(series) == before


@pytest.mark.parametrize(
    ("values", "refusal"),
    [({"rrule": "FREQ=NEVER"}, BadRule), ({"time_zone": "Mars/Base"}, ZoneInfoNotFoundError)],
)
def test_change_that_cannot_be_is_refused_and_nothing_written(series, values, refusal):
    before, seq = table(series), Entry.objects.count()

    with pytest.raises(refusal):
        change(series, **values)

    assert (table(series), Entry.objects.count()) == (before, seq)
