"""What the message of one commit says about the pull request it merged. Pure: text in, facts out.

Two forms, docs/backfill.md shows both: `!N title` with `Merge pull request !N from who/branch`, and
`!N title` or `!N merge BRANCH into BRANCH` with trailers (`From:`, `Created-by:`, `Reviewed-by:` …).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# What the column of the number can hold.
LARGEST = 2_147_483_647
NUMBERED = re.compile(r"[!！](\d+)(?!\w)[ \t]*[:：]?[ \t]*(.*)")
BRANCHES = re.compile(r"merge[ \t]+(\S+)[ \t]+into[ \t]+(\S+)", re.IGNORECASE)
FROM = re.compile(
    r"merge pull request [!！](\d+)[ \t]*[:：]?[ \t]*(.*?)[ \t]*\bfrom[ \t]+(.+)", re.IGNORECASE
)
ADDRESS = re.compile(r"see merge request:?[ \t]*\S*[!/](\d+)", re.IGNORECASE)
TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*)[ \t]*[:：][ \t]*(.*)")
# Where the author's own description begins: whatever looks like a trailer there proves nothing.
DESCRIPTION = "description"
KNOWN = frozenset(
    {
        *("from", "created-by", "commit-by", "committed-by", "merged-by", "reviewed-by"),
        *("signed-off-by", "approved-by", "tested-by", "co-authored-by", "e2e-issues"),
        DESCRIPTION,
    }
)
LOGIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
MAIL = re.compile(r"[ \t]*<[^<>]*>")
NOBODY = frozenset({"", "n/a", "none", "null", "unknown", "-"})
SEPARATORS = re.compile(r"[,;，；、]")


class NotUnderstood(Exception):
    """The commit names a pull request in a way that cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Named:
    """Someone as a message names them: by login on the code host, or by a display name."""

    name: str
    is_login: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What one message says. None and "" where it says nothing."""

    number: int
    title: str
    author: Named | None = None
    head_ref: str = ""
    base_ref: str = ""
    merged_by: Named | None = None
    reviewed_by: tuple[Named, ...] = ()
    # Written by a robot in trailers: then who merged is named there or not at all.
    has_trailers: bool = False


def read(message: str) -> Told | None:
    """What the message tells, None when it merges no pull request (reverts that quote one included).

    Raises NotUnderstood.
    """
    lines = [line.strip() for line in message.replace("\r", "\n").strip().split("\n")]
    if numbered := NUMBERED.fullmatch(lines[0]):
        return _numbered(_number(numbered[1]), numbered[2], lines[1:])
    if merged := FROM.fullmatch(lines[0]):
        title = merged[2] or next(_prose(lines[1:]), "")
        return _told(_number(merged[1]), title, lines)
    if BRANCHES.fullmatch(lines[0]) and (address := _first(ADDRESS, lines)):
        return _numbered(_number(address[1]), lines[0], lines[1:])
    return None


def names_a_pull(message: str) -> bool:
    """Whether the first line speaks of a pull request by number, in whatever words."""
    first = message.lstrip().partition("\n")[0]
    return not first.lower().startswith("revert") and bool(re.search(r"[!！]\d", first))


def _numbered(number: int, rest: str, body: Sequence[str]) -> Told:
    if branches := BRANCHES.fullmatch(rest):
        # The branches stand where the title does in the other form; the title comes below.
        title = next(_prose(body), rest)
        return _told(number, title, body, head_ref=branches[1], base_ref=branches[2])
    return _told(number, rest or next(_prose(body), ""), body)


def _told(
    number: int, title: str, body: Sequence[str], *, head_ref: str = "", base_ref: str = ""
) -> Told:
    who, branch = _source(number, body)
    trailers = list(_trailers(body))
    return Told(
        number=number,
        title=(title or f"!{number}")[:500],
        author=_one(trailers, "created-by") or _one(trailers, "from") or who,
        head_ref=(head_ref or branch)[:300],
        base_ref=base_ref[:300],
        merged_by=_one(trailers, "merged-by"),
        reviewed_by=_all(trailers, "reviewed-by"),
        has_trailers=any(key in ("from", "created-by", "reviewed-by") for key, _text in trailers),
    )


def _number(digits: str) -> int:
    if len(digits) > 10 or not 0 < int(digits) <= LARGEST:
        raise NotUnderstood(f"!{digits[:20]} is no number of a pull request")
    return int(digits)


def _first(pattern: re.Pattern[str], lines: Sequence[str]) -> re.Match[str] | None:
    return next((found for line in lines if (found := pattern.fullmatch(line))), None)


def _source(number: int, lines: Sequence[str]) -> tuple[Named | None, str]:
    """Who and which branch a `Merge pull request !N from …` names; a line about another N is a quote."""
    for line in lines:
        found = FROM.fullmatch(line)
        if found and found[1].lstrip("0") == str(number):
            return _who_and_branch(found[3])
    return None, ""


def _who_and_branch(text: str) -> tuple[Named | None, str]:
    """`who/branch`, or a branch alone; the source may be gone ("N/A"). `who` is a display name."""
    if text.lower() in NOBODY:
        return None, ""
    who, slash, branch = text.partition("/")
    if not slash:
        return None, text
    branch = "" if branch.lower() in NOBODY else branch
    return _named(who, is_login=False), branch


# ── trailers ──────────────────────────────────────────────────────────────────────────────────
def _trailers(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(lower-cased key, text) down to the description."""
    for line in lines:
        found = TRAILER.fullmatch(line)
        key = found[1].lower() if found else ""
        if key == DESCRIPTION:
            return
        if found and key in KNOWN:
            yield key, found[2]


def _prose(lines: Sequence[str]) -> Iterator[str]:
    """Lines that are neither empty nor trailers nor the host's own words."""
    for line in lines:
        found = TRAILER.fullmatch(line)
        if found and found[1].lower() in KNOWN:
            if found[1].lower() == DESCRIPTION:
                return
            continue
        if line and not FROM.fullmatch(line) and not ADDRESS.fullmatch(line):
            yield line


def _one(trailers: Sequence[tuple[str, str]], key: str) -> Named | None:
    return next(iter(_all(trailers, key)), None)


def _all(trailers: Sequence[tuple[str, str]], key: str) -> tuple[Named, ...]:
    """Everyone the trailers of this key name, each once, in order."""
    found: dict[tuple[str, bool], Named] = {}
    for own, text in trailers:
        if own == key:
            for person in names(text):
                found.setdefault((person.name.lower(), person.is_login), person)
    return tuple(found.values())


def names(text: str) -> Iterator[Named]:
    """The people of one line: `@a,@b`, `@a @b`, `Name One <mail>; b`. No address is kept."""
    for part in SEPARATORS.split(MAIL.sub("\0,", text)):
        # A mark is left where an address stood: before it stands a name, never a login.
        with_mail = "\0" in part
        words = part.replace("\0", "").split()
        if len(words) > 1 and all(word.startswith("@") for word in words):
            yield from (person for word in words if (person := _named(word)))
        elif person := _named(" ".join(words), is_login=not with_mail):
            yield person


def _named(text: str, *, is_login: bool = True) -> Named | None:
    """A person, or None for the words that mean nobody. A text no login can have is a display name."""
    name = text.strip().removeprefix("@").strip()[:200]
    if name.lower() in NOBODY:
        return None
    return Named(name, is_login and bool(LOGIN.fullmatch(name)))
