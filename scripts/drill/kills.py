"""kill -9 of worker, web or database at seeded moments of a sync; what was promised holds after each."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from scripts.drill.report import Verdict, judged
from scripts.drill.stage import Stage, Stuck, stage, until
from tests.fakes.churn import Churn
from tests.fakes.wire import Request

if TYPE_CHECKING:
    from members.models import Repository

KILLS_A_REPOSITORY = 5
VICTIMS = ("worker-0", "worker-1", "web", "database")
BEATS = ("beat-0", "beat-1")
WAIT_FOR_MOMENT_S = 8.0
# A lease ends at once here instead of in 90 s (see work.let_leases_run_out); then a sweep must come.
QUIET_S = 5.0


@dataclass
class Findings:
    """What went wrong, by promise, and how long the longest recovery took."""

    unequal: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    amid: int = 0
    kills: dict[str, int] = field(default_factory=dict)


class Moment:
    """The n-th request to the host from now on; people go on working meanwhile."""

    def __init__(self, churn: Churn, n: int) -> None:
        self.churn = churn
        self.left = n
        self.has_come = threading.Event()

    def __call__(self, request: Request) -> None:
        self.churn(request)
        self.left -= 1
        if self.left == 0:
            self.has_come.set()


def verdicts(*, points: int, seed: int) -> Iterator[Verdict]:
    with stage() as running:
        dice = random.Random(seed)  # noqa: S311 (repeatable on purpose)
        found = _kill_all(running, points, dice)
        kills = ", ".join(f"{count} of {name}" for name, count in sorted(found.kills.items()))
        detail = f"after {points} kills ({kills}), {found.amid} of them amid a sync"
        yield judged("I2 rows equal the host's", found.unequal, detail)
        yield judged("I8 no cursor passes a row", found.passed, "looked at right after each kill")
        yield judged(
            "I5 nothing due stays untouched",
            found.untouched,
            f"once a lease was over, the slowest sync was done in {found.longest_s:.1f} s",
        )
        yield judged("pages answer after each kill", found.unread, "four pages, each 200")
        yield nothing_twice(running)


def _kill_all(running: Stage, points: int, dice: random.Random) -> Findings:
    from scripts.drill import work  # needs Django set up
    from tests.reviews.truth import differences

    found = Findings()
    for number, first in enumerate(range(0, points, KILLS_A_REPOSITORY)):
        name = f"drill/kills-{number}"
        repository = work.new_repository(running.host, name, seed=number)
        churn = Churn(running.host.state, name, seed=number, rate=0.2, deletes=False)
        for _ in range(first, min(points, first + KILLS_A_REPOSITORY)):
            _kill_once(running, repository, churn, dice, found)
        churn.stop()
        running.host.before = lambda request: None
        work.ask_for_sync(repository)
        _recover(repository, found, after="the last kill")
        found.unequal += work.reading(partial(differences, repository, running.host.state))
        print(f"  … {sum(found.kills.values())} of {points} kills", flush=True)
    return found


def _kill_once(
    running: Stage, repository: "Repository", churn: Churn, dice: random.Random, found: Findings
) -> None:
    from scripts.drill import work
    from tests.reviews.truth import passed_over

    victim = dice.choice(VICTIMS)
    found.kills[victim] = found.kills.get(victim, 0) + 1
    for _ in range(10):
        churn.step()
    running.host.before = moment = Moment(churn, dice.randint(1, 6))
    work.ask_for_sync(repository)
    found.amid += moment.has_come.wait(WAIT_FOR_MOMENT_S)
    time.sleep(dice.choice([0.0, dice.uniform(0, 0.1)]))
    running.kill(victim)
    if victim != "database":
        found.passed += work.reading(lambda: passed_over(repository, running.host.state))
    running.start(victim)
    found.passed += work.reading(lambda: passed_over(repository, running.host.state))
    _recover(repository, found, after=victim)
    bad = {
        path: status for path, status in work.pages_of(running, repository).items() if status != 200
    }
    found.unread += [f"{path} answered {status} after {victim}" for path, status in bad.items()]


def _recover(repository: "Repository", found: Findings, *, after: str) -> None:
    """Until all that is due is done, without anybody asking again."""
    from scripts.drill import work

    work.let_leases_run_out()
    try:
        took_s = until(f"{repository} after {after}", lambda: work.is_settled(repository))
    except Stuck as stuck:
        found.untouched.append(str(stuck))
    else:
        found.longest_s = max(found.longest_s, took_s)


def nothing_twice(running: Stage) -> Verdict:
    """Two beats and two workers at one new repository ask what one worker alone would ask."""
    from reviews.sync.run import sync
    from scripts.drill import work

    alone, together = "drill/alone", "drill/together"
    promise = "two beats and two workers do nothing twice"
    for beat in BEATS:
        running.kill(beat)
    sync(work.new_repository(running.host, alone, seed=99))
    for beat in BEATS:
        running.start(beat)
    both = work.new_repository(running.host, together, seed=99)
    try:
        until("a first sync", lambda: work.is_settled(both))
    except Stuck as stuck:
        return Verdict(promise, False, str(stuck))
    time.sleep(QUIET_S)
    wanted, put = (work.questions(running.host, name) for name in (alone, together))
    more = [f"{question} {count} times" for question, count in (put - wanted).items()]
    return judged(promise, more, f"{sum(put.values())} requests, as one worker alone")
