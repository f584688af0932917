"""Pushes told by the list and by webhooks end as one row each, as narrow as is known."""

import datetime as dt

import pytest

from reviews.models import Push
from reviews.pushes import Pushed, note_many
from tests.factories import PullRequestFactory

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def at(minute):
    return NOON + dt.timedelta(minutes=minute)


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ([(0, 9)], (0, 9)),
        ([(0, 9), (0, 9)], (0, 9)),
        ([(0, 9), (4, 4)], (4, 4)),
        ([(4, 4), (0, 9)], (4, 4)),
        ([(0, 5), (3, 9)], (3, 5)),
        ([(0, 2), (5, 9)], (5, 9)),
        ([(5, 9), (0, 2)], (5, 9)),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_note_many_narrows_the_moment(db, told, stored, at_once):
    pull = PullRequestFactory()
    rows = [Pushed(pull.pk, "a" * 40, at(start), at(end)) for start, end in told]
    for batch in [rows] if at_once else [[row] for row in rows]:
        note_many(batch)
    push = Push.objects.get()
    assert (push.not_before, push.at) == (at(stored[0]), at(stored[1]))


def test_note_many_told_twice_writes_once(db, django_assert_num_queries):
    pull = PullRequestFactory()
    row = Pushed(pull.pk, "a" * 40, at(0), at(1))
    assert note_many([row]) == 1
    with django_assert_num_queries(1):
        assert note_many([row]) == 0
    assert note_many([Pushed(pull.pk, "b" * 40, at(2), at(2))]) == 1
    assert note_many([]) == 0


def test_note_many_refuses_a_span_that_ends_before_it_begins(db):
    with pytest.raises(ValueError, match="before"):
        note_many([Pushed(1, "a" * 40, at(1), at(0))])
