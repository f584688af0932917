"""The charter files of one SIG taken together: who holds which role, and where the files disagree.

Role by role, the first file that lists anybody decides: sig-info.yaml, then README.md, then
README_en.md (or README.md first, if asked). The README adds the duty, sig-info.yaml the login, the
unit and the scope. OWNERS gives no role; it is compared only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .facts import (
    APPROVER,
    COMMITTER,
    CONTRIBUTOR,
    MAINTAINER,
    OWNERS,
    README,
    README_EN,
    ROLES,
    SIG_INFO,
    CharterFacts,
    Listed,
    Problem,
    plain_name,
)


@dataclass(frozen=True)
class Source:
    """One file's facts. `repository` (owner/name) says where an OWNERS file stands."""

    kind: str
    file: str
    facts: CharterFacts
    repository: str = ""


@dataclass(frozen=True)
class Difference:
    """One disagreement. `code` names the sentence, `who` the person, `values` the rest of it."""

    code: str
    who: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """Roles with login, name, unit, duty and scope; and everything a person should look at."""

    roles: tuple[Listed, ...]
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...]


def merge(sources: Sequence[Source], *, readme_first: bool = False) -> Merged:
    """All files of one SIG (at most one of a kind, OWNERS one a repository)."""
    by_kind = {source.kind: source for source in sources if source.kind != OWNERS}
    problems: list[Problem] = []
    matched: list[Difference] = []
    for kind in (README, README_EN):
        if kind in by_kind:
            by_kind[kind] = _with_logins(by_kind[kind], by_kind.get(SIG_INFO), problems, matched)
    order = (README, SIG_INFO, README_EN) if readme_first else (SIG_INFO, README, README_EN)
    roles: list[Listed] = []
    for role in ROLES:
        roles += _holders(role, [by_kind[kind] for kind in order if kind in by_kind])
    held = {one.key for one in roles}
    completed = tuple(_completed(one, by_kind, held) for one in roles)
    owners = [source for source in sources if source.kind == OWNERS]
    differences = [
        *matched,
        *_between_lists(by_kind),
        *_names(by_kind),
        *(found for source in owners for found in _against_owners(completed, source, by_kind)),
    ]
    resolved = (*by_kind.values(), *owners)
    return Merged(completed, tuple(differences), tuple(problems), resolved)


# ── logins ────────────────────────────────────────────────────────────────────────────────────
def _with_logins(
    readme: Source, sig_info: Source | None, problems: list[Problem], matched: list[Difference]
) -> Source:
    """Names without a login get that of the one person of sig-info.yaml who is called the same."""
    logins = _logins_by_name(sig_info.facts.people if sig_info else ())
    people: list[Listed] = []
    for person in readme.facts.people:
        found = logins.get(plain_name(person.name), {})
        if person.login:
            people.append(person)
        elif len(found) == 1:
            login = next(iter(found.values()))
            people.append(replace(person, login=login))
            matched.append(
                Difference("matched", person.name, {"file": readme.file, "login": login})
            )
        else:
            why = "several people in sig-info.yaml are" if found else "nobody in sig-info.yaml is"
            text = f"{person.name} stands here without a login, and {why} called so; not taken over"
            problems.append(Problem(readme.file, person.line, text))
            people.append(person)
    return replace(readme, facts=replace(readme.facts, people=tuple(people)))


def _logins_by_name(people: Iterable[Listed]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for person in people:
        for name in {plain_name(person.name), plain_name(person.login)}:
            found.setdefault(name, {})[person.login.lower()] = person.login
    return found


# ── roles ─────────────────────────────────────────────────────────────────────────────────────
def _holders(role: str, sources: Sequence[Source]) -> list[Listed]:
    for source in sources:
        listed = [person for person in source.facts.with_role(role) if person.login]
        if listed:
            return list({person.login.lower(): person for person in reversed(listed)}.values())[
                ::-1
            ]
    return []


def _completed(person: Listed, by_kind: Mapping[str, Source], held: set[tuple[str, str]]) -> Listed:
    """The same role with what the other files know of the person.

    A duty written beside another role counts only when the person does not hold that one.
    """
    known = _entries(by_kind.get(SIG_INFO), person.login)
    written = _entries(by_kind.get(README), person.login)
    written += _entries(by_kind.get(README_EN), person.login)
    same = [one for one in known if one.role == person.role]
    everyone = [*same, *known]
    fitting = [one for one in written if one.role == person.role or one.key not in held]
    duties = [one.duty for one in (person, *fitting) if one.duty]
    return replace(
        person,
        name=next((one.name for one in everyone), person.name),
        organization=next((one.organization for one in everyone if one.organization), ""),
        email=next((one.email for one in everyone if one.email), ""),
        duty=next(iter(duties), ""),
        repositories=person.repositories or _scope(person, known, by_kind.get(SIG_INFO)),
        extra=next((one.extra for one in same), {}),
    )


def _scope(person: Listed, known: Sequence[Listed], sig_info: Source | None) -> tuple[str, ...]:
    """Of someone the README alone calls Committer: what sig-info.yaml knows, or its only repository."""
    if person.role != COMMITTER or sig_info is None:
        return ()
    listed = next((one.repositories for one in known if one.repositories), ())
    paths = tuple(repository.path for repository in sig_info.facts.repositories)
    return listed or (paths if len(paths) == 1 else ())


def _entries(source: Source | None, login: str) -> list[Listed]:
    if source is None:
        return []
    return [one for one in source.facts.people if one.login.lower() == login.lower()]


# ── differences ───────────────────────────────────────────────────────────────────────────────
def _standings(source: Source) -> dict[str, tuple[str, list[str]]]:
    """Lower-cased login -> the login as written and its standings, highest first."""
    found: dict[str, tuple[str, list[str]]] = {}
    for person in source.facts.people:
        if person.login and not person.within:
            found.setdefault(person.login.lower(), (person.login, []))[1].append(person.role)
    return found


def _between_lists(by_kind: Mapping[str, Source]) -> list[Difference]:
    """README.md against sig-info.yaml, and README_en.md against README.md (or sig-info.yaml)."""
    found: list[Difference] = []
    readme, sig_info, english = (by_kind.get(kind) for kind in (README, SIG_INFO, README_EN))
    if readme and sig_info:
        found += _between(readme, sig_info)
    base = readme or sig_info
    if english and base:
        found += _between(english, base)
    return found


def _between(left: Source, right: Source) -> list[Difference]:
    found: list[Difference] = []
    ours, theirs = _standings(left), _standings(right)
    names = {"left_file": left.file, "right_file": right.file}
    for key, (login, roles) in ours.items():
        their_login, their_roles = theirs.get(key, ("", []))
        if not their_roles:
            found.append(Difference("only_in", login, {**names, "role": roles[0]}))
            continue
        if login != their_login:
            found.append(Difference("login", login, {**names, "other": their_login}))
        if not set(roles) & set(their_roles):
            roles_of_both = {"left_role": roles[0], "right_role": their_roles[0]}
            found.append(Difference("role", login, {**names, **roles_of_both}))
    listed_roles = {person.role for person in left.facts.people}
    swapped = {"left_file": right.file, "right_file": left.file}
    for key, (login, roles) in theirs.items():
        missing = [role for role in roles if role in listed_roles]
        if missing and key not in ours:
            found.append(Difference("only_in", login, {**swapped, "role": missing[0]}))
    for person in left.facts.people:
        if not person.login:
            found.append(Difference("only_in", person.name, {**names, "role": person.role}))
    return found


def _names(by_kind: Mapping[str, Source]) -> list[Difference]:
    """The same login under two spellings of a name."""
    readme, sig_info = by_kind.get(README), by_kind.get(SIG_INFO)
    if not readme or not sig_info:
        return []
    found: list[Difference] = []
    for person in readme.facts.people:
        other = next(iter(_entries(sig_info, person.login)), None) if person.login else None
        if other and other.name != person.name and other.name != other.login:
            values = {"left_file": readme.file, "right_file": sig_info.file}
            values |= {"left": person.name, "right": other.name}
            found.append(Difference("name", person.login, values))
    return found


def _against_owners(
    roles: Sequence[Listed], owners: Source, by_kind: Mapping[str, Source]
) -> list[Difference]:
    if "/" in owners.file:
        # Of a folder: nobody has to be in it, but whoever is should be known.
        return _unlisted(roles, owners, by_kind)
    rights = _standings(owners)
    where = {"repository": owners.repository}
    found: list[Difference] = []
    for person in roles:
        elsewhere = person.repositories and owners.repository not in person.repositories
        if person.role not in (MAINTAINER, COMMITTER) or elsewhere:
            continue
        held = rights.get(person.login.lower(), ("", []))[1]
        if not held:
            found.append(Difference("not_in_owners", person.login, {**where, "role": person.role}))
        elif APPROVER not in held:
            found.append(Difference("reviewer_only", person.login, {**where, "role": person.role}))
    found += _unlisted(roles, owners, by_kind)
    return found


def _unlisted(
    roles: Sequence[Listed], owners: Source, by_kind: Mapping[str, Source]
) -> list[Difference]:
    """Rights in OWNERS without the role that goes with them."""
    held: dict[str, set[str]] = {}
    for person in roles:
        held.setdefault(person.login.lower(), set()).add(person.role)
    listed = {one.login.lower() for source in by_kind.values() for one in source.facts.people}
    names = _logins_by_name(one for one in roles if one.login)
    found: list[Difference] = []
    folder = owners.file.rpartition("/")[0]
    where = f"{owners.repository}/{folder}" if folder else owners.repository
    for login, rights in _standings(owners).values():
        own = held.get(login.lower(), set())
        values = {"repository": where}
        if login.lower() not in listed | held.keys():
            code = "approver_unlisted" if APPROVER in rights else "reviewer_unlisted"
            found.append(Difference(code, login, values))
        elif APPROVER in rights and own == {CONTRIBUTOR}:
            found.append(Difference("approver_contributor", login, values))
    for person in owners.facts.people:
        if not person.login:
            same = names.get(plain_name(person.name), {})
            maybe = next(iter(same.values())) if len(same) == 1 else ""
            values = {"repository": where, "right": person.role, "login": maybe}
            found.append(Difference("display_name", person.name, values))
        elif person.within and person.login.lower() not in listed | held.keys():
            values = {"repository": f"{where} {person.within}"}
            found.append(Difference(f"{person.role}_unlisted", person.login, values))
    return found


# Sentences in English for commands; the drift page has its own, translated.
SENTENCES = {
    "matched": "{who} of {file} is read as {login}: sig-info.yaml has one person of that name",
    "only_in": "{who}: {role} in {left_file}, not listed in {right_file}",
    "login": "{who} in {left_file} is written {other} in {right_file}",
    "role": "{who}: {left_role} in {left_file}, {right_role} in {right_file}",
    "name": "{who}: called {left} in {left_file}, {right} in {right_file}",
    "reviewer_only": "{who}: {role}, but only reviewer in OWNERS of {repository}",
    "not_in_owners": "{who}: {role}, but not in OWNERS of {repository}",
    "approver_unlisted": "{who}: approver in OWNERS of {repository}, in neither README nor sig-info",
    "reviewer_unlisted": "{who}: reviewer in OWNERS of {repository}, in neither README nor sig-info",
    "approver_contributor": "{who}: approver in OWNERS of {repository}, only contributor in the SIG",
    "display_name": "{who}: {right} in OWNERS of {repository} by a display name, not a login",
}


def sentence(difference: Difference) -> str:
    """The difference in English."""
    return SENTENCES[difference.code].format(who=difference.who, **difference.values)
