"""The portal's own knowledge in the form of charter facts: for exporting, and for comparing."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from ..models import RoleTerm, Sig
from .facts import (
    APPROVER,
    COMMITTER,
    MAINTAINER,
    OWNERS,
    README,
    README_EN,
    REVIEWER,
    ROLES,
    SIG_INFO,
    CharterFacts,
    Listed,
    RepositoryFacts,
    Section,
)
from .plan import HEAD_SLUG, HEAD_TITLE, LANGUAGES


def terms_on(sig: Sig, on: dt.date) -> list[RoleTerm]:
    """The terms in force on a day with whom and what they are about; three queries."""
    terms = RoleTerm.objects.active(on).filter(sig=sig).select_related("person")
    terms = terms.prefetch_related("repositories", "person__accounts")
    return list(terms.order_by("started_on", "id"))


def people_on(sig: Sig, on: dt.date) -> tuple[Listed, ...]:
    """The roster of a day, Maintainers first, each with all that the portal knows."""
    return listed_of(sig, terms_on(sig, on))


def listed_of(sig: Sig, terms: Iterable[RoleTerm]) -> tuple[Listed, ...]:
    """Terms as entries of a file."""
    extras = sig.extra.get("people", {})
    listed = [
        Listed(
            name=term.person.name,
            login=term.person.login,
            role=term.role,
            duty=term.duty,
            organization=term.person.organization,
            email=term.person.email,
            repositories=tuple(repository.path for repository in term.repositories.all()),
            extra=extras.get(term.person.login.lower(), {}),
        )
        for term in terms
    ]
    return tuple(sorted(listed, key=lambda one: ROLES.index(one.role)))


def readme_facts(sig: Sig, on: dt.date, kind: str = README) -> CharterFacts:
    """What a README of the SIG says today: its charter pages, and the people with their duty."""
    people = tuple(
        Listed(name=one.name, login=one.login, role=one.role, duty=one.duty)
        for one in people_on(sig, on)
    )
    sections = tuple(
        Section(
            "" if page.slug == HEAD_SLUG and page.title == HEAD_TITLE else page.title,
            page.body,
            page.slug == HEAD_SLUG,
        )
        for page in sig.charter_pages.filter(language=LANGUAGES[kind])
    )
    name = sections[0].title if sections and sections[0].is_head else ""
    return CharterFacts(kind=kind, name=name, people=people, sections=sections)


def sig_info_facts(sig: Sig, on: dt.date, *, with_email: bool = True) -> CharterFacts:
    """What a sig-info.yaml of the SIG says today. A member without a scope answers for all.

    An address only where the imported file has it: what the portal learnt otherwise is private (I9).
    """
    public = _addresses_of(sig) if with_email else frozenset()
    known = sig.extra.get("repositories", {})
    people = people_on(sig, on)
    paths = dict.fromkeys([*known, *(repository.path for repository in sig.repositories.all())])
    paths |= dict.fromkeys(path for one in people for path in one.repositories)
    everything = tuple(paths)
    return CharterFacts(
        kind=SIG_INFO,
        name=sig.name,
        description=sig.description,
        description_en=sig.description_en,
        mailing_list=sig.mailing_list,
        meeting_url=sig.meeting_url,
        created_on=sig.created_on.isoformat()
        if sig.created_on
        else sig.extra.get("created_on", ""),
        people=tuple(
            replace(
                one,
                duty="",
                email=one.email if one.email in public else "",
                repositories=() if one.role == MAINTAINER else one.repositories or everything,
            )
            for one in people
        ),
        repositories=tuple(RepositoryFacts(path, known.get(path, {})) for path in paths),
        extra=sig.extra.get("keys", {}),
    )


def _addresses_of(sig: Sig) -> frozenset[str]:
    """Every word with an @ in the sig-info.yaml that was imported last."""
    texts = sig.charter_sources.filter(kind=SIG_INFO).values_list("text", flat=True)
    return frozenset(word.strip("'\"") for text in texts for word in text.split() if "@" in word)


def owners_facts(sig: Sig, on: dt.date, path: str) -> CharterFacts:
    """What OWNERS of a repository should say of the roles: who may approve, and so also review."""
    people: dict[str, str] = {}
    for one in people_on(sig, on):
        answers = one.role == MAINTAINER or not one.repositories or path in one.repositories
        if one.role in (MAINTAINER, COMMITTER) and answers:
            people.setdefault(one.login.lower(), one.login)
    rights = [(login, role) for role in (APPROVER, REVIEWER) for login in people.values()]
    listed = tuple(Listed(name=login, login=login, role=role) for login, role in rights)
    return CharterFacts(kind=OWNERS, people=listed)


FORMATS = {"readme": README, "readme-en": README_EN, "sig-info": SIG_INFO, "owners": OWNERS}
