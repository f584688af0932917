"""A structured line put where it belongs in the minutes' Markdown: pure, nothing else is touched."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from . import structure

NOTES = "Notes"
ACTIONS = "Action items"
ATTENDEES = "Attendees"
NAMES = {
    NOTES: {"notes", "记录"},
    ACTIONS: {"action items", "行动项"},
    ATTENDEES: {"attendees", "出席"},
}
PLACEHOLDER = re.compile(r"^\s*(?:[*+-]\s+)?(?:none|todo|无|暂无)\s*[.。]?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Below the heading with one of these titles; `fallback` is the heading to add where none has it."""

    titles: Collection[str]
    fallback: str


def decision_line(text: str, supersedes: int | None, *, in_english: bool) -> str:
    """A bullet that structure.read takes for this decision."""
    said = " ".join(text.split())
    if in_english:
        return f"- Decision: {said}" + (f" (supersedes D-{supersedes})" if supersedes else "")
    return f"- 决定：{said}" + (f"（取代 D-{supersedes}）" if supersedes else "")


def action_line(text: str, owner: str, due_on: dt.date | None, *, in_english: bool) -> str:
    """A bullet that structure.read takes for this action item; `owner` is a login or ""."""
    label = "- Action: " if in_english else "- 行动项："
    parts = [" ".join(text.split()), f"@{owner}" if owner else "", str(due_on or "")]
    return label + " ".join(part for part in parts if part)


def placed(body: str, line: str, place: Place | None, section: str) -> str:
    """`body` with `line` as the last of the place's part, else of the template's section.

    A heading that is missing is added at the end of the notes; a section that is missing is the
    end of the text; a section that says only None gives way.
    """
    lines = body.split("\n")
    if place is None:
        start, end = _section(lines, section)
        return _inserted(lines, start, end, [line])
    if (found := _heading(lines, place.titles)) is not None:
        return _inserted(lines, found, _end_of(lines, found), [line])
    start, end = _section(lines, NOTES)
    return _inserted(lines, start, end, [f"### {place.fallback}", "", line])


def filled(body: str, section: str, new: Sequence[str]) -> str:
    """`body` with lines in a section of the template that says only None; else as it is."""
    lines = body.split("\n")
    start, end = _section(lines, section)
    if start < 0 or not new or not all(map(_is_empty, lines[start + 1 : end])):
        return body
    return _inserted(lines, start, end, new)


def _is_empty(line: str) -> bool:
    return not line.strip() or PLACEHOLDER.match(line) is not None


def _inserted(lines: list[str], start: int, end: int, new: Sequence[str]) -> str:
    """The lines with new ones at the end of those from `start` (a heading, or -1) to `end`."""
    content = lines[start + 1 : end]
    if all(map(_is_empty, content)):
        content = []
    while content and not content[-1].strip():
        content.pop()
    before = [*lines[: start + 1], *([""] if start >= 0 and not content else []), *content]
    is_below_a_bullet = bool(content) and structure.BULLET.match(content[-1]) is not None
    if content and not (is_below_a_bullet and structure.BULLET.match(new[0])):
        before.append("")
    after = lines[end:]
    return "\n".join([*before, *new, *(["", *after] if after else [""])])


def _section(lines: Sequence[str], name: str) -> tuple[int, int]:
    """Heading and end of a section of the template; where there is none, the whole text."""
    for index, match in _headings(lines):
        if len(match[1]) == 2 and match[2].rstrip(":：").lower() in NAMES[name]:
            return index, _end_of(lines, index)
    return -1, len(lines)


def _heading(lines: Sequence[str], titles: Collection[str]) -> int | None:
    """The first heading with one of these titles, numbered or not."""
    wanted = {structure.key(title) for title in titles if title}
    for index, match in _headings(lines):
        if {structure.key(match[2]), structure.key(structure.topic_title(match[2]))} & wanted:
            return index
    return None


def _end_of(lines: Sequence[str], start: int) -> int:
    """Where the part of the heading at `start` ends: the next one that is not below it."""
    headings = _headings(lines)
    level = next(len(match[1]) for index, match in headings if index == start)
    after = (index for index, match in headings if index > start and len(match[1]) <= level)
    return next(after, len(lines))


def _headings(lines: Sequence[str]) -> list[tuple[int, re.Match[str]]]:
    found = (
        (number - 1, structure.HEADING.match(raw))
        for number, raw in structure.prose("\n".join(lines))
    )
    return [(index, match) for index, match in found if match]
