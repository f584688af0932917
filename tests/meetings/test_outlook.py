"""What the home page asks: the meeting ahead, the newest minutes."""

import datetime as dt

import pytest

from meetings import outlook
from tests.factories import MeetingFactory, MinutesRevisionFactory

AT = dt.datetime(2026, 12, 3, 8, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("starts_at", "state", "is_next"),
    [
        (AT - 2 * HOUR, "scheduled", False),
        (AT - HOUR / 2, "scheduled", True),
        (AT + HOUR, "moved", True),
        (AT + HOUR, "cancelled", False),
        (AT - HOUR / 2, "held", False),
    ],
)
def test_next_meeting_is_going_on_or_ahead(sig, starts_at, state, is_next):
    meeting = MeetingFactory(sig=sig, starts_at=starts_at, state=state)

    assert outlook.next_meeting(sig, AT) == (meeting if is_next else None)


def test_next_meeting_is_the_soonest_and_counts_standing_items(sig, django_assert_num_queries):
    MeetingFactory(sig=sig, starts_at=AT + 5 * HOUR)
    soonest = MeetingFactory(sig=sig, starts_at=AT + HOUR)
    MeetingFactory(starts_at=AT + HOUR / 2)
    soonest.agenda_items.create(title="一", created_at=AT)
    soonest.agenda_items.create(title="二", created_at=AT, withdrawn_at=AT)

    with django_assert_num_queries(1):
        found = outlook.next_meeting(sig, AT)
        assert found.get_absolute_url()
        assert found.zone

    assert (found, found.agenda_count) == (soonest, 1)


def test_latest_minutes_are_current_public_texts_only(sig, django_assert_num_queries):
    old = MeetingFactory(sig=sig, state="held", starts_at=AT - 300 * HOUR)
    new = MeetingFactory(sig=sig, state="held", starts_at=AT)
    draft_only = MeetingFactory(sig=sig, state="held", starts_at=AT + HOUR)
    MinutesRevisionFactory(meeting=draft_only, state="draft")
    amended = MinutesRevisionFactory(meeting=old, number=2, state="amended")
    MinutesRevisionFactory(meeting=old, number=1)
    published = MinutesRevisionFactory(meeting=new, number=2)
    MinutesRevisionFactory(meeting=new, number=1, state="draft")
    MinutesRevisionFactory()

    with django_assert_num_queries(1):
        found = list(outlook.latest_minutes(sig, 5))
        assert [row.meeting.get_absolute_url() for row in found]

    assert found == [published, amended]
    assert list(outlook.latest_minutes(sig, 1)) == [published]
