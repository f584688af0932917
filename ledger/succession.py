"""Which decision takes the place of which: told from the entries alone, pure.

A decision stands under a key ("resolution:one/3"); a later one names the key whose place it takes.
Rules, review rules and minutes are replaced by their next version, which stands under the same key.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Protocol

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
        return _decision(data, "number")
    return ""


def replaces(action: str, subject: str, data: Mapping[str, Any]) -> str:
    """The key of the decision whose place this one takes; empty for most."""
    if action in VERSIONS:
        return stands_as(action, subject, data)
    if action == "resolution.adopted":
        return _numbered("resolution", data, "supersedes")
    if action == "meeting.decided":
        return _decision(data, "supersedes")
    if action in ("meeting.decision_amended", WITHDRAWN):
        return _decision(data, "number")
    return ""


class Places(Protocol):
    """Decisions registered so far, by key: in memory (Line) or in the table (ledger.register)."""

    def newest(self, key: str, *, standing: bool) -> int | None:
        """Number of the newest one under the key; with `standing` only one that nothing replaced."""

    def replace(self, number: int, by: int | None) -> None:
        """Another took its place; None: it stands again."""


def succeed(
    places: Places, number: int, action: str, subject: str, data: Mapping[str, Any]
) -> int | None:
    """Put a new decision in its place; the number of the one that stood there."""
    former = _newest(places, replaces(action, subject, data), standing=True)
    if former is not None:
        places.replace(former, number)
    if action == "meeting.decision_restored":
        restored = _newest(places, _decision(data, "number"), standing=False)
        if restored is not None:
            places.replace(restored, None)
    if action == "meeting.decision_superseded":
        _hand_over(places, _decision(data, "number"), _decision(data, "superseded_by"))
    return former


def _hand_over(places: Places, key: str, to: str) -> None:
    """Said of the older decision, once the minutes of the younger were amended to say so."""
    older = _newest(places, key, standing=True)
    younger = _newest(places, to, standing=True)
    if older is not None and younger is not None:
        places.replace(older, younger)


def _newest(places: Places, key: str, *, standing: bool) -> int | None:
    return places.newest(key, standing=standing) if key else None


class Line:
    """Places in memory, for those who go through all entries in order."""

    def __init__(self) -> None:
        self.by_key: dict[str, int] = {}
        self.superseded_by: dict[int, int] = {}

    def enter(self, number: int, action: str, subject: str, data: Mapping[str, Any]) -> int | None:
        """The next decision; the number of the one whose place it takes."""
        former = succeed(self, number, action, subject, data)
        if key := stands_as(action, subject, data):
            self.by_key[key] = number
        return former

    def newest(self, key: str, *, standing: bool) -> int | None:
        number = self.by_key.get(key)
        return None if standing and number in self.superseded_by else number

    def replace(self, number: int, by: int | None) -> None:
        if by is None:
            self.superseded_by.pop(number, None)
        else:
            self.superseded_by[number] = by


def _decision(data: Mapping[str, Any], name: str) -> str:
    return _numbered("decision", data, name)


def _numbered(kind: str, data: Mapping[str, Any], name: str) -> str:
    number = data.get(name)
    if not isinstance(number, int) or not data.get("sig"):
        return ""
    return _short(f"{kind}:{data['sig']}/{number}")


def _short(key: str) -> str:
    return key if len(key) <= LENGTH else sha256(key.encode()).hexdigest()
