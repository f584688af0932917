"""Role terms begin and end here, each with its entry in the ledger."""

import datetime as dt
from collections.abc import Iterable

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
    by: Person | None,
    at: dt.datetime,
) -> RoleTerm:
    """Begin a term on a day of the SIG's calendar; call it inside a transaction."""
    scope = list(repositories)
    term = RoleTerm.objects.create(
        person=person, sig=sig, role=role, duty=duty, started_on=on, reason=reason
    )
    term.repositories.set(scope)
    data = {
        "sig": sig.slug,
        "name": person.name,
        "role": role,
        "duty": duty,
        "repositories": sorted(str(repository) for repository in scope),
        "on": on.isoformat(),
        "reason": reason,
    }
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
    *, term: RoleTerm, on: dt.date, reason: str = "", by: Person | None, at: dt.datetime
) -> RoleTerm:
    """End a term on a day, from which on it is not in force; call it inside a transaction."""
    term.ended_on = on
    term.save(update_fields=["ended_on"])
    record.append(
        actor=actor_of(by),
        action="role.ended",
        subject=term.person.actor,
        data={
            "sig": term.sig.slug,
            "name": term.person.name,
            "role": term.role,
            "on": on.isoformat(),
            "reason": reason,
        },
        at=at,
    )
    return term
