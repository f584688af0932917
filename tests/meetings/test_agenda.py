"""The agenda: proposed once, in the host's order, closed with the meeting."""

import datetime as dt

import pytest

from ledger.models import Entry
from meetings import agenda
from meetings.models import AgendaItem
from tests.factories import MeetingFactory

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig)


def titles(meeting):
    return list(meeting.agenda_items.filter(withdrawn_at=None).values_list("title", flat=True))


def put(meeting, by, *names):
    return [agenda.propose(meeting=meeting, title=name, by=by, at=AT) for name in names]


def test_items_stand_in_the_order_they_came(meeting, person):
    put(meeting, person["stranger"], "一", "二", "三")

    assert titles(meeting) == ["一", "二", "三"]
    assert [entry.data["title"] for entry in Entry.objects.filter(action="agenda.proposed")] == [
        "一", "二", "三",
    ]  # fmt: skip


def test_second_click_proposes_nothing_more_but_another_person_may_say_the_same(meeting, person):
    put(meeting, person["stranger"], "一", "一")
    put(meeting, person["contributor"], "一")

    assert titles(meeting) == ["一", "一"]


@pytest.mark.parametrize("state", ["held", "cancelled"])
def test_closed_agenda_takes_no_change(sig, person, state):
    meeting = MeetingFactory(sig=sig)
    (item,) = put(meeting, person["stranger"], "一")
    type(meeting).objects.filter(pk=meeting.pk).update(state=state)
    entries = Entry.objects.count()

    with pytest.raises(agenda.AgendaClosed):
        put(meeting, person["stranger"], "二")
    with pytest.raises(agenda.AgendaClosed):
        agenda.withdraw(item=item, by=person["stranger"], at=AT)
    with pytest.raises(agenda.AgendaClosed):
        agenda.reorder(meeting=meeting, order=[item.pk], by=person["committer"], at=AT)
    assert titles(meeting) == ["一"]
    assert Entry.objects.count() == entries


def test_withdrawn_item_stays_on_record_and_twice_is_harmless(meeting, person):
    (item,) = put(meeting, person["stranger"], "一")
    for _click in range(2):
        agenda.withdraw(item=item, by=person["stranger"], at=AT)

    assert titles(meeting) == []
    assert AgendaItem.objects.get().withdrawn_at == AT
    assert Entry.objects.filter(action="agenda.withdrawn").count() == 1


def test_shift_moves_one_place_and_stops_at_the_ends(meeting, person):
    one, _two, three = put(meeting, person["stranger"], "一", "二", "三")

    agenda.shift(item=three, up=True, by=person["committer"], at=AT)
    assert titles(meeting) == ["一", "三", "二"]
    agenda.shift(item=one, up=True, by=person["committer"], at=AT)
    assert titles(meeting) == ["一", "三", "二"]
    agenda.shift(item=one, up=False, by=person["committer"], at=AT)
    assert titles(meeting) == ["三", "一", "二"]


def test_order_of_other_items_is_refused(meeting, person):
    one, two = put(meeting, person["stranger"], "一", "二")

    for order in ([one.pk], [one.pk, two.pk, 999], [one.pk, one.pk]):
        with pytest.raises(agenda.WrongOrder):
            agenda.reorder(meeting=meeting, order=order, by=person["committer"], at=AT)
    assert titles(meeting) == ["一", "二"]


def test_full_agenda_refuses_more(meeting, person):
    put(meeting, person["stranger"], *(f"议题 {number}" for number in range(agenda.MAX_ITEMS)))

    with pytest.raises(agenda.AgendaFull):
        put(meeting, person["stranger"], "再一个")
