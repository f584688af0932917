"""The community's Markdown template of minutes, read and written without a guess left unsaid."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .problem import Problem

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
# Written by meetings.digest in either language; no section of the template, and no riddle.
DIGEST_HEADINGS = ("进展摘要", "Progress")
SECTIONS = ("Agenda", "Conference links", "Attendees", "Notes", "Action items")

HEADING = re.compile(
    r"^(?P<weekday>[A-Za-z]+)\s*,?\s+(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"\s*,?\s+(?P<year>\d{4})(?:\s*,?\s+(?:at\s+)?(?P<clock>\d{1,2}:\d{2}\s*(?:[ap]m)?))?"
    r"(?:\s+(?P<zone>(?:GMT|UTC)\s*(?:[+-]\d{1,2}(?::?\d{2})?)?))?\s*$",
    re.IGNORECASE,
)
CLOCK = re.compile(r"^(\d{1,2}):(\d{2})\s*([ap]m)?$", re.IGNORECASE)
ZONE = re.compile(r"^(?:GMT|UTC)\s*(?:([+-])(\d{1,2})(?::?(\d{2}))?)?$", re.IGNORECASE)
FILE_DATE = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
BULLET = re.compile(r"^(\s*)[*+-]\s+(.*?)\s*$")
NUMBER = re.compile(r"^(\d{1,3})\s*[-–—.]\s+(.*)$")
OWNER = re.compile(r"^(.*?)\s+(?:--|–|—)\s*(\S.*)$")
URL = re.compile(r"https?://[^\s<>\[\]()]+")
LABEL = re.compile(r"^([^:：]{1,60})[:：]\s*(?=[<\[]|https?://|$)")
ORGANIZATION = re.compile(r"^(.*?)\s*[（(]([^()（）]*)[)）]\s*$")
GROUP = re.compile(
    r"\b(?:teams?|committers|developers|contributors|members|maintainers|students|others|everyone)\b",
    re.IGNORECASE,
)
WHOLE_GROUP = re.compile(r"\bteams?\s+(?:in|of|from|at)\b", re.IGNORECASE)
RECORDING = re.compile(
    r"^\s*>?\s*(?:\d+\.|[*-])?\s*(bilibili|youtube)\s*[.:：]?\s*$", re.IGNORECASE
)
PARTICIPANTS = re.compile(r"^\s*[*+-]\s*Participants\s*[:：]\s*(.*)$", re.IGNORECASE)


@dataclass(frozen=True)
class Topic:
    """One agenda item and what stands below it."""

    title: str
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """An address of the conference or its recording; `label` is "" where none is written."""

    url: str
    label: str = ""


@dataclass(frozen=True)
class Attendee:
    """`is_group`: the words name no person ("Developer teams in …")."""

    name: str
    organization: str = ""
    is_group: bool = False


@dataclass(frozen=True)
class Action:
    """What is to be done, and by whom as written ("" where nobody is named)."""

    text: str
    owner: str = ""


@dataclass(frozen=True)
class MinutesFile:
    """The facts of one file. `zone_min` is the offset from UTC in minutes; `notes` is Markdown."""

    on: dt.date | None
    start: dt.time | None = None
    zone_min: int | None = None
    agenda: tuple[Topic, ...] = ()
    links: tuple[Link, ...] = ()
    attendees: tuple[Attendee, ...] = ()
    notes: str = ""
    actions: tuple[Action, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)


# ── reading ───────────────────────────────────────────────────────────────────────────────────
@dataclass
class _Section:
    name: str
    line: int
    lines: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class _Bullet:
    line: int
    text: str
    points: list[str] = field(default_factory=list)


def parse(text: str, *, file_name: str = "") -> MinutesFile:
    """Facts and problems of a file's text (Unicode, any newlines).

    A date in `file_name` (`003-20200603.md`) that contradicts the heading is reported and taken;
    everything else that is contradictory is reported and kept as written.
    """
    problems: list[Problem] = []
    title, sections = _split(text.removeprefix("\ufeff"), problems)
    on, start, zone_min = _read_title(title, problems)
    on = _settle_date(on, date_in(file_name), title[0] if title else 0, problems)
    attendees = _read_attendees(sections.get("Attendees"), problems)
    notes = _read_notes(sections.get("Notes"), attendees, problems)
    return MinutesFile(
        on=on,
        start=start,
        zone_min=zone_min,
        agenda=_read_agenda(sections.get("Agenda"), problems),
        links=_read_links(sections.get("Conference links"), problems),
        attendees=attendees,
        notes=notes,
        actions=_read_actions(sections.get("Action items"), problems),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
    )


def date_in(file_name: str) -> dt.date | None:
    """The day a file's name gives as YYYYMMDD or YYYY-MM-DD, if any."""
    for match in FILE_DATE.finditer(file_name):
        day = _date(*(int(part) for part in match.groups()))
        if day is not None:
            return day
    return None


def _split(
    text: str, problems: list[Problem]
) -> tuple[tuple[int, str] | None, dict[str, _Section]]:
    """The title with its line, and the template's sections by name; other content is reported."""
    title: tuple[int, str] | None = None
    sections: dict[str, _Section] = {}
    current: _Section | None = None
    for line, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if title is None and raw.startswith("# "):
            title = (line, raw[2:].strip())
        elif raw.startswith("## "):
            current = _open_section(raw[3:].strip(), line, sections, problems)
        elif current is not None:
            current.lines.append((line, raw.rstrip()))
        elif raw.strip():
            problems.append(_lost(line, "heading", raw))
    problems += [
        Problem(0, "section_missing", {"name": name}) for name in SECTIONS if name not in sections
    ]
    return title, sections


def _open_section(
    name: str, line: int, sections: dict[str, _Section], problems: list[Problem]
) -> _Section:
    known = {section.lower(): section for section in SECTIONS}.get(name.rstrip(":：").lower())
    section = _Section(known or name, line)
    if known is None:
        if name not in DIGEST_HEADINGS:
            problems.append(Problem(line, "section_unknown", {"name": name}))
    elif known in sections:
        problems.append(Problem(line, "section_twice", {"name": known}))
    else:
        sections[known] = section
    return section


def _read_title(
    title: tuple[int, str] | None, problems: list[Problem]
) -> tuple[dt.date | None, dt.time | None, int | None]:
    if title is None:
        problems.append(Problem(0, "heading_missing"))
        return None, None, None
    line, text = title
    match = HEADING.match(text)
    month = _month(match["month"]) if match else None
    if match is None or month is None:
        problems.append(Problem(line, "heading_unreadable", {"text": text}))
        return None, None, None
    on = _date(int(match["year"]), month, int(match["day"]))
    if on is None:
        problems.append(Problem(line, "date_unreadable", {"text": text}))
    else:
        _check_weekday(match["weekday"], on, line, problems)
    return (
        on,
        _read_clock(match["clock"], line, problems),
        _read_zone(match["zone"], line, problems),
    )


def _check_weekday(written: str, on: dt.date, line: int, problems: list[Problem]) -> None:
    actual = WEEKDAYS[on.weekday()]
    if len(written) < 3 or not actual.lower().startswith(written.lower()):
        values = {"written": written, "date": on.isoformat(), "actual": actual}
        problems.append(Problem(line, "weekday_wrong", values))


def _read_clock(text: str | None, line: int, problems: list[Problem]) -> dt.time | None:
    match = CLOCK.match(text) if text else None
    if text is None or match is None:
        problems.append(Problem(line, "time_missing"))
        return None
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    contradicts = bool(half) and not 1 <= hour <= 12
    if half and not contradicts:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        clock = dt.time(hour, minute)
    except ValueError:
        problems.append(Problem(line, "clock_unreadable", {"text": text}))
        return None
    if contradicts:
        values = {"text": text.strip(), "clock": f"{clock:%H:%M}"}
        problems.append(Problem(line, "clock_contradicts", values))
    return clock


def _read_zone(text: str | None, line: int, problems: list[Problem]) -> int | None:
    match = ZONE.match(text.strip()) if text else None
    if match is None:
        problems.append(Problem(line, "zone_missing"))
        return None
    offset = int(match[2] or 0) * 60 + int(match[3] or 0)
    if offset > 14 * 60 or int(match[3] or 0) > 59:
        problems.append(_lost(line, "heading", text or ""))
        return None
    return -offset if match[1] == "-" else offset


def _settle_date(
    heading: dt.date | None, file: dt.date | None, line: int, problems: list[Problem]
) -> dt.date | None:
    if file is None or heading == file:
        return heading
    if heading is not None:
        values = {"heading": heading.isoformat(), "file": file.isoformat()}
        problems.append(Problem(line, "file_date_differs", values))
    return file


def _read_agenda(section: _Section | None, problems: list[Problem]) -> tuple[Topic, ...]:
    bullets = _content(section, problems)
    return tuple(Topic(bullet.text, tuple(bullet.points)) for bullet in bullets)


def _read_links(section: _Section | None, problems: list[Problem]) -> tuple[Link, ...]:
    links = []
    for bullet in _content(section, problems):
        label = LABEL.match(bullet.text)
        name = label[1].strip() if label else ""
        urls = URL.findall(bullet.text)
        if urls:
            links.append(Link(urls[-1].rstrip(".,;，。；"), name))
        elif label or bullet.text.strip().rstrip(".:：").isalpha():
            shown = name or bullet.text.strip().rstrip(".:：")
            problems.append(Problem(bullet.line, "link_empty", {"label": shown}))
        else:
            problems.append(_lost(bullet.line, "Conference links", bullet.text))
    return tuple(links)


def _read_attendees(section: _Section | None, problems: list[Problem]) -> tuple[Attendee, ...]:
    attendees: dict[str, Attendee] = {}
    for bullet in _content(section, problems):
        for attendee in _attendees_of(bullet.text):
            if attendee.is_group:
                problems.append(Problem(bullet.line, "attendee_unnamed", {"text": attendee.name}))
            attendees.setdefault(attendee.name, attendee)
    return tuple(attendees.values())


def _attendees_of(text: str) -> Iterable[Attendee]:
    text = text.strip().rstrip(".。")
    if WHOLE_GROUP.search(text):
        yield Attendee(text, is_group=True)
        return
    for part in _names(text):
        match = ORGANIZATION.match(part)
        name, organization = (match[1].strip(), match[2].strip()) if match else (part, "")
        if not GROUP.search(name):
            yield Attendee(name or part, organization if name else "")
            continue
        first, joined, crowd = name.partition(" and ")
        if joined and not GROUP.search(first):
            yield Attendee(first.strip())
            name = crowd
        yield Attendee(name.strip(), organization, is_group=True)


def _names(text: str) -> list[str]:
    """Split at commas that stand outside brackets."""
    parts = re.split(r"\s*[,，、;；]\s*(?![^(（]*[)）])", text)
    return [part.strip() for part in parts if part.strip()]


def _read_notes(
    section: _Section | None, attendees: tuple[Attendee, ...], problems: list[Problem]
) -> str:
    if section is None:
        return ""
    text = "\n".join(line for _number, line in section.lines).strip("\n")
    if _is_placeholder(section, problems):
        return text.strip() if "TODO" in text.upper() else ""
    bullets: list[_Bullet] = []
    for number, line in section.lines:
        if match := RECORDING.match(line):
            problems.append(Problem(number, "link_empty", {"label": match[1]}))
        if match := PARTICIPANTS.match(line):
            _compare(number, _names(match[1].strip()), attendees, problems)
        if match := BULLET.match(line):
            bullets.append(_Bullet(number, match[2]))
    _check_numbers("Notes", bullets, problems)
    return text.strip()


def _compare(
    line: int, names: list[str], attendees: tuple[Attendee, ...], problems: list[Problem]
) -> None:
    said = {name_key(name): name for name in names}
    listed = {name_key(one.name): one.name for one in attendees if not one.is_group}
    only_notes = [name for key, name in said.items() if key not in listed]
    only_attendees = [name for key, name in listed.items() if key not in said]
    if only_notes or only_attendees:
        values = {
            "notes": ", ".join(only_notes) or "-",
            "attendees": ", ".join(only_attendees) or "-",
        }
        problems.append(Problem(line, "participants_differ", values))


def name_key(name: str) -> str:
    """Two spellings of one name: letter case and blanks do not count."""
    return "".join(name.split()).casefold()


def _read_actions(section: _Section | None, problems: list[Problem]) -> tuple[Action, ...]:
    actions = []
    for bullet in _content(section, problems):
        match = OWNER.match(bullet.text)
        text, owner = (match[1], match[2].strip().rstrip(".")) if match else (bullet.text, "")
        actions.append(Action("\n".join([text, *(f"- {point}" for point in bullet.points)]), owner))
    return tuple(actions)


# ── sections and bullets ──────────────────────────────────────────────────────────────────────
def _content(section: _Section | None, problems: list[Problem]) -> list[_Bullet]:
    """The bullets of a section, without their numbers; none where it says None, TODO or nothing."""
    if section is None or _is_placeholder(section, problems):
        return []
    bullets = _bullets(section, problems)
    _check_numbers(section.name, bullets, problems)
    for bullet in bullets:
        if match := NUMBER.match(bullet.text):
            bullet.text = match[2].strip()
    return bullets


def _is_placeholder(section: _Section, problems: list[Problem]) -> bool:
    said = [(number, line.strip(" \t*+-.")) for number, line in section.lines if line.strip()]
    if not said:
        problems.append(Problem(section.line, "section_empty", {"name": section.name}))
        return True
    if len(said) > 1:
        return False
    if said[0][1].upper() == "TODO":
        problems.append(Problem(said[0][0], "todo", {"name": section.name}))
        return True
    return said[0][1].lower() in {"none", "n/a", "无"}


def _bullets(section: _Section, problems: list[Problem]) -> list[_Bullet]:
    """Bullets with those nested below them; a line indented without a mark continues the one above."""
    bullets: list[_Bullet] = []
    for number, line in section.lines:
        match = BULLET.match(line)
        if match and (not bullets or len(match[1].expandtabs(4)) < 2):
            bullets.append(_Bullet(number, match[2]))
        elif match:
            bullets[-1].points.append(match[2])
        elif bullets and line.startswith(("  ", "\t")) and line.strip():
            _continue(bullets[-1], line.strip())
        elif line.strip():
            problems.append(_lost(number, section.name, line))
    return [bullet for bullet in bullets if bullet.text]


def _continue(bullet: _Bullet, text: str) -> None:
    if bullet.points:
        bullet.points[-1] += f" {text}"
    else:
        bullet.text += f" {text}"


def _check_numbers(name: str, bullets: list[_Bullet], problems: list[Problem]) -> None:
    before = 0
    for bullet in bullets:
        match = NUMBER.match(bullet.text)
        if match is None:
            continue
        after = int(match[1])
        if after != before + 1:
            values = {"before": str(before), "after": str(after), "name": name}
            problems.append(Problem(bullet.line, "number_skipped", values))
        before = after


def _lost(line: int, name: str, text: str) -> Problem:
    return Problem(line, "not_understood", {"name": name, "text": text.strip()[:200]})


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int | None:
    for number, month in enumerate(MONTHS, start=1):
        if month.lower().startswith(name.lower()):
            return number
    return None


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def write(facts: MinutesFile) -> str:
    """The template's text of these facts: parse(write(x)) == x for facts that parse gave.

    Raises ValueError without a date: the template's heading is one.
    """
    if facts.on is None:
        raise ValueError("minutes without a date have no heading")
    parts = [
        f"# {heading(facts.on, facts.start, facts.zone_min)}",
        _section("Agenda", [_topic(topic) for topic in facts.agenda]),
        _section("Conference links", [_bullet(_link(link)) for link in facts.links]),
        _section("Attendees", [attendee_line(one) for one in facts.attendees]),
        f"## Notes\n\n{facts.notes or '* None'}",
        _section("Action items", [_action(action) for action in facts.actions]),
    ]
    return "\n\n".join(parts) + "\n"


def heading(on: dt.date, start: dt.time | None, zone_min: int | None) -> str:
    """`Thursday December 3, 2026 at 16:00 GMT+8`."""
    text = f"{WEEKDAYS[on.weekday()]} {MONTHS[on.month - 1]} {on.day}, {on.year:04d}"
    if start is not None:
        text += f" at {start:%H:%M}"
    if zone_min is not None:
        hours, minutes = divmod(abs(zone_min), 60)
        text += f" GMT{'-' if zone_min < 0 else '+'}{hours}" + (
            f":{minutes:02d}" if minutes else ""
        )
    return text


def _section(name: str, bullets: list[str]) -> str:
    return f"## {name}\n\n" + "\n".join(bullets or ["* None"])


def _bullet(text: str) -> str:
    return f"* {text}"


def _topic(topic: Topic) -> str:
    return "\n".join([_bullet(topic.title), *(f"    - {point}" for point in topic.points)])


def _link(link: Link) -> str:
    return f"{link.label}: {link.url}" if link.label else link.url


def attendee_line(one: Attendee) -> str:
    """The bullet of one attendee, as `write` has it."""
    return _bullet(_attendee(one))


def _attendee(one: Attendee) -> str:
    return f"{one.name} ({one.organization})" if one.organization else one.name


def _action(action: Action) -> str:
    text, *points = action.text.split("\n")
    first = _bullet(f"{text} -- {action.owner}" if action.owner else text)
    return "\n".join([first, *(f"    {point}" for point in points)])
