"""Lets something happen every few seconds, so that a sync has news to bring."""

import random
import threading
from collections.abc import Callable

from tests.fakes.records import Comment, Issue, Pull
from tests.fakes.sample import AUTHORS, BOT, QUESTIONS, REMARKS, REVIEWERS, TOPICS
from tests.fakes.state import State

Event = tuple[str, Pull | Issue | Comment]
KEEP_OPEN = 4


class Live:
    """`step` makes one thing happen, chosen by seeded dice; `start` does so in a thread."""

    def __init__(
        self,
        state: State,
        repo_name: str,
        *,
        seed: int = 0,
        told: Callable[[str, Pull | Issue | Comment], None] | None = None,
    ) -> None:
        self.state = state
        self.repo_name = repo_name
        self.told = told
        self._dice = random.Random(seed)
        self._stop = threading.Event()
        self._count = 0

    def start(self, every_s: float) -> threading.Thread:
        thread = threading.Thread(target=self._run, args=(every_s,), daemon=True, name="live")
        thread.start()
        return thread

    def stop(self) -> None:
        self._stop.set()

    def _run(self, every_s: float) -> None:
        while not self._stop.wait(every_s):
            self.step()

    def step(self) -> Event:
        """What happened, and the row it left: open, merge (a pull), issue, comment."""
        with self.state.lock:
            event = self._happen()
        if self.told:
            self.told(*event)
        return event

    def _happen(self) -> Event:
        self._count += 1
        open_pulls = self.state.repo(self.repo_name).pulls.ordered(state="open")
        if len(open_pulls) < KEEP_OPEN or self._count % 5 == 0:
            return self._open_pull()
        if len(open_pulls) > KEEP_OPEN and self._count % 5 == 3:
            return self._merge(open_pulls[0])
        if self._count % 7 == 1:
            return self._open_issue()
        return self._comment(self._dice.choice(open_pulls))

    def _open_pull(self) -> Event:
        pull = self.state.add_pull(
            self.repo_name,
            user=self._dice.choice(AUTHORS),
            title=f"「示例」{self._dice.choice(TOPICS)}（新 {self._count}）",
            labels=["mindspore-cla/yes"],
        )
        return "open", pull

    def _merge(self, pull: Pull) -> Event:
        for reviewer in self._dice.sample(REVIEWERS[2:], 2):
            self._say(pull, reviewer, "/lgtm")
        self._say(pull, "Lin-Bert", "/approve")
        return "merge", self.state.merge_pull(self.repo_name, pull.number, by=BOT)

    def _open_issue(self) -> Event:
        title = f"「示例」{self._dice.choice(QUESTIONS)}（新 {self._count}）"
        issue = self.state.add_issue(self.repo_name, user=self._dice.choice(AUTHORS), title=title)
        return "issue", issue

    def _comment(self, pull: Pull) -> Event:
        reviewer = self._dice.choice([each for each in REVIEWERS if each != pull.user])
        return "comment", self._say(pull, reviewer, self._dice.choice(["/lgtm", *REMARKS[:3]]))

    def _say(self, pull: Pull, login: str, body: str) -> Comment:
        return self.state.add_comment(self.repo_name, "pull", pull.number, user=login, body=body)
