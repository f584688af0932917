"""People in public: never an e-mail address (I9)."""

import datetime as dt
from typing import Any

from django.conf import settings
from pydantic import BaseModel, Field

from members.models import Account, Contribution, Person, RoleTerm

from ..choices import ContributionKind, Role
from ..fields import Instant


class PersonRef(BaseModel):
    login: str = Field(
        description="What `/people/{login}` knows them by: the login used longest, or `person-12`.",
        examples=["lin-bert"],
    )
    name: str = Field(examples=["Lin Bert"])


class AccountShape(BaseModel):
    """A login on a code host."""

    host: str = Field(examples=["gitee"])
    login: str = Field(examples=["lin-bert"])
    is_gone: bool = Field(description="The host says that the account no longer exists.")


class PersonShape(BaseModel):
    id: int = Field(examples=[12])
    login: str = Field(examples=["lin-bert"])
    name: str = Field(examples=["Lin Bert"])
    organization: str = Field(description="Employer, where known.", examples=["Example Ltd"])
    accounts: list[AccountShape]
    url: str = Field(description="The page of the person.")


class ContributionShape(BaseModel):
    """One dated thing a person did; promotion rules count these."""

    id: int
    kind: ContributionKind
    is_main: bool = Field(
        description="Of a review: gave the approve, or the most remarks, not only an lgtm."
    )
    at: Instant
    sig: str = Field(description="Slug.", examples=["transformers"])
    repository: str | None = Field(
        description="`host:owner/name`.", examples=["gitee:mindspore/mindformers"]
    )
    title: str
    source: str = Field(
        description="What happened, named once and for all.",
        examples=["gitee:mindspore/mindformers!12:pull_merged:lin-bert"],
    )
    url: str = Field(description="Where this portal tells of it; empty where it does not.")


class TermShape(BaseModel):
    """A role in a SIG from a day until the day before `ended_on`."""

    id: int
    sig: str = Field(description="Slug.", examples=["transformers"])
    person: PersonRef
    role: Role
    duty: str
    repositories: list[str] = Field(
        description="What a Committer answers for, as `host:owner/name`; empty: everything."
    )
    started_on: dt.date = Field(examples=["2025-06-28"])
    ended_on: dt.date | None = Field(description="The first day without the role.")
    ended_as: str = Field(
        description="promoted, stepped_down, emeritus, removed, term_over; empty while it runs or not known."
    )
    due_on: dt.date | None = Field(description="Where the rules limit terms: until when.")
    entry: int | None = Field(description="Number of the ledger's entry of the start.")


class RosterShape(TermShape):
    """A term in force on the day asked for."""

    is_on_leave: bool = Field(description="On leave of absence on that day.")


def ref(person: Person) -> PersonRef:
    """Prefetch `accounts`."""
    return PersonRef(login=person.login, name=person.name)


def ref_or_none(person: Person | None) -> PersonRef | None:
    return ref(person) if person is not None else None


def person_shape(person: Person) -> PersonShape:
    """Prefetch `accounts`. Names of commits and logins that went to others are left out."""
    accounts = [
        AccountShape(host=one.host, login=one.login, is_gone=one.gone_at is not None)
        for one in person.accounts.all()
        if one.host != Account.GIT and "~" not in one.login
    ]
    return PersonShape(
        id=person.pk,
        login=person.login,
        name=person.name,
        organization=person.organization,
        accounts=accounts,
        url=settings.SITE_URL + person.get_absolute_url(),
    )


def contribution_shape(row: Contribution) -> ContributionShape:
    """Select `sig` and `repository`."""
    return ContributionShape(
        id=row.pk,
        kind=Contribution.Kind(row.kind),
        is_main=row.is_main,
        at=row.at,
        sig=row.sig.slug,
        repository=str(row.repository) if row.repository else None,
        title=row.title,
        source=row.source,
        url=settings.SITE_URL + row.url if row.url.startswith("/") else row.url,
    )


def term_shape(term: RoleTerm) -> TermShape:
    """Select `sig` and `person`, prefetch `person__accounts` and `repositories`."""
    return TermShape(**_term(term))


def roster_shape(term: RoleTerm) -> RosterShape:
    """The same, annotated with `is_away`."""
    return RosterShape(**_term(term), is_on_leave=bool(getattr(term, "is_away", False)))


def _term(term: RoleTerm) -> dict[str, Any]:
    return {
        "id": term.pk,
        "sig": term.sig.slug,
        "person": ref(term.person),
        "role": RoleTerm.Role(term.role),
        "duty": term.duty,
        "repositories": [str(one) for one in term.repositories.all()],
        "started_on": term.started_on,
        "ended_on": term.ended_on,
        "ended_as": term.ended_as,
        "due_on": term.due_on,
        "entry": term.entry_seq,
    }
