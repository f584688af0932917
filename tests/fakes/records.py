"""What the emulated host keeps: plain mutable records, times aware, changed only through `State`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["pull", "issue"]


@dataclass
class User:
    id: int
    login: str
    name: str
    email: str | None = None


@dataclass
class Pull:
    id: int
    number: int
    title: str
    user: str | None
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    body: str | None = ""
    labels: list[str] = field(default_factory=list)
    head_ref: str = "patch-1"
    head_owner: str | None = None
    head_sha: str = "0" * 40
    base_ref: str = "master"
    base_sha: str = "f" * 40
    draft: bool = False
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    assignees: list[str] = field(default_factory=list)
    accepted_by: list[str] = field(default_factory=list)
    milestone: str | None = None
    version: int = 0


@dataclass
class Issue:
    id: int
    number: str
    title: str
    user: str | None
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    body: str | None = ""
    labels: list[str] = field(default_factory=list)
    assignee: str | None = None
    security_hole: bool = False
    finished_at: datetime | None = None
    comments: int = 0
    milestone: str | None = None
    version: int = 0


@dataclass
class Comment:
    """`number` is that of the pull request or issue it stands under, as text."""

    id: int
    kind: Kind
    number: str
    user: str | None
    body: str
    created_at: datetime
    updated_at: datetime
    path: str | None = None
    position: str | None = None
    commit_id: str | None = None
    version: int = 0


@dataclass
class Log:
    id: int
    kind: Kind
    number: str
    user: str | None
    action_type: str
    content: str
    created_at: datetime


@dataclass
class Milestone:
    """`number` is its id, as on Gitee; `due_on` a date as text (`2026-03-31`) or None."""

    number: int
    title: str
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    description: str | None = None
    due_on: str | None = None


@dataclass
class Commit:
    """Of a pull request. `user` is None when the e-mail leads to no account."""

    sha: str
    parent: str
    message: str
    user: str | None
    name: str
    at: datetime


@dataclass
class Change:
    """A file of a pull request; `status` None means modified."""

    filename: str
    status: str | None = None
    additions: int = 1
    deletions: int = 0
    old_path: str | None = None
    diff: str = ""


@dataclass
class Event:
    id: int
    type: str
    user: str | None
    payload: dict[str, Any]
    created_at: datetime


Record = Pull | Issue | Comment
