"""The emulated host's memory: repositories, people, tokens; every change goes through here.

All methods are safe while the server runs. Times are aware; `clock` gives those not passed.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.records import Comment, Issue, Kind, Log, Pull, Record, User
from tests.fakes.shelf import Shelf
from tests.fakes.switches import Switches

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


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


class State:
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

    # ── pull requests and issues ───────────────────────────────────────────────────────────────
    def add_pull(self, repo_name: str, *, user: str | None, title: str, **more: Any) -> Pull:
        with self.lock:
            repo = self.repo(repo_name)
            if user is not None:
                self.add_user(user)
            created_at = more.pop("created_at", None) or self.clock()
            number = more.pop("number", None) or self._next_number(repo)
            more.setdefault("head_owner", user)
            more.setdefault("head_sha", sha_for(repo_name, number))
            pull = Pull(
                id=more.pop("id", None) or self._next_id("pull", 4_000_000),
                number=number,
                title=title,
                user=user,
                created_at=created_at,
                updated_at=more.pop("updated_at", None) or created_at,
                **more,
            )
            repo.pulls.put(pull)
            return pull

    def update_pull(
        self, repo_name: str, number: int, *, at: datetime | None = None, **changes: Any
    ) -> Pull:
        """Sets fields; `updated_at` moves to `at` or now, unless the change names another."""
        with self.lock:
            repo = self.repo(repo_name)
            pull = repo.pulls.get(number)
            assert pull is not None, f"no pull request {number}"
            return self._change(repo.pulls, pull, at, changes)

    def merge_pull(
        self, repo_name: str, number: int, *, by: str, at: datetime | None = None
    ) -> Pull:
        with self.lock:
            at = at or self.clock()
            pull = self.update_pull(
                repo_name, number, at=at, state="merged", merged_at=at, closed_at=at
            )
            self.add_log(
                repo_name,
                "pull",
                number,
                by=by,
                action="merged_pr",
                text="合并了 Pull Request",
                at=at,
            )
            return pull

    def label_pull(
        self, repo_name: str, number: int, *labels: str, by: str, at: datetime | None = None
    ) -> Pull:
        """Sets the whole list of labels, as the bots do, and logs the new ones."""
        with self.lock:
            pull = self.repo(repo_name).pulls.get(number)
            assert pull is not None, f"no pull request {number}"
            at = at or self.clock()
            for label in labels:
                if label not in pull.labels:
                    self.add_log(
                        repo_name,
                        "pull",
                        number,
                        by=by,
                        action="add_label",
                        text=f"添加了标签 {label}",
                        at=at,
                    )
            touched = at if self.switches.label_touches_parent else pull.updated_at
            return self.update_pull(repo_name, number, at=touched, labels=list(labels))

    def delete_pull(self, repo_name: str, number: int) -> None:
        with self.lock:
            self._delete(repo_name, "pull", number)

    def add_issue(self, repo_name: str, *, user: str | None, title: str, **more: Any) -> Issue:
        with self.lock:
            if user is not None:
                self.add_user(user)
            identity = more.pop("id", None) or self._next_id("issue", 7_000_000)
            created_at = more.pop("created_at", None) or self.clock()
            issue = Issue(
                id=identity,
                number=more.pop("number", None) or issue_number(identity),
                title=title,
                user=user,
                created_at=created_at,
                updated_at=more.pop("updated_at", None) or created_at,
                **more,
            )
            self.repo(repo_name).issues.put(issue)
            return issue

    def update_issue(
        self, repo_name: str, number: str, *, at: datetime | None = None, **changes: Any
    ) -> Issue:
        with self.lock:
            repo = self.repo(repo_name)
            issue = repo.issues.get(number)
            assert issue is not None, f"no issue {number}"
            return self._change(repo.issues, issue, at, changes)

    def delete_issue(self, repo_name: str, number: str) -> None:
        with self.lock:
            self._delete(repo_name, "issue", number)

    # ── comments and logs ──────────────────────────────────────────────────────────────────────
    def add_comment(
        self,
        repo_name: str,
        kind: Kind,
        number: int | str,
        *,
        user: str | None,
        body: str,
        at: datetime | None = None,
        **more: Any,
    ) -> Comment:
        with self.lock:
            at = at or self.clock()
            if user is not None:
                self.add_user(user)
            comment = Comment(
                id=more.pop("id", None) or self._next_id("comment", 6_000_000),
                kind=kind,
                number=str(number),
                user=user,
                body=body,
                created_at=at,
                updated_at=more.pop("updated_at", None) or at,
                **more,
            )
            self.repo(repo_name).comments(kind).put(comment)
            self._note_comment(repo_name, kind, number, at, +1)
            return comment

    def update_comment(
        self, repo_name: str, kind: Kind, identity: int, *, body: str, at: datetime | None = None
    ) -> Comment:
        with self.lock:
            shelf = self.repo(repo_name).comments(kind)
            comment = shelf.get(identity)
            assert comment is not None, f"no comment {identity}"
            return self._change(shelf, comment, at, {"body": body})

    def delete_comment(self, repo_name: str, kind: Kind, identity: int) -> None:
        """Gone without a trace: lists never tell that it was there."""
        with self.lock:
            comment = self.repo(repo_name).comments(kind).remove(identity)
            self._note_comment(repo_name, kind, comment.number, None, -1)

    def add_log(
        self,
        repo_name: str,
        kind: Kind,
        number: int | str,
        *,
        by: str | None,
        action: str,
        text: str,
        at: datetime,
    ) -> Log:
        with self.lock:
            if by is not None:
                self.add_user(by)
            log = Log(self._next_id("log", 14_000_000), kind, str(number), by, action, text, at)
            self.repo(repo_name).logs.setdefault((kind, str(number)), []).append(log)
            return log

    # ── inside ─────────────────────────────────────────────────────────────────────────────────
    def _change(self, shelf: Any, row: Any, at: datetime | None, changes: dict[str, Any]) -> Any:
        row.updated_at = at or self.clock()
        for name, value in changes.items():
            assert hasattr(row, name), f"{type(row).__name__} has no {name}"
            setattr(row, name, value)
        shelf.changed(row)
        return row

    def _note_comment(
        self, repo_name: str, kind: Kind, number: int | str, at: datetime | None, step: int
    ) -> None:
        repo = self.repo(repo_name)
        shelf: Any = repo.pulls if kind == "pull" else repo.issues
        parent = shelf.get(int(number) if kind == "pull" else str(number))
        if parent is None:
            return
        if isinstance(parent, Issue):
            parent.comments += step
        if at is not None and self.switches.comment_touches_parent:
            parent.updated_at = max(parent.updated_at, at)
        shelf.changed(parent)

    def _delete(self, repo_name: str, kind: Kind, number: int | str) -> None:
        repo = self.repo(repo_name)
        shelf: Any = repo.pulls if kind == "pull" else repo.issues
        shelf.remove(number)
        comments = repo.comments(kind)
        for comment in comments:
            if comment.number == str(number):
                comments.remove(comment.id)

    def _next_number(self, repo: Repo) -> int:
        return max((pull.number for pull in repo.pulls), default=0) + 1

    def _next_id(self, kind: str, start: int) -> int:
        self._last_ids[kind] = self._last_ids.get(kind, start) + 1
        return self._last_ids[kind]


def _rename(row: Record, old: str, new: str) -> None:
    """In every field that holds a login, or a list of them."""
    for name in ("user", "assignee", "head_owner"):
        if getattr(row, name, None) == old:
            setattr(row, name, new)
    for name in ("assignees", "accepted_by"):
        logins = getattr(row, name, [])
        logins[:] = [new if login == old else login for login in logins]


def sha_for(*parts: object) -> str:
    """A stable stand-in for a commit id: 40 hexadecimal digits."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:40]


def issue_number(identity: int) -> str:
    """Like Gitee's: `I` and the id in base 36 (7000001 -> I461AP)."""
    digits = ""
    while identity:
        identity, rest = divmod(identity, 36)
        digits = DIGITS[rest] + digits
    return "I" + digits
