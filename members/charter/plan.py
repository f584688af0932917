"""What an import would change: the merged files against the database, nothing written here."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models.functions import Lower
from django.utils.text import slugify

from ..models import Account, CharterPage, CharterSource, Person, Repository, RoleTerm, Sig
from .facts import OWNERS, README, README_EN, SIG_INFO, CharterFacts, Listed, Section, to_json
from .files import SourceFile
from .marked_yaml import as_day
from .merge import Merged, Source

LANGUAGES = {README: "zh-hans", README_EN: "en"}
HEAD_SLUG = "readme"
HEAD_TITLE = "README"
LABELS = dict(RoleTerm.Role.choices)


@dataclass(frozen=True)
class Given:
    """A file of this run: as it was read, and what it says."""

    file: SourceFile
    source: Source


@dataclass(frozen=True)
class Options:
    """Choices of one run. `on` is the day roles begin and end; `host` is where the logins live."""

    on: dt.date
    host: str = "gitee"
    # Where README and sig-info.yaml live: "host:owner/name" and the folder. None: as it was.
    home: tuple[str, str] | None = None
    end_missing: bool = False
    restart_ended: bool = False


@dataclass(frozen=True)
class TermChange:
    """An open term whose duty or scope the files say differently (None: as it is)."""

    term: RoleTerm
    duty: str | None
    repositories: tuple[str, ...] | None


@dataclass
class Plan:
    """The difference, ready to be applied; `lines` say it in English, `remarks` what is left alone."""

    slug: str
    options: Options
    sig: Sig | None
    sig_values: dict[str, Any] = field(default_factory=dict)
    repositories: list[str] = field(default_factory=list)
    people: list[tuple[Listed, dict[str, str]]] = field(default_factory=list)
    starts: list[Listed] = field(default_factory=list)
    changes: list[TermChange] = field(default_factory=list)
    ends: list[RoleTerm] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)
    pages_gone: list[CharterPage] = field(default_factory=list)
    sources: list[Given] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.lines


def make(
    slug: str, sig: Sig | None, merged: Merged, given: Sequence[Given], options: Options
) -> Plan:
    """Compare with the database in a bounded number of queries."""
    plan = Plan(slug, options, sig)
    by_kind = {one.source.kind: one for one in given}
    _plan_sig(plan, by_kind)
    if SIG_INFO in by_kind:
        _plan_repositories(plan, by_kind[SIG_INFO].source.facts)
    accounts = _accounts(options.host, merged.roles)
    _plan_people(plan, merged.roles, accounts, details=SIG_INFO in by_kind)
    _plan_terms(plan, merged, accounts)
    for kind, language in LANGUAGES.items():
        if kind in by_kind:
            _plan_pages(plan, by_kind[kind].source.facts, language)
    _plan_sources(plan, given)
    return plan


# ── the SIG ───────────────────────────────────────────────────────────────────────────────────
def _plan_sig(plan: Plan, by_kind: Mapping[str, Given]) -> None:
    wanted = _sig_values(plan, by_kind)
    if plan.options.home is not None:
        wanted["charter_repository"], wanted["charter_folder"] = plan.options.home
    sig = plan.sig
    if sig is None:
        plan.lines.append(f"+ SIG {plan.slug}: {wanted['name']}")
        plan.sig_values = wanted
        return
    for name, value in wanted.items():
        if getattr(sig, name) != value:
            plan.sig_values[name] = value
            plan.lines.append(f"~ SIG {plan.slug}: {name} changed")


def _sig_values(plan: Plan, by_kind: Mapping[str, Given]) -> dict[str, Any]:
    if SIG_INFO in by_kind:
        facts = by_kind[SIG_INFO].source.facts
        return {
            "name": facts.name,
            "description": facts.description,
            "description_en": facts.description_en,
            "mailing_list": facts.mailing_list,
            "meeting_url": facts.meeting_url,
            "created_on": as_day(facts.created_on),
            "extra": extra_of(facts),
        }
    if plan.sig is not None:
        return {}
    titles = [by_kind[kind].source.facts.name for kind in LANGUAGES if kind in by_kind]
    return {"name": next((title for title in titles if title), plan.slug)}


def extra_of(facts: CharterFacts) -> dict[str, Any]:
    """What sig-info.yaml says beyond our columns, in the shape of `Sig.extra`."""
    people = {one.login.lower(): dict(one.extra) for one in facts.people if one.extra}
    repositories = {one.path: dict(one.extra) for one in facts.repositories}
    extra: dict[str, Any] = {
        "keys": dict(facts.extra),
        "repositories": repositories,
        "people": people,
    }
    if facts.created_on and not as_day(facts.created_on):
        extra["created_on"] = facts.created_on
    return extra


def _plan_repositories(plan: Plan, facts: CharterFacts) -> None:
    paths = [repository.path for repository in facts.repositories]
    known = repositories_by_path(plan.options.host, paths)
    for path in paths:
        stored = known.get(path.lower())
        if stored is None:
            plan.repositories.append(path)
            plan.lines.append(f"+ repository {plan.options.host}:{path}")
        elif plan.sig is None or stored.sig_id != plan.sig.pk:
            plan.remarks.append(f"{stored} belongs to the SIG {stored.sig.slug} and stays there")


def repositories_by_path(host: str, paths: Iterable[str]) -> dict[str, Repository]:
    """Stored repositories of a host by lower-cased owner/name."""
    wanted = {path.lower() for path in paths}
    owners = {path.split("/")[0] for path in wanted}
    stored = Repository.objects.filter(host=host).select_related("sig")
    # Owners are few; comparing paths here keeps the query plain on both engines.
    return {
        repository.path.lower(): repository
        for repository in stored
        if repository.owner.lower() in owners and repository.path.lower() in wanted
    }


# ── people ────────────────────────────────────────────────────────────────────────────────────
def _accounts(host: str, roles: Iterable[Listed]) -> dict[str, Account]:
    """Accounts of the people listed, by lower-cased login."""
    wanted = {person.login.lower() for person in roles}
    stored = Account.objects.filter(host=host).select_related("person")
    found = stored.annotate(login_key=Lower("login")).filter(login_key__in=wanted)
    return {account.login.lower(): account for account in found}


def _plan_people(
    plan: Plan, roles: Iterable[Listed], accounts: Mapping[str, Account], *, details: bool
) -> None:
    """New people; and, with sig-info.yaml at hand, its name, unit and e-mail for known ones."""
    for key, listed in {person.login.lower(): person for person in roles}.items():
        account = accounts.get(key)
        values = {"name": listed.name, "organization": listed.organization, "email": listed.email}
        if account is None:
            plan.people.append((listed, {name: value for name, value in values.items() if value}))
            plan.lines.append(f"+ person {listed.login} ({listed.name})")
            continue
        if not details:
            values = {"name": listed.name} if account.person.name == account.login else {}
        changed = _changed(account.person, values)
        if changed:
            plan.people.append((listed, changed))
            # The address itself is private, also in what a terminal keeps.
            told = ", ".join(
                name if name == "email" else f"{name} {value}" for name, value in changed.items()
            )
            plan.lines.append(f"~ person {listed.login}: {told}")


def _changed(person: Person, values: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in values.items() if value and getattr(person, name) != value
    }


# ── terms ─────────────────────────────────────────────────────────────────────────────────────
def _plan_terms(plan: Plan, merged: Merged, accounts: Mapping[str, Account]) -> None:
    terms = _terms(plan.sig)
    listed_keys = set()
    for listed in merged.roles:
        account = accounts.get(listed.login.lower())
        key = (account.person_id, listed.role) if account else None
        listed_keys.add(key)
        term = terms.get(key) if key else None
        if term is None:
            _plan_start(plan, listed)
        elif term.ended_on is None:
            _plan_change(plan, term, listed)
        elif plan.options.restart_ended and term.ended_on <= plan.options.on:
            _plan_start(plan, listed)
        else:
            plan.remarks.append(
                f"{listed.login} is listed as {LABELS[listed.role]}, but that term ended on"
                f" {term.ended_on}; not started again (--restart-ended would)"
            )
    spoken_of = {listed.role for listed in merged.roles}
    for key, term in terms.items():
        if term.ended_on is None and key not in listed_keys and term.role in spoken_of:
            _plan_missing(plan, term)


def _terms(sig: Sig | None) -> dict[tuple[int, str], RoleTerm]:
    """The newest term of each person and role in the SIG; an open one before any ended one."""
    if sig is None:
        return {}
    terms = sig.role_terms.select_related("person").prefetch_related(
        "repositories", "person__accounts"
    )
    ordered = sorted(terms, key=lambda term: (term.ended_on is None, term.started_on, term.pk))
    return {(term.person_id, term.role): term for term in ordered}


def _plan_start(plan: Plan, listed: Listed) -> None:
    plan.starts.append(listed)
    scope = f", scope {' '.join(listed.repositories)}" if listed.repositories else ""
    duty = f", {listed.duty}" if listed.duty else ""
    plan.lines.append(
        f"+ {LABELS[listed.role]} {listed.login} ({listed.name}) from {plan.options.on}{scope}{duty}"
    )


def _plan_change(plan: Plan, term: RoleTerm, listed: Listed) -> None:
    """Only what the files say: an empty duty or scope there takes nothing away."""
    duty = listed.duty if listed.duty and listed.duty != term.duty else None
    stored = {repository.path.lower() for repository in term.repositories.all()}
    wanted = {path.lower() for path in listed.repositories}
    scope = listed.repositories if wanted and wanted != stored else None
    if duty is None and scope is None:
        return
    plan.changes.append(TermChange(term, duty, scope))
    told = [f"duty {duty}"] if duty is not None else []
    told += [f"scope {' '.join(scope)}"] if scope is not None else []
    plan.lines.append(f"~ {LABELS[term.role]} {listed.login}: {', '.join(told)}")


def _plan_missing(plan: Plan, term: RoleTerm) -> None:
    login, label = term.person.login, LABELS[term.role]
    if not plan.options.end_missing:
        plan.remarks.append(
            f"{login} is {label} here since {term.started_on}, but the files no longer list them so;"
            " kept (--end-missing would end it)"
        )
    elif plan.options.on < term.started_on:
        plan.remarks.append(
            f"{login} is {label} since {term.started_on}, which is after {plan.options.on};"
            " kept, choose a later --on"
        )
    else:
        plan.ends.append(term)
        plan.lines.append(f"- {label} {login} ends on {plan.options.on}")


# ── pages and sources ─────────────────────────────────────────────────────────────────────────
def page_rows(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Sections as rows of CharterPage: slug, title, position, body; slugs unique, the head's fixed."""
    rows: list[dict[str, Any]] = []
    taken = {HEAD_SLUG}
    for position, section in enumerate(sections):
        slug = HEAD_SLUG if section.is_head else _free_slug(section.title, taken)
        title = section.title or HEAD_TITLE
        rows.append(
            {"slug": slug, "title": title[:200], "position": position, "body": section.body}
        )
    return rows


def _free_slug(title: str, taken: set[str]) -> str:
    base = slugify(title, allow_unicode=True)[:100] or "section"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    taken.add(slug)
    return slug


def _plan_pages(plan: Plan, facts: CharterFacts, language: str) -> None:
    pages = plan.sig.charter_pages.filter(language=language) if plan.sig else ()
    stored = {page.slug: page for page in pages}
    for row in page_rows(facts.sections):
        page = stored.pop(row["slug"], None)
        if page and all(getattr(page, name) == value for name, value in row.items()):
            continue
        plan.pages.append({"language": language, **row})
        plan.lines.append(f"{'~' if page else '+'} page {language}: {row['title']}")
    for page in stored.values():
        plan.pages_gone.append(page)
        plan.lines.append(f"- page {language}: {page.title}")


def _plan_sources(plan: Plan, given: Sequence[Given]) -> None:
    rows = CharterSource.objects.filter(sig=plan.sig) if plan.sig else ()
    stored = {place_of(row): row for row in rows}
    for one in given:
        row = stored.get(place_of(one.source))
        found = (one.file.sha256, to_json(one.source.facts), one.file.raw)
        if row is None or (row.sha256, row.facts, row.text) != found:
            plan.sources.append(one)
            plan.lines.append(f"{'~' if row else '+'} record of {one.source.file}")


def place_of(one: CharterSource | Source) -> tuple[str, str, str]:
    """What makes a file the same one: an OWNERS file by its path, any other by its kind."""
    path = one.path if isinstance(one, CharterSource) else one.file
    return one.kind, one.repository, path if one.kind == OWNERS else ""
