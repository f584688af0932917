"""Whose approve counts on a given day: Committers of the repository and Maintainers, by the roster.

Whose lgtm counts is written in OWNERS files, which the portal does not keep yet: unknown, so
everyone's does. A day before the roster begins is unknown as well.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from members.models import Repository, RoleTerm


@dataclass(frozen=True, slots=True)
class Term:
    """One role of one login (lower case); `repository_id` is its scope, None when it has none."""

    login: str
    role: str
    repository_id: int | None
    started_on: dt.date
    ended_on: dt.date | None

    def holds(self, on: dt.date) -> bool:
        return self.started_on <= on and (self.ended_on is None or on < self.ended_on)


@dataclass(frozen=True, slots=True)
class Roster:
    """Terms of one SIG on one code host."""

    terms: tuple[Term, ...]

    def approvers(self, repository_id: int, on: dt.date) -> frozenset[str] | None:
        """Lower-case logins whose approve counts; None when the roster knows nobody that day."""
        held = [term for term in self.terms if term.holds(on)]
        if not held:
            return None
        return frozenset(term.login for term in held if _may_approve(term, repository_id))


def _may_approve(term: Term, repository_id: int) -> bool:
    if term.role == RoleTerm.Role.MAINTAINER:
        return True
    return term.repository_id in (None, repository_id)


def rosters(repositories: Iterable[Repository]) -> dict[tuple[int, str], Roster]:
    """Rosters by (sig id, host) for these repositories, in one query."""
    wanted = {(repository.sig_id, repository.host) for repository in repositories}
    rows = RoleTerm.objects.filter(
        sig__in={sig_id for sig_id, _host in wanted},
        role__in=[RoleTerm.Role.COMMITTER, RoleTerm.Role.MAINTAINER],
        person__accounts__host__in={host for _sig_id, host in wanted},
    ).values_list(
        "sig_id",
        "person__accounts__host",
        "person__accounts__login",
        "role",
        "repositories",
        "started_on",
        "ended_on",
    )
    found: dict[tuple[int, str], list[Term]] = {key: [] for key in wanted}
    for sig_id, host, login, role, repository_id, started_on, ended_on in rows:
        term = Term(login.lower(), role, repository_id, started_on, ended_on)
        found.setdefault((sig_id, host), []).append(term)
    return {key: Roster(tuple(terms)) for key, terms in found.items()}
