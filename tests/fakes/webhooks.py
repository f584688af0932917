"""Deliveries as Gitee sends them: headers, signature, and bodies that are not the REST shapes."""

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fakes.records import Comment, Issue, Pull
from tests.fakes.shapes import Shapes
from tests.fakes.state import Repo

EVENTS = {
    "merge_request_hooks": "Merge Request Hook",
    "issue_hooks": "Issue Hook",
    "note_hooks": "Note Hook",
}


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
    """Writes the deliveries of one hook. `mode` is "signature" or "password"."""

    def __init__(self, shapes: Shapes, secret: str, *, mode: str = "signature") -> None:
        self.shapes = shapes
        self.secret = secret
        self.mode = mode

    def pull(
        self, repo: Repo, pull: Pull, *, action: str, desc: str = "", at: datetime | None = None
    ) -> Delivery:
        """`action`: open, update (with `desc`), close, merge … `desc` stays stale on the last two."""
        row = self.pull_row(repo, pull)
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
            "target_branch": pull.base_ref,
            "author": row["user"],
            "updated_by": row["user"],
            "languages": ["Python"],
        }
        return self._delivery("merge_request_hooks", repo, body, at)

    def issue(
        self, repo: Repo, issue: Issue, *, action: str, at: datetime | None = None
    ) -> Delivery:
        """`action`: open, assign, state_change, delete."""
        row = self.issue_row(repo, issue)
        body = {
            "action": action,
            "issue": row,
            "iid": issue.number,
            "title": issue.title,
            "description": issue.body,
            "state": issue.state,
            "milestone": issue.milestone,
            "url": row["html_url"],
            "user": row["user"],
            "updated_by": row["user"],
        }
        return self._delivery("issue_hooks", repo, body, at)

    def note(self, repo: Repo, comment: Comment, *, at: datetime | None = None) -> Delivery:
        """A new comment. The pull request in it lacks `labels`, as in the recording."""
        on_pull = comment.kind == "pull"
        user = self.user(comment.user)
        body: dict[str, Any] = {
            "action": "comment",
            "comment": {
                "id": comment.id,
                "body": comment.body,
                "user": user,
                "created_at": self.shapes.row(repo, comment)["created_at"],
                "updated_at": self.shapes.row(repo, comment)["updated_at"],
                "position": None,
                "commit_id": None,
            },
            "note": comment.body,
            "noteable_type": "PullRequest" if on_pull else "Issue",
            "per_iid": f"{'!' if on_pull else '#'}{comment.number}",
            "author": user,
            "short_commit_id": None,
        }
        if on_pull:
            pull = repo.pulls.get(int(comment.number))
            assert pull is not None
            row = self.pull_row(repo, pull)
            del row["labels"]
            body |= {"pull_request": row, "noteable_id": pull.id, "title": pull.title}
        else:
            issue = repo.issues.get(comment.number)
            assert issue is not None
            row = self.issue_row(repo, issue)
            body |= {"issue": row, "noteable_id": issue.id, "title": issue.title}
        return self._delivery("note_hooks", repo, body, at)

    # ── the shapes of webhooks ─────────────────────────────────────────────────────────────────
    def user(self, login: str | None) -> dict[str, Any] | None:
        row = self.shapes.author(login)
        if row is None:
            return None
        names = {"email": "hidden@example.com", "username": login, "user_name": login}
        kept = {name: row[name] for name in ("id", "login", "name", "avatar_url", "html_url")}
        return {**kept, **names, "url": row["html_url"], "type": "User", "site_admin": False}

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
            "assignees": [self.user(login) for login in pull.assignees],
            "merged": pull.state == "merged",
            # Filled for open ones too: a test merge, which proves nothing.
            "merge_commit_sha": pull.head_sha,
            "merge_reference_name": f"refs/pull/{pull.number}/MERGE",
            "merge_status": "can_be_merged",
            "need_review": False,
            "need_test": False,
            "updated_by": user,
            "comments": 0,
            "commits": 1,
            "additions": 1,
            "deletions": 1,
            "changed_files": 1,
        }
        dropped = ("url", "testers", "_links", "commits_url", "comments_url", "can_merge_check")
        return {name: value for name, value in {**row, **more}.items() if name not in dropped}

    def issue_row(self, repo: Repo, issue: Issue) -> dict[str, Any]:
        row = self.shapes.issue(repo, issue)
        names = ("id", "number", "state", "title", "body", "html_url", "created_at", "updated_at")
        kept = {name: row[name] for name in (*names, "labels", "comments")}
        localised = {"state_name": row["issue_state"], "type_name": row["issue_type"]}
        user, assignee = self.user(issue.user), self.user(issue.assignee)
        return {**kept, **localised, "user": user, "assignee": assignee, "milestone": None}

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
            "X-Gitee-Event": EVENTS[hook_name],
            "X-Git-Oschina-Event": EVENTS[hook_name],
            "X-Gitee-Timestamp": timestamp,
            "X-Gitee-Token": token,
            "X-Gitee-Ping": "false",
        }
        return Delivery(headers, json.dumps({**envelope, **body}, ensure_ascii=False).encode())


def signature(secret: str, timestamp: str) -> str:
    """Written apart from the code under test: base64 of HMAC-SHA256 over timestamp, newline, secret."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
