"""Fills a repository with merged pull requests from a file of JSON lines.

A line: number, title, merged_at, merge_sha; author (a login) or from and head (whose branch, by display
name) or only commits (date, name); reviewed_by (logins). Ids follow from the numbers, so two loads agree.
"""

import hashlib
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fakes.state import Repo, State

LABELS = ["mindspore-cla/yes", "ci-pipeline-passed", "lgtm", "approved"]
# Apart from the ids that `State.add_pull` gives, or people who go on working would reuse them.
FIRST_ID = 5_000_000


def load_pulls(state: State, path: Path, repo_name: str) -> Repo:
    """Adds one merged pull request a line. Raises `ValueError` naming the file and the line."""
    repo = state.repos.get(repo_name.lower()) or state.add_repo(repo_name)
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                _add(state, repo_name, json.loads(line))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: {error!r}") from error
    return repo


def _add(state: State, repo_name: str, row: dict[str, Any]) -> None:
    merged_at = datetime.fromisoformat(row["merged_at"])
    created_at = min([merged_at, *_commit_times(row)])
    login = login_for(author_name(row))
    state.add_user(login, author_name(row))
    state.add_pull(
        repo_name,
        id=FIRST_ID + row["number"],
        number=row["number"],
        user=login,
        title=row["title"],
        created_at=created_at,
        head_ref=row.get("head") or f"patch-{row['number']}",
        head_sha=(row.get("commits") or [{"sha": row["merge_sha"]}])[-1]["sha"],
        labels=LABELS if row.get("reviewed_by") else LABELS[:2],
    )
    _add_reviews(state, repo_name, row, created_at, merged_at)
    merger = login_for(row.get("committer") or login)
    state.add_user(merger, row.get("committer"))
    state.merge_pull(repo_name, row["number"], by=merger, at=merged_at)


def _commit_times(row: dict[str, Any]) -> list[datetime]:
    return [datetime.fromisoformat(commit["date"]) for commit in row.get("commits", [])]


def _add_reviews(
    state: State, repo_name: str, row: dict[str, Any], created_at: datetime, merged_at: datetime
) -> None:
    """`/lgtm` from each reviewer a minute apart up to the merge; the last one approves as well."""
    reviewers = row.get("reviewed_by", [])
    commands = [(login, "/lgtm") for login in reviewers]
    commands += [(login, "/approve") for login in reviewers[-1:]]
    for left, (login, body) in zip(range(len(commands), 0, -1), commands, strict=True):
        at = max(created_at, merged_at - timedelta(minutes=left))
        state.add_comment(repo_name, "pull", row["number"], user=login, body=body, at=at)


def author_name(row: dict[str, Any]) -> str:
    """A login where the file has one, else a display name. `from` without `head` is a branch name."""
    if row.get("author"):
        return str(row["author"])
    if row.get("from") and row.get("head"):
        return str(row["from"])
    commits = row.get("commits") or []
    return str(commits[0]["name"] if commits else row.get("committer") or "unknown")


def login_for(name: str) -> str:
    """The name itself where it could be a login, else one that always follows from it."""
    plain = re.sub(r"\s+", "-", name.strip())
    if re.fullmatch(r"[A-Za-z0-9_.-]+", plain):
        return plain
    return "u-" + hashlib.sha256(name.encode()).hexdigest()[:10]
