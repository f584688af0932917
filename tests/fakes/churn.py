"""People at work while somebody reads: rows change, come and go between two pages of a list."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.fakes.places import Repo
from tests.fakes.records import Kind
from tests.fakes.shelf import Item, Shelf
from tests.fakes.state import State
from tests.fakes.wire import Request


class Churn:
    """Hand it to `GiteeServer.before`: at a share `rate` of the requests something happens first.

    Seeded, so that a run repeats. Ends after `limit` happenings or with `stop`. Times go on from
    the newest row's, often within one and the same second. Without `deletes` nothing goes away.
    """

    def __init__(
        self,
        state: State,
        repo_name: str,
        *,
        seed: int = 0,
        rate: float = 1.0,
        limit: int = 10_000,
        deletes: bool = True,
    ) -> None:
        self.state = state
        self.repo_name = repo_name
        self.rate = rate
        self.left = limit
        self._dice = random.Random(seed)
        self._now: datetime | None = None
        self._ways: list[Callable[[], object]] = [
            self._edit_pull,
            self._edit_issue,
            self._edit_comment,
            self._add_pull,
            self._add_issue,
            self._say,
            self._merge,
        ]
        if deletes:
            self._ways += [self._delete_comment, self._delete_issue]

    def __call__(self, request: Request) -> None:
        """Only between the pages of lists, and never while none is read."""
        if request.path.startswith("/api/v5/repos/") and self._dice.random() < self.rate:
            self.step()

    def stop(self) -> None:
        self.left = 0

    def step(self) -> None:
        with self.state.lock:
            if self.left > 0:
                self.left -= 1
                self._dice.choice(self._ways)()

    # ── what can happen ────────────────────────────────────────────────────────────────────────
    def _edit_pull(self) -> None:
        if pull := self._any(self.repo.pulls):
            self.state.update_pull(
                self.repo_name, pull.number, title=f"{pull.title[:40]}·", at=self._tick()
            )

    def _edit_issue(self) -> None:
        if issue := self._any(self.repo.issues):
            labels = sorted({*issue.labels, self._dice.choice(["bug", "rfc", "doc"])})
            self.state.update_issue(self.repo_name, issue.number, labels=labels, at=self._tick())

    def _edit_comment(self) -> None:
        kind = self._kind()
        if comment := self._any(self.repo.comments(kind)):
            body = f"{comment.body[:60]} …"
            self.state.update_comment(self.repo_name, kind, comment.id, body=body, at=self._tick())

    def _add_pull(self) -> None:
        self.state.add_pull(self.repo_name, user=self._who(), title="新", created_at=self._tick())

    def _add_issue(self) -> None:
        self.state.add_issue(self.repo_name, user=self._who(), title="新", created_at=self._tick())

    def _say(self) -> None:
        kind = self._kind()
        parent = self._any(self.repo.pulls if kind == "pull" else self.repo.issues)
        if parent:
            self.state.add_comment(
                self.repo_name, kind, parent.number, user=self._who(), body="/lgtm", at=self._tick()
            )

    def _merge(self) -> None:
        pull = self._any(self.repo.pulls)
        if pull and pull.state == "open":
            self.state.merge_pull(self.repo_name, pull.number, by=self._who(), at=self._tick())

    def _delete_comment(self) -> None:
        kind = self._kind()
        if comment := self._any(self.repo.comments(kind)):
            self.state.delete_comment(self.repo_name, kind, comment.id)

    def _delete_issue(self) -> None:
        if issue := self._any(self.repo.issues):
            self.state.delete_issue(self.repo_name, issue.number)

    # ── inside ─────────────────────────────────────────────────────────────────────────────────
    @property
    def repo(self) -> Repo:
        return self.state.repo(self.repo_name)

    def _any(self, shelf: Shelf[Item]) -> Item | None:
        rows = list(shelf)
        return self._dice.choice(rows) if rows else None

    def _who(self) -> str:
        return self._dice.choice(["hua", "liu", "chen", "wang"])

    def _kind(self) -> Kind:
        return "pull" if self._dice.random() < 0.5 else "issue"

    def _tick(self) -> datetime:
        """Now: never before what is there already, and often the second it was."""
        if self._now is None:
            repo = self.repo
            shelves = (repo.pulls, repo.issues, repo.pull_comments, repo.issue_comments)
            self._now = max(row.updated_at for shelf in shelves for row in shelf)
        self._now += timedelta(seconds=self._dice.choice([0, 0, 1, 40]))
        return self._now
