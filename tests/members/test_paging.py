import datetime as dt

import pytest

from members.models import Contribution, RoleTerm
from members.paging import BadCursor, paginate
from tests.factories import ContributionFactory, PersonFactory, RoleTermFactory, SigFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


@pytest.fixture
def rows():
    """Seven rows, newest first; three of them at one instant."""
    person, sig = PersonFactory(), SigFactory()
    instants = [AT, AT, AT, *(AT - dt.timedelta(days=n) for n in range(1, 5))]
    for at in instants:
        ContributionFactory(person=person, sig=sig, at=at)
    return list(Contribution.objects.order_by("-at", "-pk"))


def page(**marks):
    return paginate(Contribution.objects.all(), key="at", size=2, **marks)


def test_paginate_forward_shows_every_row_once(rows):
    seen, current = [], page()
    assert current.newer is None
    while True:
        seen += current.rows
        if current.older is None:
            break
        current = page(older=current.older)
    assert seen == rows


def test_paginate_back_leads_to_the_same_pages(rows):
    first = page()
    second = page(older=first.older)
    third = page(older=second.older)
    assert page(newer=third.newer).rows == second.rows
    back = page(newer=second.newer)
    assert (back.rows, back.newer) == (first.rows, None)


def test_paginate_nothing():
    empty = page()
    assert (list(empty.rows), empty.older, empty.newer) == ([], None, None)


def test_paginate_survives_a_plus_that_became_a_blank(rows):
    first = page()
    assert page(older=first.older.replace("+", " ")).rows == page(older=first.older).rows


def test_paginate_by_number(rows):
    first = paginate(Contribution.objects.all(), key="id", size=3)
    rest = paginate(Contribution.objects.all(), key="id", size=9, older=first.older)
    assert len(rest.rows) == 4


def test_paginate_by_day():
    terms = [RoleTermFactory(started_on=dt.date(2026, 1, day)) for day in (1, 2, 2, 3)]
    first = paginate(RoleTerm.objects.all(), key="started_on", size=2)
    rest = paginate(RoleTerm.objects.all(), key="started_on", size=2, older=first.older)
    assert [*first.rows, *rest.rows] == [terms[3], terms[2], terms[1], terms[0]]


@pytest.mark.parametrize("size", [2, 5])
def test_paginate_takes_one_query(rows, size, django_assert_num_queries):
    with django_assert_num_queries(1):
        paginate(Contribution.objects.all(), key="at", size=size)


@pytest.mark.parametrize(
    "mark",
    [
        "x",
        "~",
        "~5",
        "5~5",
        "2026-03-02~1",
        "2026-03-02T04:00:00~1",
        "2026-13-40~1",
        "2026-03-02T04:00:00+00:00~x",
        "\x00~1",
    ],
)
def test_paginate_refuses_a_forged_mark(mark):
    with pytest.raises(BadCursor):
        page(older=mark)


@pytest.mark.parametrize("side", ["older", "newer"])
def test_paginate_refuses_a_mark_beyond_every_possible_row(side):
    far = "9" * 40
    with pytest.raises(BadCursor):
        paginate(Contribution.objects.all(), key="id", **{side: f"{far}~{far}"})
