"""Role terms begin and end here, each with its entry in the ledger."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ledger import record

from .models import Person, Repository, RoleTerm, Sig, actor_of


def start(
    *,
    person: Person,
    sig: Sig,
    role: str,
    on: dt.date,
    duty: str = "",
    repositories: Iterable[Repository] = (),
    reason: str = "",
    due_on: dt.date | None = None,
    by: Person | None,
    at: dt.datetime,
) -> RoleTerm:
    """Begin a term on a day of the SIG's calendar; call it inside a transaction.

    `due_on`: from when it must be renewed, where the rules limit terms.
    """
    scope = list(repositories)
    term = RoleTerm.objects.create(
        person=person, sig=sig, role=role, duty=duty, started_on=on, reason=reason, due_on=due_on
    )
    term.repositories.set(scope)
    data: dict[str, Any] = {
        "term": term.pk,
        "sig": sig.slug,
        "name": person.name,
        "role": role,
        "duty": duty,
        "repositories": sorted(str(repository) for repository in scope),
        "on": on.isoformat(),
        "reason": reason,
    }
    if due_on is not None:
        data["due_on"] = due_on.isoformat()
    entry = record.append(
        actor=actor_of(by),
        action="role.started",
        subject=person.actor,
        data=data,
        at=at,
    )
    term.entry_seq = entry.seq
    term.save(update_fields=["entry_seq"])
    return term


def end(
    *,
    term: RoleTerm,
    on: dt.date,
    reason: str = "",
    ended_as: str = "",
    by: Person | None,
    at: dt.datetime,
) -> RoleTerm:
    """End a term on a day, from which on it is not in force; call it inside a transaction."""
    term.ended_on, term.ended_as = on, ended_as
    term.save(update_fields=["ended_on", "ended_as"])
    data = {
        "term": term.pk,
        "sig": term.sig.slug,
        "name": term.person.name,
        "role": term.role,
        "on": on.isoformat(),
        "reason": reason,
    }
    if ended_as:
        data["as"] = str(ended_as)
    record.append(
        actor=actor_of(by), action="role.ended", subject=term.person.actor, data=data, at=at
    )
    return term


def change(
    *,
    term: RoleTerm,
    duty: str,
    repositories: Iterable[Repository],
    reason: str = "",
    by: Person | None,
    at: dt.datetime,
) -> RoleTerm:
    """Give a running term another duty or scope; call it inside a transaction."""
    before, scope = sorted(str(one) for one in term.repositories.all()), list(repositories)
    data = {
        "term": term.pk,
        "sig": term.sig.slug,
        "name": term.person.name,
        "role": term.role,
        "duty_before": term.duty,
        "duty": duty,
        "repositories_before": before,
        "repositories": sorted(str(one) for one in scope),
        "reason": reason,
    }
    term.duty = duty
    term.save(update_fields=["duty"])
    term.repositories.set(scope)
    record.append(
        actor=actor_of(by), action="role.changed", subject=term.person.actor, data=data, at=at
    )
    return term
