"""Differences between two texts, and two changes of one text brought together."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.difference import MAX_LINES, Line, lines, merge

LINES = st.lists(st.sampled_from(["一", "二", "三", ""]), max_size=30)


def test_changed_lines_stand_between_their_neighbours():
    old = "\n".join("abcdefghij")
    new = old.replace("b", "B").replace("\nj", "")

    assert lines(old, new) == [
        Line("same", "a"),
        Line("removed", "b"),
        Line("added", "B"),
        Line("same", "c"),
        Line("same", "d"),
        Line("same", "e"),
        Line("gap", ""),
        Line("same", "g"),
        Line("same", "h"),
        Line("same", "i"),
        Line("removed", "j"),
    ]


def test_equal_texts_have_no_difference():
    assert lines("a\nb", "a\nb") == []


def test_texts_too_long_are_not_compared():
    assert lines("x\n" * (MAX_LINES + 1), "") is None


@given(LINES, LINES)
def test_applying_the_difference_leaves_only_unchanged_lines(before, after):
    changes = lines("\n".join(before), "\n".join(after))

    removed = [line.text for line in changes if line.kind == "removed"]
    added = [line.text for line in changes if line.kind == "added"]
    old, new = "\n".join(before).splitlines(), "\n".join(after).splitlines()
    assert len(old) - len(removed) == len(new) - len(added)
    assert sorted(removed + new) == sorted(added + old)


# ── three texts ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n"),
        ("a\nb\nc", "x\na\nb\nc", "a\nb\nc\ny", "x\na\nb\nc\ny"),
        ("a\nb\nc\nd", "a\nc\nd", "a\nb\nc\nd\ne", "a\nc\nd\ne"),
        ("a\nb\nc", "A\nb\nc", "A\nb\nC", "A\nb\nC"),
        ("a\nb", "a\nb", "a\nB", "a\nB"),
        ("a\nb", "a\nB", "a\nb", "a\nB"),
        ("a", "b", "b", "b"),
        # the same line twice, neighbours, two additions at one place: for a person
        ("a\nb\nc", "a\nX\nc", "a\nY\nc", None),
        ("a\nb", "A\nb", "a\nB", None),
        ("a\n", "a\nx\n", "a\ny\n", None),
        ("a\nb\nc", "a\nc", "a\nB\nc", None),
        ("", "x", "y", None),
    ],
)
def test_changes_of_different_lines_merge_and_others_wait_for_a_person(base, mine, theirs, merged):
    assert merge(base, mine, theirs) == merged
    assert merge(base, theirs, mine) == merged


def test_texts_too_long_to_compare_are_not_merged():
    base = "x\n" * (MAX_LINES + 1)

    assert merge(base, "a" + base, base + "b") is None


EDITS = st.lists(st.tuples(st.integers(0, 30), st.sampled_from("+-")), max_size=4)


@given(LINES, EDITS, EDITS)
def test_no_line_of_either_side_vanishes_in_a_merge(base, my_edits, their_edits):
    mine = _edited(base, my_edits, "mine")
    theirs = _edited(base, their_edits, "theirs")

    merged = merge("\n".join(base), "\n".join(mine), "\n".join(theirs))

    if merged is None:
        return
    found = Counter(merged.split("\n"))
    before, ours, others = (Counter(rows or [""]) for rows in (base, mine, theirs))
    for line in before | ours | others:
        # What a side wrote is there; a line is missing only as often as both took it away.
        lost = max(before[line] - ours[line], 0) + max(before[line] - others[line], 0)
        assert found[line] >= before[line] - lost
        if line.startswith(("mine", "theirs")):
            assert found[line] == ours[line] + others[line]


def _edited(base, edits, who):
    found = list(base)
    for number, (place, sign) in enumerate(edits):
        if sign == "+":
            found.insert(min(place, len(found)), f"{who} {number}")
        elif found:
            del found[place % len(found)]
    return found
