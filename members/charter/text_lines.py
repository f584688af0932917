"""The lines of a file with their own ends, so that all that is not changed stays byte for byte."""

import re
from collections.abc import Iterable, Sequence

BOM = "\ufeff"
PLAIN = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# YAML 1.1 ends lines at more characters.
YAML = re.compile(
    "[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029])|[^\r\n\x85\u2028\u2029]+"
)
ENDS = "\r\n\x85\u2028\u2029"

# Lines from the first number up to, not including, the second are replaced by the texts.
Splice = tuple[int, int, Sequence[str]]


def split(text: str, pattern: re.Pattern[str] = PLAIN) -> list[str]:
    return pattern.findall(text)


def end_of(lines: Sequence[str]) -> str:
    """How lines of the file end: as the first one does."""
    for line in lines:
        bare = line.rstrip(ENDS)
        if bare != line:
            return line[len(bare) :]
    return "\n"


def spliced(lines: Sequence[str], splices: Iterable[Splice]) -> str:
    """The text with splices applied, which must not overlap; new texts come without line ends.

    A last line without an end keeps the file's habit: the new last line has none either.
    """
    end = end_of(lines)
    open_end = bool(lines) and lines[-1] == lines[-1].rstrip(ENDS)
    result = [line if line != line.rstrip(ENDS) else line + end for line in lines]
    for start, stop, texts in sorted(splices, key=lambda splice: splice[:2], reverse=True):
        result[start:stop] = [text + end for text in texts]
    text = "".join(result)
    return text[: -len(end)] if open_end and text.endswith(end) else text
