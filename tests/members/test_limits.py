import dataclasses
import datetime as dt

import pytest

from members.limits import may_nominate, nominator_checks, seat_check, term_due_on
from members.policy import Check, Rules


@pytest.mark.parametrize(
    ("nominators", "roles", "is_self", "may"),
    [
        (("maintainer", "self"), {"maintainer"}, False, True),
        (("maintainer", "self"), {"committer"}, False, False),
        (("maintainer", "self"), set(), False, False),
        (("maintainer", "self"), set(), True, True),
        (("maintainer",), {"committer"}, True, False),
        # A role gives no right to put oneself forward where the rules do not.
        (("maintainer",), {"maintainer"}, True, False),
        (Rules().nominators, {"contributor"}, False, True),
        (Rules().nominators, set(), False, False),
        (Rules().nominators, set(), True, True),
    ],
)
def test_may_nominate(nominators, roles, is_self, may):
    assert may_nominate(Rules(nominators=nominators), roles, is_self=is_self) is may


@pytest.mark.parametrize(
    ("needed", "different", "employers", "unmet"),
    [
        (1, False, ["甲"], []),
        (1, True, [""], []),
        (2, False, ["甲"], ["nominators"]),
        (2, False, ["甲", "甲"], []),
        (2, True, ["甲", " 甲 "], ["employers"]),
        (2, True, ["Alpha", "ALPHA"], ["employers"]),
        (2, True, ["甲", ""], ["employers"]),
        (2, True, ["甲", "甲", "乙"], []),
        (2, True, ["甲"], ["nominators", "employers"]),
    ],
)
def test_nominator_checks(needed, different, employers, unmet):
    rules = Rules(nominators_needed=needed, nominators_from_different_employers=different)
    rows = nominator_checks(rules, employers)
    assert [row.name for row in rows if not row.is_met] == unmet


@pytest.mark.parametrize(
    ("holders", "leaves", "check"),
    [
        (1, False, Check("seats_free", 1, 1)),
        (2, False, Check("seats_free", 0, 1)),
        (3, False, Check("seats_free", 0, 1)),
        (2, True, Check("seats_left", 1, 1)),
        (1, True, Check("seats_left", 0, 1)),
    ],
)
def test_seat_check(holders, leaves, check):
    assert seat_check(Rules(seats_min=1, seats_max=2), holders, leaves=leaves) == check


def test_seat_check_without_limits_asks_nothing():
    assert seat_check(Rules(), 99) is None
    assert seat_check(Rules(), 1, leaves=True) is None


@pytest.mark.parametrize(
    ("months", "started", "due"),
    [
        (12, (2026, 3, 2), (2027, 3, 2)),
        (1, (2026, 1, 31), (2026, 2, 28)),
        (1, (2026, 12, 31), (2027, 1, 31)),
        (11, (2026, 1, 31), (2026, 12, 31)),
        (12, (2024, 2, 29), (2025, 2, 28)),
    ],
)
def test_term_due_on(months, started, due):
    rules = dataclasses.replace(Rules(), term_months=months)
    assert term_due_on(rules, dt.date(*started)) == dt.date(*due)


def test_term_due_on_without_limit_is_never():
    assert term_due_on(Rules(), dt.date(2026, 3, 2)) is None
