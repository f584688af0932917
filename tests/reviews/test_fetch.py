"""Reading lists that move: a host that behaves, one that overlooks `since`, one that never ends."""

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitee.client import Page
from gitee.errors import MalformedAnswer
from reviews.sync import fetch
from reviews.sync.fetch import scan, walk

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Row:
    remote_id: int
    updated_at: dt.datetime


class Host:
    """A list of rows, paged like the real thing; `before_page` may change it between pages."""

    def __init__(self, seconds, *, per_page=3, honours_since=True, honours_order=True):
        self.rows = {key: Row(key, at(second)) for key, second in enumerate(seconds)}
        self.per_page = per_page
        self.honours_since = honours_since
        self.honours_order = honours_order
        self.asked = []
        self.before_page = lambda host: None

    def touch(self, key, second):
        self.rows[key] = Row(key, at(second))

    def __call__(self, *, since, direction, page):
        self.before_page(self)
        self.asked.append((since, direction, page))
        rows = list(self.rows.values())
        if self.honours_order:
            rows.sort(key=lambda row: (row.updated_at, row.remote_id), reverse=direction == "desc")
        if since is not None and self.honours_since:
            rows = [row for row in rows if row.updated_at >= since]
        first = (page - 1) * self.per_page
        part = tuple(rows[first : first + self.per_page])
        more = page + 1 if first + self.per_page < len(rows) else None
        return Page(part, page, None, len(rows), more)


def at(second):
    return START + dt.timedelta(seconds=second)


def read(batches):
    """Rows by id as a store would have them, and the last cursor; checks I8 on the way."""
    stored, cursor = {}, None
    for batch in batches:
        stored |= {row.remote_id: row for row in batch.rows}
        cursor = max(filter(None, (cursor, batch.cursor)), default=None)
    return stored, cursor


# ── walking ───────────────────────────────────────────────────────────────────────────────────
def test_walk_reads_everything_and_moves_the_cursor_page_by_page():
    host = Host(range(0, 70, 10))
    batches = list(walk(host, since=None))
    stored, cursor = read(batches)
    assert sorted(stored) == list(range(7))
    assert cursor == at(60)
    assert [batch.cursor for batch in batches] == [at(20), at(40), at(60)]


def test_walk_asks_page_one_from_the_last_row_on():
    host = Host([0, 10, 20, 30])
    list(walk(host, since=None))
    assert host.asked == [(None, "asc", 1), (at(19), "asc", 1)]


def test_walk_from_a_cursor_reads_what_came_later_only():
    stored, cursor = read(walk(Host([0, 10, 20, 30]), since=at(20)))
    assert sorted(stored) == [2, 3]
    assert cursor == at(30)


def test_walk_of_an_empty_list_moves_no_cursor():
    assert list(walk(Host([]), since=None)) == []


def test_walk_reads_rows_of_one_second_by_page_number():
    host = Host([5] * 10 + [9])
    stored, cursor = read(walk(host, since=None))
    assert len(stored) == 11
    assert cursor == at(9)


def test_walk_misses_no_row_that_slides_under_a_read_page():
    """Row 0 changes after page 1 was read: row 3 moves to where row 2 was, on page 1."""
    host = Host([0, 10, 20, 30, 40])

    def change_after_first(host):
        if len(host.asked) == 1:
            host.touch(0, 99)

    host.before_page = change_after_first
    stored, _cursor = read(walk(host, since=None))
    assert stored == host.rows


def test_walk_that_stops_half_way_leaves_a_cursor_with_everything_before_it_stored():
    host = Host(range(0, 70, 10))
    batches = walk(host, since=None)
    stored, cursor = read([next(batches), next(batches)])
    assert all(key in stored for key, row in host.rows.items() if row.updated_at <= cursor)


# ── hosts that do not do what they are asked ──────────────────────────────────────────────────
def test_walk_notices_that_since_is_overlooked_and_reads_all():
    host = Host(range(0, 200, 10), honours_since=False)
    stored, cursor = read(walk(host, since=None))
    assert sorted(stored) == list(range(20))
    assert cursor == at(190)


def test_walk_with_since_overlooked_reads_an_increment_from_the_new_end():
    host = Host(range(0, 200, 10), honours_since=False)
    stored, cursor = read(walk(host, since=at(150)))
    assert {15, 16, 17, 18, 19} <= set(stored)
    assert len(host.asked) < 5
    assert cursor == at(190)


def test_walk_with_order_overlooked_reads_all_and_moves_the_cursor_last():
    host = Host([50, 10, 40, 20, 30, 0, 60], honours_order=False)
    batches = list(walk(host, since=None))
    stored, cursor = read(batches)
    assert sorted(stored) == list(range(7))
    assert cursor == at(60)
    assert [batch.cursor for batch in batches[:-1]] == [None] * (len(batches) - 1)


def test_scan_meets_rows_that_change_meanwhile_again():
    host = Host(range(0, 90, 10))

    def change(host):
        if len(host.asked) == 1:
            host.touch(0, 500)

    host.before_page = change
    stored, cursor = read(scan(host, floor=None))
    assert set(stored) == set(host.rows) - {0}
    # The changed row is newer than the cursor: the next round brings it.
    assert cursor == at(80)


def test_walk_refuses_a_host_that_sends_page_one_for_ever():
    class Stuck(Host):
        def __call__(self, *, since, direction, page):
            answer = super().__call__(since=None, direction="asc", page=1)
            return Page(answer.rows, page, None, None, page + 1)

    with pytest.raises(MalformedAnswer, match="repeats"):
        list(walk(Stuck([5, 5, 5]), since=None))


def test_walk_gives_up_on_a_list_without_end(monkeypatch):
    monkeypatch.setattr(fetch, "MAX_PAGES", 4)
    with pytest.raises(MalformedAnswer, match="does not end"):
        list(walk(Host(range(0, 1000, 10)), since=None))


# ── whatever the host is like ─────────────────────────────────────────────────────────────────
# A host that keeps neither order nor `since` could deceive any reader; one of the two is enough.
HOSTS = st.builds(
    lambda seconds, kept: Host(seconds, honours_since=kept[0], honours_order=kept[1]),
    st.lists(st.integers(0, 12), max_size=30),
    st.sampled_from([(True, True), (True, False), (False, True)]),
)


@settings(max_examples=200)
@given(HOSTS, st.one_of(st.none(), st.integers(0, 12)))
def test_walk_reads_every_row_from_since_on(host, since):
    floor = None if since is None else at(since)
    stored, cursor = read(walk(host, since=floor))
    wanted = {key for key, row in host.rows.items() if floor is None or row.updated_at >= floor}
    assert wanted <= set(stored)
    assert cursor is None or cursor <= max(row.updated_at for row in host.rows.values())


@settings(max_examples=200)
@given(
    st.lists(st.integers(0, 40), min_size=4, max_size=30, unique=True),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 29)), max_size=4),
    st.integers(1, 12),
)
def test_walk_keeps_the_cursor_behind_what_is_stored_while_rows_move(seconds, moves, stop):
    """I8 at every stop, with rows changing between pages; times never repeat, as in the real case
    of one row a second. The clock of the host only goes forward."""
    host = Host(sorted(seconds))
    clock = iter(range(1000, 2000))

    def change(host):
        for page, key in moves:
            if page == len(host.asked) and key in host.rows:
                host.touch(key, next(clock))

    host.before_page = change
    stored, cursor = {}, None
    for count, batch in enumerate(walk(host, since=None)):
        stored |= {row.remote_id: row for row in batch.rows}
        cursor = batch.cursor or cursor
        for key, row in host.rows.items():
            assert row.updated_at > cursor or stored.get(key) == row
        if count == stop:
            break
