import datetime as dt

import pytest

from ledger.models import Entry
from members import leave
from members.models import Leave
from members.refusals import BadProposal, NotAllowed, Unqualified

from .cast import AT, make_cast

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
ONE = dt.timedelta(days=1)


@pytest.fixture
def cast():
    return make_cast()


def start(cast, person=None, **values):
    person = person or cast.committer
    defaults = {"person": person, "sig": cast.sig, "on": DAY, "by": person, "at": AT}
    return leave.start(**{**defaults, **values})


def end(row, **values):
    return leave.end(**{"leave": row, "on": DAY + ONE, "by": row.person, "at": AT, **values})


def test_leave_is_recorded_without_the_reason(cast):
    row = start(cast, until=DAY + 30 * ONE, note="陪产")
    entry = Entry.objects.get(action="leave.started")
    assert (row.note, entry.subject) == ("陪产", "person:committer")
    assert (entry.data["on"], entry.data["until"]) == ("2026-03-02", "2026-04-01")
    assert "陪产" not in str(entry.data)


def test_leave_covers_its_days_but_not_the_day_back(cast):
    start(cast, until=DAY + 2 * ONE)
    covered = [
        Leave.objects.on(DAY + number * ONE, cast.sig.pk).exists() for number in (-1, 0, 1, 2)
    ]
    assert covered == [False, True, True, False]


@pytest.mark.parametrize(
    ("by", "allowed"),
    [("maintainer", True), ("committer", True), ("contributor", False), ("stranger", False)],
)
def test_leave_is_entered_by_oneself_or_a_maintainer(cast, by, allowed):
    person = cast.maintainers[0] if by == "maintainer" else getattr(cast, by)
    if allowed:
        row = start(cast, by=person)
        assert end(row, by=person).ended_on == DAY + ONE
    else:
        with pytest.raises(NotAllowed):
            start(cast, by=person)
        row = start(cast)
        with pytest.raises(NotAllowed):
            end(row, by=person)
        assert Entry.objects.count() == 1


def test_leave_needs_a_role(cast):
    with pytest.raises(Unqualified):
        start(cast, cast.stranger)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"on": DAY - ONE}, "on"),
        ({"on": DAY + 800 * ONE}, "on"),
        ({"until": DAY}, "until"),
        ({"until": DAY + 800 * ONE}, "until"),
        ({"note": "长" * 201}, "note"),
    ],
)
def test_leave_refuses_days_that_cannot_be(cast, values, field):
    with pytest.raises(BadProposal) as refusal:
        start(cast, **values)
    assert refusal.value.field == field
    assert not Leave.objects.exists()


def test_leave_the_same_again_changes_nothing_and_another_that_overlaps_is_refused(cast):
    row = start(cast, until=DAY + 10 * ONE)
    assert start(cast, until=DAY + 10 * ONE) == row
    for values in ({}, {"on": DAY + 9 * ONE}, {"on": DAY + ONE, "until": DAY + 2 * ONE}):
        with pytest.raises(BadProposal, match="重叠"):
            start(cast, **values)
    assert start(cast, on=DAY + 10 * ONE).pk != row.pk
    assert Entry.objects.count() == 2


def test_end_twice_is_once_and_a_leave_that_is_over_stays_so(cast):
    row = start(cast)
    assert end(row) == end(row)
    assert Entry.objects.filter(action="leave.ended").count() == 1
    with pytest.raises(BadProposal, match="已经结束"):
        end(row, on=DAY + 9 * ONE, at=AT + 5 * ONE)


@pytest.mark.parametrize("on", [DAY - ONE, DAY])
def test_end_refuses_a_day_before_the_leave_is_a_day_old(cast, on):
    with pytest.raises(BadProposal):
        end(start(cast), on=on)
