"""The broker and cache away for a while: people go on reading, and nothing due is forgotten."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scripts.drill.report import Verdict, judged
from scripts.drill.stage import Stage, Stuck, stage, until

if TYPE_CHECKING:
    from members.models import Repository

READINGS = 5
PAUSE_S = 0.5


def verdicts(*, points: int, seed: int) -> Iterator[Verdict]:
    """`points` has no meaning here: it goes away once."""
    with stage(beats=1, workers=1) as running:
        from scripts.drill import work  # needs Django set up
        from tests.fakes.churn import Churn
        from tests.reviews.truth import differences

        name = "drill/redis"
        repository = work.new_repository(running.host, name, seed=seed)
        until("a first sync", lambda: work.is_settled(repository))
        running.kill("redis")
        yield _reading_goes_on(running, repository)
        churn = Churn(running.host.state, name, seed=seed, deletes=False)
        for _ in range(20):
            churn.step()
        work.ask_for_sync(repository)
        time.sleep(PAUSE_S)
        running.start("redis")
        try:
            took_s = until("the sync asked for meanwhile", lambda: work.is_settled(repository))
        except Stuck as stuck:
            yield Verdict("I5 nothing due stays untouched", False, str(stuck))
            return
        detail = f"the sync asked for meanwhile was done {took_s:.1f} s after it came back"
        yield Verdict("I5 nothing due stays untouched", True, detail)
        unequal = differences(repository, running.host.state)
        yield judged("I2 rows equal the host's", unequal, "after it came back")


def _reading_goes_on(running: Stage, repository: "Repository") -> Verdict:
    from scripts.drill import work

    bad, slowest_s = [], 0.0
    for _ in range(READINGS):
        start = time.monotonic()
        pages = work.pages_of(running, repository).items()
        slowest_s = max(slowest_s, time.monotonic() - start)
        bad += [f"{path} answered {status}" for path, status in pages if status != 200]
        time.sleep(PAUSE_S)
    detail = f"{READINGS} times four pages, the slowest four in {slowest_s:.1f} s"
    return judged("reading goes on without Redis", bad, detail)
