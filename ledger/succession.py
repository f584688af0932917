"""Which decision takes the place of which: told from the entries alone, pure.

A decision stands under a key ("resolution:one/3"); a later one names the key whose place it takes.
Rules, review rules and minutes are replaced by their next version, which stands under the same key.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

# A column's width; a longer key is kept by its hash.
LENGTH = 200
# Each the next version of what stands under its key.
VERSIONS = ("policy.adopted", "repository.rule_changed", "minutes.amended")
# A line taken out of the minutes: nothing stands in its place.
WITHDRAWN = "meeting.decision_withdrawn"


def stands_as(action: str, subject: str, data: Mapping[str, Any]) -> str:
    """The key under which a later decision finds this one; empty for what nothing replaces."""
    if action in ("policy.adopted", "repository.rule_changed"):
        return _short(f"{subject}/{data.get('role', '')}")
    if action in ("minutes.published", "minutes.amended"):
        return _short(f"minutes/{subject}")
    if action == "resolution.adopted":
        return _numbered("resolution", data, "number")
    if action in ("meeting.decided", "meeting.decision_amended"):
        return _numbered("decision", data, "number")
    return ""


def replaces(action: str, subject: str, data: Mapping[str, Any]) -> str:
    """The key of the decision whose place this one takes; empty for most."""
    if action in VERSIONS:
        return stands_as(action, subject, data)
    if action == "resolution.adopted":
        return _numbered("resolution", data, "supersedes")
    if action == "meeting.decided":
        return _numbered("decision", data, "supersedes")
    if action in ("meeting.decision_amended", WITHDRAWN):
        return _numbered("decision", data, "number")
    return ""


class Line:
    """Decisions in their order: gives each its predecessor, and remembers what stands now."""

    def __init__(self) -> None:
        self.standing: dict[str, int] = {}
        self.superseded_by: dict[int, int] = {}

    def enter(self, number: int, action: str, subject: str, data: Mapping[str, Any]) -> int | None:
        """The number of the decision whose place this one takes, if that one still stood."""
        former = self.standing.pop(replaces(action, subject, data), None)
        if former is not None:
            self.superseded_by[former] = number
        if key := stands_as(action, subject, data):
            self.standing[key] = number
        return former


def _numbered(kind: str, data: Mapping[str, Any], name: str) -> str:
    number = data.get(name)
    if not isinstance(number, int) or not data.get("sig"):
        return ""
    return _short(f"{kind}:{data['sig']}/{number}")


def _short(key: str) -> str:
    return key if len(key) <= LENGTH else sha256(key.encode()).hexdigest()
