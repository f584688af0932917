"""The difference of two texts as a patch that `git apply` takes, whatever their line ends."""

import difflib
import re
from collections.abc import Sequence

LINE = re.compile(r"[^\n]*\n|[^\n]+")
CONTEXT = 3
NO_NEWLINE = "\\ No newline at end of file\n"


def unified(before: str, after: str, path: str) -> str:
    """Empty when the texts are the same. `path` is that of the file in its repository."""
    if before == after:
        return ""
    old, new = LINE.findall(before), LINE.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    hunks = [_hunk(group, old, new) for group in matcher.get_grouped_opcodes(CONTEXT)]
    # A name with a blank ends in a tab, as git writes it.
    behind = "\t" if " " in path else ""
    head = f"diff --git a/{path} b/{path}\n--- a/{path}{behind}\n+++ b/{path}{behind}\n"
    return head + "".join(hunks)


def _hunk(
    group: Sequence[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str]
) -> str:
    first, last = group[0], group[-1]
    old_span, new_span = _span(first[1], last[2]), _span(first[3], last[4])
    parts = [f"@@ -{old_span} +{new_span} @@\n"]
    for tag, old_from, old_to, new_from, new_to in group:
        if tag == "equal":
            parts += [_line(" ", text) for text in old[old_from:old_to]]
            continue
        parts += [_line("-", text) for text in old[old_from:old_to]]
        parts += [_line("+", text) for text in new[new_from:new_to]]
    return "".join(parts)


def _span(start: int, stop: int) -> str:
    length = stop - start
    first = start + 1 if length else start
    return str(first) if length == 1 else f"{first},{length}"


def _line(sign: str, text: str) -> str:
    return sign + text if text.endswith("\n") else f"{sign}{text}\n{NO_NEWLINE}"
