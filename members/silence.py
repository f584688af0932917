"""When somebody who holds a role has shown nothing for too long: pure, from days and rules."""

from collections.abc import Mapping
from datetime import date

from .figures import ISSUE, MEETING, MERGED, REVIEWED
from .policy import Rules, full_months

# A question nobody answered for so many days is marked.
ANSWER_DAYS = 30
KINDS = frozenset({MERGED, REVIEWED, ISSUE, MEETING})
# What stands behind the figures that rules ask for.
BEHIND: Mapping[str, frozenset[str]] = {
    "merged": frozenset({MERGED}),
    "main_reviews": frozenset({REVIEWED}),
    "reviewed": frozenset({REVIEWED}),
    "merged_or_reviewed": frozenset({MERGED, REVIEWED}),
    "active_months": frozenset({MERGED}),
    "issues_opened": frozenset({ISSUE}),
    "meetings_attended": frozenset({MEETING}),
}


def counted_kinds(rules: Rules) -> frozenset[str]:
    """Kinds of contributions that the rules count; every kind where they ask for no figures."""
    kinds = [BEHIND[name] for name, needed in rules.evidence.items() if needed]
    return frozenset().union(*kinds) or KINDS


def quiet_since(started_on: date, shown_on: date | None, back_on: date | None) -> date:
    """The day the months count from: the role's start, the last sign, or the end of a leave."""
    return max(day for day in (started_on, shown_on, back_on) if day is not None)


def is_silent(rules: Rules, since: date, on: date) -> bool:
    """Whether the months of the rules have passed; rules that set none silence nobody."""
    return 0 < rules.inactive_months <= full_months(since, on)


def is_overdue(asked_on: date, on: date) -> bool:
    return (on - asked_on).days >= ANSWER_DAYS
