"""Deliveries as Gitee sends them: headers, signature, and bodies that are not the REST shapes."""

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fakes.places import Repo
from tests.fakes.records import Comment, Issue, Pull
from tests.fakes.shapes import Shapes, instant
from tests.fakes.state import sha_for

EVENTS = {
    "push_hooks": "Push Hook",
    "merge_request_hooks": "Merge Request Hook",
    "issue_hooks": "Issue Hook",
    "note_hooks": "Note Hook",
}
ZEROS = "0" * 40


@dataclass(frozen=True)
class Delivery:
    headers: dict[str, str]
    body: bytes

    def send(self, url: str, *, timeout_s: float = 5.0) -> int:
        """POSTs it once, as Gitee does: no retry. The receiver's status; 0 when nobody answers."""
        request = urllib.request.Request(url, self.body, self.headers, method="POST")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=timeout_s) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


class Hooks:
    """Writes the deliveries of one hook. `mode` is "signature" or "password".

    With `old_spelling` the event's header holds the hook's name (`note_hooks`), as some do. Rows may
    have been deleted meanwhile: a delivery tells what it was about all the same.
    """

    def __init__(
        self, shapes: Shapes, secret: str, *, mode: str = "signature", old_spelling: bool = False
    ) -> None:
        self.shapes = shapes
        self.secret = secret
        self.mode = mode
        self.old_spelling = old_spelling

    def pull(
        self, repo: Repo, pull: Pull, *, action: str, desc: str = "", at: datetime | None = None
    ) -> Delivery:
        """`action`: open, update (with `desc`), close, merge, reopen, approved, tested, assign …

        `desc`: source_branch_changed, target_branch_changed, update_label, update_link_issue; without
        one it says "open", which is stale on close and merge.
        """
        row = self.pull_row(repo, pull)
        source = {**self.repository(repo), "path_with_namespace": f"{pull.head_owner}/{repo.name}"}
        target = self.repository(repo)
        body = {
            "action": action,
            "action_desc": desc or "open",
            "pull_request": row,
            "number": pull.number,
            "iid": pull.number,
            "title": pull.title,
            "body": pull.body,
            "state": pull.state,
            "merge_status": "can_be_merged",
            "merge_commit_sha": pull.head_sha,
            "url": row["html_url"],
            "source_branch": pull.head_ref,
            "source_repo": {"project": source, "repository": source},
            "target_branch": pull.base_ref,
            "target_repo": {"project": target, "repository": target},
            "target_user": None,
            "author": row["user"],
            "updated_by": row["user"],
            "languages": ["Python"],
        }
        return self._delivery("merge_request_hooks", repo, body, at)

    def issue(
        self, repo: Repo, issue: Issue, *, action: str, at: datetime | None = None
    ) -> Delivery:
        """`action`: open, assign, state_change, delete; perhaps also reopen, close, update, edit."""
        row = self.issue_row(repo, issue)
        body = {
            "action": action,
            "issue": row,
            "iid": issue.number,
            "title": issue.title,
            "description": issue.body,
            "state": issue.state,
            "milestone": issue.milestone,
            "assignee": row["assignee"],
            "target_user": None,
            "url": row["html_url"],
            "user": row["user"],
            "updated_by": row["user"],
        }
        return self._delivery("issue_hooks", repo, body, at)

    def note(
        self, repo: Repo, comment: Comment, *, action: str = "comment", at: datetime | None = None
    ) -> Delivery:
        """`action`: comment, edited, deleted. The pull request in it lacks `labels`, as recorded."""
        on_pull = comment.kind == "pull"
        user, page = self.user(comment.user), self._note_page(repo, comment)
        row = self.shapes.row(repo, comment)
        body: dict[str, Any] = {
            "action": action,
            "comment": {
                "id": comment.id,
                "body": comment.body,
                "user": user,
                "html_url": page,
                "created_at": row["created_at"],
                "updated_at": row["updated_at"],
                **({"position": comment.position, "commit_id": ""} if comment.path else {}),
            },
            "note": comment.body,
            "noteable_type": "PullRequest" if on_pull else "Issue",
            "per_iid": f"{'!' if on_pull else '#'}{comment.number}",
            "author": user,
            "short_commit_id": None,
            "url": page,
            **self._noteable(repo, comment),
        }
        return self._delivery("note_hooks", repo, body, at)

    def _noteable(self, repo: Repo, comment: Comment) -> dict[str, Any]:
        """What the comment stands under; null when that is gone already."""
        none: dict[str, Any] = {"issue": None, "pull_request": None, "noteable_id": 0, "title": ""}
        if comment.kind == "pull":
            pull = repo.pulls.get(int(comment.number))
            if pull is None:
                return none
            row = self.pull_row(repo, pull)
            del row["labels"]
            return {**none, "pull_request": row, "noteable_id": pull.id, "title": pull.title}
        issue = repo.issues.get(comment.number)
        if issue is None:
            return none
        row = self.issue_row(repo, issue)
        return {**none, "issue": row, "noteable_id": issue.id, "title": issue.title}

    def _note_page(self, repo: Repo, comment: Comment) -> str:
        below = f"{comment.kind}s/{comment.number}"
        return f"{self.shapes.site}/{repo.full_name}/{below}#note_{comment.id}"

    def push(
        self,
        repo: Repo,
        *,
        by: str,
        ref: str = "",
        before: str = ZEROS,
        after: str = ZEROS,
        changed: Sequence[str] | None = None,
        at: datetime | None = None,
    ) -> Delivery:
        """Zeros before or after: created, deleted. Without `changed` the commits are null (many)."""
        user, ref = self.user(by), ref or f"refs/heads/{repo.default_branch}"
        page = f"{self.shapes.site}/{repo.full_name}"
        stamp = instant(at or datetime.now(UTC))
        commit = {
            "id": after,
            "tree_id": sha_for(after, "tree"),
            "parent_ids": [before],
            "distinct": True,
            "message": "更新\n",
            "timestamp": stamp,
            "url": f"{page}/commit/{after}",
            "author": {"time": stamp, "name": by, "email": "hidden@example.com"},
            "committer": {"time": None, "name": by, "email": "hidden@example.com"},
            "added": [],
            "removed": [],
            "modified": list(changed or ()),
        }
        body = {
            "ref": ref,
            "before": before,
            "after": after,
            "created": before == ZEROS,
            "deleted": after == ZEROS,
            "compare": f"{page}/compare/{before}...{after}",
            "commits": None if changed is None else [commit],
            "head_commit": None if after == ZEROS else commit,
            "total_commits_count": None if changed is None else 1,
            "commits_more_than_ten": None if after == ZEROS else changed is None,
            "user_id": (user or {}).get("id"),
            "user_name": by,
            "user": user,
            "pusher": user,
        }
        return self._delivery("push_hooks", repo, body, at)

    def ping(self, repo: Repo, *, at: datetime | None = None) -> Delivery:
        """The test button of the hook's page: looks like a push, says so in a header only."""
        delivery = self.push(repo, by=repo.owner, changed=[], at=at)
        headers = {**delivery.headers, "X-Gitee-Event": "push_hooks", "X-Gitee-Ping": "true"}
        return Delivery(headers, delivery.body)

    # ── the shapes of webhooks ─────────────────────────────────────────────────────────────────
    def user(self, login: str | None) -> dict[str, Any] | None:
        row = self.shapes.author(login)
        if row is None:
            return None
        names = {"email": "hidden@example.com", "username": login, "user_name": login}
        kept = {name: row[name] for name in ("id", "login", "name", "avatar_url", "html_url")}
        more = {"url": row["html_url"], "type": "User", "site_admin": False, "remark": None}
        return {**kept, **names, **more}

    def repository(self, repo: Repo) -> dict[str, Any]:
        """The page address without `.git`, the namespace a string."""
        page = f"{self.shapes.site}/{repo.full_name}"
        return {
            "id": repo.id,
            "name": repo.name,
            "path": repo.name,
            "full_name": repo.full_name,
            "path_with_namespace": repo.full_name,
            "name_with_namespace": repo.full_name,
            "namespace": repo.owner,
            "owner": self.user(repo.owner),
            "html_url": page,
            "url": page,
            "git_http_url": f"{page}.git",
            "clone_url": f"{page}.git",
            "private": False,
            "fork": False,
            "default_branch": repo.default_branch,
        }

    def pull_row(self, repo: Repo, pull: Pull) -> dict[str, Any]:
        row = self.shapes.pull(repo, pull)
        user = self.user(pull.user)
        owner = pull.head_owner or repo.owner
        for side, label_owner in (("head", owner), ("base", repo.owner)):
            label = f"{label_owner}:{row[side]['ref']}"
            row[side] = {**row[side], "label": label, "user": user, "repo": self.repository(repo)}
        more = {
            "user": user,
            "labels": _labels(row),
            "assignee": None,
            "assignees": [self.user(login) for login in pull.assignees],
            "tester": None,
            "testers": [],
            "merged": pull.state == "merged",
            # Filled for open ones too: a test merge, which proves nothing.
            "merge_commit_sha": pull.head_sha,
            "merge_reference_name": f"refs/pull/{pull.number}/MERGE",
            "merge_status": "can_be_merged",
            "need_review": False,
            "need_test": False,
            "updated_by": user,
            "languages": ["Python"],
            "comments": 0,
            "commits": 1,
            "additions": 1,
            "deletions": 1,
            "changed_files": 1,
        }
        dropped = ("url", "_links", "commits_url", "comments_url", "can_merge_check")
        return {name: value for name, value in {**row, **more}.items() if name not in dropped}

    def issue_row(self, repo: Repo, issue: Issue) -> dict[str, Any]:
        row = self.shapes.issue(repo, issue)
        names = ("id", "number", "state", "title", "body", "html_url", "created_at", "updated_at")
        kept = {name: row[name] for name in (*names, "comments")}
        localised = {"state_name": row["issue_state"], "type_name": row["issue_type"]}
        user, assignee = self.user(issue.user), self.user(issue.assignee)
        more = {"labels": _labels(row), "collaborators": [], "milestone": row["milestone"]}
        return {**kept, **localised, **more, "user": user, "assignee": assignee}

    # ── the envelope ───────────────────────────────────────────────────────────────────────────
    def _delivery(
        self, hook_name: str, repo: Repo, body: dict[str, Any], at: datetime | None
    ) -> Delivery:
        at = at or datetime.now(UTC)
        timestamp = str(int(at.timestamp() * 1000))
        signed = self.mode == "signature"
        token = signature(self.secret, timestamp) if signed else self.secret
        repository = self.repository(repo)
        envelope = {
            "hook_name": hook_name,
            "hook_id": 1,
            "hook_url": "",
            "password": "" if signed else self.secret,
            "timestamp": timestamp,
            "sign": token if signed else "",
            "repository": repository,
            "project": repository,
            "sender": body.get("author") or body.get("user"),
            "enterprise": None,
            "push_data": None,
        }
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "git-oschina-hook",
            "X-Gitee-Event": hook_name if self.old_spelling else EVENTS[hook_name],
            "X-Git-Oschina-Event": EVENTS[hook_name],
            "X-Gitee-Timestamp": timestamp,
            "X-Gitee-Token": token,
            "X-Gitee-Ping": "false",
        }
        return Delivery(headers, json.dumps({**envelope, **body}, ensure_ascii=False).encode())


def _labels(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: label[name] for name in ("id", "name", "color")} for label in row["labels"]]


def signature(secret: str, timestamp: str) -> str:
    """Written apart from the code under test: base64 of HMAC-SHA256 over timestamp, newline, secret."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
