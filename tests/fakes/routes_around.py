"""Routes around a repository: milestones, labels, branches, collaborators, events."""

from collections.abc import Sequence
from typing import Any

from tests.fakes import lists
from tests.fakes.api import PAGING, Call, route
from tests.fakes.records import Event
from tests.fakes.shapes import instant
from tests.fakes.state import sha_for
from tests.fakes.wire import Refusal, Reply, reply_json

REPO = "/repos/{owner}/{name}"
MAX_EVENTS = 100


def _page(call: Call, rows: Sequence[dict[str, Any]]) -> Reply:
    """One page of rows that are written already."""
    switches = call.state.switches
    part = lists.window(call.request, switches)
    reply = reply_json(part.cut(rows))
    site = call.shapes.site
    reply.headers.update(lists.paging_headers(call.request, len(rows), part, switches, site))
    return reply


@route("GET", f"{REPO}/milestones", f"state sort direction {PAGING}")
def milestones(call: Call) -> Reply:
    """By due date; those without one come last."""
    state = call.choice("state", ("open", "closed", "all"), "open")
    call.choice("sort", ("due_on",), "due_on")
    rows = [row for row in call.repo.milestones.values() if state in ("all", row.state)]
    rows.sort(key=lambda row: (row.due_on or "9999", row.number))
    rows = lists.direction(rows, call.descending(default="asc"))
    return _page(call, [call.shapes.milestone(call.repo, row.title) or {} for row in rows])


@route("GET", f"{REPO}/milestones/{{number:int}}")
def milestone(call: Call) -> Reply:
    row = call.repo.milestones.get(int(call.parts["number"]))
    if row is None:
        raise Refusal(404, "404 Not Found")
    return reply_json(call.shapes.milestone(call.repo, row.title))


@route("GET", f"{REPO}/labels")
def labels(call: Call) -> Reply:
    """Not paged."""
    rows = [*call.repo.pulls, *call.repo.issues]
    names = sorted({label for row in rows for label in row.labels})
    return reply_json([call.shapes.label(call.repo, name) for name in names])


@route("GET", f"{REPO}/branches", f"sort direction {PAGING}")
def branches(call: Call) -> Reply:
    return _page(call, [_branch(call, name) for name in _branch_names(call)])


@route("GET", f"{REPO}/branches/{{branch*}}")
def branch(call: Call) -> Reply:
    if call.parts["branch"] not in _branch_names(call):
        raise Refusal(404, "404 Branch Not Found")
    return reply_json(_branch(call, call.parts["branch"]))


def _branch_names(call: Call) -> list[str]:
    return sorted({call.repo.default_branch, *call.repo.branches})


def _branch(call: Call, name: str) -> dict[str, Any]:
    below = f"{call.shapes.api}/repos/{call.repo.full_name}"
    sha = call.repo.branches.get(name) or sha_for(call.repo.full_name, name)
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{below}/commits/{sha}"},
        "protected": False,
        "protection_url": f"{below}/branches/{name}/protection",
    }


# ── people of a repository ─────────────────────────────────────────────────────────────────────
def _for_members(call: Call) -> None:
    if call.grant is None and call.state.switches.collaborators_need_token:
        raise Refusal(401, "401 Unauthorized")


@route("GET", f"{REPO}/collaborators", PAGING)
def collaborators(call: Call) -> Reply:
    _for_members(call)
    given = call.repo.collaborators.items()
    return _page(call, [_collaborator(call, login, permission) for login, permission in given])


def _collaborator(call: Call, login: str, permission: str) -> dict[str, Any]:
    admin = permission == "admin"
    rights = {"pull": True, "push": admin or permission == "write", "admin": admin}
    return {**(call.shapes.author(login) or {}), "permissions": rights}


@route("GET", f"{REPO}/collaborators/{{login}}")
def is_collaborator(call: Call) -> Reply:
    """204 yes, 404 no."""
    _for_members(call)
    return Reply(204 if _permission(call) else 404)


@route("GET", f"{REPO}/collaborators/{{login}}/permission")
def permission(call: Call) -> Reply:
    """Those who are no collaborators may read what is public."""
    _for_members(call)
    user = call.state.find_user(call.parts["login"])
    if user is None:
        raise Refusal(404, "404 Not Found")
    return reply_json({**(call.shapes.user(user) or {}), "permission": _permission(call) or "read"})


def _permission(call: Call) -> str:
    login = call.parts["login"].lower()
    given = call.repo.collaborators.items()
    return next((right for name, right in given if name.lower() == login), "")


# ── events ─────────────────────────────────────────────────────────────────────────────────────
@route("GET", f"{REPO}/events", f"limit prev_id {PAGING}")
def events(call: Call) -> Reply:
    """Newest first: below `prev_id`, `limit` of them; or by page, see the switch."""
    rows = sorted(call.repo.events, key=lambda event: -event.id)
    if call.state.switches.events_paged:
        return _page(call, [_event(call, event) for event in rows])
    below = lists.whole(call.request, "prev_id", 2**62)
    limit = min(MAX_EVENTS, lists.whole(call.request, "limit", 20))
    return reply_json([_event(call, event) for event in rows if event.id < below][:limit])


def _event(call: Call, event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "actor": call.shapes.author(event.user),
        "repo": call.shapes.repository(call.repo),
        "org": None,
        "public": True,
        "created_at": instant(event.created_at),
        "payload": event.payload,
    }


# ── the tree ───────────────────────────────────────────────────────────────────────────────────
@route("GET", f"{REPO}/git/trees/{{sha*}}", "recursive page per_page")
def tree(call: Call) -> Reply:
    """Files and folders of the default branch, whatever commit is asked for."""
    call.choice("recursive", ("0", "1"), "0")
    files = sorted(call.repo.files)
    folders = {path[:at] for path in files for at, sign in enumerate(path) if sign == "/"}
    paths = sorted({*files, *folders})
    if call.request.params.get("recursive") != "1":
        paths = [path for path in paths if "/" not in path]
    rows = [_entry(call, path, is_file=path in call.repo.files) for path in paths]
    return reply_json({"sha": call.parts["sha"], "url": "", "truncated": False, "tree": rows})


def _entry(call: Call, path: str, *, is_file: bool) -> dict[str, Any]:
    sha = call.shapes.file(call.repo, path)["sha"] if is_file else sha_for(path)
    kind, mode = ("blob", "100644") if is_file else ("tree", "040000")
    return {"path": path, "mode": mode, "type": kind, "sha": sha, "size": 0, "url": ""}
