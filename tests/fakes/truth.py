"""What the emulated host really holds, as rows that a mirror of it can be compared with.

Keyed by id. Values are plain: instants in UTC, an author who is gone "", texts as they were written.
"""

from datetime import UTC, datetime
from typing import Any

from tests.fakes.places import Repo
from tests.fakes.records import Comment, Issue, Pull
from tests.fakes.state import State

Rows = dict[int, dict[str, Any]]


def truth(state: State, repo_name: str, *, private: bool = False) -> dict[str, Rows]:
    """Pulls, issues and comments of a repository; what may be public only, unless `private`."""
    with state.lock:
        repo = state.repo(repo_name)
        shown = {issue.number: issue for issue in repo.issues if private or not issue.security_hole}
        return {
            "pulls": {row.id: _pull(state, row) for row in repo.pulls},
            "issues": {row.id: _issue(state, row) for row in shown.values()},
            "pull_comments": {row.id: _comment(state, row) for row in repo.pull_comments},
            "issue_comments": {
                row.id: _comment(state, row) for row in repo.issue_comments if row.number in shown
            },
        }


def newest(state: State, repo_name: str) -> dict[str, datetime | None]:
    """The largest `updated_at` of each list: no honest cursor is ever beyond it."""
    repo = state.repo(repo_name)
    return {
        name: max((row.updated_at for row in rows), default=None) for name, rows in _lists(repo)
    }


def _lists(repo: Repo) -> list[tuple[str, Any]]:
    return [
        ("pulls", repo.pulls),
        ("issues", repo.issues),
        ("pull_comments", repo.pull_comments),
        ("issue_comments", repo.issue_comments),
    ]


def _common(state: State, row: Pull | Issue | Comment) -> dict[str, Any]:
    user = state.find_user(row.user)
    return {
        "author_login": user.login if user else "",
        "body": row.body or "",
        "created_at": row.created_at.astimezone(UTC),
        "updated_at": row.updated_at.astimezone(UTC),
    }


def _pull(state: State, row: Pull) -> dict[str, Any]:
    return _common(state, row) | {
        "number": row.number,
        "state": row.state,
        "title": row.title,
        "labels": list(row.labels),
        "base_ref": row.base_ref,
        "head_ref": row.head_ref,
        "head_sha": row.head_sha,
        "is_draft": row.draft,
        "closed_at": _utc(row.closed_at),
        "merged_at": _utc(row.merged_at),
    }


def _issue(state: State, row: Issue) -> dict[str, Any]:
    assignee = state.find_user(row.assignee)
    return _common(state, row) | {
        "number": row.number,
        "state": row.state,
        "title": row.title,
        "labels": list(row.labels),
        "assignee_login": assignee.login if assignee else "",
        "closed_at": _utc(row.finished_at),
    }


def _comment(state: State, row: Comment) -> dict[str, Any]:
    return _common(state, row) | {"number": row.number, "path": row.path or ""}


def _utc(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC) if value else None
