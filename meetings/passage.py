"""Minutes in passages: small enough to be shown whole by a search, each with its place in the text."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt

from ledger.bigrams import fold

# A passage ends at the first good place beyond so many lines or characters.
LINES = 8
CHARACTERS = 600
# What a search shows of a passage, in characters, and how many of them stand before the first hit.
SHOWN = 180
BEFORE = 40

# Only the blocks matter here: where headings stand. What a line holds is left as it is written.
_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
_PARSER.core.ruler.enableOnly(["normalize", "block"])

NOT_IN_A_NAME = re.compile(r"[\W_]+")
LIST_ITEM = re.compile(r"\s*(?:[*+-]|\d{1,9}[.)])\s")
# What a reader of the page does not see: quote, list and heading marks, emphasis, brackets of a link.
LINE_MARKS = re.compile(r"^\s*+(?:>\s?|[*+-]\s++|#{1,6}\s++)++")
RULE = re.compile(r"\s*+(?:=++|-{2,}+|`{3,}+\S*+|~{3,}+\S*+)\s*+")
INLINE_MARKS = re.compile(r"\*\*|~~|`|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)")
LINK = re.compile(r"!?\[([^\]\[]*+)\]\(\s*+<?([^()\s>]*+)>?[^()]*+\)")


@dataclass(frozen=True)
class Heading:
    """A heading: what a reader sees of it, its name in the page, its lines (from 0, the end left out).

    `is_outer`: it stands in no list or quotation, so that a section begins with it.
    """

    text: str
    name: str
    start: int
    end: int
    is_outer: bool


@dataclass(frozen=True)
class Passage:
    """Some lines of a text as written; `heading` ("" before the first) and its name in the page.

    `above`: how many of the lines are the heading itself.
    """

    heading: str
    name: str
    lines: tuple[str, ...]
    above: int = 0

    @property
    def text(self) -> str:
        """What a reader sees of it, in one line and without its heading."""
        return " ".join(" ".join(map(plain, self.lines[self.above :])).split())


@dataclass(frozen=True)
class Part:
    """A piece of a text, found by the question or between what was found."""

    text: str
    is_hit: bool


# ── splitting ─────────────────────────────────────────────────────────────────────────────────
def split(text: str) -> list[Passage]:
    """The passages of a Markdown text in order; together they hold every line that is not blank, once."""
    lines = re.split(r"\r\n?|\n", text)
    outer = [one for one in headings_of(text) if one.is_outer]
    ends = [*(one.start for one in outer), len(lines)]
    passages = [Passage("", "", block) for block in _blocks(lines[: ends[0]])]
    for heading, end in zip(outer, ends[1:], strict=True):
        passages += _section(heading, lines[heading.start : heading.end], lines[heading.end : end])
    return passages


def headings_of(text: str) -> list[Heading]:
    """Every heading of a Markdown text, in order, each with a name of its own."""
    tokens = _PARSER.parse(text)
    found = [
        (tokens[n + 1].content, token.map, token.level == 0)
        for n, token in enumerate(tokens)
        if token.type == "heading_open" and token.map
    ]
    names = names_of(words for words, _lines, _is_outer in found)
    return [
        Heading(" ".join(plain(words).split()), name, lines[0], lines[1], is_outer)
        for (words, lines, is_outer), name in zip(found, names, strict=True)
    ]


def names_of(headings: Iterable[str]) -> list[str]:
    """A name for each heading (its Markdown), different from all others and from any other id of a page.

    It follows the words, so that a link outlives sections that come or go.
    """
    taken: set[str] = set()
    names = []
    for words in headings:
        base = "text-" + (NOT_IN_A_NAME.sub("-", fold(words)).strip("-")[:60] or "section")
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        names.append(name)
    return names


def plain(line: str) -> str:
    """A line of Markdown without its marks; a link as its words and its address."""
    if RULE.fullmatch(line):
        return ""
    line = LINK.sub(_words_of_link, LINE_MARKS.sub("", line))
    return INLINE_MARKS.sub("", line)


def _words_of_link(link: re.Match[str]) -> str:
    words, address = link.groups()
    return words if words == address else f"{words} {address}"


def _section(heading: Heading, above: Sequence[str], lines: Sequence[str]) -> list[Passage]:
    """The passages below one heading, the first with the heading's own lines; one where nothing follows."""
    own = tuple(line for line in above if line.strip())
    blocks = list(_blocks(lines)) or [()]
    first = Passage(heading.text, heading.name, own + blocks[0], len(own))
    return [first, *(Passage(heading.text, heading.name, block) for block in blocks[1:])]


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The lines that are not blank, in runs that are long enough and end before a paragraph or an item."""
    block: list[str] = []
    is_start = False
    for line in lines:
        if not line.strip():
            is_start = True
            continue
        starts = is_start or LIST_ITEM.match(line) is not None
        if block and _is_full(block, starts):
            yield tuple(block)
            block = []
        block.append(line)
        is_start = False
    if block:
        yield tuple(block)


def _is_full(block: Sequence[str], starts: bool) -> bool:
    """Whether the next line begins another passage; `starts`: it begins a paragraph or an item."""
    times = 1 if starts else 4
    return len(block) >= LINES * times or sum(map(len, block)) >= CHARACTERS * times


# ── showing ───────────────────────────────────────────────────────────────────────────────────
def marked(text: str, words: Sequence[str]) -> list[Part]:
    """The whole text in parts, what the folded words (ledger.bigrams.words_of) mean marked as hits."""
    return _parts(text, hits(text, words))


def excerpt(text: str, words: Sequence[str]) -> list[Part]:
    """As `marked`, but only about SHOWN characters around the first hit, with … where something is cut."""
    spans = hits(text, words)
    start, end = _window(text, spans[0] if spans else (0, 0))
    inside = [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]
    parts = _parts(text[start:end], [(a - start, b - start) for a, b in inside])
    before = [Part("…", False)] if start else []
    after = [Part("…", False)] if end < len(text) else []
    return [*before, *parts, *after]


def hits(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the folded words stand in the text as written: (start, end) in order, none overlapping.

    A hit covers whole characters: of "ﬁx" the word "i" covers the ligature.
    """
    folded, starts, ends = _folded(text)
    found: list[tuple[int, int]] = []
    for word in filter(None, words):
        at = folded.find(word)
        while at >= 0:
            last = at + len(word)
            found.append((starts[at], ends[last - 1]))
            at = folded.find(word, last)
    return _joined(sorted(found))


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _folded(text: str) -> tuple[str, list[int], list[int]]:
    """The text folded character by character, and for each folded one where it began and ended."""
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        became = _fold_one(text[start:end])
        folded.append(became)
        starts += [start] * len(became)
        ends += [end] * len(became)
    return "".join(folded), starts, ends


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Runs of characters that fold only together, such as a letter and its accent; nearly all are single."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not _folds_with(text[start:end], text[end]):
            yield start, end
            start = end


def _folds_with(cluster: str, character: str) -> bool:
    if character.isascii() or len(cluster) >= 32:
        return False
    return _fold_one(cluster + character) != _fold_one(cluster) + _fold_one(character)


def _fold_one(text: str) -> str:
    """As ledger.bigrams.fold, with blanks as they are."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.replace("\0", " ")


def _window(text: str, hit: tuple[int, int]) -> tuple[int, int]:
    """What to show around a hit; the whole of a text that is hardly longer."""
    if len(text) <= SHOWN + BEFORE:
        return 0, len(text)
    start = max(0, hit[0] - BEFORE)
    end = max(hit[1], min(len(text), start + SHOWN))
    return min(start, max(0, end - SHOWN)), end


def _parts(text: str, spans: Sequence[tuple[int, int]]) -> list[Part]:
    parts = []
    at = 0
    for start, end in spans:
        parts += [Part(text[at:start], False), Part(text[start:end], True)]
        at = end
    parts.append(Part(text[at:], False))
    return [part for part in parts if part.text]
