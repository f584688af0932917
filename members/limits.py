"""What rules say beyond one person's figures: who may nominate, how many seats, how long a term."""

import datetime as dt
from collections.abc import Collection, Sequence

from .policy import SELF, Check, Rules, months_after

# Checks of this module, beside the figures of members.policy.
NOMINATORS, EMPLOYERS, SEATS_FREE, SEATS_LEFT = (
    "nominators",
    "employers",
    "seats_free",
    "seats_left",
)


def may_nominate(rules: Rules, roles: Collection[str], *, is_self: bool) -> bool:
    """Whether somebody with these roles in the SIG may nominate; for oneself only SELF counts."""
    if is_self:
        return SELF in rules.nominators
    return any(role in rules.nominators for role in roles)


def nominator_checks(rules: Rules, employers: Sequence[str]) -> tuple[Check, ...]:
    """Whether enough have put their names under a nomination, `employers` being one name each.

    Employers compare without case; one that is not known ("") differs from nobody's. Whoever
    nominates themself counts as one where one is enough: leave them out where more are needed.
    """
    rows = [Check(NOMINATORS, len(employers), rules.nominators_needed)]
    if rules.nominators_from_different_employers and rules.nominators_needed > 1:
        known = {name.strip().casefold() for name in employers} - {""}
        rows.append(Check(EMPLOYERS, len(known), rules.nominators_needed))
    return tuple(rows)


def seat_check(rules: Rules, holders: int, *, leaves: bool = False) -> Check | None:
    """Whether a seat is free for one more of `holders`, or one may leave; None without a limit."""
    if leaves:
        return Check(SEATS_LEFT, holders - 1, rules.seats_min) if rules.seats_min else None
    return Check(SEATS_FREE, max(0, rules.seats_max - holders), 1) if rules.seats_max else None


def term_due_on(rules: Rules, started_on: dt.date) -> dt.date | None:
    """The day from which a term no longer runs unless it is renewed; None without a limit.

    The 31st becomes the last day of a shorter month.
    """
    if not rules.term_months:
        return None
    return months_after(started_on, rules.term_months)
