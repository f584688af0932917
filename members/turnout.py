"""Who has voted and who has not, and how the vote divides by employer."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .ballot_box import electorate_of, rules_of
from .models import Ballot, Person, Promotion


@dataclass(frozen=True)
class Employer:
    """People of one employer among those entitled; `name` is empty where it is not known."""

    name: str
    entitled: int
    in_favour: int


def entitled(promotion: Promotion, now: dt.datetime) -> frozenset[int]:
    """Ids of those who may vote, on the last day of the vote or the SIG's day of `now` before it."""
    last = min(now, promotion.voting_closes_at) if promotion.voting_closes_at else now
    electorate = electorate_of(promotion, promotion.sig.day_of(last))
    return electorate.with_role(*rules_of(promotion).electorate)


def not_voted(promotion: Promotion, now: dt.datetime) -> Sequence[Person]:
    """Who may vote and has not (an abstention is a vote), by name; nobody unless a vote is open."""
    closes_at = promotion.voting_closes_at
    if promotion.state != Promotion.State.VOTING or closes_at is None or closes_at <= now:
        return []
    live = Ballot.objects.filter(promotion=promotion, superseded_at=None)
    missing = entitled(promotion, now) - set(live.values_list("voter_id", flat=True))
    return list(Person.objects.filter(pk__in=missing).order_by("name", "pk"))


def by_employer(voters: Iterable[Person], in_favour: Iterable[int]) -> list[Employer]:
    """The entitled and the votes in favour by employer, the largest first; names compare without case.

    Pure: `voters` are those entitled, `in_favour` ids.
    """
    favouring = set(in_favour)
    names: dict[str, str] = {}
    total: Counter[str] = Counter()
    yes: Counter[str] = Counter()
    for person in voters:
        key = person.organization.strip().casefold()
        names.setdefault(key, person.organization.strip())
        total[key] += 1
        yes[key] += person.pk in favouring
    rows = [Employer(names[key], total[key], yes[key]) for key in total]
    return sorted(rows, key=lambda row: (-row.entitled, not row.name, row.name))


def is_one_employers(employers: Iterable[Employer]) -> bool:
    """All votes in favour, two or more, come from people of one known employer."""
    favouring = [row for row in employers if row.in_favour]
    return len(favouring) == 1 and bool(favouring[0].name) and favouring[0].in_favour > 1
