"""Charter files into the portal: read, compare, then write the difference in one transaction."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from ledger import record

from .. import people, role_term
from ..file_change import refresh
from ..models import CharterPage, CharterSource, Person, Repository, RoleTerm, Sig, actor_of
from ..owners import has_owners, note_owners
from . import owners, readme, sig_info
from .facts import (
    APPROVER,
    OWNERS,
    README,
    README_EN,
    REVIEWER,
    SIG_INFO,
    CharterError,
    CharterFacts,
    Parsed,
    Problem,
    from_json,
    to_json,
)
from .files import read
from .merge import Merged, Source, merge
from .plan import Given, Options, Plan, TermChange, make, place_of, repositories_by_path

PARSERS: dict[str, Callable[[str, str], Parsed]] = {
    README: readme.parse,
    README_EN: lambda text, file: readme.parse(text, file, README_EN),
    SIG_INFO: sig_info.parse,
    OWNERS: owners.parse,
}


class ImportRefused(Exception):
    """The files can be read but not placed: which SIG, which repository. Nothing has been written."""


@dataclass(frozen=True)
class Reading:
    """Files of one run, read and parsed, before any look at the database."""

    given: tuple[Given, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Outcome:
    """What a run found; `applied` says whether the plan was written."""

    plan: Plan
    merged: Merged
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    applied: bool


def read_files(paths: Sequence[Path], *, kind: str | None, max_bytes: int) -> Reading:
    """Read and parse every file. Raises CharterError at the first that cannot be used."""
    given: list[Given] = []
    problems: list[Problem] = []
    for path in paths:
        file = read(path, kind=kind, max_bytes=max_bytes)
        parsed = PARSERS[file.kind](file.text, file.path)
        given.append(Given(file, Source(file.kind, Path(file.path).name, parsed.facts)))
        problems += parsed.problems
    _refuse_doubles(given)
    return Reading(tuple(given), tuple(problems))


def _refuse_doubles(given: Sequence[Given]) -> None:
    first: dict[str, str] = {}
    for one in given:
        if one.file.kind in first:
            other = first[one.file.kind]
            raise CharterError(
                one.file.path, f"a second {one.file.kind} beside {other}; import one SIG at a time"
            )
        first[one.file.kind] = one.file.path


@transaction.atomic
def import_charter(
    reading: Reading,
    *,
    slug: str = "",
    repository: str = "",
    path: str = "",
    home: tuple[str, str] | None = None,
    on: dt.date | None = None,
    host: str = "gitee",
    readme_first: bool = False,
    end_missing: bool = False,
    restart_ended: bool = False,
    dry_run: bool = False,
    by: Person | None = None,
    at: dt.datetime,
) -> Outcome:
    """Compare the files with the portal and write the difference, with its ledger entries.

    `repository` ("owner/name") says where an OWNERS file stands, unless only one is known; `path`
    where in it ("docs/OWNERS"). `home` is "host:owner/name" and folder of the others. Files of other
    kinds come from the last import. `on` is the day roles begin (default: `at` in the SIG's
    zone). A second run with the same files writes nothing. Raises ImportRefused before any write.
    """
    sig, slug = _sig_of(reading.given, slug)
    notes: list[str] = []
    given = _placed(reading.given, sig, repository, path, notes)
    sources = [*(one.source for one in given), *_stored_sources(sig, given, notes)]
    merged = merge(sources, readme_first=readme_first)
    day = on or (sig or Sig()).day_of(at)
    options = Options(day, host, home, end_missing=end_missing, restart_ended=restart_ended)
    plan = make(slug, sig, merged, given, options)
    if not merged.roles:
        notes.append("no role comes of these files; OWNERS alone gives none")
    if not plan.is_empty and not dry_run:
        _apply(plan, by=by, at=at)
    problems = (*reading.problems, *merged.problems)
    return Outcome(plan, merged, problems, tuple(notes), not dry_run and not plan.is_empty)


# ── which SIG, which repository ───────────────────────────────────────────────────────────────
def _sig_of(given: Sequence[Given], slug: str) -> tuple[Sig | None, str]:
    """The SIG, locked, or None when it is new; and its slug."""
    locked = Sig.objects.select_for_update()
    if slug:
        if slug != slugify(slug):
            raise ImportRefused(f"--sig {slug}: small letters, digits and hyphens only")
        return locked.filter(slug=slug).first(), slug
    name = next((one.source.facts.name for one in given if one.file.kind == SIG_INFO), "")
    if name:
        slug = slugify(name)[:80]
        sig = locked.filter(slug=slug).first() or locked.filter(name=name).first()
        if not slug and sig is None:
            raise ImportRefused(f"the name {name!r} makes no address; choose one with --sig SLUG")
        return sig, sig.slug if sig else slug
    slugs = list(Sig.objects.values_list("slug", flat=True)[:10])
    if len(slugs) == 1:
        return locked.get(slug=slugs[0]), slugs[0]
    known = f" (known: {', '.join(slugs)})" if slugs else ""
    raise ImportRefused(f"no sig-info.yaml says which SIG this is; name it with --sig SLUG{known}")


def _placed(
    given: Sequence[Given], sig: Sig | None, repository: str, inside: str, notes: list[str]
) -> list[Given]:
    """OWNERS files with the repository they stand in."""
    known = {one.path.lower(): one.path for g in given for one in g.source.facts.repositories}
    if sig is not None:
        known |= {stored.path.lower(): stored.path for stored in sig.repositories.all()}
    placed = []
    for one in given:
        if one.file.kind == OWNERS:
            path = _repository_of(one.file.path, known, repository, notes)
            facts = owners.for_repository(one.source.facts, path)
            one = Given(one.file, Source(OWNERS, inside or one.source.file, facts, path))
        placed.append(one)
    return placed


def _repository_of(file: str, known: Mapping[str, str], repository: str, notes: list[str]) -> str:
    choice = f"known: {', '.join(sorted(known.values()))}" if known else "none is known yet"
    if repository:
        if repository.lower() not in known:
            raise ImportRefused(f"--repo {repository}: no repository of this SIG ({choice})")
        return known[repository.lower()]
    if len(known) != 1:
        raise ImportRefused(f"{file}: which repository is it of? --repo HOST:OWNER/NAME ({choice})")
    path = next(iter(known.values()))
    notes.append(f"{file} is taken as that of {path}, the only repository known of the SIG")
    return path


def _stored_sources(sig: Sig | None, given: Sequence[Given], notes: list[str]) -> list[Source]:
    """What the files that are not given now said when they were last imported."""
    if sig is None:
        return []
    present = {place_of(one.source) for one in given}
    sources = []
    for row in sig.charter_sources.all():
        if place_of(row) not in present:
            file = row.path if row.kind == OWNERS else Path(row.path).name
            sources.append(Source(row.kind, file, from_json(row.facts), row.repository))
            notes.append(f"{file} is compared as it was imported on {sig.day_of(row.imported_at)}")
    return sources


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def _apply(plan: Plan, *, by: Person | None, at: dt.datetime) -> None:
    sig = _apply_sig(plan)
    for path in plan.repositories:
        owner, name = path.split("/", 1)
        Repository.objects.create(sig=sig, host=plan.options.host, owner=owner, name=name)
    persons = _apply_people(plan)
    _apply_terms(plan, sig, persons, by=by, at=at)
    _apply_pages(plan, sig)
    for one in plan.sources:
        _store_source(one, sig, at)
    _note_owners(plan, at)
    _record_import(plan, by=by, at=at)
    refresh(sig, at)


def _store_source(one: Given, sig: Sig, at: dt.datetime) -> None:
    source = one.source
    keys: dict[str, Any] = {"sig": sig, "kind": source.kind, "repository": source.repository}
    values: dict[str, Any] = {"path": source.file[:500], "sha256": one.file.sha256}
    values |= {"facts": to_json(source.facts), "text": one.file.raw, "imported_at": at}
    if source.kind == OWNERS:
        keys["path"] = values["path"]
    CharterSource.objects.update_or_create(**keys, defaults=values)


def _note_owners(plan: Plan, at: dt.datetime) -> None:
    """What an OWNERS file says now is all that is known of it, unless its history is."""
    for one in plan.sources:
        if one.source.kind != OWNERS:
            continue
        stored = repositories_by_path(plan.options.host, [one.source.repository])
        repository = stored.get(one.source.repository.lower())
        if repository is None or has_owners(repository, one.source.file):
            continue
        facts = one.source.facts
        note_owners(
            repository,
            one.source.file,
            approvers=_names(facts, APPROVER),
            reviewers=_names(facts, REVIEWER),
            valid_from=at,
        )


def _names(facts: CharterFacts, right: str) -> list[str]:
    """Those who hold a right everywhere, not for some paths only."""
    return [one.login or one.name for one in facts.with_role(right) if not one.within]


def _apply_sig(plan: Plan) -> Sig:
    if plan.sig is None:
        return Sig.objects.create(slug=plan.slug, **plan.sig_values)
    if plan.sig_values:
        for name, value in plan.sig_values.items():
            setattr(plan.sig, name, value)
        plan.sig.save(update_fields=list(plan.sig_values))
    return plan.sig


def _apply_people(plan: Plan) -> dict[str, Person]:
    """Everyone the plan speaks of, by lower-cased login."""
    listed = [person for person, _values in plan.people] + plan.starts
    accounts = people.accounts_for(
        plan.options.host, ((None, person.login, person.name) for person in listed)
    )
    for person, values in plan.people:
        Person.objects.filter(pk=accounts[person.login.lower()].person_id).update(**values)
    ids = {account.person_id for account in accounts.values()}
    fresh = Person.objects.prefetch_related("accounts").in_bulk(ids)
    return {login: fresh[account.person_id] for login, account in accounts.items()}


def _apply_terms(
    plan: Plan, sig: Sig, persons: dict[str, Person], *, by: Person | None, at: dt.datetime
) -> None:
    reason = "charter"
    for term in plan.ends:
        role_term.end(term=term, on=plan.options.on, reason=reason, by=by, at=at)
    paths = [path for listed in plan.starts for path in listed.repositories]
    paths += [path for change in plan.changes for path in change.repositories or ()]
    stored = repositories_by_path(plan.options.host, paths)
    for listed in plan.starts:
        role_term.start(
            person=persons[listed.login.lower()],
            sig=sig,
            role=listed.role,
            on=plan.options.on,
            duty=listed.duty,
            repositories=_scope(stored, listed.repositories),
            reason=reason,
            by=by,
            at=at,
        )
    for change in plan.changes:
        scope = change.repositories
        repositories = None if scope is None else _scope(stored, scope)
        _change_term(change, repositories, by=by, at=at)


def _scope(stored: Mapping[str, Repository], paths: Iterable[str]) -> list[Repository]:
    """A repository that an earlier sig-info.yaml named may have been taken away since."""
    return [stored[path.lower()] for path in paths if path.lower() in stored]


def _change_term(
    change: TermChange, repositories: list[Repository] | None, *, by: Person | None, at: dt.datetime
) -> None:
    term = change.term
    data: dict[str, Any] = {"sig": term.sig.slug, "name": term.person.name, "role": term.role}
    if change.duty is not None:
        RoleTerm.objects.filter(pk=term.pk).update(duty=change.duty)
        data |= {"duty": change.duty, "duty_before": term.duty}
    if repositories is not None:
        data["repositories_before"] = sorted(str(one) for one in term.repositories.all())
        term.repositories.set(repositories)
        data["repositories"] = sorted(str(one) for one in repositories)
    record.append(
        actor=actor_of(by),
        action="role.changed",
        subject=term.person.actor,
        data=data,
        at=at,
    )


def _apply_pages(plan: Plan, sig: Sig) -> None:
    for page in plan.pages_gone:
        page.delete()
    for row in plan.pages:
        keys = {"language": row["language"], "slug": row["slug"]}
        CharterPage.objects.update_or_create(sig=sig, **keys, defaults=row)


def _record_import(plan: Plan, *, by: Person | None, at: dt.datetime) -> None:
    """The summary of the run: files by digest and the changes in words, which hold no e-mail."""
    record.append(
        actor=actor_of(by),
        action="sig.imported",
        subject=f"sig:{plan.slug}",
        data={
            "files": [
                {"kind": one.file.kind, "name": one.source.file, "sha256": one.file.sha256}
                for one in plan.sources
            ],
            "changes": plan.lines,
        },
        at=at,
    )
