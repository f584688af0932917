"""The emulated host's memory; every change goes through here.

All methods are safe while the server runs. Times are aware; `clock` gives those not passed.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.fakes.places import Grant, Places, Repo
from tests.fakes.records import Change, Comment, Commit, Issue, Kind, Log, Pull

__all__ = ["Grant", "Repo", "State", "issue_number", "sha_for"]

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class State(Places):
    """Repositories, people and tokens (`Places`), with what is said and done in them."""

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
            pull = self._pull(repo_name, number)
            return self._change(self.repo(repo_name).pulls, pull, at, changes)

    def merge_pull(
        self, repo_name: str, number: int, *, by: str, at: datetime | None = None
    ) -> Pull:
        with self.lock:
            at = at or self.clock()
            self._log(repo_name, "pull", number, by, "merged_pr", "合并了 Pull Request", at)
            return self.update_pull(
                repo_name, number, at=at, state="merged", merged_at=at, closed_at=at
            )

    def label_pull(
        self, repo_name: str, number: int, *labels: str, by: str, at: datetime | None = None
    ) -> Pull:
        """Sets the whole list of labels, as the bots do, and logs what came and what went."""
        with self.lock:
            pull = self._pull(repo_name, number)
            at = at or self.clock()
            self._log_labels(repo_name, "pull", number, pull.labels, labels, by, at)
            touched = at if self.switches.label_touches_parent else pull.updated_at
            return self.update_pull(repo_name, number, at=touched, labels=list(labels))

    def close_pull(
        self, repo_name: str, number: int, *, by: str, at: datetime | None = None
    ) -> Pull:
        with self.lock:
            at = at or self.clock()
            self._log(repo_name, "pull", number, by, "closed_pr", "关闭了 Pull Request", at)
            return self.update_pull(repo_name, number, at=at, state="closed", closed_at=at)

    def reopen_pull(
        self, repo_name: str, number: int, *, by: str, at: datetime | None = None
    ) -> Pull:
        with self.lock:
            at = at or self.clock()
            self._log(repo_name, "pull", number, by, "reopened_pr", "重新打开了 Pull Request", at)
            return self.update_pull(repo_name, number, at=at, state="open", closed_at=None)

    def push_pull(
        self,
        repo_name: str,
        number: int,
        *,
        by: str | None = None,
        sha: str | None = None,
        message: str = "更新",
        changes: Sequence[Change] = (),
        at: datetime | None = None,
    ) -> Pull:
        """A new commit: the head moves, and `updated_at` unless `push_touches_parent` is off."""
        with self.lock:
            pull, at = self._pull(repo_name, number), at or self.clock()
            commits = self.repo(repo_name).commits.setdefault(number, first_commits(pull))
            user = by or pull.user
            if user is not None:
                self.add_user(user)
            sha = sha or sha_for(repo_name, number, pull.head_sha)
            name = user or "someone"
            commits.append(Commit(sha, pull.head_sha, f"{message}\n", user, name, at))
            self.repo(repo_name).changes.setdefault(number, []).extend(changes)
            touched = at if self.switches.push_touches_parent else pull.updated_at
            return self.update_pull(repo_name, number, at=touched, head_sha=sha)

    def link_issues(self, repo_name: str, number: int, *issues: str) -> None:
        """Sets the issues that the pull request is linked with (`…/pulls/{n}/issues`)."""
        with self.lock:
            self.repo(repo_name).links[number] = list(issues)

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
            issue = self._issue(repo_name, number)
            return self._change(self.repo(repo_name).issues, issue, at, changes)

    def label_issue(
        self, repo_name: str, number: str, *labels: str, by: str, at: datetime | None = None
    ) -> Issue:
        """Like `label_pull`."""
        with self.lock:
            issue, at = self._issue(repo_name, number), at or self.clock()
            self._log_labels(repo_name, "issue", number, issue.labels, labels, by, at)
            touched = at if self.switches.label_touches_parent else issue.updated_at
            return self.update_issue(repo_name, number, at=touched, labels=list(labels))

    def hide_issue(self, repo_name: str, number: str, *, at: datetime | None = None) -> Issue:
        """Made private: with a token it is listed with `security_hole`, without one it is not there."""
        return self.update_issue(repo_name, number, at=at, security_hole=True)

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
            at = at or self.clock()
            touched = at if self.switches.edit_touches_comment else comment.updated_at
            self._change(shelf, comment, touched, {"body": body})
            if self.switches.edit_touches_parent:
                self._note_comment(repo_name, kind, comment.number, at, 0)
            return comment

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
    def _pull(self, repo_name: str, number: int) -> Pull:
        pull = self.repo(repo_name).pulls.get(number)
        assert pull is not None, f"no pull request {number}"
        return pull

    def _issue(self, repo_name: str, number: str) -> Issue:
        issue = self.repo(repo_name).issues.get(number)
        assert issue is not None, f"no issue {number}"
        return issue

    def _log(
        self,
        repo_name: str,
        kind: Kind,
        number: int | str,
        by: str,
        action: str,
        text: str,
        at: datetime,
    ) -> None:
        self.add_log(repo_name, kind, number, by=by, action=action, text=text, at=at)

    def _log_labels(
        self,
        repo_name: str,
        kind: Kind,
        number: int | str,
        before: Sequence[str],
        after: Sequence[str],
        by: str,
        at: datetime,
    ) -> None:
        """In rows of 2020 a label's change is called `set_assignee`: only the sentence tells."""
        typed = self.switches.label_logs_typed
        for action, verb, gone in (("add_label", "添加", before), ("remove_label", "删除", after)):
            for label in after if gone is before else before:
                if label not in gone:
                    name = action if typed else "set_assignee"
                    self._log(repo_name, kind, number, by, name, f"{verb}了标签 {label}", at)

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


def first_commits(pull: Pull) -> list[Commit]:
    """What a pull request begins with: one commit, its head."""
    name = pull.user or "someone"
    return [Commit(pull.head_sha, pull.base_sha, "提交\n", pull.user, name, pull.created_at)]


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
