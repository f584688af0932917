"""Whose lgtm and approve count at any moment, from OWNERS files and the roster of the day.

lgtm: reviewers and approvers of OWNERS. approve: approvers of OWNERS, and Committers of the
repository and Maintainers by the roster. A time of which neither is known gives no rights at all:
then everyone's word counts.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import Lower

from members.models import Account, FormerLogin, Repository, RoleTerm
from members.owners import OwnersState, owners_of, state_at

from .case import OwnersVersion, Rights

Names = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Term:
    """One role of one person, by key; `repository_id` is its scope, None when it has none."""

    person_id: int
    role: str
    repository_id: int | None
    started_on: dt.date
    ended_on: dt.date | None

    def holds(self, on: dt.date) -> bool:
        return self.started_on <= on and (self.ended_on is None or on < self.ended_on)

    def may_approve(self, repository_id: int) -> bool:
        if self.role == RoleTerm.Role.MAINTAINER:
            return True
        return self.repository_id in (None, repository_id)


def rights_of(repositories: Iterable[Repository]) -> dict[int, tuple[Rights, ...]]:
    """Rights by repository id, in order of time; four queries. Needs `repository.sig`."""
    wanted = {repository.pk: repository for repository in repositories}
    owners = owners_of(wanted.values())
    terms = _terms(wanted.values())
    named = {
        login
        for history in owners.values()
        for state in history
        for login in (*state.approvers, *state.reviewers)
    }
    people = {term.person_id for held in terms.values() for term in held}
    logins = _Logins({repository.host for repository in wanted.values()}, named, people)
    return {
        pk: tuple(_rights(repository, owners[pk], terms[repository.sig_id], logins))
        for pk, repository in wanted.items()
    }


def _terms(repositories: Iterable[Repository]) -> dict[int, list[Term]]:
    """Terms that may give rights, by SIG."""
    found: dict[int, list[Term]] = {repository.sig_id: [] for repository in repositories}
    rows = RoleTerm.objects.filter(
        sig__in=found, role__in=[RoleTerm.Role.COMMITTER, RoleTerm.Role.MAINTAINER]
    ).values_list("sig_id", "person_id", "role", "repositories", "started_on", "ended_on")
    for sig_id, person_id, role, repository_id, started_on, ended_on in rows:
        found[sig_id].append(Term(person_id, role, repository_id, started_on, ended_on))
    return found


# ── logins ────────────────────────────────────────────────────────────────────────────────────
class _Logins:
    """Every login a person has or had, so that a word under any of them finds its right."""

    def __init__(self, hosts: set[str], named: set[str], people: set[int]) -> None:
        accounts = Account.objects.annotate(key=Lower("login")).filter(host__in=hosts).order_by()
        former = FormerLogin.objects.filter(account__host__in=hosts)
        by_name = Q(key__in=named) | Q(former_logins__login__in=named)
        persons = accounts.filter(by_name | Q(person__in=people)).values_list("person_id")
        self.by_person: dict[tuple[str, int], set[str]] = defaultdict(set)
        rows = accounts.filter(person__in=persons).values_list("host", "person_id", "key")
        older = former.filter(account__person__in=persons)
        rows = rows.union(older.values_list("account__host", "account__person_id", "login"))
        self.persons: dict[tuple[str, str], set[int]] = defaultdict(set)
        for host, person_id, login in rows:
            self.by_person[host, person_id].add(login)
            self.persons[host, login].add(person_id)

    def of_person(self, host: str, person_id: int) -> set[str]:
        return self.by_person.get((host, person_id), set())

    def widened(self, host: str, logins: Iterable[str]) -> frozenset[str]:
        """These logins, and the others of those they belong to."""
        found = set(logins)
        for login in logins:
            for person_id in self.persons.get((host, login), ()):
                found |= self.by_person[host, person_id]
        return frozenset(found)


# ── in order of time ──────────────────────────────────────────────────────────────────────────
def _rights(
    repository: Repository, owners: Sequence[OwnersState], terms: Sequence[Term], logins: _Logins
) -> Iterator[Rights]:
    zone = repository.sig.zone
    days = {day for term in terms for day in (term.started_on, term.ended_on) if day}
    moments = {_midnight(day, zone) for day in days} | {state.since for state in owners}
    # Histories are short and versions few: each is widened once.
    widened = {id(state): _widened(repository.host, state, logins) for state in owners}
    for since in sorted(moments):
        state = state_at(owners, since)
        on = since.astimezone(zone).date()
        held = [term for term in terms if term.holds(on)]
        approvers = (
            frozenset(
                login
                for term in held
                if term.may_approve(repository.pk)
                for login in logins.of_person(repository.host, term.person_id)
            )
            if held
            else None
        )
        known = state if state is not None and state.is_known else None
        lgtm, by_file = widened[id(known)] if known else (None, None)
        yield Rights(
            since,
            lgtm=lgtm,
            approve=_either(by_file, approvers),
            owners=_versions(known),
            by_roster=approvers is not None,
        )


def _widened(
    host: str, state: OwnersState, logins: _Logins
) -> tuple[frozenset[str], frozenset[str]]:
    """Whose lgtm and whose approve the files let count."""
    approvers = logins.widened(host, state.approvers)
    return approvers | logins.widened(host, state.reviewers), approvers


def _either(
    by_file: frozenset[str] | None, by_roster: frozenset[str] | None
) -> frozenset[str] | None:
    if by_file is None or by_roster is None:
        return by_roster if by_file is None else by_file
    return by_file | by_roster


def _versions(state: OwnersState | None) -> tuple[OwnersVersion, ...]:
    if state is None:
        return ()
    return tuple(OwnersVersion(row.path, row.valid_from, row.sha) for row in state.files)


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone)
