"""OWNERS: who may review and approve in a repository, as the community's merge robot reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .facts import APPROVER, OWNERS, REVIEWER, CharterError, CharterFacts, Listed, Parsed, Problem
from .marked_yaml import Node, dump, items, load, text_of

LISTS = {"approvers": APPROVER, "reviewers": REVIEWER}


def parse(text: str, file: str) -> Parsed:
    """Facts of one OWNERS file. Raises CharterError when it is no mapping or lists nobody.

    `options`, `files` and other keys are kept in `extra`. Rights below `files` are people with the
    pattern they hold for in `within`.
    """
    root, problems = load(text, file)
    if not isinstance(root.value, dict):
        raise CharterError(file, "not a mapping with `approvers` and `reviewers`", root.line)
    if not LISTS.keys() & root.value.keys() and "files" not in root.value:
        raise CharterError(file, "neither `approvers` nor `reviewers`", root.line)
    people: dict[tuple[str, str], Listed] = {}
    for within, mapping in (("", root.value), *_sections(root.value.get("files"), file, problems)):
        for key, role in LISTS.items():
            for person in _people(mapping.get(key), key, role, file, problems):
                person = replace(person, within=within)
                first = people.setdefault(person.key, person)
                if first is not person:
                    problems.append(
                        Problem(file, person.line, f"{person.name} stands twice among the {key}")
                    )
    extra = {key: node.plain() for key, node in root.value.items() if key not in LISTS}
    facts = CharterFacts(kind=OWNERS, people=tuple(people.values()), extra=extra)
    return Parsed(facts, tuple(sorted(problems, key=lambda problem: problem.line)))


def _sections(
    node: Node | None, file: str, problems: list[Problem]
) -> Iterator[tuple[str, Mapping[str, Node]]]:
    """What stands below `files`: patterns of paths, each with lists of its own."""
    if node is None or node.value is None:
        return
    if not isinstance(node.value, dict):
        problems.append(Problem(file, node.line, "files: patterns with lists were expected"))
        return
    for pattern, section in node.value.items():
        if isinstance(section.value, dict):
            yield pattern, section.value
        else:
            problems.append(Problem(file, section.line, f"files: {pattern}: lists were expected"))


def _people(
    node: Node | None, key: str, role: str, file: str, problems: list[Problem]
) -> list[Listed]:
    if node is None:
        return []
    found = []
    for item in items(node, file, problems, key):
        name = text_of(item, file, problems, key).removeprefix("@")
        if not name:
            problems.append(Problem(file, item.line, f"{key}: an empty entry"))
            continue
        login = "" if any(letter.isspace() for letter in name) else name
        if not login:
            problems.append(
                Problem(file, item.line, f"{key}: {name!r} is a display name, not a login")
            )
        found.append(Listed(name=name, login=login, role=role, line=item.line))
    return found


def for_repository(facts: CharterFacts, path: str) -> CharterFacts:
    """The same facts, each person with the repository the file belongs to."""
    people = tuple(replace(person, repositories=(path,)) for person in facts.people)
    return replace(facts, people=people)


def render(facts: CharterFacts) -> str:
    """OWNERS of the facts; `parse` reads the same facts back."""
    document = {
        key: [one.login or one.name for one in facts.with_role(role) if not one.within]
        for key, role in LISTS.items()
    }
    return dump({**document, **dict(sorted(facts.extra.items()))})
