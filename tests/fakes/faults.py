"""Misbehaviour on request: scripted, decided by a function, or thrown by seeded dice.

A fault is chosen once per request. Those of the wire spoil the answer (status, HTML, cut, drip, drop,
hang); those of the list spoil its rows (duplicate, repeat, shift, null_users, unreadable), overlook what
was asked (since_ignored, sort_ignored, direction_ignored) or leave the totals out (no_counts).
"""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.fakes.wire import Request

WIRE = ("status", "html", "cut", "not_json", "drip", "drip_headers", "drop", "drop_midway", "hang")
ROWS = (
    "duplicate",
    "repeat",
    "shift",
    "null_users",
    "unreadable",
    "since_ignored",
    "sort_ignored",
    "direction_ignored",
    "no_counts",
)
NOT_FOUND = '{"message":"404 Not Found"}'  # now and then sent for what exists


@dataclass(frozen=True)
class Fault:
    """`kind` is one of WIRE or ROWS. `drip_s` is the pause after each byte of a drip."""

    kind: str
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    drip_s: float = 0.02

    def __post_init__(self) -> None:
        if self.kind not in WIRE + ROWS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(WIRE + ROWS)}")


def error(status: int, *, body: str | None = None, **headers: str) -> Fault:
    """An error status; header names are written with underscores: `error(429, Retry_After="3")`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault("status", status=status, headers=named, body=body)


Hook = Callable[[Request], Fault | None]


class Faults:
    """Consulted for every request: first the script, then the hook, then the dice."""

    def __init__(self, *, hook: Hook | None = None) -> None:
        self.hook = hook
        self._script: list[tuple[str, Fault]] = []
        self._rates: dict[str, tuple[float, Fault]] = {}
        self._dice = random.Random(0)
        self._lock = threading.Lock()

    def next(self, fault: Fault, *, times: int = 1, path: str = "") -> None:
        """The next `times` requests whose path contains `path` get this fault."""
        with self._lock:
            self._script.extend([(path, fault)] * times)

    def throw_dice(self, seed: int, rates: Mapping[str, float]) -> None:
        """From now on each kind of fault comes with its probability; the same seed, the same order."""
        with self._lock:
            self._dice = random.Random(seed)
            self._rates = {name: (rate, named_fault(name)) for name, rate in rates.items()}

    def clear(self) -> None:
        with self._lock:
            self.hook = None
            self._script.clear()
            self._rates.clear()

    def for_request(self, request: Request) -> Fault | None:
        with self._lock:
            for index, (path, fault) in enumerate(self._script):
                if path in request.path:
                    del self._script[index]
                    return fault
            thrown = self._thrown()
        found = self.hook(request) if self.hook else None
        return found or thrown

    def _thrown(self) -> Fault | None:
        for rate, fault in self._rates.values():
            if self._dice.random() < rate:
                return fault
        return None


def named_fault(name: str) -> Fault:
    """`500`, `429`, `429+3` (with Retry-After: 3), `403+0` (none left), or the name of a kind: `html`, `cut` …"""
    status, _, wait = name.partition("+")
    if name == "403+0":
        body = '{"message":"403 Forbidden"}'
        return error(403, body=body, X_RateLimit_Limit="60", X_RateLimit_Remaining="0")
    if status.isdecimal():
        body = NOT_FOUND if status == "404" else None
        return error(int(status), body=body, **({"Retry_After": wait} if wait else {}))
    return Fault(name)
