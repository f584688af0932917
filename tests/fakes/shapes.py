"""Records as Gitee writes them: the REST shapes of its API v5, full enough to be honest about size."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import quote

from tests.fakes.place_shapes import SHANGHAI, PlaceShapes, instant
from tests.fakes.places import Repo
from tests.fakes.records import Comment, Issue, Log, Pull
from tests.fakes.state import State

__all__ = ["SHANGHAI", "Shapes", "instant"]


class Shapes(PlaceShapes):
    """Writes rows with addresses below `site`; keeps the text of rows that have not changed."""

    def __init__(self, state: State, site: str) -> None:
        super().__init__(state, site)
        self._texts: dict[tuple[str, str, int], tuple[tuple[Any, ...], bytes]] = {}

    def text(self, repo: Repo, row: Pull | Issue | Comment, *, null_user: bool = False) -> bytes:
        """The row as JSON text, from the cache when nothing it depends on has changed."""
        if null_user:
            return _dump({**self.row(repo, row), "user": None})
        if row.id in self.state.unreadable:
            return _dump({**self.row(repo, row), "created_at": None, "number": None})
        key = (repo.full_name, f"{type(row).__name__}{getattr(row, 'kind', '')}", row.id)
        stamp = (row.version, self.state.names_version, self.state.switches.shape())
        known = self._texts.get(key)
        if known is None or known[0] != stamp:
            known = self._texts[key] = stamp, _dump(self.row(repo, row))
        return known[1]

    def row(self, repo: Repo, row: Pull | Issue | Comment) -> dict[str, Any]:
        if isinstance(row, Pull):
            return self.pull(repo, row)
        if isinstance(row, Issue):
            return self.issue(repo, row)
        return self.pull_comment(repo, row) if row.kind == "pull" else self.note(repo, row)

    # ── pull requests, issues ──────────────────────────────────────────────────────────────────
    def pull(self, repo: Repo, pull: Pull) -> dict[str, Any]:
        page = f"{self.site}/{repo.full_name}/pulls/{pull.number}"
        url = f"{self.api}/repos/{repo.full_name}/pulls/{pull.number}"
        author = self.author(pull.user)
        known = [login for login in pull.assignees if self.state.find_user(login)]
        reviewers = [self.reviewer(login, pull) for login in known]
        row = {
            "id": pull.id,
            "url": url,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "issue_url": f"{url}/issues",
            "commits_url": f"{url}/commits",
            "review_comments_url": f"{self.api}/repos/{repo.full_name}/pulls/comments/{{/number}}",
            "review_comment_url": f"{self.api}/repos/{repo.full_name}/pulls/comments",
            # Malformed on Gitee as well: it lacks `/pulls`.
            "comments_url": f"{self.api}/repos/{repo.full_name}/{pull.number}/comments",
            "number": pull.number,
            "state": pull.state,
            "title": pull.title,
            "body": pull.body,
            "assignees_number": 0,
            "testers_number": 0,
            "assignees": reviewers,
            "testers": reviewers[:1],
            "milestone": self.milestone(repo, pull.milestone),
            "labels": [self.label(repo, name) for name in pull.labels],
            "locked": False,
            "created_at": instant(pull.created_at),
            "updated_at": instant(pull.updated_at),
            "closed_at": instant(pull.closed_at),
            "merged_at": instant(pull.merged_at),
            "mergeable": pull.state == "open",
            "can_merge_check": pull.state == "open",
            "head": self._side(repo, pull.head_ref, pull.head_sha, author, pull.head_owner),
            "base": self._side(repo, pull.base_ref, pull.base_sha, author, repo.owner),
            "_links": {
                "self": {"href": url},
                "html": {"href": page},
                "issue": {"href": f"{url}/issues"},
                "comments": {"href": f"{self.api}/repos/{repo.full_name}/{pull.number}/comments"},
                "commits": {"href": f"{url}/commits"},
            },
            "user": author,
        }
        return {**row, "draft": pull.draft} if self.state.switches.draft_field else row

    def _side(
        self, repo: Repo, ref: str, sha: str, user: dict[str, Any] | None, owner: str | None
    ) -> dict[str, Any]:
        gone = owner != repo.owner and (owner is None or self.state.switches.head_repo_null)
        fork = None if gone else self.repository(repo, owner)
        return {"label": ref, "ref": ref, "sha": sha, "user": user, "repo": fork}

    def issue(self, repo: Repo, issue: Issue) -> dict[str, Any]:
        url = f"{self.api}/repos/{repo.full_name}/issues/{issue.number}"
        named = {
            "open": "待办的",
            "progressing": "进行中",
            "closed": "已完成",
            "rejected": "已拒绝",
        }
        return {
            "id": issue.id,
            "url": url,
            "repository_url": f"{self.api}/repos/{repo.full_name}",
            "labels_url": f"{url}/labels",
            "comments_url": f"{url}/comments",
            "html_url": f"{self.site}/{repo.full_name}/issues/{issue.number}",
            "parent_url": None,
            "number": issue.number,
            "parent_id": 0,
            "depth": 0,
            "state": issue.state,
            "title": issue.title,
            "body": issue.body,
            "user": self.author(issue.user),
            "labels": [self.label(repo, name) for name in issue.labels],
            "assignee": self.author(issue.assignee),
            "collaborators": [],
            "repository": self.repository(repo),
            "milestone": self.milestone(repo, issue.milestone),
            "created_at": instant(issue.created_at),
            "updated_at": instant(issue.updated_at),
            "plan_started_at": None,
            "deadline": None,
            "finished_at": instant(issue.finished_at),
            "scheduled_time": 0.0,
            "comments": issue.comments,
            "priority": 0,
            "issue_type": "任务",
            "program": None,
            "security_hole": issue.security_hole,
            "issue_state": named[issue.state],
            "branch": None,
            "issue_type_detail": {"id": 1, "title": "任务", "ident": "task", "color": "#0086D6"},
            "issue_state_detail": {"id": 3, "title": named[issue.state], "serial": 3},
        }

    # ── comments, logs, files ──────────────────────────────────────────────────────────────────
    def pull_comment(self, repo: Repo, comment: Comment) -> dict[str, Any]:
        page = f"{self.site}/{repo.full_name}/pulls/{comment.number}"
        parent = f"{self.api}/repos/{repo.full_name}/pulls/{comment.number}"
        url = f"{self.api}/repos/{repo.full_name}/pulls/comments/{comment.id}"
        row = {
            "url": url,
            "id": comment.id,
            "path": comment.path,
            "position": comment.position,
            "original_position": comment.position,
            "commit_id": comment.commit_id,
            "original_commit_id": comment.commit_id,
            "user": self.author(comment.user),
            "created_at": instant(comment.created_at),
            "updated_at": instant(comment.updated_at),
            "body": comment.body,
            "html_url": f"{page}#note_{comment.id}",
            "pull_request_url": parent,
            "_links": {
                "self": {"href": url},
                "html": {"href": f"{page}#note_{comment.id}"},
                "pull_request": {"href": parent},
            },
        }
        kind = "diff_comment" if comment.path else "pr_comment"
        return {**row, "comment_type": kind} if self.state.switches.comment_type_field else row

    def note(self, repo: Repo, comment: Comment) -> dict[str, Any]:
        issue = repo.issues.get(comment.number)
        known = {"id": issue.id, "title": issue.title, "number": issue.number} if issue else None
        return {
            "id": comment.id,
            "body": comment.body,
            "user": self.author(comment.user),
            "source": None,
            "target": {"issue": known, "pull_request": None},
            "created_at": instant(comment.created_at),
            "updated_at": instant(comment.updated_at),
        }

    def log(self, log: Log) -> dict[str, Any]:
        changes = ("target", "link_target", "before_change_value", "after_change_value")
        ids = ("before_change_id", "after_change_id")
        more = dict.fromkeys((*changes, *ids)) if self.state.switches.log_change_fields else {}
        return {
            "id": log.id,
            "icon": "tag icon",
            "user": self.author(log.user),
            "content": log.content,
            "created_at": instant(log.created_at),
            "action_type": log.action_type,
            **more,
        }

    def file(self, repo: Repo, path: str, content: bytes | None = None) -> dict[str, Any]:
        """As it is on the default branch, or with the content of another."""
        content = repo.files[path] if content is None else content
        url = f"{self.api}/repos/{repo.full_name}/contents/{quote(path)}"
        page = f"{self.site}/{repo.full_name}/blob/{repo.default_branch}/{quote(path)}"
        return {
            "type": "file",
            "encoding": "base64",
            "size": len(content),
            "name": path.rpartition("/")[2],
            "path": path,
            "content": base64.b64encode(content).decode(),
            "sha": hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest(),
            "url": url,
            "html_url": page,
            "download_url": page.replace("/blob/", "/raw/"),
            "_links": {"self": url, "html": page},
        }


def _dump(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()
