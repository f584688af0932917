"""Decisions and action items that stand as lines in the minutes' Markdown, read without a guess.

A line is a bullet that begins with a label ("决定：", "Decision:", "行动项：", "Action:"); bullets below
the template's heading "Action items" are action items without one. Pure: who a name is and whether
a number exists is for meetings.deciding.
"""

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .problem import Problem

DECISION, ACTION = "decision", "action"
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
BULLET = re.compile(r"^(\s*)(?:[*+-]|\d{1,3}[.)、])\s+(.*?)\s*$")
# The template's own numbers: `* 1 - What is to be done`.
NUMBER = re.compile(r"^\d{1,3}\s*[-–—.]\s+(?=\S)")
LABEL = re.compile(
    r"^(?:\*\*|__)?\s*(?P<decision>(?:会议)?决定|decisions?|decided)?"
    r"(?P<action>行动项|待办|action(?:\s+items?)?)?\s*(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?\s*(?P<text>.*)$",
    re.IGNORECASE,
)
ACTIONS_HEADING = re.compile(r"^(?:action items?|行动项)\s*[:：]?$", re.IGNORECASE)
NOTHING = re.compile(r"^(?:none|n/a|todo|无|暂无)[.。]?$", re.IGNORECASE)
SUPERSEDES = re.compile(
    r"\s*[（(]\s*(?:取代|代替|supersedes)\s*[:：]?\s*(?P<named>[^（()）]*?)\s*[)）]\s*[.。]?$",
    re.IGNORECASE,
)
ONE_DECISION = re.compile(r"^D\s*-?\s*(\d{1,9})$", re.IGNORECASE)
DAY = re.compile(
    r"(?:^|[\s,，;；、（(])(?:(?:due|by|until|期限|截止)\s*[:：]?\s*)?"
    r"(?P<year>\d{4})\s*(?:-|/|年)\s*(?P<month>\d{1,2})\s*(?:-|/|月)\s*(?P<day>\d{1,2})\s*日?(?:前)?"
    r"\s*[)）]?\s*[.。]?$",
    re.IGNORECASE,
)
LOGIN = r"[@＠][A-Za-z0-9][\w.-]*"
LAST_LOGIN = re.compile(rf"(?:^|[\s,，;；、（(])({LOGIN}?)\s*[)）]?\s*[,，;；、.。]?$")
FIRST_LOGIN = re.compile(rf"^({LOGIN})(?:[\s,，、:：]+|$)")
OWNER = re.compile(r"^(.*?)\s+(?:--|–|—|——)\s*(\S.*)$")
# No 和 and no 与: both stand in names.
SEVERAL = re.compile(r"\s*[,，、;；&/]\s*|\s+(?:and|和|与)\s+", re.IGNORECASE)
# Two texts closer than this are one line, worded anew.
NEAR = 0.6


@dataclass(frozen=True)
class DecisionLine:
    """`line` counts from 1; `topic` is the heading it stands under ("" above all).

    `supersedes` is a number of the SIG's decisions; `text` is then without the words that `said` has.
    """

    line: int
    text: str
    topic: str = ""
    supersedes: int | None = None
    said: str = ""


@dataclass(frozen=True)
class ActionLine:
    """`owners` as written ("@lin", "Ann Lee"), several where it cannot be told who is meant.

    `is_labelled`: it says itself that it is an action item.
    """

    line: int
    text: str
    topic: str = ""
    owners: tuple[str, ...] = ()
    due_on: dt.date | None = None
    is_labelled: bool = True


@dataclass
class Structure:
    """All lines in the order of the text, and what about them cannot be understood."""

    decisions: list[DecisionLine] = field(default_factory=list)
    actions: list[ActionLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Item:
    """A labelled line, or a bullet of the action items' section, with the lines it goes on in."""

    line: int
    kind: str
    text: str
    topic: str
    is_labelled: bool = True


def read(text: str) -> Structure:
    """The lines of a Markdown text; code blocks and quotes hold none."""
    found = Structure()
    for item in _items(text, found.problems):
        said = " ".join(item.text.split())
        if not said:
            found.problems.append(Problem(item.line, f"{item.kind}_empty"))
        elif item.kind == DECISION:
            found.decisions.append(_decision(item, said, found.problems))
        else:
            found.actions.append(_action(item, said, found.problems))
    found.problems.sort(key=lambda problem: problem.line)
    return found


def pair(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Which old text each new one is, index by index of `new`: the same, else one nearly the same.

    No text has two partners; the most alike are paired first.
    """
    pairs: dict[int, int] = {}
    free = set(range(len(old)))
    for index, text in enumerate(new):
        same = next((other for other in sorted(free) if key(old[other]) == key(text)), None)
        if same is not None:
            pairs[index] = same
            free.discard(same)
    near = [
        (_likeness(old[other], new[index]), index, other)
        for index in range(len(new))
        if index not in pairs
        for other in sorted(free)
    ]
    for likeness, index, other in sorted(near, key=lambda row: (-row[0], row[1], row[2])):
        if likeness >= NEAR and index not in pairs and other in free:
            pairs[index] = other
            free.discard(other)
    return pairs


def key(text: str) -> str:
    """Two spellings of one line: letter case, blanks and a full stop do not count."""
    return "".join(text.split()).casefold().rstrip(".。")


def topic_title(topic: str) -> str:
    """A heading's words without the number before them: `3 - A topic` is A topic."""
    return NUMBER.sub("", topic).strip()


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, key(one), key(other), autojunk=False).ratio()


# ── lines ─────────────────────────────────────────────────────────────────────────────────────
def _items(text: str, problems: list[Problem]) -> Iterator[_Item]:
    """Whole items; a line indented without a mark goes on with the one above."""
    topic, is_list, item = "", False, None
    for line, raw in prose(text):
        if heading := HEADING.match(raw):
            topic = heading[2]
            is_list = bool(ACTIONS_HEADING.match(topic))
        elif item and raw.strip() and raw.startswith(("  ", "\t")) and not BULLET.match(raw):
            item.text += f" {raw.strip()}"
            continue
        if item:
            yield item
        item = None if heading else _item(line, raw, topic, is_list, problems)
    if item:
        yield item


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Lines by number, without those of fenced code."""
    fence = ""
    for line, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        match = FENCE.match(raw)
        if fence:
            if match and match[1][0] == fence[0] and len(match[1]) >= len(fence):
                fence = ""
        elif match:
            fence = match[1]
        else:
            yield line, raw


def _item(line: int, raw: str, topic: str, is_list: bool, problems: list[Problem]) -> _Item | None:
    bullet = BULLET.match(raw)
    said = NUMBER.sub("", bullet[2]) if bullet else raw.strip()
    label = LABEL.match(said)
    kind = _kind(label) if label else ""
    if label and kind and bullet:
        return _Item(line, kind, label["text"], topic)
    if kind and not raw.startswith(("    ", "\t")):
        problems.append(Problem(line, "line_unmarked", {"text": said[:200]}))
    elif is_list and bullet and len(bullet[1].expandtabs(4)) < 2 and not NOTHING.match(said):
        return _Item(line, ACTION, said, topic, is_labelled=False)
    return None


def _kind(label: re.Match[str]) -> str:
    """Which of the two a label is; "" for a colon that has none before it, or both."""
    if bool(label["decision"]) == bool(label["action"]):
        return ""
    return DECISION if label["decision"] else ACTION


# ── what one line says ────────────────────────────────────────────────────────────────────────
def _decision(item: _Item, text: str, problems: list[Problem]) -> DecisionLine:
    match = SUPERSEDES.search(text)
    if match is None or not match.start():
        return DecisionLine(item.line, text, item.topic, said=text)
    one = ONE_DECISION.match(match["named"])
    if one is None:
        problems.append(Problem(item.line, "supersedes_unclear", {"text": match["named"]}))
        return DecisionLine(item.line, text, item.topic, said=text)
    short = text[: match.start()].strip()
    return DecisionLine(item.line, short, item.topic, int(one[1]), said=text)


def _action(item: _Item, text: str, problems: list[Problem]) -> ActionLine:
    text, due_on = _split_day(text, item, problems)
    text, owners = _split_owners(text)
    if due_on is None:
        text, due_on = _split_day(text, item, problems)
    if not text:
        # Nothing but a name or a day: kept as it stands, which says more than an empty text.
        problems.append(Problem(item.line, "action_empty"))
        return ActionLine(item.line, " ".join(item.text.split()), item.topic)
    if len(owners) > 1:
        problems.append(Problem(item.line, "owners_several", {"text": ", ".join(owners)}))
    return ActionLine(item.line, text, item.topic, owners, due_on, item.is_labelled)


def _split_day(text: str, item: _Item, problems: list[Problem]) -> tuple[str, dt.date | None]:
    """The text before a day at its end, and the day; an impossible one stays in the text."""
    match = DAY.search(text)
    if match is None:
        return text, None
    try:
        due_on = dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        faulty = Problem(item.line, "due_impossible", {"text": match[0].strip(" ,，;；、（()）")})
        if faulty not in problems:
            problems.append(faulty)
        return text, None
    return text[: match.start()].rstrip(" ,，;；、（("), due_on


def _split_owners(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without the names at its end (or a login at its beginning), and those names."""
    if match := OWNER.match(text):
        written = match[2].strip().rstrip(".。")
        names = tuple(name for name in SEVERAL.split(written) if name)
        return match[1].rstrip(" ,，;；、"), names or (written,)
    owners: list[str] = []
    while match := LAST_LOGIN.search(text):
        owners.insert(0, _login(match[1]))
        text = text[: match.start()].rstrip(" ,，;；、（(")
    while match := FIRST_LOGIN.match(text):
        owners.append(_login(match[1]))
        text = text[match.end() :].lstrip()
    return text, tuple(dict.fromkeys(owners))


def _login(text: str) -> str:
    return "@" + text[1:].rstrip(".")
