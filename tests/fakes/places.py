"""Who and what is on the emulated host: repositories, people, tokens, and what stands around a repository."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.records import (
    Change,
    Comment,
    Commit,
    Event,
    Issue,
    Kind,
    Log,
    Milestone,
    Pull,
    User,
)
from tests.fakes.shelf import Shelf
from tests.fakes.switches import Switches


@dataclass
class Repo:
    id: int
    owner: str
    name: str
    description: str = ""
    default_branch: str = "master"
    created_at: datetime = datetime(2021, 1, 1, tzinfo=UTC)
    pulls: Shelf[Pull] = field(default_factory=lambda: Shelf(lambda row: row.number))
    issues: Shelf[Issue] = field(default_factory=lambda: Shelf(lambda row: row.number))
    pull_comments: Shelf[Comment] = field(default_factory=lambda: Shelf(lambda row: row.id))
    issue_comments: Shelf[Comment] = field(default_factory=lambda: Shelf(lambda row: row.id))
    logs: dict[tuple[str, str], list[Log]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    # Files of branches that were written to; any other branch has `files`.
    trees: dict[str, dict[str, bytes]] = field(default_factory=dict)
    fork_of: str = ""
    # login -> admin, write or read
    collaborators: dict[str, str] = field(default_factory=dict)
    # By the pull request's number: commits oldest first, files, issues it names.
    commits: dict[int, list[Commit]] = field(default_factory=dict)
    changes: dict[int, list[Change]] = field(default_factory=dict)
    links: dict[int, list[str]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    private: bool = False
    status: str = "开始"
    updated_at: datetime | None = None

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    def comments(self, kind: Kind) -> Shelf[Comment]:
        return self.pull_comments if kind == "pull" else self.issue_comments


@dataclass
class Grant:
    """One access token: whose, for what, until when (None: for ever)."""

    login: str
    scope: str = "user_info emails"
    expires_at: datetime | None = None


class Places:
    """The part of `State` that is not about pull requests, issues and comments."""

    def __init__(
        self, *, switches: Switches | None = None, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.lock = threading.RLock()
        self.switches = switches or Switches()
        # Whole seconds, as Gitee keeps them: rows of the same second are common.
        self.clock = clock or (lambda: datetime.now(UTC).replace(microsecond=0))
        self.users: dict[str, User] = {}
        self.repos: dict[str, Repo] = {}
        self.tokens: dict[str, Grant] = {}
        # Old full name (lower case) -> the repository that left it, see `move_repo`.
        self.moved: dict[str, Repo] = {}
        # Ids of rows that are sent in a shape nobody can read, as long as they are in here.
        self.unreadable: set[int] = set()
        self.names_version = 0
        self._last_ids: dict[str, int] = {}

    # ── people and places ──────────────────────────────────────────────────────────────────────
    def add_user(
        self,
        login: str,
        name: str | None = None,
        *,
        uid: int | None = None,
        email: str | None = None,
    ) -> User:
        """The user of this login, made if new. Without `uid` the id follows from the login."""
        with self.lock:
            known = self.users.get(login.lower())
            if known is None:
                known = User(uid or self._uid_for(login), login, name or login, email)
                self.users[login.lower()] = known
            return known

    def _uid_for(self, login: str) -> int:
        taken = {user.id for user in self.users.values()}
        digest = hashlib.sha256(login.lower().encode()).digest()
        uid = 1_000_000 + int.from_bytes(digest[:8], "big") % 9_000_000
        while uid in taken:
            uid += 1
        return uid

    def find_user(self, login: str | None) -> User | None:
        return self.users.get((login or "").lower())

    def rename_user(self, login: str, new_login: str) -> None:
        """The id stays, as on Gitee; rows written by the user now show the new login."""
        with self.lock:
            user = self.users.pop(login.lower())
            user.login = new_login
            self.users[new_login.lower()] = user
            self._replace_login(login, new_login)

    def remove_user(self, login: str) -> None:
        """Afterwards whatever the user wrote has a null author."""
        with self.lock:
            del self.users[login.lower()]
            self.names_version += 1

    def _replace_login(self, old: str, new: str) -> None:
        self.names_version += 1
        for repo in self.repos.values():
            for shelf in (repo.pulls, repo.issues, repo.pull_comments, repo.issue_comments):
                for row in shelf:
                    _rename(row, old, new)
            for history in (*repo.logs.values(), *repo.commits.values(), repo.events):
                for row in history:
                    _rename(row, old, new)
            if old in repo.collaborators:
                repo.collaborators[new] = repo.collaborators.pop(old)

    def add_repo(self, full_name: str, **more: Any) -> Repo:
        with self.lock:
            owner, _, name = full_name.partition("/")
            repo = Repo(self._next_id("repo", 9_000_000), owner, name, **more)
            self.repos[full_name.lower()] = repo
            return repo

    def repo(self, full_name: str) -> Repo:
        return self.repos[full_name.lower()]

    def add_token(self, token: str, login: str, **more: Any) -> str:
        with self.lock:
            self.add_user(login)
            self.tokens[token] = Grant(login, **more)
            return token

    def move_repo(self, full_name: str, new_name: str) -> Repo:
        """Renamed or transferred: same id, new address. `moved_status` says what the old one answers."""
        with self.lock:
            repo = self.repos.pop(full_name.lower())
            repo.owner, _, repo.name = new_name.partition("/")
            self.repos[new_name.lower()] = repo
            self.moved[full_name.lower()] = repo
            self.names_version += 1
            return repo

    # ── around a repository ────────────────────────────────────────────────────────────────────
    def add_milestone(self, repo_name: str, title: str, **more: Any) -> Milestone:
        """Its number follows from the title unless given."""
        with self.lock:
            at = more.pop("created_at", None) or self.clock()
            number = more.pop("number", None) or milestone_number(title)
            milestone = Milestone(number, title, at, more.pop("updated_at", None) or at, **more)
            self.repo(repo_name).milestones[number] = milestone
            self.names_version += 1
            return milestone

    def update_milestone(self, repo_name: str, number: int, **changes: Any) -> Milestone:
        with self.lock:
            milestone = self.repo(repo_name).milestones[number]
            for name, value in {"updated_at": self.clock(), **changes}.items():
                assert hasattr(milestone, name), f"a milestone has no {name}"
                setattr(milestone, name, value)
            self.names_version += 1
            return milestone

    def delete_milestone(self, repo_name: str, number: int) -> None:
        with self.lock:
            del self.repo(repo_name).milestones[number]
            self.names_version += 1

    def set_collaborator(self, repo_name: str, login: str, permission: str = "write") -> None:
        """`permission`: admin, write or read."""
        with self.lock:
            self.add_user(login)
            self.repo(repo_name).collaborators[login] = permission

    def add_event(
        self,
        repo_name: str,
        kind: str,
        *,
        user: str | None,
        at: datetime | None = None,
        **payload: Any,
    ) -> Event:
        with self.lock:
            event = Event(self._next_id("event", 500_000), kind, user, payload, at or self.clock())
            self.repo(repo_name).events.append(event)
            return event

    def _next_id(self, kind: str, start: int) -> int:
        self._last_ids[kind] = self._last_ids.get(kind, start) + 1
        return self._last_ids[kind]


def _rename(row: object, old: str, new: str) -> None:
    """In every field that holds a login, or a list of them."""
    for name in ("user", "assignee", "head_owner"):
        if getattr(row, name, None) == old:
            setattr(row, name, new)
    for name in ("assignees", "accepted_by"):
        logins = getattr(row, name, [])
        logins[:] = [new if login == old else login for login in logins]


def milestone_number(title: str) -> int:
    return int(hashlib.sha256(title.encode()).hexdigest()[:5], 16)
