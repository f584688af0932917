"""Typed rows of a Gitee-dialect code host: its spellings, null users and +08:00 times stop here.

Parsers take one decoded JSON object and either return a complete row or raise `MalformedRow` naming
the field. Instants are aware and in UTC. Text is kept as sent, CRLF included. Shapes: sections 3.1 to
3.8 of Gitee's API v5 as recorded in 2020-2021 and described in 2026; unknown fields are ignored.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from gitee.errors import MalformedRow

Json = Mapping[str, Any]
Kind = Literal["pull", "issue"]

LARGEST_ID = 2**63 - 1  # what a bigint column holds
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
class FileRow:
    path: str
    sha: str
    content: bytes


def parse_user(data: Json | None, field: str = "user") -> UserRow | None:
    """Null stays None: the account is gone, or the commit's e-mail belongs to none."""
    if data is None:
        return None
    reader = _Reader(data, field)
    login = reader.text("login", required=True)
    return UserRow(reader.optional_int("id"), login, reader.text("name") or login)


def parse_repository(data: Json) -> RepositoryRow:
    reader = _Reader(data, "repository")
    return RepositoryRow(
        remote_id=reader.integer("id"),
        full_name=reader.text("full_name", required=True),
        description=reader.text("description"),
        private=reader.flag("private"),
        default_branch=reader.text("default_branch"),
        html_url=reader.text("html_url").removesuffix(".git"),
        created_at=reader.optional_instant("created_at"),
        updated_at=reader.optional_instant("updated_at"),
    )


def parse_pull(data: Json) -> PullRow:
    reader = _Reader(data, "pull")
    head, base = reader.child("head"), reader.child("base")
    return PullRow(
        remote_id=reader.integer("id"),
        number=reader.integer("number"),
        state=reader.choice("state", PULL_STATES),
        title=reader.text("title"),
        body=reader.text("body"),
        author=reader.user("user"),
        labels=reader.labels(),
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
        assignees=reader.users("assignees"),
        milestone=reader.child("milestone").text("title") or None,
    )


def parse_issue(data: Json) -> IssueRow:
    reader = _Reader(data, "issue")
    return IssueRow(
        remote_id=reader.integer("id"),
        number=reader.text("number", required=True),
        state=reader.choice("state", ISSUE_STATES),
        title=reader.text("title"),
        body=reader.text("body"),
        author=reader.user("user"),
        assignee=reader.user("assignee"),
        labels=reader.labels(),
        private=reader.flag("security_hole"),
        created_at=reader.instant("created_at"),
        updated_at=reader.instant("updated_at"),
        closed_at=reader.optional_instant("finished_at"),
        html_url=reader.text("html_url"),
    )


def parse_pull_comment(data: Json) -> CommentRow:
    """A row of `pulls/comments` or `pulls/{n}/comments`; the parent is in `pull_request_url` only."""
    reader = _Reader(data, "comment")
    number = reader.text("pull_request_url", required=True).rstrip("/").rpartition("/")[2]
    if not number.isdecimal():
        raise MalformedRow("comment.pull_request_url", "does not end in a pull request number")
    return _comment(reader, "pull", number, html_url=reader.text("html_url"))


def parse_issue_comment(data: Json, *, repository_url: str = "") -> CommentRow:
    """A row of `issues/comments` or `issues/{n}/comments`.

    Gitee gives no address with these; with `repository_url` (the page of the repository) we build it.
    """
    reader = _Reader(data, "comment")
    number = reader.child("target").child("issue").text("number", required=True)
    given = reader.text("html_url")
    built = (
        f"{repository_url}/issues/{number}#note_{reader.integer('id')}" if repository_url else ""
    )
    return _comment(reader, "issue", number, html_url=given or built)


def _comment(reader: "_Reader", kind: Kind, number: str, *, html_url: str) -> CommentRow:
    created_at = reader.instant("created_at")
    return CommentRow(
        remote_id=reader.integer("id"),
        kind=kind,
        number=number,
        author=reader.user("user"),
        body=reader.text("body"),
        created_at=created_at,
        updated_at=reader.optional_instant("updated_at") or created_at,
        html_url=html_url,
        path=reader.text("path") or None,
    )


def parse_operate_log(data: Json) -> OperateLogRow:
    reader = _Reader(data, "operate_log")
    return OperateLogRow(
        remote_id=reader.integer("id"),
        action=reader.text("action_type"),
        content=reader.text("content"),
        author=reader.user("user"),
        created_at=reader.instant("created_at"),
    )


def parse_file(data: Json) -> FileRow:
    """A row of `contents/{path}` for a file; its content comes as base64, with line breaks or not."""
    reader = _Reader(data, "file")
    try:
        content = base64.b64decode(reader.text("content"))
    except ValueError:
        raise MalformedRow("file.content", "not base64") from None
    return FileRow(reader.text("path", required=True), reader.text("sha"), content)


def parse_instant(text: str, field: str) -> datetime:
    """ISO 8601 with an offset, to aware UTC. Without an offset we would have to guess: refused."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedRow(field, f"not an ISO 8601 time: {text[:40]!r}") from None
    if instant.tzinfo is None:
        raise MalformedRow(field, f"a time without an offset: {text[:40]!r}")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise MalformedRow(field, f"a time out of range: {text[:40]!r}") from None


def _storable(text: str) -> str:
    """Databases refuse NUL and lone surrogates, both of which JSON can carry; nothing readable is lost."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


class _Reader:
    """Reads fields of one JSON object and knows where it stands, so that an error names its place."""

    def __init__(self, data: object, place: str) -> None:
        if not isinstance(data, Mapping):
            raise MalformedRow(place, f"an object was expected, not {type(data).__name__}")
        self.data: Json = data
        self.place = place

    def at(self, name: str) -> str:
        return f"{self.place}.{name}"

    def child(self, name: str) -> "_Reader":
        """A nested object; null and absent read as empty, for every nested object can be null."""
        value = self.data.get(name)
        return _Reader({} if value is None else value, self.at(name))

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.data.get(name)
        if value is None or value == "":
            if required:
                raise MalformedRow(self.at(name), "missing")
            return ""
        if not isinstance(value, str):
            raise MalformedRow(self.at(name), f"text was expected, not {type(value).__name__}")
        return _storable(value)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, required=True)
        if value not in allowed:
            raise MalformedRow(self.at(name), f"{value[:40]!r} is none of {', '.join(allowed)}")
        return value

    def optional_int(self, name: str) -> int | None:
        """Ids are numbers, but text of digits is tolerated: dialects differ."""
        value = self.data.get(name)
        if isinstance(value, str) and value.isdecimal() and len(value) < 20:
            value = int(value)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            if not 0 <= value <= LARGEST_ID:
                raise MalformedRow(self.at(name), "a number out of range")
            return value
        raise MalformedRow(self.at(name), f"a number was expected, not {type(value).__name__}")

    def integer(self, name: str) -> int:
        value = self.optional_int(name)
        if value is None:
            raise MalformedRow(self.at(name), "missing")
        return value

    def flag(self, name: str) -> bool:
        value = self.data.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise MalformedRow(self.at(name), f"true or false was expected, not {type(value).__name__}")

    def optional_instant(self, name: str) -> datetime | None:
        value = self.text(name)
        return parse_instant(value, self.at(name)) if value else None

    def instant(self, name: str) -> datetime:
        return parse_instant(self.text(name, required=True), self.at(name))

    def items(self, name: str) -> list[Any]:
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise MalformedRow(self.at(name), f"a list was expected, not {type(value).__name__}")
        return value

    def labels(self) -> tuple[str, ...]:
        entries = (_Reader(item, self.at("labels")) for item in self.items("labels"))
        return tuple(entry.text("name", required=True) for entry in entries)

    def user(self, name: str) -> UserRow | None:
        return parse_user(self.data.get(name), self.at(name))

    def users(self, name: str) -> tuple[UserRow, ...]:
        found = (parse_user(item, self.at(name)) for item in self.items(name))
        return tuple(user for user in found if user is not None)
