"""Text that every form of a page can hold: no feed may carry a control character."""

import re

# What XML 1.0 cannot hold, not even escaped.
UNWRITABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return UNWRITABLE.sub("", text)
