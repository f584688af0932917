"""Requests nobody should send, by the thousand: none is answered by a failure, none costs memory for good."""

import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.drill.report import Verdict, judged
from scripts.drill.stage import Stage, stage

if TYPE_CHECKING:
    from scripts.drill.odd_requests import Odd

SENDERS = 4
# So many of a hundred warm the processes up (caches, compiled templates) before they are measured.
WARM_UP_PERCENT = 20
# The two processes of the web server together may keep so much more at the end than after warming up.
BOUND_MB = 48.0
PAGES = ("/", "/sync/", "/en/", "/accounts/login/", "/api/v1/sigs", "/readyz")


@dataclass
class Sent:
    """What was answered, by status (0: the connection was closed), and each answer that must not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def add(self, other: "Sent") -> None:
        self.statuses += other.statuses
        self.bad += other.bad


def verdicts(*, requests: int, seed: int) -> Iterator[Verdict]:
    """So many are sent after those that warm up."""
    # The emulated sender of webhooks and the web server know it from here.
    os.environ["GITEE_WEBHOOK_SECRET"] = secrets.token_hex(16)
    with stage(beats=0, workers=0) as running:
        from scripts.drill.odd_requests import Odd  # needs Django set up

        odd = Odd.prepared(running.web)
        _send_all(odd, requests * WARM_UP_PERCENT // 100, seed)
        processes = _children(running)
        before = _resident_mb(processes)
        start = time.monotonic()
        sent = _send_all(odd, requests, seed + 1)
        took_s = time.monotonic() - start
        told = ", ".join(f"{count} × {status}" for status, count in sorted(sent.statuses.items()))
        detail = f"{requests} in {took_s:.0f} s ({told})"
        yield judged("no answer of 500 or more, none left hanging", sent.bad, detail)
        yield _memory(running, before, processes)
        yield _pages_answer(running)


def _send_all(odd: "Odd", requests: int, seed: int) -> Sent:
    total = Sent()
    with ThreadPoolExecutor(SENDERS) as pool:
        send = partial(_send_some, odd, -(-requests // SENDERS))
        for sent in pool.map(send, range(seed * SENDERS, (seed + 1) * SENDERS)):
            total.add(sent)
    return total


def _send_some(odd: "Odd", requests: int, seed: int) -> Sent:
    dice, sent = random.Random(seed), Sent()  # noqa: S311 (repeatable on purpose)
    for _ in range(requests):
        raw = odd.request(dice)
        status = odd.send(raw)
        sent.statuses[status] += 1
        if status < 0 or status >= 500:
            answer = "not answered in time" if status < 0 else f"answered {status}"
            sent.bad.append(f"{raw[:200]!r} was {answer}")
    return sent


# ── what is left behind ───────────────────────────────────────────────────────────────────────
def _memory(running: Stage, before: float, processes: set[int]) -> Verdict:
    promise = "memory of the web processes is stable"
    now = _children(running)
    if now != processes:
        return Verdict(promise, False, f"processes {processes} became {now}: one has died")
    after = _resident_mb(now)
    detail = (
        f"{before:.0f} MB after warming up, {after:.0f} MB at the end, bound {BOUND_MB:.0f} MB more"
    )
    return Verdict(promise, after - before <= BOUND_MB, detail)


def _children(running: Stage) -> set[int]:
    process = running.programs["web"].process
    if process is None:
        return set()
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(pid) for pid in listed.split()}


def _resident_mb(processes: set[int]) -> float:
    """Of all together, as Linux counts (VmRSS, kB)."""
    lines = [
        line
        for pid in processes
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    ]
    return sum(int(line.split()[1]) for line in lines) / 1024


def _pages_answer(running: Stage) -> Verdict:
    found = {path: running.status_of(path) for path in PAGES}
    bad = [f"{path} answered {status}" for path, status in found.items() if status != 200]
    return judged("pages answer afterwards", bad, f"{len(PAGES)} pages, each 200")
