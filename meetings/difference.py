"""What changed between two texts, line by line: pure, bounded."""

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
