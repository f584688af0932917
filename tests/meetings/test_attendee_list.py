"""The attendance list reaches the text that goes out, and nobody's words are touched."""

import datetime as dt

import pytest

from meetings import attendance, attendee_list, minutes, offering
from meetings.skeleton import skeleton
from tests.factories import MeetingFactory

AT = dt.datetime(2026, 12, 4, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def held(sig):
    return MeetingFactory(sig=sig, state="held")


def come(meeting, name, organization=""):
    attendance.add(meeting=meeting, name=name, organization=organization, by=None, at=AT)


def draft(meeting):
    """Begun before anybody came."""
    return minutes.save_draft(meeting=meeting, body=skeleton(meeting), expected=0, by=None, at=AT)


def offer(meeting):
    until = dt.date(2026, 12, 9)
    return offering.offer(meeting=meeting, until=until, expected=1, by=None, at=AT)


def publish(meeting):
    return minutes.publish(meeting=meeting, expected=1, by=None, at=AT)


@pytest.mark.parametrize("go_out", [offer, publish])
def test_who_came_after_the_draft_was_begun_stands_in_the_text_that_goes_out(go_out, held):
    begun = draft(held)
    assert "## Attendees\n\n* None\n\n## Notes" in begun.body
    come(held, "林夏")
    come(held, "Ann Lee", "Example")

    revision = go_out(held)

    assert revision.body == begun.body.replace(
        "## Attendees\n\n* None\n", "## Attendees\n\n* 林夏\n* Ann Lee (Example)\n"
    )
    assert revision.content_hash == minutes.sha256(revision.body)
    begun.refresh_from_db()
    assert "林夏" not in begun.body


@pytest.mark.parametrize(
    "body",
    [
        "## Attendees\n\n* 另一人\n\n## Notes\n\n* None\n",
        "## Attendees\n\n* None\n* 另一人\n",
        "## 记录\n\n没有出席一节\n",
        "",
    ],
)
def test_text_in_which_somebody_wrote_stays_as_it_is(body, held):
    come(held, "林夏")

    assert attendee_list.filled(held, body) == body


@pytest.mark.parametrize("heading", ["## Attendees", "## 出席", "## attendees:"])
@pytest.mark.parametrize("nothing", ["* None", "无", "", "- TODO"])
def test_empty_section_of_either_language_takes_the_list(heading, nothing, held):
    come(held, "林夏")

    filled = attendee_list.filled(held, f"{heading}\n\n{nothing}\n\n## Notes\n\n* None\n")

    assert filled == f"{heading}\n\n* 林夏\n\n## Notes\n\n* None\n"


def test_nobody_came_and_the_text_stays_as_it_is(held):
    assert publish_of(held) == skeleton(held)


def test_text_from_a_file_stays_that_file(held):
    held.source_name = "001.md"
    come(held, "林夏")
    body = "## Attendees\n\n* None\n"

    assert attendee_list.filled(held, body) == body


def publish_of(meeting):
    draft(meeting)
    return publish(meeting).body
