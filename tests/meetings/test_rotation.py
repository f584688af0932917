"""Turns: fair, never somebody away, the same when asked again and when more is planned."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.rotation import HOST, SCRIBE, Slot, deal

A, B, C, D = 1, 2, 3, 4
PEOPLE = st.integers(1, 8)
LIST = st.lists(PEOPLE, unique=True, max_size=6)
LISTS = st.fixed_dictionaries({HOST: LIST, SCRIBE: LIST})


@st.composite
def slots(draw, min_size=0, max_size=12):
    """Meetings with anything decided by hand, anybody away, and the first few over."""
    count = draw(st.integers(min_size, max_size))
    over = draw(st.integers(0, count))
    named = st.fixed_dictionaries({HOST: st.none() | PEOPLE, SCRIBE: st.none() | PEOPLE})
    return [
        Slot(
            named=draw(named),
            by_hand=draw(st.sets(st.sampled_from([HOST, SCRIBE]))),
            is_over=number < over,
            away=draw(st.sets(PEOPLE, max_size=3)),
            passed={HOST: draw(st.sets(PEOPLE, max_size=1))},
        )
        for number in range(count)
    ]


def dealt_into(slots, dealt):
    """The meetings as they stand after the deal."""
    return [replace(slot, named=found) for slot, found in zip(slots, dealt, strict=True)]


def hosts(seats, slots):
    return [found[HOST] for found in deal({HOST: seats}, slots)]


def over(who):
    return Slot(named={HOST: who}, is_over=True)


def by_hand(who, **more):
    return Slot(named={HOST: who}, by_hand={HOST}, **more)


# ── always ────────────────────────────────────────────────────────────────────────────────────
@given(LISTS, slots())
def test_turns_are_the_same_when_dealt_again(lists, meetings):
    dealt = deal(lists, meetings)

    assert deal(lists, dealt_into(meetings, dealt)) == dealt


@given(LISTS, slots(), slots(max_size=4))
def test_more_meetings_change_nothing_that_was_dealt(lists, meetings, more):
    more = [replace(slot, is_over=False) for slot in more]

    assert deal(lists, [*meetings, *more])[: len(meetings)] == deal(lists, meetings)


@given(LISTS, slots(), st.integers(0, 12))
def test_time_that_passes_changes_nothing(lists, meetings, passed):
    dealt = deal(lists, meetings)
    later = [
        replace(slot, is_over=slot.is_over or number < passed)
        for number, slot in enumerate(dealt_into(meetings, dealt))
    ]

    assert deal(lists, later) == dealt


@given(LISTS, slots())
def test_nobody_gets_a_turn_who_is_away_gave_it_back_or_is_not_in_the_list(lists, meetings):
    for slot, found in zip(meetings, deal(lists, meetings), strict=True):
        for duty in {HOST, SCRIBE} - set(slot.by_hand):
            if not slot.is_over and found[duty] is not None:
                assert found[duty] in lists[duty]
                assert found[duty] not in {*slot.away, *slot.passed.get(duty, ())}


@given(LISTS, slots())
def test_a_turn_falls_to_nobody_only_where_nobody_can(lists, meetings):
    for slot, found in zip(meetings, deal(lists, meetings), strict=True):
        for duty in {HOST, SCRIBE} - set(slot.by_hand):
            able = set(lists[duty]) - set(slot.away) - set(slot.passed.get(duty, ()))
            assert slot.is_over or (found[duty] is None) == (not able)


@given(LISTS, slots())
def test_what_a_person_decided_and_what_is_over_stays(lists, meetings):
    for slot, found in zip(meetings, deal(lists, meetings), strict=True):
        for duty in (HOST, SCRIBE):
            if slot.is_over or duty in slot.by_hand:
                assert found[duty] == slot.named[duty]


@given(LISTS, slots())
def test_host_and_scribe_differ_where_the_lists_allow_it(lists, meetings):
    for slot, found in zip(meetings, deal(lists, meetings), strict=True):
        if slot.is_over or slot.by_hand or None in found.values():
            continue
        able = {duty: {*lists[duty]} - {*slot.away} for duty in lists}
        able[HOST] -= {*slot.passed[HOST]}
        could = any(host != scribe for host in able[HOST] for scribe in able[SCRIBE])
        assert (found[HOST] != found[SCRIBE]) == could


@given(st.lists(PEOPLE, unique=True, min_size=1), st.integers(0, 40))
def test_turns_are_fair_when_nobody_is_away(seats, count):
    turns = Counter(dict.fromkeys(seats, 0))
    turns.update(hosts(seats, [Slot()] * count))

    assert max(turns.values()) - min(turns.values()) <= 1


@given(st.lists(PEOPLE, unique=True, min_size=2), st.integers(0, 40))
def test_one_list_for_both_is_fair_for_both(seats, count):
    dealt = deal({HOST: seats, SCRIBE: seats}, [Slot()] * count)

    for duty in (HOST, SCRIBE):
        turns = Counter(dict.fromkeys(seats, 0))
        turns.update(found[duty] for found in dealt)
        assert max(turns.values()) - min(turns.values()) <= 1


# ── case by case ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("meetings", "expected"),
    [
        pytest.param([Slot()] * 4, [A, B, C, A], id="round"),
        pytest.param([over(B), Slot(), Slot()], [B, C, A], id="goes on"),
        pytest.param([over(A), over(D), Slot()], [A, D, B], id="who left the list does not count"),
        pytest.param([over(None), Slot()], [None, A], id="nobody was named"),
        pytest.param([Slot(), Slot(away={B}), Slot()], [A, C, A], id="away"),
        pytest.param([Slot(), Slot(passed={HOST: {B}}), Slot()], [A, C, A], id="gave it back"),
        pytest.param([Slot(away={A, B, C}), Slot()], [None, A], id="all away uses no turn up"),
        pytest.param([Slot(), by_hand(D), Slot()], [A, D, C], id="a stand-in"),
        pytest.param([Slot(), by_hand(C), by_hand(B), Slot()], [A, C, B, A], id="two who swap"),
        pytest.param(
            [over(A), by_hand(C, is_over=True), by_hand(B), Slot()], [A, C, B, A], id="half over"
        ),
        pytest.param([by_hand(None), Slot()], [None, B], id="nobody by hand"),
        pytest.param([Slot(), over(B), Slot()], [A, B, C], id="moved behind a later one"),
    ],
)
def test_turns_case_by_case(meetings, expected):
    assert hosts([A, B, C], meetings) == expected


def test_an_empty_list_names_nobody():
    assert hosts([], [Slot(named={HOST: A}), by_hand(B)]) == [None, B]


def test_the_only_one_does_both():
    assert deal({HOST: [A], SCRIBE: [A]}, [Slot()]) == [{HOST: A, SCRIBE: A}]


def test_who_alone_can_write_does_not_host_as_well():
    assert deal({HOST: [A, B], SCRIBE: [A]}, [Slot()]) == [{HOST: B, SCRIBE: A}]


def test_who_writes_by_choice_does_not_host_by_turn():
    chosen = Slot(named={SCRIBE: A}, by_hand={SCRIBE})

    assert deal({HOST: [A, B], SCRIBE: [A, C]}, [chosen]) == [{HOST: B, SCRIBE: A}]
