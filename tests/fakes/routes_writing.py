"""Routes that write: forks, branches, files on a branch, pull requests."""

import base64
import json
from typing import Any

from tests.fakes.api import Call, route
from tests.fakes.gate import may_push
from tests.fakes.places import Grant, Repo
from tests.fakes.records import Pull
from tests.fakes.state import sha_for
from tests.fakes.wire import Refusal, Reply, reply_json

REPO = "/repos/{owner}/{name}"
DUPLICATE = "已存在相同源分支、目标分支的 Pull Request，请勿重复提交"


def _grant(call: Call) -> Grant:
    if call.grant is None:
        raise Refusal(401, "401 Unauthorized")
    return call.grant


def _body(call: Call, *required: str) -> dict[str, Any]:
    try:
        body = json.loads(call.request.body)
    except ValueError:
        raise Refusal(400, "the body is no JSON") from None
    for name in required:
        if not body.get(name):
            raise Refusal(400, f"{name} is missing")
    return dict(body)


def _writable(call: Call) -> Repo:
    _grant(call)
    if not may_push(call.grant, call.repo):
        raise Refusal(403, "403 Forbidden")
    return call.repo


@route("POST", f"{REPO}/forks")
def fork(call: Call) -> Reply:
    """The default branch alone; a second fork is refused."""
    login, origin = _grant(call).login, call.repo
    full_name = f"{login}/{origin.name}"
    if full_name.lower() in call.state.repos:
        raise Refusal(400, "已经存在该仓库的 Fork")
    more = {"default_branch": origin.default_branch, "files": dict(origin.files)}
    made = call.state.add_repo(full_name, fork_of=origin.full_name, **more)
    return reply_json(call.shapes.project(made), status=201)


@route("POST", f"{REPO}/branches")
def create_branch(call: Call) -> Reply:
    repo, body = _writable(call), _body(call, "refs", "branch_name")
    start, name = body["refs"], body["branch_name"]
    if start != repo.default_branch and start not in repo.branches:
        raise Refusal(400, "起点不存在")
    if name == repo.default_branch or name in repo.branches:
        raise Refusal(400, "分支已存在")
    repo.branches[name] = sha_for(repo.full_name, name)
    repo.trees[name] = dict(repo.trees.get(start, repo.files))
    return reply_json({"name": name, "commit": {"sha": repo.branches[name]}}, status=201)


@route("POST", f"{REPO}/contents/{{path*}}")
def create_file(call: Call) -> Reply:
    files, body = _files(call)
    if call.parts["path"] in files:
        raise Refusal(400, "文件名已存在")
    return _put(call, files, body, status=201)


@route("PUT", f"{REPO}/contents/{{path*}}")
def change_file(call: Call) -> Reply:
    files, body = _files(call, "sha")
    path = call.parts["path"]
    if path not in files:
        raise Refusal(404, "404 File Not Found")
    if call.shapes.file(call.repo, path, files[path])["sha"] != body["sha"]:
        raise Refusal(400, "文件已被修改：sha does not match")
    return _put(call, files, body, status=200)


def _files(call: Call, *required: str) -> tuple[dict[str, bytes], dict[str, Any]]:
    repo = _writable(call)
    body = _body(call, "content", "message", "branch", *required)
    branch = body["branch"]
    if branch == repo.default_branch:
        return repo.files, body
    if branch not in repo.branches:
        raise Refusal(404, "404 Branch Not Found")
    return repo.trees.setdefault(branch, dict(repo.files)), body


def _put(call: Call, files: dict[str, bytes], body: dict[str, Any], *, status: int) -> Reply:
    path = call.parts["path"]
    files[path] = base64.b64decode(body["content"], validate=True)
    row = call.shapes.file(call.repo, path, files[path])
    return reply_json({"content": row, "commit": {"message": body["message"]}}, status=status)


@route("POST", f"{REPO}/pulls")
def create_pull(call: Call) -> Reply:
    grant, body = _grant(call), _body(call, "title", "head", "base")
    owner, ref = _head(call, body["head"])
    source = call.state.repos.get(f"{owner}/{call.repo.name}".lower())
    if source is None or ref not in source.branches:
        raise Refusal(400, "源分支不存在")
    for pull in call.repo.pulls:
        if pull.state == "open" and (pull.head_owner, pull.head_ref) == (owner, ref):
            raise Refusal(400, DUPLICATE)
    made: Pull = call.state.add_pull(
        call.repo.full_name,
        user=grant.login,
        title=body["title"],
        body=body.get("body") or "",
        head_owner=owner,
        head_ref=ref,
        base_ref=body["base"],
    )
    return Reply(201, call.shapes.text(call.repo, made))


def _head(call: Call, head: str) -> tuple[str, str]:
    """Namespace and branch, in the one way of writing it that this server knows."""
    before, colon, ref = head.rpartition(":")
    if not colon:
        return call.repo.owner, head
    if ("/" in before) != call.state.switches.head_form_new:
        raise Refusal(400, "head 格式不正确")
    return before.partition("/")[0], ref
