"""Records as Gitee writes them: the REST shapes of its API v5, full enough to be honest about size."""

import base64
import hashlib
import json
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from tests.fakes.records import Comment, Issue, Log, Pull, User
from tests.fakes.state import Repo, State

SHANGHAI = timezone(timedelta(hours=8))


def instant(value: datetime | None) -> str | None:
    return value.astimezone(SHANGHAI).isoformat(timespec="seconds") if value else None


class Shapes:
    """Writes rows with addresses below `site`; keeps the text of rows that have not changed."""

    def __init__(self, state: State, site: str) -> None:
        self.state = state
        self.site = site
        self.api = f"{site}/api/v5"
        self._texts: dict[tuple[str, str, int], tuple[tuple[Any, ...], bytes]] = {}

    def text(self, repo: Repo, row: Pull | Issue | Comment, *, null_user: bool = False) -> bytes:
        """The row as JSON text, from the cache when nothing it depends on has changed."""
        if null_user:
            return _dump({**self.row(repo, row), "user": None})
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

    # ── people ─────────────────────────────────────────────────────────────────────────────────
    def user(self, user: User | None) -> dict[str, Any] | None:
        if user is None:
            return None
        url = f"{self.api}/users/{user.login}"
        return {
            "id": user.id,
            "login": user.login,
            "name": user.name,
            "avatar_url": f"{self.site}/assets/no_portrait.png",
            "url": url,
            "html_url": f"{self.site}/{user.login}",
            "remark": "",
            "followers_url": f"{url}/followers",
            "following_url": f"{url}/following_url{{/other_user}}",
            "gists_url": f"{url}/gists{{/gist_id}}",
            "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
            "subscriptions_url": f"{url}/subscriptions",
            "organizations_url": f"{url}/orgs",
            "repos_url": f"{url}/repos",
            "events_url": f"{url}/events{{/privacy}}",
            "received_events_url": f"{url}/received_events",
            "type": "User",
        }

    def author(self, login: str | None) -> dict[str, Any] | None:
        return self.user(self.state.find_user(login))

    def full_user(self, user: User) -> dict[str, Any]:
        zeros = dict.fromkeys(
            ("public_repos", "public_gists", "followers", "following", "stared", "watched"), 0
        )
        times = {
            "created_at": "2020-03-01T09:00:00+08:00",
            "updated_at": "2026-01-05T09:00:00+08:00",
        }
        empty = {"blog": None, "weibo": None, "bio": "", "email": None}
        return {**(self.user(user) or {}), **empty, **zeros, **times}

    def reviewer(self, login: str, pull: Pull) -> dict[str, Any]:
        user = self.author(login) or {}
        if not self.state.switches.reviewer_flags:
            return user
        flags = {"assignee": True, "code_owner": False, "accept": login in pull.accepted_by}
        return {**user, **flags}

    # ── places ─────────────────────────────────────────────────────────────────────────────────
    def repository(self, repo: Repo, owner_path: str | None = None) -> dict[str, Any]:
        """`owner_path` names a fork of it; the page address ends in `.git`, as on Gitee."""
        owner = owner_path or repo.owner
        full_name = f"{owner}/{repo.name}"
        owner_row = self.author(owner) or self.user(User(repo.id + 1, owner, owner))
        return {
            "id": repo.id if owner == repo.owner else repo.id + 1_000_000,
            "full_name": full_name,
            "human_name": full_name,
            "url": f"{self.api}/repos/{full_name}",
            "namespace": {
                "id": repo.id + 2_000_000,
                "type": "group" if owner == repo.owner else "personal",
                "name": owner,
                "path": owner,
                "html_url": f"{self.site}/{owner}",
            },
            "path": repo.name,
            "name": repo.name,
            "owner": owner_row,
            "assigner": owner_row,
            "description": repo.description,
            "private": False,
            "public": True,
            "internal": False,
            "fork": owner != repo.owner,
            "html_url": f"{self.site}/{full_name}.git",
            "ssh_url": f"git@localhost:{full_name}.git",
        }

    def project(self, repo: Repo) -> dict[str, Any]:
        open_issues = len(repo.issues.ordered(state="open"))
        return {
            **self.repository(repo),
            "recommend": False,
            "gvp": False,
            "homepage": None,
            "language": "Python",
            "forks_count": 0,
            "stargazers_count": 0,
            "watchers_count": 1,
            "default_branch": repo.default_branch,
            "open_issues_count": open_issues,
            "has_issues": True,
            "has_wiki": True,
            "issue_comment": False,
            "can_comment": True,
            "pull_requests_enabled": True,
            "has_page": False,
            "license": "Apache-2.0",
            "outsourced": False,
            "project_creator": repo.owner,
            "members": sorted(user.login for user in self.state.users.values()),
            "pushed_at": instant(repo.created_at),
            "created_at": instant(repo.created_at),
            "updated_at": instant(repo.created_at),
            "parent": None,
            "paas": None,
            "assignees_number": 0,
            "testers_number": 0,
            "assignee": [],
            "testers": [],
            "status": "开始",
            "empty_repo": False,
            "programs": [],
            "enterprise": None,
            "project_labels": [],
        }

    def label(self, repo: Repo, name: str) -> dict[str, Any]:
        digest = hashlib.sha256(name.encode()).hexdigest()
        return {
            "id": 100_000_000 + int(digest[:6], 16),
            "name": name,
            "color": digest[:6].upper(),
            "repository_id": repo.id,
            "url": f"{self.api}/repos/{repo.full_name}/labels/{quote(name, safe='')}",
            "created_at": "2021-03-24T11:24:34+08:00",
            "updated_at": "2021-09-29T11:05:30+08:00",
        }

    def milestone(self, repo: Repo, title: str | None) -> dict[str, Any] | None:
        if title is None:
            return None
        number = int(hashlib.sha256(title.encode()).hexdigest()[:5], 16)
        return {
            "url": f"{self.api}/repos/{repo.full_name}/milestones/{number}",
            "number": number,
            "title": title,
            "state": "open",
            "description": None,
            "due_on": None,
            "open_issues": 0,
            "closed_issues": 0,
        }

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
        return {
            "id": log.id,
            "icon": "tag icon",
            "user": self.author(log.user),
            "content": log.content,
            "created_at": instant(log.created_at),
            "action_type": log.action_type,
        }

    def file(self, repo: Repo, path: str) -> dict[str, Any]:
        content = repo.files[path]
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
