"""Routes below a pull request that lists do not tell: its commits, its files, the issues it names."""

from typing import Any

from tests.fakes.api import PAGING, Call, route
from tests.fakes.records import Change, Commit
from tests.fakes.shapes import instant
from tests.fakes.state import first_commits, sha_for
from tests.fakes.wire import Reply, reply_json

MAX_COMMITS = 250
MAX_FILES = 300
BELOW = "/repos/{owner}/{name}/pulls/{number:int}"


@route("GET", f"{BELOW}/commits")
def pull_commits(call: Call) -> Reply:
    """Not paged; one that was never pushed to has the commit of its head."""
    return reply_json([_commit(call, commit) for commit in _commits(call)[:MAX_COMMITS]])


def _commits(call: Call) -> list[Commit]:
    return call.repo.commits.get(call.pull.number) or first_commits(call.pull)


def _commit(call: Call, commit: Commit) -> dict[str, Any]:
    """`parents` is an object here, an array in the list of a repository's commits."""
    below = f"{call.shapes.api}/repos/{call.repo.full_name}/commits"
    url, parent = f"{below}/{commit.sha}", f"{below}/{commit.parent}"
    who = {"name": commit.name, "email": "hidden@example.com", "date": instant(commit.at)}
    message = {"url": url, "author": who, "committer": who, "message": commit.message}
    author = call.shapes.author(commit.user)
    return {
        "url": url,
        "sha": commit.sha,
        "html_url": f"{call.shapes.site}/{call.repo.full_name}/commits/{commit.sha}",
        "comments_url": f"{url}/comments",
        "commit": {**message, "comment_count": 0},
        "author": author,
        "committer": author,
        "parents": {"url": parent, "sha": commit.parent},
    }


@route("GET", f"{BELOW}/files")
def pull_files(call: Call) -> Reply:
    changes = call.repo.changes.get(call.pull.number, [])
    return reply_json([_file(call, change) for change in changes[:MAX_FILES]])


def _file(call: Call, change: Change) -> dict[str, Any]:
    """Numbers of lines are text; the status of a modified file is null."""
    page = f"{call.shapes.site}/{call.repo.full_name}"
    sha = call.pull.head_sha
    return {
        "sha": sha_for(change.filename, sha),
        "filename": change.filename,
        "status": change.status,
        "additions": str(change.additions),
        "deletions": str(change.deletions),
        "blob_url": f"{page}/blob/{sha}/{change.filename}",
        "raw_url": f"{page}/raw/{sha}/{change.filename}",
        "patch": {
            "diff": change.diff,
            "new_path": change.filename,
            "old_path": change.old_path or change.filename,
            "a_mode": "0" if change.status == "added" else "100644",
            "b_mode": "0" if change.status == "deleted" else "100644",
            "new_file": change.status == "added",
            "renamed_file": change.status == "renamed",
            "deleted_file": change.status == "deleted",
            "too_large": False,
        },
    }


@route("GET", f"{BELOW}/issues", PAGING)
def pull_issues(call: Call) -> Reply:
    found = [call.repo.issues.get(number) for number in call.repo.links.get(call.pull.number, [])]
    return call.page_of([issue for issue in found if issue and call.may_see(issue)])


@route("GET", "/repos/{owner}/issues/{number}/pull_requests", "repo")
def issue_pulls(call: Call) -> Reply:
    """Below the owner, with the repository as a parameter."""
    inner = call.within(call.request.params.get("repo", ""))
    numbers = [number for number, named in inner.repo.links.items() if inner.issue.number in named]
    found = [inner.repo.pulls.get(number) for number in sorted(numbers)]
    return reply_json([inner.shapes.pull(inner.repo, pull) for pull in found if pull])
