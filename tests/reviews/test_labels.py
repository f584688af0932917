"""Labels as they stood at the merge, from the host's log of what came later."""

import datetime as dt

import pytest

from reviews.labels import LabelChange, changes_in, labels_at

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def change(label, is_added, hour):
    return LabelChange(label, is_added, NOON + dt.timedelta(hours=hour))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("添加了标签 enhancement", [("enhancement", True)]),
        ("删除了标签 do-not-merge", [("do-not-merge", False)]),
        ("移除了标签 a, b、c", [("a", False), ("b", False), ("c", False)]),
        ("添加了标签：lgtm-liu", [("lgtm-liu", True)]),
        ("合并了 Pull Request", []),
        ("指派了负责人 liu", []),
        ("添加了标签 ", []),
        ("", []),
    ],
)
def test_changes_in(content, found):
    assert [(one.label, one.is_added) for one in changes_in(content, NOON)] == found


@pytest.mark.parametrize(
    ("now", "changes", "then"),
    [
        (["a"], [], ("a",)),
        (["a", "b"], [change("b", True, 1)], ("a",)),
        (["a"], [change("b", False, 1)], ("a", "b")),
        (["a", "b"], [change("b", True, 0)], ("a", "b")),
        (["a"], [change("b", True, 1), change("b", False, 2)], ("a",)),
        (["b"], [change("b", False, 1), change("b", True, 2)], ("b",)),
        ([], [change("b", True, -1), change("b", False, 1)], ("b",)),
    ],
)
def test_labels_at_undoes_what_came_later(now, changes, then):
    assert labels_at(now, changes, NOON) == then
    assert labels_at(now, reversed(changes), NOON) == then
