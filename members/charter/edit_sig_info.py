"""One person in sig-info.yaml: entries added and taken away in the groups their role speaks of."""

from typing import Any

import yaml

from . import sig_info
from .edit_yaml import Document, change_list, items_of, open_document, text_of, value_of
from .facts import COMMITTER, CONTRIBUTOR, MAINTAINER, CharterFacts
from .sig_info import ADMIN_KEYS, GROUP_ROLES
from .target import EditRefused, Target, one_line

PERSON_KEYS = ("gitee_id", "name", "organization", "email")


def edit(text: str, target: Target, *, file: str = "sig-info.yaml") -> str:
    """The text with the person listed as `target` says. Raises CharterError, EditRefused.

    A new entry has the keys of its neighbours, but an address only where the file itself has it
    already. `repo-admin` is left alone unless the person leaves altogether.
    """
    document = open_document(text, file)
    entry = _entry(document, target)
    _change(document, document.root, "maintainers", target.holds(MAINTAINER), target, entry)
    groups = items_of(value_of(document.root, "repositories"))
    _refuse_unknown_scope(groups, target)
    for group in groups:
        _change_group(document, group, target, entry)
    edited = document.text()
    _refuse_unreadable(text, edited, target, file)
    return edited


def _change_group(
    document: Document, group: yaml.Node, target: Target, entry: dict[str, Any]
) -> None:
    paths = _paths(group)
    for key, role in GROUP_ROLES.items():
        held = [path for path in paths if target.holds(role, path)]
        if held and len(held) < len(paths):
            other = next(path for path in paths if path not in held)
            raise EditRefused("shared_group", inside=held[0], outside=other)
        wanted = bool(held)
        if role == CONTRIBUTOR and value_of(group, key) is None:
            wanted = False
        _change(document, group, key, wanted, target, entry)
    for key in ADMIN_KEYS:
        if target.is_out and value_of(group, key) is not None:
            _change(document, group, key, False, target, entry)


def _change(
    document: Document,
    mapping: yaml.Node,
    key: str,
    wanted: bool,
    target: Target,
    entry: dict[str, Any],
) -> None:
    listed = items_of(value_of(mapping, key))
    mine = [item for item in listed if _is_mine(item, target)]
    if not wanted:
        change_list(document, mapping, key, without=mine)
    elif not mine:
        like = _keys(listed[-1]) if listed else PERSON_KEYS
        given = {name: value for name, value in entry.items() if name in like or name == "name"}
        after = ("name", "repo", *ADMIN_KEYS, "committers" if key == "contributors" else "repo")
        change_list(document, mapping, key, entry=given, after=after)


def _is_mine(item: yaml.Node, target: Target) -> bool:
    return target.is_named(text_of(value_of(item, "gitee_id")).removeprefix("@"))


def _keys(item: yaml.Node) -> tuple[str, ...]:
    if not isinstance(item, yaml.MappingNode):
        return PERSON_KEYS
    return tuple(key.value for key, _value in item.value)


def _entry(document: Document, target: Target) -> dict[str, Any]:
    """What the file says of the person elsewhere; of a newcomer what is public."""
    lists = [value_of(document.root, "maintainers")]
    for group in items_of(value_of(document.root, "repositories")):
        lists += [value_of(group, key) for key in (*ADMIN_KEYS, *GROUP_ROLES)]
    for item in (item for node in lists for item in items_of(node)):
        if _is_mine(item, target):
            known = {key: text_of(value_of(item, key)) for key in PERSON_KEYS}
            return {key: value for key, value in known.items() if value}
    entry = {"gitee_id": target.login, "name": one_line(target.name)}
    if target.organization:
        entry["organization"] = one_line(target.organization)
    return entry


def _paths(group: yaml.Node) -> list[str]:
    node = value_of(group, "repo")
    if isinstance(node, yaml.ScalarNode):
        return [text_of(node)] if text_of(node) else []
    return [text_of(item) for item in items_of(node) if text_of(item)]


def _refuse_unknown_scope(groups: list[yaml.Node], target: Target) -> None:
    holding = target.roles.get(COMMITTER)
    if holding is None:
        return
    known = {path.lower() for group in groups for path in _paths(group)}
    for path in holding.repositories:
        if path.lower() not in known:
            raise EditRefused("unknown_repository", repository=path)


def _refuse_unreadable(before: str, after: str, target: Target, file: str) -> None:
    """Read again: everybody and everything else as before, the person as wanted."""
    if before == after:
        return
    old, new = (sig_info.parse(text.lstrip("\ufeff"), file).facts for text in (before, after))
    if _others(old, target) != _others(new, target):
        raise EditRefused("unreadable")
    roles = {one.role for one in new.people if target.is_listed(one)} & set(target.roles)
    missing = set(target.roles) - roles - {CONTRIBUTOR}
    surplus = {
        one.role
        for one in new.people
        if target.is_listed(one) and one.role in (MAINTAINER, COMMITTER, CONTRIBUTOR)
    } - set(target.roles)
    if missing or surplus:
        raise EditRefused("unreadable")


def _others(facts: CharterFacts, target: Target) -> Any:
    people = [
        (one.role, one.login, one.name, one.organization, one.email, one.repositories, one.extra)
        for one in facts.people
        if not target.is_listed(one)
    ]
    repositories = [
        (one.path, {key: value for key, value in one.extra.items() if key not in ADMIN_KEYS})
        for one in facts.repositories
    ]
    texts = (facts.name, facts.description, facts.description_en, facts.mailing_list)
    return people, repositories, texts, facts.meeting_url, facts.created_on, facts.extra
