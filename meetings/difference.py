"""What changed between two texts, and two changes of one text in one: by lines, pure, bounded."""

import difflib
from dataclasses import dataclass

# Beyond this the comparison itself would take seconds.
MAX_LINES = 5000
CONTEXT = 3


@dataclass(frozen=True)
class Line:
    """`kind` is added, removed, same, or gap: lines left out between two changes."""

    kind: str
    text: str


def lines(old: str, new: str) -> list[Line] | None:
    """The changed lines with three lines around them; [] where nothing changed, None where the
    texts are too long to compare."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > MAX_LINES:
        return None
    found: list[Line] = []
    groups = difflib.SequenceMatcher(None, before, after).get_grouped_opcodes(CONTEXT)
    for number, group in enumerate(groups):
        if number:
            found.append(Line("gap", ""))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                found += [Line("same", text) for text in before[old_from:old_to]]
                continue
            found += [Line("removed", text) for text in before[old_from:old_to]]
            found += [Line("added", text) for text in after[new_from:new_to]]
    return found


# ── three texts ───────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Edit:
    """Lines `start` to `end` of the base give way to `new`."""

    start: int
    end: int
    new: list[str]

    def touches(self, other: "_Edit") -> bool:
        return self.start <= other.end and other.start <= self.end


def merge(base: str, mine: str, theirs: str) -> str | None:
    """`mine` and `theirs`, both made from `base`, in one text; None where a person must decide.

    Each side's added lines are in the result, and only lines that a side took away are missing.
    Changes of the same lines, or of lines side by side, are a matter for a person unless they are
    equal; so are texts too long to compare.
    """
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    before = base.split("\n")
    ours, others = _edits(before, mine.split("\n")), _edits(before, theirs.split("\n"))
    if ours is None or others is None:
        return None
    new = [edit for edit in ours if edit not in others]
    if any(edit.touches(other) for edit in new for other in others):
        return None
    return "\n".join(_applied(before, sorted([*new, *others], key=lambda edit: edit.start)))


def _edits(before: list[str], after: list[str]) -> list[_Edit] | None:
    if max(len(before), len(after)) > MAX_LINES:
        return None
    codes = difflib.SequenceMatcher(None, before, after).get_opcodes()
    return [_Edit(i, j, after[m:n]) for tag, i, j, m, n in codes if tag != "equal"]


def _applied(before: list[str], edits: list[_Edit]) -> list[str]:
    """The base with edits that do not touch one another, first to last."""
    found, done = [], 0
    for edit in edits:
        found += before[done : edit.start] + edit.new
        done = edit.end
    return found + before[done:]
