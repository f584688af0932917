"""Those who write the minutes are reminded on the seventh day and the tenth, once each."""

import datetime as dt

import pytest

from meetings import minutes, offering, overdue, tasks
from members.models import Notice
from tests.factories import MeetingFactory

HELD_AT = dt.datetime(2026, 12, 3, 8, 0, tzinfo=dt.UTC)
# 09:00 in Shanghai
MORNING = dt.datetime(2026, 12, 3, 1, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def held(sig):
    return MeetingFactory(sig=sig, state="held", starts_at=HELD_AT)


def told():
    keys = Notice.objects.order_by("pk").values_list("person__name", "key")
    return [(name, int(key.split(":")[3])) for name, key in keys]


def test_hosts_are_told_after_seven_days_and_after_ten_once_each(held, people):
    for hours in range(-48, 24 * 14, 12):
        overdue.remind_due(now=MORNING + dt.timedelta(hours=hours))

    assert told() == [("Maintainer", 7), ("Maintainer", 10)]
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert kinds == {"minutes.overdue"}


@pytest.mark.parametrize(
    ("after", "stage"),
    [
        (7 * DAY - dt.timedelta(minutes=1), None),
        (7 * DAY, 7),
        (10 * DAY - dt.timedelta(minutes=1), 7),
        (10 * DAY, 10),
    ],
)
def test_moment_is_the_morning_of_the_meetings_zone(held, after, stage):
    assert overdue.stage_of(held, MORNING + after) == stage


def test_scribe_and_host_are_told_whatever_role_they_hold(held, person):
    held.scribe, held.host = person["contributor"], person["former"]
    held.save()

    overdue.remind_due(now=MORNING + 7 * DAY)

    assert {name for name, _stage in told()} == {"Contributor", "Former", "Maintainer"}


def test_who_wrote_a_draft_is_told_too(held, person):
    minutes.save_draft(meeting=held, body="一", expected=0, by=person["committer"], at=HELD_AT)

    overdue.remind_due(now=MORNING + 7 * DAY)

    assert sorted(told()) == [("Committer", 7), ("Maintainer", 7)]
    assert Notice.objects.first().data["path"] == f"/sigs/reading/meetings/{held.pk}/minutes/edit/"


def test_published_minutes_need_no_reminder(held, people):
    draft = minutes.save_draft(meeting=held, body="一", expected=0, by=None, at=HELD_AT)
    minutes.publish(meeting=held, expected=draft.number, by=None, at=HELD_AT)

    assert overdue.remind_due(now=MORNING + 7 * DAY) == 0


@pytest.mark.parametrize(("state", "count"), [("cancelled", 0), ("scheduled", 1), ("moved", 1)])
def test_meeting_not_marked_as_held_counts_and_a_cancelled_one_does_not(sig, people, state, count):
    MeetingFactory(sig=sig, state=state, starts_at=HELD_AT)

    assert overdue.remind_due(now=MORNING + 8 * DAY) == count


def test_meeting_long_ago_is_left_in_peace(held, people):
    assert overdue.remind_due(now=HELD_AT + overdue.FORGOTTEN) == 0


def test_late_worker_tells_once_of_the_later_day(held, people):
    overdue.remind_due(now=MORNING + 12 * DAY)

    assert told() == [("Maintainer", 10)]


def test_task_reminds_by_the_clock(held, people, time_machine):
    time_machine.move_to(MORNING + 7 * DAY, tick=False)

    assert tasks.remind_minutes.delay().get() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_nothing_due_takes_one_query(sig, people, count, django_assert_num_queries):
    for _ in range(count):
        MeetingFactory(sig=sig, state="held", starts_at=HELD_AT)

    with django_assert_num_queries(1):
        overdue.remind_due(now=HELD_AT)


@pytest.mark.parametrize(
    ("after", "count"),
    [
        (7 * DAY, 0),  # remarks are asked for until the ninth day
        (10 * DAY, 0),  # they closed a moment ago, of which meetings.offering tells
        (13 * DAY, 1),
    ],
)
def test_minutes_out_for_comment_are_not_late_yet(held, people, after, count):
    minutes.save_draft(meeting=held, body="一", expected=0, by=None, at=HELD_AT)
    until = HELD_AT.date() + 9 * DAY
    offering.offer(meeting=held, until=until, expected=1, by=None, at=HELD_AT)

    assert overdue.remind_due(now=MORNING + after) == count
