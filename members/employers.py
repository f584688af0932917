"""How a vote is spread over employers: pure, from names and choices."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Employer:
    """One employer in a vote; `name` as first written, empty where none is known."""

    name: str
    entitled: int
    in_favour: int


@dataclass(frozen=True)
class Spread:
    """All employers, the largest first; `is_lopsided`: one known employer has most of several votes in favour."""

    employers: tuple[Employer, ...]
    is_lopsided: bool

    @property
    def largest(self) -> Employer | None:
        """Of the known employers the one with most votes in favour."""
        known = [one for one in self.employers if one.name]
        return max(known, key=lambda one: (one.in_favour, one.entitled), default=None)


def spread(voters: Iterable[tuple[str, bool]]) -> Spread:
    """Of (employer, voted in favour) for each who is entitled. Names compare without case."""
    names: dict[str, str] = {}
    counts: dict[str, list[int]] = {}
    for name, in_favour in voters:
        key = name.strip().casefold()
        names.setdefault(key, name.strip())
        count = counts.setdefault(key, [0, 0])
        count[0] += 1
        count[1] += in_favour
    rows = [Employer(names[key], entitled, votes) for key, (entitled, votes) in counts.items()]
    rows.sort(key=lambda row: (not row.name, -row.entitled, row.name))
    total = sum(row.in_favour for row in rows)
    most = max((row.in_favour for row in rows if row.name), default=0)
    return Spread(tuple(rows), total > 1 and most * 2 > total)
