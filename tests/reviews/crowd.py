"""A repository with enough in it that every list has several pages, the same for the same seed."""

import datetime as dt
import random

from tests.fakes.state import State

LOGINS = ("hua", "liu", "chen", "wang", "zhao")
START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def crowd(
    state: State, name: str, *, seed: int = 1, pulls: int = 110, issues: int = 105, words: int = 212
) -> None:
    """Invented pull requests, issues and comments; many share a second, as in real life.

    One issue that is talked about is private.
    """
    dice = random.Random(seed)
    state.add_repo(name)
    clock = _Ticking(dice)
    for number in range(1, pulls + 1):
        state.add_pull(name, user=dice.choice(LOGINS), title=f"改动 {number}", created_at=clock())
    numbers = [
        state.add_issue(
            name, user=dice.choice(LOGINS), title=f"问题 {n}", created_at=clock()
        ).number
        for n in range(issues)
    ]
    numbers[:] = [*numbers[:3], *numbers[-20:]]
    # Private from the start, with words on it.
    state.hide_issue(name, numbers[0], at=clock())
    for n in range(words):
        on_pull = n % 2 == 0
        state.add_comment(
            name,
            "pull" if on_pull else "issue",
            dice.randint(1, pulls) if on_pull else dice.choice(numbers),
            user=dice.choice(LOGINS),
            body=dice.choice(["/lgtm", "/approve", "请补充用例", "“引号”与\r\n换行"]),
            at=clock(),
        )
    for number in dice.sample(range(1, pulls + 1), pulls // 2):
        state.merge_pull(name, number, by=dice.choice(LOGINS), at=clock())


class _Ticking:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.now = START

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=self.dice.choice([0, 0, 1, 90]))
        return self.now
