import pytest
from requests.structures import CaseInsensitiveDict

from gitee.errors import MalformedAnswer
from gitee.pages import Page, Unread, iter_pages, make_page

FULL = tuple(range(100))
NEXT = '<https://h/x?page=3>; rel="next", <https://h/x?page=9>; rel="last"'
LAST = '<https://h/x?page=1>; rel="first", <https://h/x?page=1>; rel="prev"'


@pytest.mark.parametrize(
    ("rows", "headers", "next_page"),
    [
        (FULL, {"Link": NEXT, "total_page": "9"}, 3),
        (FULL, {"Link": LAST, "total_page": "2"}, None),
        (FULL, {"Link": LAST}, None),
        (FULL, {"Link": LAST, "total_page": "9"}, 3),
        (FULL, {"total_page": "10"}, 3),
        (FULL, {"Total_page": "10"}, 3),
        (FULL, {"total_page": "2"}, None),
        (FULL, {}, 3),
        (FULL[:99], {}, None),
        # A server that overlooks per_page gives twenty: such a page may well be a full one.
        (FULL[:20], {}, 3),
        (FULL[:5], {"total_page": "9"}, 3),
        ((), {"Link": NEXT, "total_page": "9"}, None),
        ((), {}, None),
        (FULL, {"Link": "nonsense"}, None),
        (FULL, {"total_page": "many"}, 3),
    ],
)
def test_next_page_follows_the_stop_rules(rows, headers, next_page):
    page = make_page(rows, page=2, per_page=100, headers=CaseInsensitiveDict(headers))
    assert page.next_page == next_page


@pytest.mark.parametrize(("page", "next_page"), [(1, 2), (2, 3), (3, None)])
def test_server_that_overlooks_per_page_but_counts_pages_of_a_hundred_is_read_on(page, next_page):
    headers = CaseInsensitiveDict({"total_count": "55", "total_page": "1"})
    rows = FULL[:20] if page < 3 else FULL[:15]
    assert make_page(rows, page=page, per_page=100, headers=headers).next_page == next_page


def test_page_of_rows_nobody_understands_is_no_end():
    unread = tuple(Unread(number, None, "odd") for number in range(100))
    page = make_page((), page=1, per_page=100, headers={}, unread=unread)
    assert (page.next_page, page.count, page.first) == (2, 100, unread[0])


def test_page_tells_the_totals():
    headers = CaseInsensitiveDict({"Total_count": "950", "total_page": "10"})
    page = make_page(FULL, page=1, per_page=100, headers=headers)
    assert (page.total_count, page.total_pages) == (950, 10)


def paged(*pages):
    """A list whose page n is pages[n-1]; the last argument repeats for ever when it is `...`."""

    def fetch(number):
        rows = pages[min(number, len(pages)) - 1]
        return Page(rows, number, None, None, number + 1 if rows else None)

    return fetch


def test_iter_pages_walks_to_the_empty_page():
    seen = [page.rows for page in iter_pages(paged((1, 2), (3,), ()))]
    assert seen == [(1, 2), (3,), ()]


def test_iter_pages_starts_where_it_is_told():
    assert [page.page for page in iter_pages(paged((1,), (2,), ()), first=2)] == [2, 3]


def test_iter_pages_notices_a_server_that_ignores_page():
    with pytest.raises(MalformedAnswer, match="page 2 repeats page 1") as caught:
        list(iter_pages(paged((1, 2))))
    assert caught.value.permanent


def test_iter_pages_stops_at_its_cap():
    endless = (Page((number,), number, None, None, number + 1) for number in range(1, 99))
    with pytest.raises(MalformedAnswer, match="after 5 pages"):
        list(iter_pages(lambda _: next(endless), max_pages=5))
