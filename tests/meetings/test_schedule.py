"""Meetings out of their series, and every state against every deed."""

import datetime as dt

import pytest

from ledger.models import Entry
from meetings import schedule, tasks
from meetings.models import Meeting
from tests.factories import MeetingFactory, SeriesFactory

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
AFTER = dt.datetime(2026, 12, 3, 9, 30, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 12, 10, 8, 0, tzinfo=dt.UTC)


def entries(action):
    return list(Entry.objects.filter(action=action))


@pytest.fixture
def series(sig):
    return SeriesFactory(sig=sig)


# ── planning ──────────────────────────────────────────────────────────────────────────────────
def test_plan_writes_six_months_of_first_thursdays(series):
    planned = schedule.plan(series, at=AT)

    assert [str(meeting.recurrence_on) for meeting in planned] == [
        "2026-12-03", "2027-01-07", "2027-02-04", "2027-03-04", "2027-04-01", "2027-05-06",
    ]  # fmt: skip
    first = planned[0]
    assert first.title == "2026 年 12 月例会"
    assert first.title_en == "December 2026 meeting"
    assert first.starts_at == dt.datetime(2026, 12, 3, 8, 0, tzinfo=dt.UTC)
    assert first.ends_at == dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC)
    assert first.uid == f"reading-series{series.pk}-20261203@testserver"
    assert [entry.data["title"] for entry in entries("meeting.planned")] == [
        meeting.title for meeting in planned
    ]


def test_planning_twice_writes_nothing(series):
    schedule.plan(series, at=AT)
    seq = Entry.objects.count()

    assert schedule.plan(series, at=AT) == []
    assert schedule.plan(series, at=AT + dt.timedelta(days=1)) == []
    assert (Meeting.objects.count(), Entry.objects.count()) == (6, seq)


def test_moved_meeting_is_not_planned_again_on_its_old_day(series):
    meeting = schedule.plan(series, at=AT)[0]
    schedule.move(meeting=meeting, starts_at=LATER, by=None, at=AT)

    assert schedule.plan(series, at=AT) == []


def test_holiday_is_planned_on_its_day(series):
    at = dt.datetime(2025, 12, 20, tzinfo=dt.UTC)

    (meeting,) = schedule.plan(series, at=at, until=dt.date(2026, 1, 20))

    assert meeting.recurrence_on == dt.date(2026, 1, 1)
    assert meeting.state == Meeting.State.SCHEDULED


def test_weekly_series_has_the_day_in_its_titles(sig):
    series = SeriesFactory(sig=sig, rrule="FREQ=WEEKLY;BYDAY=TU")

    planned = schedule.plan(series, at=AT, until=dt.date(2026, 12, 5))

    assert [meeting.title for meeting in planned] == [
        "2026 年 11 月 24 日例会",
        "2026 年 12 月 1 日例会",
    ]


def test_task_plans_active_series_and_passes_over_a_broken_one(sig, caplog):
    SeriesFactory(sig=sig, rrule="FREQ=NEVER")
    SeriesFactory(sig=sig, is_active=False)
    good = SeriesFactory(sig=sig)

    assert tasks.plan_meetings() >= 5
    assert tasks.plan_meetings() == 0
    assert set(Meeting.objects.values_list("series", flat=True)) == {good.pk}
    assert "FREQ=NEVER" in caplog.text


def test_extra_meeting_is_added_once(sig, person):
    for _click in range(2):
        schedule.add(
            sig=sig,
            title="RFC 评审",
            starts_at=LATER,
            duration_min=90,
            by=person["committer"],
            at=AT,
        )

    meeting = Meeting.objects.get()
    assert meeting.ends_at - meeting.starts_at == dt.timedelta(minutes=90)
    assert len(entries("meeting.planned")) == 1


def test_another_extra_meeting_may_stand_where_one_was_moved_away(sig):
    talk = {"sig": sig, "title": "分享", "duration_min": 30, "by": None, "at": AT, "kind": "talk"}
    first = schedule.add(starts_at=LATER, **talk)
    schedule.move(meeting=first, starts_at=LATER + dt.timedelta(days=1), by=None, at=AT)

    second = schedule.add(starts_at=LATER, **talk)

    assert second.pk != first.pk
    assert second.uid != first.uid


def test_extra_meeting_in_the_past_is_refused(sig):
    with pytest.raises(schedule.InPast):
        schedule.add(
            sig=sig,
            title="分享",
            starts_at=AT - dt.timedelta(minutes=1),
            duration_min=30,
            by=None,
            at=AT,
        )
    assert not Meeting.objects.exists()


# ── deeds ─────────────────────────────────────────────────────────────────────────────────────
DEEDS = {
    "move": lambda meeting, by: schedule.move(
        meeting=meeting, starts_at=LATER, reason="假期", by=by, at=AT
    ),
    "cancel": lambda meeting, by: schedule.cancel(meeting=meeting, reason="无议题", by=by, at=AT),
    "hold": lambda meeting, by: schedule.hold(meeting=meeting, by=by, at=AFTER),
}
# What each deed makes of each state; None: refused.
OUTCOMES = [
    ("scheduled", "move", "moved"),
    ("scheduled", "cancel", "cancelled"),
    ("scheduled", "hold", "held"),
    ("moved", "move", "moved"),
    ("moved", "cancel", "cancelled"),
    ("moved", "hold", "held"),
    ("cancelled", "move", None),
    ("cancelled", "cancel", "cancelled"),
    ("cancelled", "hold", None),
    ("held", "move", None),
    ("held", "cancel", None),
    ("held", "hold", "held"),
]


@pytest.mark.parametrize(("state", "deed", "outcome"), OUTCOMES)
def test_each_deed_on_each_state(state, deed, outcome, sig, person):
    meeting = MeetingFactory(sig=sig, state=state)

    if outcome is None:
        with pytest.raises(schedule.WrongState):
            DEEDS[deed](meeting, person["committer"])
    else:
        DEEDS[deed](meeting, person["committer"])

    meeting.refresh_from_db()
    assert meeting.state == (outcome or state)
    changed = (state != outcome and outcome is not None) or (state, deed) == ("moved", "move")
    assert meeting.sequence == (1 if changed else 0)
    assert Entry.objects.count() == (1 if changed else 0)


def test_move_keeps_the_length_and_says_from_where_to_where(sig, person):
    meeting = MeetingFactory(sig=sig, recurrence_on=dt.date(2026, 12, 3))

    schedule.move(meeting=meeting, starts_at=LATER, reason="假期", by=person["committer"], at=AT)

    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.ends_at) == (LATER, LATER + dt.timedelta(hours=1))
    assert (meeting.recurrence_on, meeting.note, meeting.changed_at) == (
        dt.date(2026, 12, 3),
        "假期",
        AT,
    )
    (entry,) = entries("meeting.moved")
    assert entry.actor == "person:committer"
    assert entry.subject == f"meeting:{meeting.pk}"
    assert (entry.data["from"], entry.data["to"]) == (
        "2026-12-03T08:00:00Z",
        "2026-12-10T08:00:00Z",
    )


def test_second_click_on_move_changes_nothing(sig, person):
    meeting = MeetingFactory(sig=sig)
    for _click in range(2):
        schedule.move(meeting=meeting, starts_at=LATER, by=person["committer"], at=AT)

    meeting.refresh_from_db()
    assert meeting.sequence == 1
    assert len(entries("meeting.moved")) == 1


def test_move_into_the_past_is_refused(sig, person):
    meeting = MeetingFactory(sig=sig)

    with pytest.raises(schedule.InPast):
        schedule.move(
            meeting=meeting, starts_at=AT - dt.timedelta(hours=1), by=person["committer"], at=AT
        )


def test_hold_before_the_day_is_refused_and_on_the_day_of_the_zone_allowed(sig, person):
    # 00:30 in Shanghai on the 3rd is still the 2nd in UTC.
    meeting = MeetingFactory(sig=sig, starts_at=dt.datetime(2026, 12, 2, 16, 30, tzinfo=dt.UTC))

    with pytest.raises(schedule.TooEarly):
        schedule.hold(meeting=meeting, by=None, at=dt.datetime(2026, 12, 2, 15, 59, tzinfo=dt.UTC))
    schedule.hold(meeting=meeting, by=None, at=dt.datetime(2026, 12, 2, 16, 0, tzinfo=dt.UTC))

    assert len(entries("meeting.held")) == 1
