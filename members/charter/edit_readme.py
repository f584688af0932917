"""One person in the lists of a README: the line added, changed or taken away in the hand of the list."""

import re
from dataclasses import dataclass

from . import readme
from .facts import CONTRIBUTOR, ROLES, Listed
from .target import EditRefused, Holding, Target, one_line
from .text_lines import BOM, Splice, spliced, split

BULLET = re.compile(r"[ \t\u3000]*(?:[*+•·-]|(?P<number>\d{1,3})(?P<mark>[.)、]))[ \t\u3000]*")
DUTY = re.compile(r"(?P<open>[(（])(?P<duty>.*)(?P<close>[)）])(?P<rest>[\s\u3000]*)$", re.DOTALL)


@dataclass(frozen=True)
class _File:
    lines: list[str]
    blocks: dict[str, readme.RoleBlock]


def edit(text: str, target: Target, *, file: str = "README.md") -> str:
    """The text with the person listed as `target` says. Raises CharterError, EditRefused.

    A README without a list of Contributors keeps none: those files say nothing of the role.
    """
    mark, text = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    opened = _File(split(text), readme.role_blocks(_unified(text), file))
    splices: list[Splice] = []
    for role in ROLES:
        splices += _for_role(opened, role, target)
    edited = spliced(opened.lines, splices)
    _refuse_unreadable(text, edited, target, file)
    return mark + edited


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _for_role(opened: _File, role: str, target: Target) -> list[Splice]:
    block = opened.blocks.get(role)
    mine = [person for person in (block.people if block else ()) if target.is_listed(person)]
    holding = target.roles.get(role)
    if holding is None:
        return [_removal(opened, person) for person in mine]
    if mine:
        return _with_duty(opened, mine[0], holding)
    if block is None:
        return [] if role == CONTRIBUTOR else [_new_list(opened, role, target, holding)]
    return [_addition(opened, block, target, holding)]


def _removal(opened: _File, person: Listed) -> Splice:
    return person.line - 1, _after(opened, person.line), ()


def _after(opened: _File, number: int) -> int:
    """Index behind an entry: what is written indented below it belongs to it."""
    while number < len(opened.lines) and re.match(r"[ \t\u3000]+\S", opened.lines[number]):
        if BULLET.match(opened.lines[number]) and not opened.lines[number].startswith("    "):
            break
        number += 1
    return number


def _with_duty(opened: _File, person: Listed, holding: Holding) -> list[Splice]:
    """Only a duty that is known replaces another."""
    duty, index = one_line(holding.duty), person.line - 1
    if not duty or duty == person.duty:
        return []
    line = opened.lines[index].rstrip("\r\n")
    match = DUTY.search(line)
    if match:
        line = line[: match.start()] + match["open"] + duty + match["close"] + match["rest"]
    else:
        line = f"{line.rstrip()} ({duty})"
    return [(index, index + 1, [line])]


def _addition(opened: _File, block: readme.RoleBlock, target: Target, holding: Holding) -> Splice:
    if block.people:
        last = max(block.people, key=lambda person: person.line)
        at = _after(opened, last.line)
        return at, at, [_line(opened.lines[last.line - 1], target, holding)]
    at, entry = block.line, _line("* ", target, holding)
    if at < len(opened.lines) and not opened.lines[at].strip():
        return at + 1, at + 1, [entry]
    return at, at, ["", entry]


def _new_list(opened: _File, role: str, target: Target, holding: Holding) -> Splice:
    """Behind the list of the role above it, or before that of the role below."""
    heading = readme.TITLES[role]
    entry = _line("* ", target, holding)
    for other in (*reversed(ROLES[: ROLES.index(role)]), *ROLES[ROLES.index(role) + 1 :]):
        block = opened.blocks.get(other)
        if block is None:
            continue
        title = f"{'#' * block.level} {heading}"
        if ROLES.index(other) > ROLES.index(role):
            return block.line - 1, block.line - 1, [title, "", entry, ""]
        last = max((person.line for person in block.people), default=block.line)
        at = _after(opened, last)
        return at, at, ["", title, "", entry]
    raise EditRefused("no_list")


def _line(like: str, target: Target, holding: Holding) -> str:
    """An entry as the list writes them: its bullet, counted on, and its kind of brackets."""
    match = BULLET.match(like)
    bullet = match.group() if match else "* "
    if match and match["number"]:
        counted = f"{int(match['number']) + 1}{match['mark']}"
        bullet = bullet.replace(f"{match['number']}{match['mark']}", counted, 1)
    duty = one_line(holding.duty)
    wide = "（" in like and "(" not in like
    told = (f"（{duty}）" if wide else f" ({duty})") if duty else ""
    return f"{bullet}{one_line(target.name)} @{target.login}{told}"


def _refuse_unreadable(before: str, after: str, target: Target, file: str) -> None:
    """Read again: everybody else as before, the person as wanted."""
    if before == after:
        return
    old, new = (readme.role_blocks(_unified(text), file) for text in (before, after))
    for role in ROLES:
        was, now = (
            [
                (one.name, one.login, one.duty)
                for one in blocks[role].people
                if not target.is_listed(one)
            ]
            if role in blocks
            else []
            for blocks in (old, new)
        )
        listed = [one for one in (new[role].people if role in new else ()) if target.is_listed(one)]
        if was != now or (role in target.roles) < bool(listed):
            raise EditRefused("unreadable")
        if role in target.roles and not listed and (role != CONTRIBUTOR or role in new):
            raise EditRefused("unreadable")
