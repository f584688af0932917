"""Owners are reminded on the day and a week later, once each, and of nothing that is done."""

import datetime as dt

import pytest

from meetings import action, tasks
from meetings.action_reminders import remind_due
from members import merging
from members.models import Notice, Person
from members.notices import sending
from tests.factories import ActionItemFactory, MeetingFactory, SigFactory

DUE = dt.date(2026, 12, 10)
# 09:00 in Shanghai.
MOMENT = dt.datetime(2026, 12, 10, 1, 0, tzinfo=dt.UTC)
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def item(sig, person):
    return ActionItemFactory(
        meeting=MeetingFactory(sig=sig), owner=person["stranger"], text="写文档", due_on=DUE
    )


def told():
    return [(one.key.split(":")[2], one.person.name) for one in Notice.objects.order_by("pk")]


def test_owner_is_reminded_on_the_day_and_a_week_later_once_each(item):
    moments = [
        MOMENT - MINUTE,
        MOMENT,
        MOMENT + MINUTE,
        MOMENT + 6 * DAY,
        MOMENT + 7 * DAY,
        MOMENT + 8 * DAY,
        MOMENT + 30 * DAY,
    ]

    assert [remind_due(moment) for moment in moments] == [0, 1, 0, 0, 1, 0, 0]
    assert told() == [("due", "Stranger"), ("late", "Stranger")]
    first, second = Notice.objects.order_by("pk")
    assert (first.kind, first.data["is_late"], second.data["is_late"]) == (
        "action.due", False, True,
    )  # fmt: skip
    assert first.data["path"] == f"/sigs/reading/actions/{item.pk}/"


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_nobody_is_reminded_of_a_closed_item(item, state):
    action.close(item=item, state=state, by=None, at=MOMENT - DAY)

    assert remind_due(MOMENT) == 0


def test_new_day_is_reminded_of_anew(item):
    remind_due(MOMENT)
    action.change(
        item=item, owner=item.owner, due_on=DUE + 3 * DAY, by=None, at=MOMENT + 2 * MINUTE
    )

    assert remind_due(MOMENT + DAY) == 0
    assert remind_due(MOMENT + 3 * DAY) == 1


def test_item_written_down_after_its_day_is_not_called_due(sig, person):
    ActionItemFactory(
        meeting=MeetingFactory(sig=sig),
        owner=person["stranger"],
        due_on=DUE,
        created_at=MOMENT + MINUTE,
    )

    assert remind_due(MOMENT + DAY) == 0
    assert remind_due(MOMENT + 7 * DAY) == 1


def test_item_without_a_person_or_a_day_reminds_nobody(sig, person):
    meeting = MeetingFactory(sig=sig)
    ActionItemFactory(meeting=meeting, owner_name="某团队", due_on=DUE)
    ActionItemFactory(meeting=meeting, owner=person["stranger"])

    assert remind_due(MOMENT) == 0


def test_moment_is_that_of_the_zone_of_the_sig(person):
    meeting = MeetingFactory(sig=SigFactory(time_zone="America/New_York"))
    ActionItemFactory(meeting=meeting, owner=person["stranger"], due_on=DUE)

    assert remind_due(MOMENT) == 0
    assert remind_due(dt.datetime(2026, 12, 10, 14, 0, tzinfo=dt.UTC)) == 1


def test_task_reminds(item, time_machine):
    time_machine.move_to(MOMENT, tick=False)

    assert tasks.remind_action_owners() == 1
    assert tasks.remind_action_owners() == 0


# ── between the reminder and its mail ─────────────────────────────────────────────────────────
def close_it(item, person):
    action.close(item=item, state="done", by=None, at=MOMENT)


def put_off(item, person):
    action.change(item=item, owner=item.owner, due_on=DUE + DAY, by=None, at=MOMENT)


def give_away(item, person):
    action.change(item=item, owner=person["committer"], due_on=DUE, by=None, at=MOMENT)


def merge_owner(item, person):
    kept, gone = (Person.objects.get(pk=person[who].pk) for who in ("committer", "stranger"))
    merging.take_over(kept=kept, gone=gone, at=None)


@pytest.mark.parametrize(
    ("happens", "outcome"),
    [
        (None, "sent"),
        (close_it, "skipped"),
        (put_off, "skipped"),
        (give_away, "skipped"),
        (merge_owner, "sent"),
    ],
)
def test_reminder_is_sent_only_of_what_is_still_open_and_still_ones_own(
    item, person, mailoutbox, happens, outcome
):
    Person.objects.update(email="ann@example.org")
    remind_due(MOMENT)
    if happens:
        happens(item, person)
    sending.send_due()

    notice = Notice.objects.get()
    assert notice.state == outcome
    assert notice.error == ("stale" if outcome == "skipped" else "")
    assert len(mailoutbox) == (outcome == "sent")


def test_reminder_of_an_earlier_release_is_sent(item, mailoutbox):
    Person.objects.update(email="ann@example.org")
    remind_due(MOMENT)
    notice = Notice.objects.get()
    del notice.data["action"]
    notice.save()
    sending.send_due()

    assert len(mailoutbox) == 1
