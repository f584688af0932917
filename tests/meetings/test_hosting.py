"""Naming by hand, taking on and giving back: each deed in each state, and what the record says of it."""

import datetime as dt
import threading

import pytest
from django.db import connection

from ledger.models import Entry
from meetings import hosting, schedule, turns
from members.models import Leave
from tests.factories import (
    MeetingFactory,
    PersonFactory,
    RoleTermFactory,
    RotationSeatFactory,
    SeriesFactory,
)

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
DEEDS = ["name", "release", "take", "give_back"]


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def crew(sig):
    found = {name: PersonFactory(name=name) for name in ("Ann", "Bob", "Cid", "Dee")}
    for person in found.values():
        RoleTermFactory(sig=sig, person=person)
    return found


@pytest.fixture
def planned(sig, crew):
    """Six meetings hosted in turn by Ann, Bob, Cid and Dee."""
    series = SeriesFactory(sig=sig)
    for person in crew.values():
        RotationSeatFactory(series=series, person=person)
    schedule.plan(series, at=AT)
    return list(series.meetings.order_by("starts_at"))


@pytest.fixture
def alone(sig):
    """A meeting outside any series, of which nobody has taken care."""
    return MeetingFactory(sig=sig)


def names(planned, duty="host"):
    for meeting in planned:
        meeting.refresh_from_db()
    return [who.name if (who := getattr(one, duty)) else None for one in planned]


def recorded(meeting, duty="host"):
    rows = Entry.objects.filter(action=f"meeting.{duty}_named", subject=f"meeting:{meeting.pk}")
    return [
        (row.actor, row.data["previous"], row.data["name"], row.data["reason"])
        for row in rows.order_by("seq")
    ]


def do(deed, meeting, who, duty="host", **more):
    if deed == "name":
        more = {"person": who, "reason": "", **more}
    if deed == "give_back":
        more = {"reason": "出差", **more}
    return getattr(hosting, deed)(meeting=meeting, duty=duty, by=who, at=AT, **more)


# ── by hand ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("duty", ["host", "scribe"])
def test_named_person_has_the_duty_and_the_record_says_so(duty, alone, crew):
    meeting = hosting.name(
        meeting=alone, duty=duty, person=crew["Ann"], by=crew["Bob"], at=AT, reason="她熟悉"
    )

    assert getattr(meeting, duty) == crew["Ann"]
    assert (meeting.sequence, meeting.changed_at) == (1, AT)
    entry = Entry.objects.get(action=f"meeting.{duty}_named")
    assert entry.actor == crew["Bob"].actor
    told = {name: entry.data[name] for name in ("sig", "title", "name", "previous", "reason")}
    assert told == {
        "sig": "reading",
        "title": alone.title,
        "name": "Ann",
        "previous": "",
        "reason": "她熟悉",
    }


def test_same_naming_again_changes_nothing(alone, crew):
    for _click in range(2):
        meeting = do("name", alone, crew["Ann"])

    assert (meeting.sequence, len(recorded(alone))) == (1, 1)


def test_nobody_can_be_named_and_stays(planned, crew):
    hosting.name(meeting=planned[0], duty="host", person=None, by=crew["Ann"], at=AT)

    turns.deal(planned[0].series, at=AT)

    assert names(planned)[:3] == [None, "Bob", "Cid"]
    assert recorded(planned[0])[-1] == (crew["Ann"].actor, "Ann", "", "")


def test_turns_leave_alone_what_was_chosen_even_who_is_away_then(planned, crew):
    do("name", planned[1], crew["Dee"])
    Leave.objects.create(person=crew["Dee"], sig=planned[0].sig, started_on="2026-12-01")

    turns.deal(planned[0].series, at=AT)

    assert names(planned) == ["Ann", "Dee", "Cid", "Ann", "Bob", "Cid"]


def test_two_who_swap_disturb_nobody_else(planned, crew):
    do("name", planned[0], crew["Cid"])
    do("name", planned[2], crew["Ann"])

    assert names(planned) == ["Cid", "Bob", "Ann", "Dee", "Ann", "Bob"]


def test_released_meeting_goes_by_turn_again(planned, crew):
    do("name", planned[1], crew["Dee"])

    do("release", planned[1], crew["Ann"])

    assert names(planned)[:3] == ["Ann", "Bob", "Cid"]
    assert recorded(planned[1])[-1] == (crew["Ann"].actor, "Dee", "Bob", "")


def test_released_without_a_rotation_nobody_is_named(alone, crew):
    do("name", alone, crew["Dee"])

    assert do("release", alone, crew["Ann"]).host is None


def test_host_by_turn_gives_way_to_who_writes_by_choice(planned, crew):
    do("name", planned[0], crew["Ann"], duty="scribe")

    assert names(planned, "scribe")[0] == "Ann"
    assert names(planned)[0] == "Bob"


def test_who_was_merged_is_named_as_the_one_they_are_now(alone, crew):
    gone = PersonFactory(merged_into=crew["Ann"])

    assert do("name", alone, gone).host == crew["Ann"]


# ── taking on ─────────────────────────────────────────────────────────────────────────────────
def test_taking_on_what_nobody_has_holds_against_the_rotation(planned, crew):
    hosting.name(meeting=planned[0], duty="host", person=None, by=crew["Ann"], at=AT)

    for _click in range(2):
        do("take", planned[0], crew["Cid"])
    turns.deal(planned[0].series, at=AT)

    assert names(planned)[0] == "Cid"
    assert recorded(planned[0])[-1] == (crew["Cid"].actor, "", "Cid", "")
    assert len(recorded(planned[0])) == 3


def test_taking_on_what_somebody_has_is_refused(planned, crew):
    with pytest.raises(hosting.Taken, match="Ann"):
        do("take", planned[0], crew["Cid"])

    assert names(planned)[0] == "Ann"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_on_at_once_one_has_it_and_one_is_told(alone, crew):
    start, told, faults = threading.Barrier(2), [], []

    def run(who):
        try:
            start.wait(timeout=30)
            do("take", alone, crew[who])
        except hosting.Taken:
            told.append(who)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(who,)) for who in ("Ann", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    alone.refresh_from_db()
    assert not faults
    assert told == [{"Ann": "Bob", "Bob": "Ann"}[alone.host.name]]
    assert len(recorded(alone)) == 1


# ── giving back ───────────────────────────────────────────────────────────────────────────────
def test_given_back_it_goes_to_the_next_in_turn(planned, crew):
    for _click in range(2):
        do("give_back", planned[1], crew["Bob"])

    assert names(planned) == ["Ann", "Cid", "Dee", "Ann", "Bob", "Cid"]
    assert recorded(planned[1])[1:] == [(crew["Bob"].actor, "Bob", "Cid", "出差")]
    assert recorded(planned[2])[1:] == [("system", "Cid", "Dee", "")]


def test_it_does_not_come_back_to_who_gave_it_back(planned, crew):
    for name in ("Ann", "Bob", "Cid", "Dee"):
        do("give_back", planned[0], crew[name])

    turns.deal(planned[0].series, at=AT)

    assert names(planned)[0] is None


def test_who_gave_it_back_may_still_take_it_on(planned, crew):
    for name in ("Ann", "Bob", "Cid", "Dee"):
        do("give_back", planned[0], crew[name])

    meeting = do("take", planned[0], crew["Bob"])

    assert (meeting.host, meeting.passed_by) == (
        crew["Bob"],
        [f"host:{crew[name].pk}" for name in ("Ann", "Cid", "Dee")],
    )


def test_named_by_hand_given_back_goes_by_turn_again(planned, crew):
    do("name", planned[1], crew["Dee"])

    do("give_back", planned[1], crew["Dee"])

    assert names(planned)[:3] == ["Ann", "Bob", "Cid"]


@pytest.mark.parametrize("when", ["without a series", "going on"])
def test_given_back_without_a_turn_ahead_nobody_is_named(when, alone, planned, crew, time_machine):
    meeting, at = alone, AT
    if when == "going on":
        meeting, at = planned[0], planned[0].starts_at + DAY / 48
    hosting.name(meeting=meeting, duty="host", person=crew["Dee"], by=None, at=AT)

    found = hosting.give_back(
        meeting=meeting, duty="host", by=crew["Dee"], at=at, reason="临时有事"
    )

    assert (found.host, found.host_by_hand) == (None, False)
    assert recorded(meeting)[-1] == (crew["Dee"].actor, "Dee", "", "临时有事")


def test_only_who_is_named_gives_it_back(planned, crew):
    with pytest.raises(hosting.NotTheirs):
        do("give_back", planned[0], crew["Cid"])

    assert names(planned)[0] == "Ann"


# ── states ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("state", ["scheduled", "moved", "held", "cancelled"])
@pytest.mark.parametrize("deed", DEEDS)
def test_deeds_in_every_state(deed, state, sig, crew):
    holder = crew["Ann"] if deed in ("give_back", "release") else None
    meeting = MeetingFactory(sig=sig, state=state, host=holder)

    if state in ("scheduled", "moved"):
        do(deed, meeting, crew["Ann"])
        return
    with pytest.raises(schedule.WrongState):
        do(deed, meeting, crew["Ann"])
    assert not Entry.objects.filter(action="meeting.host_named").exists()


# ── whom the page offers ──────────────────────────────────────────────────────────────────────
def test_offered_are_maintainers_committers_and_the_rotation(sig, people, person):
    series = SeriesFactory(sig=sig)
    RotationSeatFactory(series=series, person=person["contributor"])
    RotationSeatFactory(person=person["stranger"])
    meeting = MeetingFactory(sig=sig, series=series, scribe=person["former"])

    found = [one.name for one in hosting.candidates(meeting)]

    assert found == ["Committer", "Contributor", "Former", "Maintainer"]


def test_a_meeting_without_a_series_offers_no_rotation(sig, people, person):
    RotationSeatFactory(person=person["stranger"])

    found = [one.name for one in hosting.candidates(MeetingFactory(sig=sig))]

    assert found == ["Committer", "Maintainer"]


def test_a_person_who_is_gone_leaves_the_meeting_without_a_host(alone):
    who = PersonFactory()
    do("name", alone, who)

    who.accounts.all().delete()
    who.delete()

    alone.refresh_from_db()
    assert (alone.host, alone.host_by_hand) == (None, True)
