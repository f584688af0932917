"""Differences between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from meetings.difference import MAX_LINES, Line, lines

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
