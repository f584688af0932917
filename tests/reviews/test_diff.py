"""New, changed, same, stale, twice: what is written and what is not."""

import datetime as dt

from reviews.sync.diff import Incoming, Stored, compare

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
LATER = NOON + dt.timedelta(hours=1)


def columns(title="标题", updated_at=NOON, **more):
    return {"title": title, "updated_at": updated_at, "labels": ["bug"]} | more


def row(key=1, **values):
    return Incoming((key,), columns(**values), None)


def stored(pk=7, **values):
    return Stored(pk, columns(**values))


def test_compare_takes_unknown_rows_as_new():
    changes = compare([row(1), row(2)], {})
    assert [one.keys for one in changes.new] == [(1,), (2,)]
    assert changes.changed == ()


def test_compare_leaves_equal_rows_alone():
    assert compare([row(1)], {1: stored()}).incoming == ()


def test_compare_takes_newer_rows_with_the_key_they_have_here():
    newer = row(1, title="新标题", updated_at=LATER)
    assert compare([newer], {1: stored()}).changed == ((7, newer),)


def test_compare_takes_changes_that_left_the_time_alone():
    labelled = row(1, labels=["bug", "lgtm"])
    assert compare([labelled], {1: stored()}).changed == ((7, labelled),)


def test_compare_leaves_out_rows_older_than_ours():
    assert compare([row(1, title="旧标题")], {1: stored(updated_at=LATER)}).incoming == ()


def test_compare_takes_the_newest_of_a_row_sent_twice():
    newer = row(1, title="后", updated_at=LATER)
    for pair in ([row(1, title="先"), newer], [newer, row(1, title="先")]):
        assert compare(pair, {}).new == (newer,)


def test_compare_knows_a_row_by_any_of_its_keys():
    moved = Incoming((("number", 3), ("id", 1)), columns(title="搬家"), None)
    assert compare([moved], {("id", 1): stored()}).changed == ((7, moved),)
