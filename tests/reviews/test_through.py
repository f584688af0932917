"""Reading a whole list by creation with several pages under way: deletions, growth, odd hosts, going on."""

import datetime as dt
import threading
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitee.client import Page
from gitee.errors import Unavailable
from reviews.sync.ahead import in_order
from reviews.sync.through import Place, Unordered, place_json, place_of, read_through

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Row:
    remote_id: int
    created_at: dt.datetime


class Host:
    """A list in creation order; `before_page` may change it between pages."""

    def __init__(self, count, *, per_page=3):
        self.rows = [row(key) for key in range(count)]
        self.per_page = per_page
        self.asked = []
        self.lock = threading.Lock()
        self.before_page = lambda host: None

    def __call__(self, *, sort, direction, page):
        assert (sort, direction) == ("created", "asc")
        with self.lock:
            self.before_page(self)
            self.asked.append(page)
            first = (page - 1) * self.per_page
            part = tuple(self.rows[first : first + self.per_page])
            pages = -(-len(self.rows) // self.per_page)
            return Page(part, page, pages, len(self.rows), page + 1 if page < pages else None)


def row(key):
    return Row(key, START + dt.timedelta(minutes=key))


def ids(leaves):
    return [one.remote_id for leaf in leaves for one in leaf.rows]


def test_read_through_brings_every_row_once_in_order():
    host = Host(10)
    leaves = list(read_through(host, place=Place(), width=4))
    assert ids(leaves) == list(range(10))
    assert sorted(host.asked) == [1, 2, 3, 4]
    assert [leaf.is_last for leaf in leaves] == [False, False, False, True]
    assert leaves[2].place == Place(page=3, read=6, total=10, after=row(5).created_at)


def test_read_through_of_an_empty_list_is_one_empty_last_page():
    (leaf,) = read_through(Host(0), place=Place(), width=4)
    assert (leaf.rows, leaf.is_last, leaf.total) == ((), True, 0)


def test_read_through_goes_on_where_it_was_left():
    host = Host(10)
    left = list(read_through(host, place=Place(), width=1))[2].place
    again = place_of(place_json(left))
    assert again == left
    host.asked.clear()
    assert ids(read_through(host, place=again, width=2)) == [6, 7, 8, 9]
    assert sorted(host.asked) == [3, 4]


def test_read_through_begins_again_when_rows_were_deleted_meanwhile():
    host = Host(10)
    left = list(read_through(host, place=Place(), width=1))[3].place
    del host.rows[0]
    assert ids(read_through(host, place=left, width=1)) == list(range(1, 10))


def test_read_through_reads_rows_that_come_while_it_reads():
    host = Host(5)

    def grow(host):
        if len(host.asked) == 1:
            host.rows += [row(5), row(6), row(7)]

    host.before_page = grow
    assert ids(read_through(host, place=Place(), width=4)) == list(range(8))


@settings(max_examples=150)
@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 23)), max_size=4),
    st.integers(1, 4),
)
def test_read_through_misses_no_row_that_a_deletion_shifts(deletions, width):
    """Rows that are there at the end were all read, or the reader says that it cannot tell."""
    host = Host(24)

    def delete(host):
        for when, key in deletions:
            if len(host.asked) == when and row(key) in host.rows:
                host.rows.remove(row(key))

    host.before_page = delete
    try:
        seen = set(ids(read_through(host, place=Place(), width=width)))
    except Unordered:
        return
    assert {one.remote_id for one in host.rows} <= seen


def uncounted(page):
    return Page(page.rows, page.page, None, None, page.next_page)


def backwards(page):
    return Page(page.rows[::-1], page.page, page.total_pages, page.total_count, page.next_page)


def page_order_lost(page):
    rows = tuple(row(one.remote_id - 9 * page.page) for one in page.rows)
    return Page(rows, page.page, page.total_pages, page.total_count, page.next_page)


def one_row_hidden(page):
    rows = page.rows[: 2 if page.page == 2 else 3]
    return Page(rows, page.page, page.total_pages, page.total_count, page.next_page)


@pytest.mark.parametrize("spoil", [uncounted, backwards, page_order_lost, one_row_hidden])
def test_read_through_says_when_it_cannot_be_trusted(spoil):
    host = Host(12)
    with pytest.raises(Unordered):
        list(read_through(lambda **more: spoil(host(**more)), place=Place(), width=2))


def test_read_through_asks_again_for_a_page_that_came_short():
    host = Host(12)
    short = iter([True])

    def ask(**more):
        page = host(**more)
        return one_row_hidden(page) if page.page == 2 and next(short, False) else page

    assert ids(read_through(ask, place=Place(), width=1)) == list(range(12))


# ── several at a time ─────────────────────────────────────────────────────────────────────────
def test_in_order_keeps_so_many_under_way_and_no_more():
    busy, most, lock = set(), [], threading.Lock()
    gate = threading.Barrier(3)

    def ask(number):
        with lock:
            busy.add(number)
            most.append(len(busy))
        gate.wait(30)
        with lock:
            busy.discard(number)
        return number * 10

    answers = list(in_order(ask, first=1, last=lambda: 6, width=3))
    assert answers == [(number, number * 10) for number in range(1, 7)]
    assert max(most) == 3


def test_in_order_raises_an_error_in_its_place_and_leaves_nothing_running():
    def ask(number):
        if number == 3:
            raise Unavailable("gone")
        return number

    answers = in_order(ask, first=1, last=lambda: 100, width=4)
    assert [next(answers), next(answers)] == [(1, 1), (2, 2)]
    with pytest.raises(Unavailable):
        next(answers)
    assert not [one for one in threading.enumerate() if one.name.startswith("pages")]
