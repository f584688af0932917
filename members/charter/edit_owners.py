"""One person in an OWNERS file: approver where their role answers for the repository, or not."""

import yaml

from . import owners
from .edit_yaml import Document, change_list, items_of, open_document, text_of, value_of
from .facts import APPROVER, CharterFacts
from .target import EditRefused, Target

APPROVERS, REVIEWERS = "approvers", "reviewers"


def edit(text: str, target: Target, *, repository: str, file: str = "OWNERS") -> str:
    """The text with the person's rights as `target` says. Raises CharterError, EditRefused.

    `repository` is "owner/name", `file` the path in it: rights are given in the OWNERS of the root
    only, and taken in every one, below `files` too. Who reviews without a role keeps that, unless
    the person leaves altogether.
    """
    document = open_document(text, file)
    root = document.root
    answers = target.answers_for(repository)
    if answers and "/" not in file:
        _give(document, root, target)
    elif not answers:
        for mapping in (root, *_sections(root)):
            _take(document, mapping, target)
    edited = document.text()
    _refuse_unreadable(text, edited, target, file)
    return edited


def _give(document: Document, root: yaml.Node, target: Target) -> None:
    listed = items_of(value_of(root, APPROVERS))
    if not any(_is_mine(item, target) for item in listed):
        change_list(document, root, APPROVERS, entry=target.login)


def _take(document: Document, mapping: yaml.Node, target: Target) -> None:
    for key in (APPROVERS, *((REVIEWERS,) if target.is_out else ())):
        listed = items_of(value_of(mapping, key))
        mine = [item for item in listed if _is_mine(item, target)]
        change_list(document, mapping, key, without=mine)


def _is_mine(item: yaml.Node, target: Target) -> bool:
    return target.is_named(text_of(item).removeprefix("@"))


def _sections(root: yaml.Node) -> list[yaml.Node]:
    """The mappings below `files`, one a pattern of paths."""
    files = value_of(root, "files")
    if not isinstance(files, yaml.MappingNode):
        return []
    return [value for _key, value in files.value if isinstance(value, yaml.MappingNode)]


def _refuse_unreadable(before: str, after: str, target: Target, file: str) -> None:
    if before == after:
        return
    old, new = (owners.parse(text.lstrip("\ufeff"), file).facts for text in (before, after))
    if _others(old, target) != _others(new, target):
        raise EditRefused("unreadable")
    mine = {one.role for one in new.people if target.is_listed(one) and not one.within}
    if "/" not in file and target.roles and APPROVER in mine and target.is_out:
        raise EditRefused("unreadable")


def _others(facts: CharterFacts, target: Target) -> object:
    people = [
        (one.role, one.name, one.login, one.within)
        for one in facts.people
        if not target.is_listed(one)
    ]
    return people, {key: value for key, value in facts.extra.items() if key != "files"}
