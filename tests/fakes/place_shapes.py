"""People and places as Gitee writes them: users, repositories, labels, milestones."""

import hashlib
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from tests.fakes.places import Repo, milestone_number
from tests.fakes.records import Pull, User
from tests.fakes.state import State

SHANGHAI = timezone(timedelta(hours=8))


def instant(value: datetime | None) -> str | None:
    return value.astimezone(SHANGHAI).isoformat(timespec="seconds") if value else None


class PlaceShapes:
    """Addresses are below `site`."""

    def __init__(self, state: State, site: str) -> None:
        self.state = state
        self.site = site
        self.api = f"{site}/api/v5"

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
            "private": repo.private,
            "public": not repo.private,
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
            "updated_at": instant(repo.updated_at or repo.created_at),
            "parent": self._parent(repo),
            "paas": None,
            "assignees_number": 0,
            "testers_number": 0,
            "assignee": [],
            "testers": [],
            "status": repo.status,
            "empty_repo": False,
            "programs": [],
            "enterprise": None,
            "project_labels": [],
        }

    def _parent(self, repo: Repo) -> dict[str, Any] | None:
        return {"full_name": repo.fork_of} if repo.fork_of else None

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
        """As rows carry it; one that nobody registered is made up from its title."""
        if title is None:
            return None
        known = next((row for row in repo.milestones.values() if row.title == title), None)
        number = known.number if known else milestone_number(title)
        return {
            "url": f"{self.api}/repos/{repo.full_name}/milestones/{number}",
            "html_url": f"{self.site}/{repo.full_name}/milestones/{number}",
            "number": number,
            "repository_id": repo.id,
            "title": title,
            "state": known.state if known else "open",
            "description": known.description if known else None,
            "due_on": known.due_on if known else None,
            "created_at": instant(known.created_at if known else repo.created_at),
            "updated_at": instant(known.updated_at if known else repo.created_at),
            "open_issues": 0,
            "closed_issues": 0,
        }
