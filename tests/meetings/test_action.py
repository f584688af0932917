"""Action items are taken on once and closed once."""

import datetime as dt

import pytest

from ledger.models import Entry
from meetings import action
from meetings.models import ActionItem
from tests.factories import ActionItemFactory, MeetingFactory

AT = dt.datetime(2026, 12, 3, 10, 0, tzinfo=dt.UTC)


def test_second_click_adds_nothing_more(sig, person):
    meeting = MeetingFactory(sig=sig)
    for _click in range(2):
        action.add(
            meeting=meeting,
            text="写文档",
            owner=person["stranger"],
            due_on=dt.date(2026, 12, 31),
            by=person["committer"],
            at=AT,
        )

    (item,) = ActionItem.objects.all()
    assert (item.sig, item.owner, item.state) == (sig, person["stranger"], "open")
    (entry,) = Entry.objects.filter(action="action.added")
    assert entry.data["owner"] == "person:stranger"


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_closing_twice_is_harmless(sig, person, state):
    item = ActionItemFactory(meeting=MeetingFactory(sig=sig))
    for _click in range(2):
        action.close(item=item, state=state, by=person["maintainer"], at=AT)

    item.refresh_from_db()
    assert (item.state, item.closed_at) == (state, AT)
    assert Entry.objects.filter(action=f"action.{state}").count() == 1


def test_closing_otherwise_than_it_was_closed_is_refused(sig, person):
    item = ActionItemFactory(meeting=MeetingFactory(sig=sig), state="done")

    with pytest.raises(action.AlreadyClosed):
        action.close(item=item, state="dropped", by=person["maintainer"], at=AT)
    item.refresh_from_db()
    assert item.state == "done"


def test_reopening_is_no_way_of_closing(sig):
    with pytest.raises(ValueError, match="done or dropped"):
        action.close(
            item=ActionItemFactory(meeting=MeetingFactory(sig=sig)), state="open", by=None, at=AT
        )


@pytest.mark.parametrize(
    ("due", "state", "overdue"),
    [
        ("2026-12-02", "open", True),
        ("2026-12-03", "open", False),
        (None, "open", False),
        ("2026-12-02", "done", False),
    ],
)
def test_overdue_is_an_open_item_after_its_day(sig, due, state, overdue):
    item = ActionItemFactory.build(
        due_on=due and dt.date.fromisoformat(due), state=state, meeting=None, sig=None
    )

    assert item.is_overdue(dt.date(2026, 12, 3)) == overdue
