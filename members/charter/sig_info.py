"""sig-info.yaml: what the community's tools read of a SIG.

Shape: https://gitee.com/mindspore/community/tree/master/sigs, one file a SIG. Known keys become
facts; every other key (mentors, branches, mature_level, ...) is kept as it is in `extra`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .facts import (
    ADMIN,
    COMMITTER,
    CONTRIBUTOR,
    MAINTAINER,
    MENTOR,
    SIG_INFO,
    CharterError,
    CharterFacts,
    Listed,
    Parsed,
    Problem,
    RepositoryFacts,
    plain_name,
)
from .marked_yaml import Node, as_day, dump, items, load, text_of

TEXTS = ("name", "description", "description_en", "mailing_list", "meeting_url", "created_on")
PERSON_TEXTS = ("gitee_id", "name", "organization", "email")
GROUP_ROLES = {"committers": COMMITTER, "contributors": CONTRIBUTOR}
ADMIN_KEYS = ("repo_admin", "repo-admin")
# How the community writes "there is none".
NOTHING = {"na", "n/a", "none", "无", "-"}


def parse(text: str, file: str) -> Parsed:
    """Facts of one sig-info.yaml. Raises CharterError when it is no YAML mapping or has no name."""
    root, problems = load(text, file)
    return _Reader(file, problems).read(root)


class _Reader:
    """Walks the document once, collecting people by (role, login) and problems by line."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems = file, problems
        self.people: dict[tuple[str, str], Listed] = {}
        self.repositories: dict[str, RepositoryFacts] = {}

    def read(self, root: Node) -> Parsed:
        if not isinstance(root.value, dict):
            raise CharterError(self.file, "not a mapping of keys to values", root.line)
        values = root.value
        texts = {key: self.text(values.get(key), key) for key in TEXTS}
        if not texts["name"]:
            raise CharterError(self.file, "no name of the SIG (key `name`)", root.line)
        self.check_day(texts["created_on"], values.get("created_on"))
        self.people_of(values.get("maintainers"), MAINTAINER, "maintainers")
        self.people_of(values.get("mentors"), MENTOR, "mentors", kept=True)
        self.groups(values.get("repositories"))
        known = {*TEXTS, "maintainers", "repositories"}
        extra = {key: node.plain() for key, node in values.items() if key not in known}
        facts = CharterFacts(
            kind=SIG_INFO,
            **texts,  # type: ignore[arg-type]  # all of them str, by TEXTS
            people=self.ordered_people(),
            repositories=tuple(self.repositories.values()),
            extra=extra,
        )
        return Parsed(facts, tuple(sorted(self.problems, key=lambda problem: problem.line)))

    def text(self, node: Node | None, what: str) -> str:
        text = text_of(node, self.file, self.problems, what)
        return "" if text.casefold() in NOTHING else text

    def problem(self, line: int, text: str) -> None:
        self.problems.append(Problem(self.file, line, text))

    def check_day(self, text: str, node: Node | None) -> None:
        if node and text and not as_day(text):
            self.problem(node.line, f"created_on: {text!r} is not a day like 2020-12-31")

    def ordered_people(self) -> tuple[Listed, ...]:
        order = (MAINTAINER, COMMITTER, CONTRIBUTOR, ADMIN, MENTOR)
        return tuple(sorted(self.people.values(), key=lambda person: order.index(person.role)))

    def groups(self, node: Node | None) -> None:
        if node is None:
            return
        for group in items(node, self.file, self.problems, "repositories"):
            if isinstance(group.value, dict):
                self.group(group.value)
            else:
                self.problem(group.line, "repositories: keys `repo`, `committers`, ... expected")

    def group(self, values: Mapping[str, Node]) -> None:
        paths = self.paths(values.get("repo"))
        known = {"repo", *GROUP_ROLES}
        extra = {key: node.plain() for key, node in values.items() if key not in known}
        for path in paths:
            stored = self.repositories.get(path)
            if stored and {**extra, **stored.extra} != {**stored.extra, **extra}:
                self.problem(
                    values["repo"].line, f"{path} is described twice and differently; first kept"
                )
            merged = {**extra, **stored.extra} if stored else extra
            self.repositories[path] = RepositoryFacts(path, merged)
        for key, role in GROUP_ROLES.items():
            self.people_of(values.get(key), role, key, paths)
        for key in ADMIN_KEYS:
            self.people_of(values.get(key), ADMIN, key, paths, kept=True)

    def paths(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        if isinstance(node.value, str):
            nodes: Iterable[Node] = [node]
        else:
            nodes = items(node, self.file, self.problems, "repo")
        found: dict[str, None] = {}
        for item in nodes:
            path = text_of(item, self.file, self.problems, "repo")
            owner, _slash, name = path.partition("/")
            if not owner or not name or "/" in name or any(c.isspace() or c == ":" for c in path):
                self.problem(item.line, f"repo: {path!r} is not OWNER/NAME")
            else:
                found[path] = None
        return tuple(found)

    def people_of(
        self,
        node: Node | None,
        role: str,
        what: str,
        paths: tuple[str, ...] = (),
        *,
        kept: bool = False,
    ) -> None:
        """`kept` lists stay in `extra` as they are; their people serve for comparing only."""
        if node is None:
            return
        problems: list[Problem] = [] if kept else self.problems
        for item in items(node, self.file, problems, what):
            person = self.person(item, role, what, paths)
            if person:
                self.add(person, item.line)

    def person(self, node: Node, role: str, what: str, paths: tuple[str, ...]) -> Listed | None:
        if not isinstance(node.value, dict):
            self.problem(node.line, f"{what}: a person with `gitee_id` and `name` was expected")
            return None
        texts = {key: self.text(node.value.get(key), f"{what}.{key}") for key in PERSON_TEXTS}
        login = texts["gitee_id"].removeprefix("@")
        if not login:
            named = f" ({texts['name']})" if texts["name"] else ""
            self.problem(node.line, f"{what}: an entry without gitee_id{named}")
            return None
        if any(letter.isspace() for letter in login):
            self.problem(node.line, f"{what}: {login!r} is a display name, not a login")
            return None
        return Listed(
            name=texts["name"] or login,
            login=login,
            role=role,
            organization=texts["organization"],
            email=texts["email"],
            repositories=paths,
            extra={k: n.plain() for k, n in node.value.items() if k not in PERSON_TEXTS},
            line=node.line,
        )

    def add(self, person: Listed, line: int) -> None:
        first = self.people.get(person.key)
        if first is None:
            self.people[person.key] = person
            return
        if plain_name(first.name) != plain_name(person.name):
            self.problem(
                line, f"{person.login} is {first.name} on line {first.line} and {person.name} here"
            )
        more = tuple(path for path in person.repositories if path not in first.repositories)
        if not more and person.role not in (ADMIN, MENTOR):
            self.problem(line, f"{person.login} stands twice among the {person.role}s")
        merged = replace(
            first,
            repositories=first.repositories + more,
            organization=first.organization or person.organization,
            email=first.email or person.email,
            extra={**person.extra, **first.extra},
        )
        self.people[person.key] = merged


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def render(facts: CharterFacts) -> str:
    """sig-info.yaml of the facts: always the same bytes, and `parse` reads the same facts back.

    With several repositories the people of each are in the order of their logins, since lists that
    overlap cannot keep one common order.
    """
    document: dict[str, Any] = {"name": facts.name}
    for key in TEXTS[1:]:
        if getattr(facts, key):
            document[key] = getattr(facts, key)
    document["maintainers"] = [_person(one) for one in facts.with_role(MAINTAINER)]
    groups = [_group(facts, repository) for repository in facts.repositories]
    homeless = _group_people(facts, None)
    if homeless:
        groups.append({"repo": [], **homeless})
    if groups:
        document["repositories"] = groups
    document.update(sorted(facts.extra.items()))
    return dump(document)


def _group(facts: CharterFacts, repository: RepositoryFacts) -> dict[str, Any]:
    admins = {key: value for key, value in repository.extra.items() if key in ADMIN_KEYS}
    others = {key: value for key, value in sorted(repository.extra.items()) if key not in admins}
    return {"repo": [repository.path], **admins, **_group_people(facts, repository.path), **others}


def _group_people(facts: CharterFacts, path: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, role in GROUP_ROLES.items():
        people = [
            one
            for one in facts.with_role(role)
            if (path in one.repositories if path else not one.repositories)
        ]
        if len(facts.repositories) > 1:
            people.sort(key=lambda one: one.login.lower())
        if people:
            found[key] = [_person(one) for one in people]
    return found


def _person(person: Listed) -> dict[str, Any]:
    entry: dict[str, Any] = {"gitee_id": person.login, "name": person.name}
    if person.organization:
        entry["organization"] = person.organization
    if person.email:
        entry["email"] = person.email
    return {**entry, **dict(sorted(person.extra.items()))}
