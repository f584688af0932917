"""README.md of a SIG: lists of people under role headings, everything else a section of its own.

Headings and bullets come in several hands (`* Name @login (duty)`, full-width brackets, a missing
space, `## #Members`); what is read against the letter is said, what cannot be read is named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .facts import (
    COMMITTER,
    CONTRIBUTOR,
    MAINTAINER,
    README,
    ROLES,
    CharterError,
    CharterFacts,
    Listed,
    Parsed,
    Problem,
    Section,
    plain_name,
)

ROLE_HEADINGS = {
    "maintainer": MAINTAINER,
    "maintainers": MAINTAINER,
    "sigmaintainers": MAINTAINER,
    "siglead": MAINTAINER,
    "sigleads": MAINTAINER,
    "leads": MAINTAINER,
    "维护者": MAINTAINER,
    "committer": COMMITTER,
    "committers": COMMITTER,
    "commiter": COMMITTER,
    "commiters": COMMITTER,
    "sigcommitters": COMMITTER,
    "审核者": COMMITTER,
    "contributor": CONTRIBUTOR,
    "contributors": CONTRIBUTOR,
    "sigcontributors": CONTRIBUTOR,
    "贡献者": CONTRIBUTOR,
}
TITLES = {MAINTAINER: "Maintainers", COMMITTER: "Committers", CONTRIBUTOR: "Contributors"}

HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?P<gap>[ \t\u3000]*)(?P<text>.*)")
FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})(?P<rest>.*)")
RULE = re.compile(r" {0,3}([-*_][ \t]*){3,}")
BULLET = re.compile(
    r"(?P<indent>[ \t\u3000]*)(?:[*+•·-](?!\*)|\d{1,3}[.)、])[ \t\u3000]*(?P<text>\S.*)"
)
PERSON = re.compile(
    r"(?P<name>[^@＠()（）:：,，、;；。\[\]<>]*?)[\s\u3000]*"
    r"(?:[@＠](?P<login>[A-Za-z0-9][\w.~-]*))?[\s\u3000]*"
    r"(?:[(（](?P<duty>.*)[)）])?",
    re.ASCII | re.DOTALL,
)
LINK = re.compile(r"\[(?P<name>[^\]]+)\]\(https?://[^/\s)]+/(?P<login>[\w.-]+)/?\)", re.ASCII)
# "* 职责：…" describes a role, it lists nobody.
DESCRIPTION = re.compile(
    r"\**(职责|职责范围|权益|权利|要求|申请条件|条件|Responsibilit(y|ies)|Rights?|Dut(y|ies)"
    r"|Requirements?|(Application )?Criteria)\**\s*[:：]",
    re.IGNORECASE,
)
LONGEST = 200
# No heading and no person of a list is longer; the patterns below are not asked about such lines.
LONGEST_LINE = 2000


@dataclass
class _Block:
    """A heading with the lines below it; the head is what stands before the first but a title."""

    title: str
    level: int
    line: int
    is_head: bool = False
    lines: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class RoleBlock:
    """Where a role's list stands: the line and level of its heading, and whom it lists."""

    line: int
    level: int
    people: tuple[Listed, ...] = ()


def role_blocks(text: str, file: str) -> dict[str, RoleBlock]:
    """By role the first list of people, or the first heading that has none yet."""
    found: dict[str, RoleBlock] = {}
    for block in _blocks(text, file, []):
        role = None if block.is_head else _role_of(block.title)
        people = _people(block, role, file, []) if role else []
        if not role or not (people or _is_blank(block)):
            continue
        if role not in found or (people and not found[role].people):
            found[role] = RoleBlock(block.line, block.level, tuple(people))
    return found


def parse(text: str, file: str, kind: str = README) -> Parsed:
    """Facts of one README. Raises CharterError when no role heading has a list of people."""
    problems: list[Problem] = []
    blocks = _blocks(text, file, problems)
    people: list[Listed] = []
    sections: list[Section] = []
    seen: dict[str, int] = {}
    after_list = False
    for block in blocks:
        role = None if block.is_head else _role_of(block.title)
        listed = _people(block, role, file, [] if role in seen else problems) if role else []
        if role and listed and role not in seen:
            seen[role] = block.line
            people += listed
            after_list = True
            continue
        if role and listed:
            text = (
                f"a second list of {TITLES[role]}, the first is on line {seen[role]}; kept as text"
            )
            problems.append(Problem(file, block.line, text))
        if block.level <= 2 or not sections or after_list:
            sections.append(_section(block))
        else:
            sections[-1] = _joined(sections[-1], block)
        after_list = False
    if not people:
        raise CharterError(file, "no list of people below a Maintainers or Committers heading")
    _report_twice(people, file, problems)
    kept = tuple(section for section in sections if section.body or section.title)
    facts = CharterFacts(kind=kind, name=_title_of(kept), people=_by_role(people), sections=kept)
    return Parsed(facts, tuple(sorted(problems, key=lambda problem: problem.line)))


def _by_role(people: list[Listed]) -> tuple[Listed, ...]:
    return tuple(sorted(people, key=lambda person: ROLES.index(person.role)))


def _title_of(sections: tuple[Section, ...]) -> str:
    return sections[0].title if sections and sections[0].is_head else ""


def _report_twice(people: list[Listed], file: str, problems: list[Problem]) -> None:
    seen: dict[str, int] = {}
    for person in people:
        key = person.login.lower() or plain_name(person.name)
        first = seen.setdefault(key, person.line)
        if first != person.line:
            problems.append(
                Problem(file, person.line, f"{person.name} is listed on line {first} already")
            )


# ── blocks ────────────────────────────────────────────────────────────────────────────────────
def _blocks(text: str, file: str, problems: list[Problem]) -> list[_Block]:
    blocks = [_Block("", 1, 0, is_head=True)]
    for number, line, is_code in _lines(text):
        heading = None if is_code else _heading(line, number, file, problems)
        if heading is None:
            blocks[-1].lines.append((number, line))
        elif heading[0] == 1 and not blocks[0].title and _is_blank(blocks[0]) and len(blocks) == 1:
            blocks[0].title, blocks[0].line = heading[1], number
        else:
            blocks.append(_Block(heading[1], heading[0], number))
    return blocks


def _is_blank(block: _Block) -> bool:
    return not any(line.strip() for _number, line in block.lines)


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Number, text and "inside a code fence" of each line."""
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = FENCE.fullmatch(line)
        if mark and not fence:
            fence = mark["marks"]
            yield number, line, True
        elif mark and fence and mark["marks"].startswith(fence) and not mark["rest"].strip():
            fence = ""
            yield number, line, True
        else:
            yield number, line, bool(fence)


def _heading(line: str, number: int, file: str, problems: list[Problem]) -> tuple[int, str] | None:
    match = HEADING.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if not match:
        return None
    level, text = len(match["marks"]), _without_closing_marks(match["text"])
    if not match["gap"]:
        # "#1 of the list" is a text; "##Maintainers" is a heading written in haste.
        if level == 1 or not text or match["text"].startswith("#"):
            return None
        problems.append(
            Problem(file, number, f"no space after {match['marks']}; read as a heading")
        )
    inner = re.match(r"#+", text)
    if inner:
        level, text = min(6, level + len(inner[0])), text[len(inner[0]) :].strip()
        problems.append(Problem(file, number, f"malformed heading; read as level {level}: {text}"))
    return level, text


def _without_closing_marks(text: str) -> str:
    return re.sub(r"(^|[ \t]+)#+[ \t]*$", "", text).strip()


def _section(block: _Block) -> Section:
    return Section(block.title, _tidy([line for _number, line in block.lines]), block.is_head)


def _joined(section: Section, block: _Block) -> Section:
    """A sub-section goes back into the text it stands in, heading and all."""
    lines = [*section.body.split("\n"), "", f"{'#' * block.level} {block.title}", ""]
    lines += _tidy([line for _number, line in block.lines]).split("\n")
    return Section(section.title, _tidy(lines), section.is_head)


def _tidy(lines: list[str]) -> str:
    """Without blank lines at both ends and without the rule that only parts it from the next."""
    lines = [line.rstrip() for line in lines]
    while lines and (not lines[-1] or RULE.fullmatch(lines[-1])):
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines)


# ── people ────────────────────────────────────────────────────────────────────────────────────
def _role_of(title: str) -> str | None:
    return ROLE_HEADINGS.get(plain_name(re.sub(r"[(（].*", "", title)))


def _people(block: _Block, role: str, file: str, problems: list[Problem]) -> list[Listed]:
    """The people of a role's list; none when the section describes the role instead."""
    bullets = [match for _number, line in block.lines if (match := _bullet(line))]
    if bullets and all(DESCRIPTION.match(match["text"]) for match in bullets):
        return []
    if not bullets:
        if not _is_blank(block):
            problems.append(
                Problem(file, block.line, f"{block.title}: no list of people below this heading")
            )
        return []
    people = []
    for number, line in block.lines:
        if not line.strip() or RULE.fullmatch(line) or line.strip().startswith("<!--"):
            continue
        person = _person(line, number, role, file, problems)
        if person:
            people.append(person)
    return people


def _bullet(line: str) -> re.Match[str] | None:
    return BULLET.fullmatch(line) if len(line) <= LONGEST_LINE else None


def _person(line: str, number: int, role: str, file: str, problems: list[Problem]) -> Listed | None:
    bullet = _bullet(line)
    if bullet is None or len(bullet["indent"].expandtabs(4)) > 3:
        problems.append(Problem(file, number, f"not a person of the list: {_short(line)}"))
        return None
    text = _with_link_as_login(bullet["text"].strip().strip("\u3000"))
    if re.search(r"[(（]", text) and not re.search(r"[)）]\s*$", text):
        problems.append(Problem(file, number, f"the bracket is not closed: {_short(line)}"))
        text += ")"
    match = PERSON.fullmatch(text)
    if match is None or not (match["name"].strip() or match["login"]):
        problems.append(Problem(file, number, f"not read as a person: {_short(line)}"))
        return None
    duty = (match["duty"] or "").strip()
    name = match["name"].strip(" \t\u3000*") or match["login"]
    if max(len(duty), len(name)) > LONGEST:
        problems.append(Problem(file, number, f"longer than {LONGEST} characters, cut there"))
    return Listed(
        name=name[:LONGEST],
        login=match["login"] or "",
        role=role,
        duty=duty[:LONGEST].strip(),
        line=number,
    )


def _with_link_as_login(text: str) -> str:
    """`[Name](https://host/login)` is another way to write `Name @login`."""
    match = LINK.match(text)
    return f"{match['name']} @{match['login']} {text[match.end() :]}" if match else text


def _short(line: str) -> str:
    line = line.strip()
    return line if len(line) <= 60 else line[:59] + "…"


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def render(facts: CharterFacts) -> str:
    """README.md of the facts; `parse` reads the same facts back.

    The lists of people stand after the first section, as in the community's READMEs.
    """
    parts = [_render_section(section) for section in facts.sections]
    head = 2 if facts.sections[:1] and facts.sections[0].is_head else 1
    lists = [part for role in ROLES if (part := _render_people(facts, role))]
    parts[min(head, len(parts)) : min(head, len(parts))] = lists
    return "\n\n".join(part for part in parts if part) + "\n"


def _render_section(section: Section) -> str:
    marks = "#" if section.is_head else "##"
    heading = f"{marks} {section.title}" if section.title else ""
    return "\n\n".join(part for part in (heading, section.body) if part)


def _render_people(facts: CharterFacts, role: str) -> str:
    people = facts.with_role(role)
    if not people:
        return ""
    return f"## {TITLES[role]}\n\n" + "\n".join(_render_person(person) for person in people)


def _render_person(person: Listed) -> str:
    login = f" @{person.login}" if person.login else ""
    duty = f" ({person.duty})" if person.duty else ""
    return f"* {person.name}{login}{duty}"
