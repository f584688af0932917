"""English pages show a meeting's English title wherever it has one: lists, record, proofs, old rows."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import translation

from ledger.actions import sentence
from ledger.models import Entry
from meetings import attendance, freezing, minutes, schedule
from meetings.models import Meeting
from members.checklist import proof_of
from members.evidence import collect
from members.models import Contribution, Person
from tests.factories import ActionItemFactory, MeetingFactory

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TITLE, TITLE_EN = "十二月例会", "December meeting"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, title=TITLE, title_en=TITLE_EN, starts_at=AT + 2 * DAY)


@pytest.fixture
def published(meeting, person):
    """Frozen, moved, held, attended by the Committer, with public minutes."""
    freezing.freeze(meeting=meeting, by=None, at=AT)
    schedule.move(meeting=meeting, starts_at=AT + DAY, by=None, at=AT)
    meeting = schedule.hold(meeting=meeting, by=None, at=AT + 2 * DAY)
    after, who = AT + 2 * DAY, person["committer"]
    attendance.add(meeting=meeting, name=who.name, person=who, by=None, at=after)
    minutes.save_draft(meeting=meeting, body="纪要", expected=0, by=who, at=after)
    minutes.publish(meeting=meeting, expected=1, by=who, at=after)
    return meeting


def test_every_entry_of_a_meeting_that_names_it_has_both_titles(published):
    named = [one for one in Entry.objects.all() if one.data.get("title") == TITLE]

    assert {"meeting.moved", "meeting.held", "agenda.announced", "minutes.published"} <= {
        one.action for one in named
    }
    assert {one.data.get("title_en") for one in named} == {TITLE_EN}


def test_register_and_home_say_the_english_title(published, client):
    entry = Entry.objects.get(action="minutes.published")
    assert TITLE in sentence(entry)
    with translation.override("en"):
        assert TITLE_EN in sentence(entry)
        assert TITLE not in sentence(entry)


@pytest.mark.parametrize(
    "path",
    [
        "/sigs/reading/",
        "/sigs/reading/meetings/",
        "/sigs/reading/meetings/{pk}/",
        "/sigs/reading/meetings/feed.atom",
        "/sigs/reading/calendar.ics",
        "/sigs/reading/actions/",
        "/people/committer/",
        "/people/committer/actions/",
        "/decisions/",
    ],
)
def test_english_pages_never_show_the_chinese_title(path, published, person, client):
    ActionItemFactory(meeting=published, owner=person["committer"], text="write it")
    address = path.format(pk=published.pk)

    assert TITLE in client.get(address).content.decode()
    page = client.get(f"/en{address}").content.decode()
    assert TITLE_EN in page
    # The register prints each entry whole below its sentence.
    assert TITLE not in page.replace(f'"title": "{TITLE}"', "").replace(
        f"&quot;title&quot;: &quot;{TITLE}&quot;", ""
    )


def test_proof_of_attendance_speaks_the_readers_language(published, sig, person):
    (item,) = collect(Person.objects.get(pk=person["committer"].pk), sig, AT + 3 * DAY)["items"]

    assert proof_of(item, {}, is_live=True).title == TITLE
    with translation.override("en"):
        assert proof_of(item, {}, is_live=True).title == TITLE_EN
        # Evidence that was stored before has one title.
        del item["title_en"]
        assert proof_of(item, {}, is_live=True).title == TITLE


def test_attendance_counted_before_gets_its_english_title(published):
    other = MeetingFactory(sig=published.sig, title="别的", title_en="Other")
    Contribution.objects.update(title_en="")
    migration = import_module("meetings.migrations.0012_attended_english")

    migration.fill(apps, None)

    assert Meeting.objects.filter(pk=other.pk).exists()
    assert set(Contribution.objects.values_list("title", "title_en")) == {(TITLE, TITLE_EN)}
