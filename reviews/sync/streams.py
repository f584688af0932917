"""The four lists of a repository, and how a row of each becomes columns of its table."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model, Q, QuerySet

from gitee.client import Client
from gitee.rows import CommentRow, IssueRow, PullRow, UserRow
from members.models import Repository

from .. import search
from ..models import Comment, Issue, PullRequest
from .diff import Columns, Incoming, Stored
from .fetch import Ask

# What `compare` need not know: our own key, and the account that goes with `author_login`.
NOT_COMPARED = {"id", "author"}


@dataclass(frozen=True)
class Stream:
    """One list. `name` is also the start of the cursor's column, `unique` the key of an upsert."""

    name: str
    model: type[Model]
    unique: tuple[str, ...]
    columns: Callable[[Repository, Any], Columns]
    keys: Callable[[Columns], tuple[Hashable, ...]]
    matching: Callable[[Repository, list[Columns]], Q]
    list_of: Callable[[Client], Callable[..., Any]]
    # One row asked for alone, and the column of ours that names it.
    one_of: Callable[[Client], Callable[..., Any]]
    name_column: str
    kind: str = ""

    @property
    def cursor(self) -> str:
        return f"{self.name}_cursor"

    def ask(self, client: Client, repository: Repository) -> Ask:
        """The question for one page of this list of a repository, by update time unless asked otherwise."""
        fetch = self.list_of(client)

        def ask(**question: Any) -> Any:
            return fetch(repository.owner, repository.name, **{"sort": "updated", **question})

        return ask

    def ours(self, repository: Repository) -> QuerySet[Any]:
        """Our rows of this list: those that came from the host, not those of a clone."""
        rows = self.model._default_manager.filter(repository=repository, remote_id__isnull=False)
        return rows.filter(kind=self.kind) if self.kind else rows

    def incoming(self, repository: Repository, rows: Iterable[Any]) -> list[Incoming]:
        made = ((self.columns(repository, row), row) for row in rows)
        return [Incoming(self.keys(columns), columns, row) for columns, row in made]

    def stored(self, repository: Repository, incoming: list[Incoming]) -> dict[Hashable, Stored]:
        """Our rows that the incoming ones may be, under every key they have."""
        if not incoming:
            return {}
        names = list(incoming[0].columns)
        rows: QuerySet[Any, dict[str, Any]] = self.model._default_manager.filter(
            self.matching(repository, [row.columns for row in incoming])
        ).values("pk", "author_id", *names)
        found: dict[Hashable, Stored] = {}
        for row in rows:
            ours = Stored(row.pop("pk"), row, row.pop("author_id"))
            found |= dict.fromkeys(self.keys(row), ours)
        return found


# ── columns ───────────────────────────────────────────────────────────────────────────────────
def _common(repository: Repository, row: PullRow | IssueRow | CommentRow) -> Columns:
    return {
        "repository_id": repository.pk,
        "host": repository.host,
        "remote_id": row.remote_id,
        "author_login": login_of(row.author),
        "html_url": _web_address(row.html_url),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "body": row.body,
    }


def login_of(user: UserRow | None) -> str:
    return user.login[:200] if user else ""


def _web_address(url: str) -> str:
    """Only what a browser may safely follow, and not cut in the middle."""
    return url if urlsplit(url).scheme in ("http", "https") and len(url) <= 500 else ""


def _pull_columns(repository: Repository, row: PullRow) -> Columns:
    return _common(repository, row) | {
        "number": row.number,
        "state": row.state,
        "title": row.title[:500],
        "labels": list(row.labels),
        "base_ref": row.base_ref[:300],
        "head_ref": row.head_ref[:300],
        "head_sha": row.head_sha[:64],
        "is_draft": row.draft,
        "milestone": (row.milestone or "")[:200],
        "closed_at": row.closed_at,
        "merged_at": row.merged_at,
    }


def _issue_columns(repository: Repository, row: IssueRow) -> Columns:
    return _common(repository, row) | {
        "number": row.number[:40],
        "state": row.state,
        "title": row.title[:500],
        "labels": list(row.labels),
        "assignee_login": login_of(row.assignee),
        "milestone": (row.milestone or "")[:200],
        "comment_count": row.comment_count,
        "closed_at": row.closed_at,
    }


def _searched(make: Callable[[Repository, Any], Columns]) -> Callable[[Repository, Any], Columns]:
    """The columns that `make` makes, and those by which the row is found."""

    def columns(repository: Repository, row: Any) -> Columns:
        made = make(repository, row)
        return made | search.columns_of(made)

    return columns


def _comment_columns(repository: Repository, row: CommentRow) -> Columns:
    return _common(repository, row) | {
        "kind": row.kind,
        "number": row.number[:40],
        "path": (row.path or "")[:1000],
    }


# ── keys ──────────────────────────────────────────────────────────────────────────────────────
def _pull_keys(columns: Columns) -> tuple[Hashable, ...]:
    """By number, since a row from a clone has no id yet; by id, since a repository can be renamed."""
    by_number = ("number", columns["repository_id"], columns["number"])
    if columns["remote_id"] is None:
        return (by_number,)
    return (by_number, ("id", columns["remote_id"]))


def _id_keys(columns: Columns) -> tuple[Hashable, ...]:
    return (("id", columns["remote_id"]),)


def _pull_matching(repository: Repository, rows: list[Columns]) -> Q:
    by_number = Q(repository=repository, number__in=[row["number"] for row in rows])
    return by_number | _id_matching(repository, rows)


def _id_matching(repository: Repository, rows: list[Columns]) -> Q:
    return Q(host=repository.host, remote_id__in=[row["remote_id"] for row in rows])


def _comment_matching(repository: Repository, rows: list[Columns]) -> Q:
    return _id_matching(repository, rows) & Q(kind__in={row["kind"] for row in rows})


PULLS = Stream(
    "pulls",
    PullRequest,
    ("repository", "number"),
    _searched(_pull_columns),
    _pull_keys,
    _pull_matching,
    lambda client: client.pulls,
    lambda client: client.pull,
    "number",
)
ISSUES = Stream(
    "issues",
    Issue,
    ("host", "remote_id"),
    _searched(_issue_columns),
    _id_keys,
    _id_matching,
    lambda client: client.issues,
    lambda client: client.issue,
    "number",
)
PULL_COMMENTS = Stream(
    "pull_comments",
    Comment,
    ("host", "kind", "remote_id"),
    _comment_columns,
    _id_keys,
    _comment_matching,
    lambda client: client.pull_comments,
    lambda client: client.pull_comment,
    "remote_id",
    "pull",
)
ISSUE_COMMENTS = Stream(
    "issue_comments",
    Comment,
    ("host", "kind", "remote_id"),
    _comment_columns,
    _id_keys,
    _comment_matching,
    lambda client: client.issue_comments,
    lambda client: client.issue_comment,
    "remote_id",
    "issue",
)
# Subjects before what is said about them.
STREAMS = (PULLS, ISSUES, PULL_COMMENTS, ISSUE_COMMENTS)
