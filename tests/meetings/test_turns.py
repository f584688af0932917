"""Turns in the meetings of a series: who is named, told and recorded, and what stays as it is."""

import datetime as dt

import pytest
from django.contrib.auth.models import User

from ledger.models import Entry
from meetings import hosting, schedule, seats, tasks, turns
from meetings import series as series_room
from meetings.models import Meeting, RotationSeat
from members.merging import merge
from members.models import Account, Leave, Notice, Person, RoleTerm
from tests.factories import PersonFactory, RoleTermFactory, RotationSeatFactory, SeriesFactory

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def series(sig):
    return SeriesFactory(sig=sig)


@pytest.fixture
def crew(sig):
    """Ann, Bob and Cid, each with a role in the SIG."""
    found = {name: PersonFactory(name=name) for name in ("Ann", "Bob", "Cid")}
    for person in found.values():
        RoleTermFactory(sig=sig, person=person)
    return found


@pytest.fixture
def planned(series, crew):
    """Six meetings, hosted in turn; nobody writes."""
    for person in crew.values():
        RotationSeatFactory(series=series, person=person)
    schedule.plan(series, at=AT)
    return list(series.meetings.order_by("starts_at"))


def names(series, duty="host"):
    rows = series.meetings.order_by("recurrence_on").select_related(duty)
    return [who.name if (who := getattr(row, duty)) else None for row in rows]


def told():
    rows = Notice.objects.filter(kind="meeting.your_turn").order_by("pk")
    return [(row.person.name, row.data["starts_at"][:10], row.data["duty"]) for row in rows]


def recorded(action="meeting.host_named"):
    return [
        (row.data["previous"], row.data["name"], row.actor, row.data["reason"])
        for row in Entry.objects.filter(action=action).order_by("seq")
    ]


# ── planning ──────────────────────────────────────────────────────────────────────────────────
def test_planned_meetings_go_round_the_list(series, planned):
    assert names(series) == ["Ann", "Bob", "Cid", "Ann", "Bob", "Cid"]
    assert names(series, "scribe") == [None] * 6
    assert recorded() == [("", name, "system", "") for name in names(series)]


def test_planning_again_changes_nothing_and_further_planning_goes_on(series, planned):
    seq = Entry.objects.count()
    schedule.plan(series, at=AT)
    assert Entry.objects.count() == seq

    schedule.plan(series, at=AT, until=dt.date(2027, 6, 30))

    assert names(series) == ["Ann", "Bob", "Cid", "Ann", "Bob", "Cid", "Ann"]


def test_a_meeting_that_is_over_leaves_the_turns_as_they_are(series, planned):
    before = names(series)

    turns.deal(series, at=AT + 60 * DAY)

    assert names(series) == before


def test_a_meeting_that_was_called_off_used_no_turn_even_with_a_host_by_hand(series, planned, crew):
    Meeting.objects.filter(pk=planned[0].pk).update(
        state="cancelled", host=crew["Cid"], host_by_hand=True
    )

    turns.deal(series, at=AT + 20 * DAY)

    assert names(series)[1:] == ["Ann", "Bob", "Cid", "Ann", "Bob"]


def test_host_and_scribe_of_one_meeting_are_two_people(series, planned, crew):
    for person in crew.values():
        RotationSeatFactory(series=series, person=person, duty="scribe")

    turns.deal(series, at=AT)

    assert names(series, "scribe") == ["Bob", "Cid", "Ann", "Bob", "Cid", "Ann"]


def test_naming_raises_the_version_of_the_calendar_once_a_change(series, planned):
    assert {meeting.sequence for meeting in planned} == {1}

    turns.deal(series, at=AT + DAY)

    assert {meeting.sequence for meeting in series.meetings.all()} == {1}


def test_the_clock_deals_what_changed_by_itself(series, planned, crew):
    """A leave is written in another room; the hourly planning sees it."""
    Leave.objects.create(person=crew["Bob"], sig=series.sig, started_on="2027-01-01")

    tasks.plan_meetings()

    assert names(series) == ["Ann", "Cid", "Ann", "Cid", "Ann", "Cid"]


# ── who cannot ────────────────────────────────────────────────────────────────────────────────
def _on_leave(person, sig):
    Leave.objects.create(person=person, sig=sig, started_on="2026-12-20", ended_on="2027-01-10")


def _role_ends(person, sig):
    RoleTerm.objects.filter(person=person).update(ended_on="2026-12-31")


def _account_is_gone(person, sig):
    Account.objects.filter(person=person).update(gone_at=AT)


def _sign_in_is_off(person, sig):
    Person.objects.filter(pk=person.pk).update(
        user=User.objects.create_user("off", is_active=False)
    )


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (_on_leave, ["Ann", "Cid", "Ann", "Bob", "Cid", "Ann"]),
        (_role_ends, ["Ann", "Cid", "Ann", "Cid", "Ann", "Cid"]),
        (_account_is_gone, ["Ann", "Cid", "Ann", "Cid", "Ann", "Cid"]),
        (_sign_in_is_off, ["Ann", "Cid", "Ann", "Cid", "Ann", "Cid"]),
    ],
)
def test_who_cannot_on_the_day_is_passed_over(happens, expected, series, planned, crew):
    happens(crew["Bob"], series.sig)

    turns.deal(series, at=AT)

    assert names(series) == expected


def test_a_leave_or_role_of_another_sig_says_nothing_here(series, planned, crew):
    Leave.objects.create(
        person=crew["Bob"], sig=RoleTermFactory(person=crew["Ann"]).sig, started_on="2026-01-01"
    )
    RoleTerm.objects.filter(person=crew["Ann"], sig=series.sig).delete()

    turns.deal(series, at=AT)

    assert names(series) == ["Bob", "Cid", "Bob", "Cid", "Bob", "Cid"]


def test_everybody_away_names_nobody(series, planned, crew):
    for person in crew.values():
        _on_leave(person, series.sig)

    turns.deal(series, at=AT)

    assert names(series) == ["Ann", None, "Bob", "Cid", "Ann", "Bob"]


def test_one_account_left_is_enough(series, planned, crew):
    _account_is_gone(crew["Bob"], series.sig)
    Account.objects.create(person=crew["Bob"], host="gitcode", login="bob")

    turns.deal(series, at=AT)

    assert names(series)[1] == "Bob"


# ── merged people ─────────────────────────────────────────────────────────────────────────────
def test_who_was_merged_has_their_turns_as_the_one_they_are_now(series, planned, crew, people):
    boss = people["maintainer"].person
    kept = crew["Cid"]

    merge(kept_id=kept.pk, gone_id=crew["Bob"].pk, reason="同一人", by=boss, at=AT)
    turns.deal(series, at=AT)

    assert RotationSeat.objects.filter(series=series).count() == 2
    assert names(series) == ["Ann", "Cid", "Ann", "Cid", "Ann", "Cid"]


def test_a_seat_that_still_names_a_merged_person_leads_on(series, planned, crew):
    now = PersonFactory(name="Bea")
    RoleTermFactory(sig=series.sig, person=now)
    Person.objects.filter(pk=crew["Bob"].pk).update(merged_into=now)

    turns.deal(series, at=AT)

    assert names(series)[:3] == ["Ann", "Bea", "Cid"]


# ── meetings that move or fall out ────────────────────────────────────────────────────────────
def test_cancelled_meeting_gives_its_turn_to_the_next(series, planned):
    schedule.cancel(meeting=planned[1], by=None, at=AT)

    assert names(series) == ["Ann", None, "Bob", "Cid", "Ann", "Bob"]


def test_who_was_named_by_hand_stays_with_the_cancelled_meeting(series, planned, crew):
    hosting.name(meeting=planned[1], duty="host", person=crew["Ann"], by=None, at=AT)

    schedule.cancel(meeting=planned[1], by=None, at=AT)

    assert names(series) == ["Ann", "Ann", "Bob", "Cid", "Ann", "Bob"]


def test_a_meeting_that_takes_place_after_all_has_its_turn_again(series, planned):
    rule = {"rrule": "FREQ=MONTHLY;BYDAY=2TH"}
    series_room.change(series=series, by=None, at=AT, **rule)
    assert names(series)[0] is None

    series_room.change(series=series, by=None, at=AT, rrule="FREQ=MONTHLY;BYDAY=1TH")

    standing = series.meetings.exclude(state="cancelled").order_by("starts_at")
    assert [one.host.name for one in standing][:4] == ["Ann", "Bob", "Cid", "Ann"]


def test_moved_meeting_keeps_its_people_even_behind_a_later_one(series, planned):
    before = names(series)

    schedule.move(
        meeting=planned[0], starts_at=planned[1].starts_at + DAY, reason="改期", by=None, at=AT
    )

    assert names(series) == before


def test_moved_to_a_day_of_leave_the_turn_goes_on(series, planned, crew):
    Leave.objects.create(
        person=crew["Ann"], sig=series.sig, started_on="2026-12-07", ended_on="2026-12-12"
    )

    schedule.move(
        meeting=planned[0], starts_at=planned[0].starts_at + 5 * DAY, reason="改期", by=None, at=AT
    )

    assert names(series)[:3] == ["Bob", "Cid", "Ann"]


def test_held_meeting_keeps_who_hosted_it(series, planned, crew):
    schedule.hold(meeting=planned[0], by=None, at=planned[0].starts_at - DAY / 4)
    seats.remove(seat=series.rotation_seats.get(person=crew["Ann"]), by=None, at=AT)

    assert names(series)[:3] == ["Ann", "Bob", "Cid"]


# ── notices ───────────────────────────────────────────────────────────────────────────────────
def test_turns_are_told_45_days_ahead_and_once(series, planned, time_machine):
    """The meetings are on December 3, January 7 and February 4: two of them are near."""
    near = [("Ann", "2026-12-03", "host"), ("Bob", "2027-01-07", "host")]
    assert told() == near

    tasks.remind_turns()
    assert told() == near

    time_machine.move_to(AT + 30 * DAY, tick=False)
    tasks.remind_turns()
    assert told() == [
        *near[:1],
        near[1],
        *[row for row in told() if row[1] > "2027-01-31"],
    ]
    assert told()[-1] == ("Cid", "2027-02-04", "host")


def test_who_gets_the_turn_of_another_is_told(series, planned):
    schedule.cancel(meeting=planned[0], by=None, at=AT)

    assert told()[2:] == [("Ann", "2027-01-07", "host")]


def test_reminded_a_week_before_at_nine_in_the_morning(series, planned, time_machine):
    morning = dt.datetime(2026, 11, 26, 1, 0, tzinfo=dt.UTC)
    time_machine.move_to(morning - dt.timedelta(minutes=1), tick=False)
    tasks.remind_turns()
    assert len(told()) == 2

    for _run in range(2):
        time_machine.move_to(morning, tick=False)
        tasks.remind_turns()

    assert told()[2:] == [("Ann", "2026-12-03", "host")]
    assert Notice.objects.get(key__contains="turn_soon").data["is_reminder"]


def test_who_is_named_in_the_last_week_is_told_but_not_reminded(
    series, planned, crew, time_machine
):
    late = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    time_machine.move_to(late, tick=False)
    hosting.name(meeting=planned[0], duty="host", person=crew["Cid"], by=None, at=late)

    tasks.remind_turns()

    assert told()[2:] == [("Cid", "2026-12-03", "host")]


@pytest.mark.parametrize("state", ["cancelled", "held"])
def test_nobody_is_reminded_of_a_meeting_that_does_not_come(state, series, planned, time_machine):
    Meeting.objects.update(state=state)
    time_machine.move_to(AT + 7 * DAY, tick=False)

    tasks.remind_turns()

    assert len(told()) == 2


@pytest.mark.parametrize(
    ("change", "is_stale"),
    [
        ({}, False),
        ({"state": "cancelled"}, True),
        ({"state": "held"}, True),
        ({"host": None}, True),
    ],
)
def test_notice_of_a_turn_that_is_no_longer_theirs_is_not_sent(change, is_stale, planned):
    from meetings import turn_reminders

    notice = Notice.objects.filter(kind="meeting.your_turn").order_by("pk").first()
    Meeting.objects.filter(pk=planned[0].pk).update(**change)

    assert turn_reminders.is_stale(notice) == is_stale


# ── lists ─────────────────────────────────────────────────────────────────────────────────────
def test_list_is_built_ordered_and_emptied_and_the_turns_follow(series, crew):
    schedule.plan(series, at=AT)
    for person in crew.values():
        seats.add(series=series, duty="host", person=person, by=None, at=AT)
    assert names(series)[:4] == ["Ann", "Bob", "Cid", "Ann"]

    last = series.rotation_seats.get(person=crew["Cid"])
    seats.shift(seat=last, up=True, by=None, at=AT)
    assert names(series)[:4] == ["Ann", "Cid", "Bob", "Ann"]

    for seat in series.rotation_seats.all():
        seats.remove(seat=seat, by=None, at=AT)
    assert names(series) == [None] * 6


def test_each_change_of_a_list_is_recorded_and_a_second_click_is_not(series, crew, person):
    for _click in range(2):
        seats.add(series=series, duty="host", person=crew["Ann"], by=person["maintainer"], at=AT)
    seat = series.rotation_seats.get()
    for up in (True, False):
        seats.shift(seat=seat, up=up, by=None, at=AT)
    for _click in range(2):
        seats.remove(seat=seat, by=None, at=AT)

    entries = Entry.objects.filter(action="series.rotation_changed").order_by("seq")
    assert [(entry.actor, entry.data["people"]) for entry in entries] == [
        ("person:maintainer", ["Ann"]),
        ("system", []),
    ]


def test_who_has_no_role_in_the_sig_gets_no_seat(series, person):
    with pytest.raises(seats.NoRole, match="Stranger"):
        seats.add(series=series, duty="host", person=person["stranger"], by=None, at=AT)

    assert not RotationSeat.objects.exists()


def test_a_list_does_not_grow_without_end(series, crew, monkeypatch):
    monkeypatch.setattr(seats, "LONGEST", 2)
    seats.add(series=series, duty="host", person=crew["Ann"], by=None, at=AT)
    seats.add(series=series, duty="host", person=crew["Bob"], by=None, at=AT)

    with pytest.raises(seats.ListFull):
        seats.add(series=series, duty="host", person=crew["Cid"], by=None, at=AT)
    seats.add(series=series, duty="scribe", person=crew["Cid"], by=None, at=AT)


def test_who_leaves_the_list_keeps_what_was_chosen_by_hand(series, planned, crew):
    hosting.name(meeting=planned[3], duty="host", person=crew["Ann"], by=None, at=AT)

    seats.remove(seat=series.rotation_seats.get(person=crew["Ann"]), by=None, at=AT)

    assert names(series) == ["Bob", "Cid", "Bob", "Ann", "Bob", "Cid"]
