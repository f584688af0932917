import datetime as dt

import pytest

from members.models import Contribution
from members.paging import BadCursor, paginate
from tests.factories import ContributionFactory, PersonFactory, SigFactory

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


def test_paginate_by_number_and_by_day(rows):
    by_number = paginate(Contribution.objects.all(), key="pk", size=3)
    rest = paginate(Contribution.objects.all(), key="pk", size=9, older=by_number.older)
    assert len(rest.rows) == 4


@pytest.mark.parametrize("size", [2, 5])
def test_paginate_takes_one_query(rows, size, django_assert_num_queries):
    with django_assert_num_queries(1):
        paginate(Contribution.objects.all(), key="at", size=size)


@pytest.mark.parametrize(
    "mark", ["x", "~", "2026-03-02T04:00:00~1", "2026-13-40~1", "2026-03-02T04:00:00+00:00~x", "~5"]
)
def test_paginate_refuses_a_forged_mark(mark):
    with pytest.raises(BadCursor):
        page(older=mark)
