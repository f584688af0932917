"""Typed rows of a Gitee-dialect code host: its spellings, null users and +08:00 times stop here.

Parsers take one decoded JSON object and either return a complete row or raise `MalformedRow` naming
the field. Instants are aware and in UTC. Text is kept as sent, CRLF included. Shapes: sections 3.1 to
3.8 of Gitee's API v5 as recorded in 2020-2021 and described in 2026; unknown fields are ignored.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from gitee.errors import MalformedRow
from gitee.reading import Json, Reader, readable

Kind = Literal["pull", "issue"]

PULL_STATES = ("open", "closed", "merged")
ISSUE_STATES = ("open", "progressing", "closed", "rejected")


@dataclass(frozen=True, slots=True)
class UserRow:
    uid: int | None
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class RepositoryRow:
    """`html_url` is the page a browser opens, without the `.git` Gitee puts at its end."""

    remote_id: int
    full_name: str
    description: str
    private: bool
    default_branch: str
    html_url: str
    created_at: datetime | None
    updated_at: datetime | None
    # The host's own word, localised: "开始", "关闭".
    status: str = ""
    # Whether the token that asked may write to it, and of what it is a fork ("owner/name").
    can_push: bool = False
    fork_of: str = ""


@dataclass(frozen=True, slots=True)
class PullRow:
    """`state` is open, closed or merged; a merged one is not "closed" though it has `closed_at`."""

    remote_id: int
    number: int
    state: str
    title: str
    body: str
    author: UserRow | None
    labels: tuple[str, ...]
    head_ref: str
    head_repo: str | None
    head_sha: str
    base_ref: str
    draft: bool
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    merged_at: datetime | None
    html_url: str
    assignees: tuple[UserRow, ...]
    milestone: str | None


@dataclass(frozen=True, slots=True)
class IssueRow:
    """`number` is text (`I4CE7W`, case-sensitive). `private` issues must never be shown."""

    remote_id: int
    number: str
    state: str
    title: str
    body: str
    author: UserRow | None
    assignee: UserRow | None
    labels: tuple[str, ...]
    private: bool
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    html_url: str
    milestone: str | None = None
    # As the host counts.
    comment_count: int | None = None


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment on a pull request or an issue; `number` is that of its parent, always as text.

    `path` is set for comments on a line of the diff. An edited comment has `updated_at > created_at`.
    """

    remote_id: int
    kind: Kind
    number: str
    author: UserRow | None
    body: str
    created_at: datetime
    updated_at: datetime
    html_url: str
    path: str | None


@dataclass(frozen=True, slots=True)
class OperateLogRow:
    """One line of an item's history. `action` alone does not tell a label change in rows of 2020."""

    remote_id: int
    action: str
    content: str
    author: UserRow | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """`remote_id` is what Gitee calls the number of a milestone."""

    remote_id: int
    title: str
    state: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class FileRow:
    path: str
    sha: str
    content: bytes


def parse_user(data: Json | None, field: str = "user") -> UserRow | None:
    """Null stays None: the account is gone, or the commit's e-mail belongs to none."""
    if data is None:
        return None
    reader = Reader(data, field)
    login = reader.text("login", required=True)
    return UserRow(reader.optional_int("id"), login, reader.text("name") or login)


def parse_known_user(data: Json | None) -> UserRow:
    """A user that must be there."""
    user = parse_user(data)
    if user is None:
        raise MalformedRow("user", "null")
    return user


def parse_repository(data: Json) -> RepositoryRow:
    reader = Reader(data, "repository")
    return RepositoryRow(
        remote_id=reader.integer("id"),
        full_name=reader.text("full_name", required=True),
        description=reader.text("description"),
        private=reader.flag("private"),
        default_branch=reader.text("default_branch"),
        html_url=reader.text("html_url").removesuffix(".git"),
        created_at=reader.optional_instant("created_at"),
        updated_at=reader.optional_instant("updated_at"),
        status=reader.text("status"),
        can_push=_inner(data, "permission", "push") is True,
        fork_of=str(_inner(data, "parent", "full_name") or ""),
    )


def _inner(data: Json, name: str, field: str) -> object:
    """A field of an object that only writers need: a reader must not fail for its shape."""
    inner = data.get(name)
    return inner.get(field) if isinstance(inner, Mapping) else None


def parse_pull(data: Json) -> PullRow:
    reader = Reader(data, "pull")
    head, base = reader.child("head"), reader.child("base")
    return PullRow(
        remote_id=reader.integer("id"),
        number=reader.integer("number"),
        state=reader.choice("state", PULL_STATES),
        title=reader.text("title"),
        body=reader.text("body"),
        author=parse_user(reader.data.get("user"), reader.at("user")),
        labels=_labels(reader),
        head_ref=head.text("ref"),
        head_repo=head.child("repo").text("full_name") or None,
        head_sha=head.text("sha"),
        base_ref=base.text("ref"),
        draft=reader.flag("draft"),
        created_at=reader.instant("created_at"),
        updated_at=reader.instant("updated_at"),
        closed_at=reader.optional_instant("closed_at"),
        merged_at=reader.optional_instant("merged_at"),
        html_url=reader.text("html_url"),
        assignees=_users(reader, "assignees"),
        milestone=reader.child("milestone").text("title") or None,
    )


def parse_issue(data: Json) -> IssueRow:
    reader = Reader(data, "issue")
    return IssueRow(
        remote_id=reader.integer("id"),
        number=reader.text("number", required=True),
        state=reader.choice("state", ISSUE_STATES),
        title=reader.text("title"),
        body=reader.text("body"),
        author=parse_user(reader.data.get("user"), reader.at("user")),
        assignee=parse_user(reader.data.get("assignee"), reader.at("assignee")),
        labels=_labels(reader),
        private=reader.flag("security_hole"),
        created_at=reader.instant("created_at"),
        updated_at=reader.instant("updated_at"),
        closed_at=reader.optional_instant("finished_at"),
        html_url=reader.text("html_url"),
        milestone=reader.child("milestone").text("title") or None,
        comment_count=readable(reader.optional_int, "comments"),
    )


def parse_pull_comment(data: Json) -> CommentRow:
    """A row of `pulls/comments` or `pulls/{n}/comments`; the parent is in `pull_request_url` only."""
    reader = Reader(data, "comment")
    number = reader.text("pull_request_url", required=True).rstrip("/").rpartition("/")[2]
    if not number.isdecimal():
        raise MalformedRow("comment.pull_request_url", "does not end in a pull request number")
    return _comment(reader, "pull", number, html_url=reader.text("html_url"))


def parse_issue_comment(data: Json, *, repository_url: str = "") -> CommentRow:
    """A row of `issues/comments` or `issues/{n}/comments`.

    Gitee gives no address with these; with `repository_url` (the page of the repository) we build it.
    """
    reader = Reader(data, "comment")
    number = reader.child("target").child("issue").text("number", required=True)
    given = reader.text("html_url")
    built = (
        f"{repository_url}/issues/{number}#note_{reader.integer('id')}" if repository_url else ""
    )
    return _comment(reader, "issue", number, html_url=given or built)


def _comment(reader: "Reader", kind: Kind, number: str, *, html_url: str) -> CommentRow:
    created_at = reader.instant("created_at")
    return CommentRow(
        remote_id=reader.integer("id"),
        kind=kind,
        number=number,
        author=parse_user(reader.data.get("user"), reader.at("user")),
        body=reader.text("body"),
        created_at=created_at,
        updated_at=reader.optional_instant("updated_at") or created_at,
        html_url=html_url,
        path=reader.text("path") or None,
    )


def parse_operate_log(data: Json) -> OperateLogRow:
    reader = Reader(data, "operate_log")
    return OperateLogRow(
        remote_id=reader.integer("id"),
        action=reader.text("action_type"),
        content=reader.text("content"),
        author=parse_user(reader.data.get("user"), reader.at("user")),
        created_at=reader.instant("created_at"),
    )


def parse_milestone(data: Json) -> MilestoneRow:
    """`due_on` is a day; some rows carry a whole time, whose day it is."""
    reader = Reader(data, "milestone")
    due = reader.text("due_on")[:10]
    try:
        due_on = date.fromisoformat(due) if due else None
    except ValueError:
        raise MalformedRow("milestone.due_on", f"not a day: {due!r}") from None
    return MilestoneRow(
        remote_id=reader.integer("number"),
        title=reader.text("title", required=True),
        state=reader.text("state"),
        due_on=due_on,
    )


def parse_file(data: Json) -> FileRow:
    """A row of `contents/{path}` for a file; its content comes as base64, with line breaks or not."""
    reader = Reader(data, "file")
    try:
        content = base64.b64decode(reader.text("content"))
    except ValueError:
        raise MalformedRow("file.content", "not base64") from None
    return FileRow(reader.text("path", required=True), reader.text("sha"), content)


def _labels(reader: Reader) -> tuple[str, ...]:
    entries = (Reader(item, reader.at("labels")) for item in reader.items("labels"))
    return tuple(entry.text("name", required=True) for entry in entries)


def _users(reader: Reader, name: str) -> tuple[UserRow, ...]:
    found = (parse_user(item, reader.at(name)) for item in reader.items(name))
    return tuple(user for user in found if user is not None)
