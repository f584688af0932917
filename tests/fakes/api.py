"""The routes below /api/v5 and what each accepts; anything else gets Gitee's 404."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.fakes import lists
from tests.fakes.faults import Fault
from tests.fakes.gate import may_push
from tests.fakes.records import Comment, Issue, Pull
from tests.fakes.shapes import Shapes
from tests.fakes.state import Grant, Repo, State
from tests.fakes.wire import Refusal, Reply, Request, reply_json

PREFIX = "/api/v5"
PULL_STATES = ("open", "closed", "merged", "all")
ISSUE_STATES = ("open", "progressing", "closed", "rejected", "all")
PULL_SORTS = ("created", "updated", "popularity", "long-running")
SORTS = ("created", "updated")
DIRECTIONS = ("asc", "desc")
PAGING = "page per_page"


@dataclass(frozen=True)
class Call:
    """One request on its way through a route."""

    request: Request
    grant: Grant | None
    fault: Fault | None
    state: State
    shapes: Shapes
    parts: dict[str, str]

    @property
    def repo(self) -> Repo:
        """Raises 404, or the redirect that a moved repository's old address answers."""
        asked = f"{self.parts['owner']}/{self.parts['name']}"
        repo = self.state.repos.get(asked.lower())
        strict = self.state.switches.names_case_sensitive
        if repo is not None and not (strict and repo.full_name != asked):
            return repo
        moved = self.state.moved.get(asked.lower())
        if moved is not None and self.state.switches.moved_status == 301:
            path = self.request.path.replace(f"/repos/{asked}", f"/repos/{moved.full_name}", 1)
            query = f"?{self.request.query}" if self.request.query else ""
            raise Refusal(301, "Moved Permanently", Location=f"{self.shapes.site}{path}{query}")
        raise Refusal(404, "404 Project Not Found")

    @property
    def pull(self) -> Pull:
        pull = self.repo.pulls.get(int(self.parts["number"]))
        if pull is None:
            raise Refusal(404, "404 Not Found")
        return pull

    @property
    def issue(self) -> Issue:
        issue = self.repo.issues.get(self.parts["number"])
        if issue is None:
            raise Refusal(404, "404 Not Found")
        if not self.may_see(issue):
            status = self.state.switches.private_status
            raise Refusal(status, "404 Not Found" if status == 404 else "403 Forbidden")
        return issue

    def may_see(self, issue: Issue) -> bool:
        """Private issues show to members only; whether every token is one, is a switch."""
        member = self.grant is not None and self.state.switches.private_for_tokens
        return member or not issue.security_hole

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        return lists.choice(self.request, name, allowed, default)

    def page_of(self, rows: list[Any], *, hidden: int = 0) -> Reply:
        """`hidden` rows are left out but perhaps counted."""
        counted = hidden if self.state.switches.counts_private else 0
        return lists.answer(self.request, self.repo, rows, self.shapes, self.fault, hidden=counted)

    def within(self, name: str) -> "Call":
        """The same call about the repository `name` of the owner in the path."""
        return replace(self, parts={**self.parts, "name": name})

    def single(self, row: Pull | Issue | Comment) -> Reply:
        return Reply(200, self.shapes.text(self.repo, row))

    def sort(self, allowed: tuple[str, ...], default: str = "created") -> str:
        sort = self.choice("sort", allowed, default)
        return "created" if self.overlooks("sort") else sort

    def descending(self, name: str = "direction", default: str = "desc") -> bool:
        """The direction asked for, or the default of a server that overlooks it."""
        asked = self.choice(name, DIRECTIONS, default)
        return (default if self.overlooks("direction") else asked) == "desc"

    def since(self, list_name: str) -> datetime | None:
        since = lists.moment(self.request, "since")
        known = getattr(self.state.switches, f"since_on_{list_name}")
        return None if self.overlooks("since") or not known else since

    def overlooks(self, what: str) -> bool:
        """By a switch for good, or by a fault this once."""
        switched = getattr(self.state.switches, f"{what}_ignored", False)
        return switched or (self.fault is not None and self.fault.kind == f"{what}_ignored")


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    params: frozenset[str]
    handler: Handler


ROUTES: list[Route] = []


def route(method: str, path: str, params: str = "") -> Callable[[Handler], Handler]:
    """`{name}` stands for one part of the path, `{path*}` for the rest of it."""
    pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", path)
    pattern = re.sub(r"\{number:int\}", r"(?P<number>[0-9]+)", pattern)
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
    allowed = frozenset([*params.split(), "access_token"])

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, re.compile(pattern), allowed, handler))
        return handler

    return register


def dispatch(
    request: Request, grant: Grant | None, fault: Fault | None, state: State, shapes: Shapes
) -> Reply:
    """Runs the route of the request. Unknown paths and unknown parameters are 404, as strict as can be."""
    found = [
        (each, match)
        for each in ROUTES
        if (match := each.pattern.fullmatch(request.path.removeprefix(PREFIX)))
    ]
    if not found:
        raise Refusal(404, "404 Not Found")
    for each, match in found:
        if each.method == request.method:
            unknown = sorted(set(request.params) - each.params)
            if unknown:
                raise Refusal(404, f"404 Not Found: unknown parameter {', '.join(unknown)}")
            return each.handler(Call(request, grant, fault, state, shapes, match.groupdict()))
    raise Refusal(405, "405 Not Allowed")


# ── repositories and people ────────────────────────────────────────────────────────────────────
@route("GET", "/user")
def own_user(call: Call) -> Reply:
    if call.grant is None:
        raise Refusal(401, "401 Unauthorized")
    user = call.state.find_user(call.grant.login)
    if user is None:
        raise Refusal(404, "404 User Not Found")
    return reply_json(call.shapes.full_user(user))


@route("GET", "/emails")
def emails(call: Call) -> Reply:
    if call.grant is None:
        raise Refusal(401, "401 Unauthorized")
    if "emails" not in call.grant.scope.split():
        raise Refusal(403, "403 Forbidden: scope emails is missing")
    user = call.state.find_user(call.grant.login)
    if user is None or user.email is None:
        return reply_json([])
    scope = ["primary", "secure", "notified"]
    return reply_json([{"email": user.email, "state": "confirmed", "scope": scope}])


@route("GET", "/users/{login}")
def user(call: Call) -> Reply:
    found = call.state.find_user(call.parts["login"])
    if found is None:
        raise Refusal(404, "404 User Not Found")
    return reply_json(call.shapes.full_user(found))


@route("GET", "/repos/{owner}/{name}")
def repository(call: Call) -> Reply:
    writes = may_push(call.grant, call.repo)
    permission = {"pull": True, "push": writes, "admin": writes}
    return reply_json({**call.shapes.project(call.repo), "permission": permission})


@route("GET", "/repos/{owner}/{name}/contents/{path*}", "ref")
def contents(call: Call) -> Reply:
    """A missing file is 200 with `[]`."""
    path, ref = call.parts["path"], call.request.params.get("ref", call.repo.default_branch)
    files = call.repo.trees.get(ref, call.repo.files)
    if path in files:
        return reply_json(call.shapes.file(call.repo, path, files[path]))
    inside = sorted(name for name in files if name.startswith(f"{path}/"))
    return reply_json([{**call.shapes.file(call.repo, name), "content": None} for name in inside])


# ── pull requests ──────────────────────────────────────────────────────────────────────────────
@route(
    "GET",
    "/repos/{owner}/{name}/pulls",
    f"state head base sort since direction milestone_number labels author assignee tester {PAGING}",
)
def pulls(call: Call) -> Reply:
    state = call.choice("state", PULL_STATES, "open")
    sort, since = call.sort(PULL_SORTS), call.since("pulls")
    rows = call.repo.pulls.ordered(state=state, sort=sort, since=since)
    return call.page_of(lists.direction(_pulls_like(call, rows), call.descending()))


def _pulls_like(call: Call, rows: list[Any]) -> list[Any]:
    given = call.request.params.get
    rows = lists.having(rows, given("author"), lambda pull, login: pull.user == login)
    rows = lists.having(rows, given("assignee"), lambda pull, login: login in pull.assignees)
    rows = lists.having(rows, given("base"), lambda pull, ref: pull.base_ref == ref)
    rows = lists.having(rows, given("head"), _has_head)
    return lists.having(rows, given("labels"), _has_labels)


def _has_head(pull: Pull, head: str) -> bool:
    return head in (pull.head_ref, f"{pull.head_owner}:{pull.head_ref}")


def _has_labels(row: Pull | Issue, labels: str) -> bool:
    return set(labels.split(",")) <= set(row.labels)


@route("GET", "/repos/{owner}/{name}/pulls/comments", f"sort direction since {PAGING}")
def pull_comments(call: Call) -> Reply:
    return _comments(call, call.repo.pull_comments.ordered)


@route("GET", "/repos/{owner}/{name}/issues/comments", f"sort direction since {PAGING}")
def issue_comments(call: Call) -> Reply:
    return _comments(call, call.repo.issue_comments.ordered)


def _comments(call: Call, ordered: Callable[..., list[Comment]]) -> Reply:
    rows = ordered(sort=call.sort(SORTS), since=call.since("comments"))
    hides = call.state.switches.private_comments_hidden
    seen = [row for row in rows if not hides or _parent_shows(call, row)]
    return call.page_of(lists.direction(seen, call.descending()), hidden=len(rows) - len(seen))


def _parent_shows(call: Call, comment: Comment) -> bool:
    if comment.kind == "pull":
        return True
    issue = call.repo.issues.get(comment.number)
    return issue is not None and call.may_see(issue)


@route("GET", "/repos/{owner}/{name}/pulls/comments/{number:int}")
def pull_comment(call: Call) -> Reply:
    return _comment(call, call.repo.pull_comments.get(int(call.parts["number"])))


@route("GET", "/repos/{owner}/{name}/issues/comments/{number:int}")
def issue_comment(call: Call) -> Reply:
    return _comment(call, call.repo.issue_comments.get(int(call.parts["number"])))


def _comment(call: Call, comment: Comment | None) -> Reply:
    if comment is None or not _parent_shows(call, comment):
        raise Refusal(404, "404 Not Found")
    return call.single(comment)


@route("GET", "/repos/{owner}/{name}/pulls/{number:int}")
def pull(call: Call) -> Reply:
    return call.single(call.pull)


@route(
    "GET",
    "/repos/{owner}/{name}/pulls/{number:int}/comments",
    f"direction comment_type {PAGING}",
)
def comments_of_pull(call: Call) -> Reply:
    kind = call.choice("comment_type", ("diff_comment", "pr_comment", ""), "")
    number = str(call.pull.number)
    rows = [row for row in call.repo.pull_comments.ordered() if row.number == number]
    if kind:
        rows = [row for row in rows if bool(row.path) == (kind == "diff_comment")]
    return call.page_of(lists.direction(rows, call.descending(default="asc")))


@route("GET", "/repos/{owner}/{name}/pulls/{number:int}/operate_logs", "sort")
def pull_operate_logs(call: Call) -> Reply:
    return _logs(call, ("pull", str(call.pull.number)))


def _logs(call: Call, key: tuple[str, str]) -> Reply:
    """Not paged, newest first unless asked otherwise."""
    logs = sorted(call.repo.logs.get(key, []), key=lambda log: (log.created_at, log.id))
    logs = lists.direction(logs, call.descending("sort"))
    return reply_json([call.shapes.log(log) for log in logs])


@route("GET", "/repos/{owner}/{name}/pulls/{number:int}/labels", PAGING)
def pull_labels(call: Call) -> Reply:
    return reply_json([call.shapes.label(call.repo, name) for name in call.pull.labels])


@route("GET", "/repos/{owner}/{name}/pulls/{number:int}/merge")
def is_merged(call: Call) -> Reply:
    """204 merged, 404 not."""
    return Reply(204 if call.pull.state == "merged" else 404)


# ── issues ─────────────────────────────────────────────────────────────────────────────────────
@route(
    "GET",
    "/repos/{owner}/{name}/issues",
    "state labels sort direction since milestone assignee creator program q security_hole"
    f" schedule deadline created_at finished_at {PAGING}",
)
def issues(call: Call) -> Reply:
    state = call.choice("state", ISSUE_STATES, "open")
    sort, since = call.sort(SORTS), call.since("issues")
    rows: list[Any] = call.repo.issues.ordered(state=state, sort=sort, since=since)
    given = call.request.params.get
    rows = lists.having(rows, given("creator"), lambda issue, login: issue.user == login)
    rows = lists.having(rows, given("assignee"), lambda issue, login: issue.assignee == login)
    rows = lists.having(rows, given("labels"), _has_labels)
    seen = [row for row in rows if call.may_see(row)]
    return call.page_of(lists.direction(seen, call.descending()), hidden=len(rows) - len(seen))


@route("GET", "/repos/{owner}/{name}/issues/{number}")
def issue(call: Call) -> Reply:
    return call.single(call.issue)


@route("GET", "/repos/{owner}/{name}/issues/{number}/comments", f"since order {PAGING}")
def comments_of_issue(call: Call) -> Reply:
    ordered = call.repo.issue_comments.ordered(since=call.since("comments"))
    rows = [row for row in ordered if row.number == call.issue.number]
    return call.page_of(lists.direction(rows, call.descending("order", "asc")))


@route("GET", "/repos/{owner}/{name}/issues/{number}/labels", PAGING)
def issue_labels(call: Call) -> Reply:
    return reply_json([call.shapes.label(call.repo, name) for name in call.issue.labels])


@route("GET", "/repos/{owner}/issues/{number}/operate_logs", "repo sort")
def issue_operate_logs(call: Call) -> Reply:
    """Below the owner, with the repository as a parameter."""
    inner = call.within(call.request.params.get("repo", ""))
    return _logs(inner, ("issue", inner.issue.number))
