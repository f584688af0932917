"""The one door to a Gitee-dialect code host: typed questions, typed answers, typed errors.

Every method is a read, raises `gitee.errors.GiteeError` and nothing else, and takes owner and name
as the host spells them. Lists are repository-wide and paged; `iter_pages` walks them:

    for page in iter_pages(lambda n: client.pulls("mindspore", "mindformers", page=n)):
        store(page.rows)
"""

import logging
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import requests
from django.conf import settings

from gitee import addresses, pacing, rows
from gitee.allowance import allowance_for
from gitee.errors import MalformedAnswer, MalformedRow
from gitee.pages import PER_PAGE, Page, Unread, iter_pages, make_page
from gitee.reading import identity_of
from gitee.transport import Bounds, Clock, Transport, make_session

__all__ = ["Bounds", "Client", "Clock", "Page", "Unread", "client_for", "iter_pages"]

logger = logging.getLogger(__name__)

Sort = Literal["created", "updated"]
Direction = Literal["asc", "desc"]
Row = TypeVar("Row")


def client_for(host: str) -> "Client":
    """The client of one entry of `settings.CODE_HOSTS` (`{"gitee": {"url": …, "token": …}}`).

    Raises `LookupError` for a host the settings do not know.
    """
    try:
        entry = settings.CODE_HOSTS[host]
    except KeyError:
        known = ", ".join(sorted(settings.CODE_HOSTS))
        raise LookupError(f"code host {host!r} is not in CODE_HOSTS (known: {known})") from None
    return Client(
        entry["url"],
        entry.get("token") or None,
        max_connections=settings.SYNC_CONNECTIONS,
        reserve=settings.SYNC_RESERVE,
    )


class Client:
    """One code host with one token (or none). Safe to share between threads; close it when done.

    Clients of one process with the same host and token share what the server said of their allowance
    and how many requests are under way. `timeout` is (connect, read) in seconds, `deadline_s` bounds one whole answer. `request_count` and
    `budget` tell what was spent and what the server says is left.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (5.0, 30.0),
        deadline_s: float = 120.0,
        max_retries: int = 4,
        max_connections: int = 4,
        max_bytes: int = 32 * 1024 * 1024,
        max_wait_s: float = 60.0,
        reserve: int = 10,
        clock: Clock | None = None,
    ) -> None:
        self.base_url = addresses.checked_base(base_url)
        self._owns_session = session is None
        self.max_connections = max_connections
        clock = clock or Clock()
        self._session = session or make_session(
            max_connections=max_connections, answer_s=deadline_s
        )
        bounds = Bounds(
            connect_s=timeout[0],
            read_s=timeout[1],
            answer_s=deadline_s,
            answer_bytes=max_bytes,
            retries=max_retries,
            wait_s=max_wait_s,
            reserve=reserve,
        )
        self._transport = Transport(
            self.base_url + addresses.API_PATH,
            token,
            session=self._session,
            bounds=bounds,
            clock=clock,
            allowance=allowance_for(self.base_url, token, clock),
            connections=max_connections,
        )

    def __repr__(self) -> str:
        return f"<Client {self.base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._owns_session:
            self._session.close()

    @property
    def request_count(self) -> int:
        """Requests sent so far, retries and redirects included."""
        return self._transport.request_count

    @property
    def budget(self) -> pacing.Budget | None:
        return self._transport.budget

    def repository(self, owner: str, name: str) -> rows.RepositoryRow:
        return self._one(addresses.repo(owner, name), rows.parse_repository)

    def user(self, login: str) -> rows.UserRow:
        return self._one(f"/users/{addresses.segment(login)}", rows.parse_known_user)

    def pull(self, owner: str, name: str, number: int) -> rows.PullRow:
        return self._one(f"{addresses.repo(owner, name)}/pulls/{int(number)}", rows.parse_pull)

    def issue(self, owner: str, name: str, number: str) -> rows.IssueRow:
        return self._one(
            f"{addresses.repo(owner, name)}/issues/{addresses.segment(number)}", rows.parse_issue
        )

    def pull_comment(self, owner: str, name: str, identity: int) -> rows.CommentRow:
        path = f"{addresses.repo(owner, name)}/pulls/comments/{int(identity)}"
        return self._one(path, rows.parse_pull_comment)

    def issue_comment(self, owner: str, name: str, identity: int) -> rows.CommentRow:
        path = f"{addresses.repo(owner, name)}/issues/comments/{int(identity)}"
        return self._one(path, self._issue_comment_parser(owner, name))

    def pulls(
        self,
        owner: str,
        name: str,
        *,
        state: str = "all",
        sort: Sort = "updated",
        direction: Direction = "asc",
        since: datetime | None = None,
        page: int = 1,
        per_page: int = PER_PAGE,
    ) -> Page[rows.PullRow]:
        """One page of pull requests. Servers of 2021 overlook `since`: never trust it to have worked."""
        return self._list(
            f"{addresses.repo(owner, name)}/pulls",
            rows.parse_pull,
            addresses.query(sort, direction, since, page, per_page, state=state),
        )

    def issues(
        self,
        owner: str,
        name: str,
        *,
        state: str = "all",
        sort: Sort = "updated",
        direction: Direction = "asc",
        since: datetime | None = None,
        page: int = 1,
        per_page: int = PER_PAGE,
    ) -> Page[rows.IssueRow]:
        """One page of issues, updated at or after `since`."""
        return self._list(
            f"{addresses.repo(owner, name)}/issues",
            rows.parse_issue,
            addresses.query(sort, direction, since, page, per_page, state=state),
        )

    def pull_comments(
        self,
        owner: str,
        name: str,
        *,
        sort: Sort = "updated",
        direction: Direction = "asc",
        since: datetime | None = None,
        page: int = 1,
        per_page: int = PER_PAGE,
    ) -> Page[rows.CommentRow]:
        """One page of the comments on all pull requests of the repository."""
        return self._list(
            f"{addresses.repo(owner, name)}/pulls/comments",
            rows.parse_pull_comment,
            addresses.query(sort, direction, since, page, per_page),
        )

    def issue_comments(
        self,
        owner: str,
        name: str,
        *,
        sort: Sort = "updated",
        direction: Direction = "asc",
        since: datetime | None = None,
        page: int = 1,
        per_page: int = PER_PAGE,
    ) -> Page[rows.CommentRow]:
        """One page of the comments on all issues of the repository."""
        return self._list(
            f"{addresses.repo(owner, name)}/issues/comments",
            self._issue_comment_parser(owner, name),
            addresses.query(sort, direction, since, page, per_page),
        )

    def comments_of_pull(
        self, owner: str, name: str, number: int, *, page: int = 1, per_page: int = PER_PAGE
    ) -> Page[rows.CommentRow]:
        """One page of the comments on one pull request, oldest first."""
        return self._list(
            f"{addresses.repo(owner, name)}/pulls/{int(number)}/comments",
            rows.parse_pull_comment,
            {"direction": "asc", "page": page, "per_page": per_page},
        )

    def comments_of_issue(
        self, owner: str, name: str, number: str, *, page: int = 1, per_page: int = PER_PAGE
    ) -> Page[rows.CommentRow]:
        """One page of the comments on one issue, oldest first."""
        return self._list(
            f"{addresses.repo(owner, name)}/issues/{addresses.segment(number)}/comments",
            self._issue_comment_parser(owner, name),
            {"order": "asc", "page": page, "per_page": per_page},
        )

    def pull_operate_logs(
        self, owner: str, name: str, number: int
    ) -> tuple[rows.OperateLogRow, ...]:
        """The whole history of one pull request, oldest first; the only source of who merged it."""
        path = f"{addresses.repo(owner, name)}/pulls/{int(number)}/operate_logs"
        data, _ = self._transport.get(path, {"sort": "asc"})
        found, unread = _read_rows(data, rows.parse_operate_log, path)
        for row in unread:
            logger.warning("GET %s: left out: %s", path, row.reason)
        return found

    def milestones(
        self, owner: str, name: str, *, page: int = 1, per_page: int = PER_PAGE
    ) -> Page[rows.MilestoneRow]:
        """One page of the milestones, closed ones too."""
        query: addresses.Query = {"state": "all", "page": page, "per_page": per_page}
        return self._list(f"{addresses.repo(owner, name)}/milestones", rows.parse_milestone, query)

    def file_content(
        self, owner: str, name: str, path: str, *, ref: str | None = None
    ) -> rows.FileRow | None:
        """One file at `ref` (default branch if None). None when it is not there: Gitee says `[]`.

        `NotFound` here means a missing repository or branch.
        """
        address = f"{addresses.repo(owner, name)}/contents/{addresses.path(path)}"
        data, _ = self._transport.get(address, {"ref": ref} if ref else None)
        if data == []:
            return None
        return _parse_file(data, address)

    def _issue_comment_parser(self, owner: str, name: str) -> Callable[[Any], rows.CommentRow]:
        page_url = f"{self.base_url}/{owner}/{name}"
        return lambda data: rows.parse_issue_comment(data, repository_url=page_url)

    def _one(self, path: str, parse: Callable[[Any], Row]) -> Row:
        data, _ = self._transport.get(path)
        return placed(parse, data, path)

    def _list(self, path: str, parse: Callable[[Any], Row], query: addresses.Query) -> Page[Row]:
        data, headers = self._transport.get(path, query)
        found, unread = _read_rows(data, parse, path)
        page, per_page = int(query["page"]), int(query["per_page"])
        return make_page(found, page=page, per_page=per_page, headers=headers, unread=unread)


def _read_rows(
    data: Any, parse: Callable[[Any], Row], path: str
) -> tuple[tuple[Row, ...], tuple[Unread, ...]]:
    """The rows of a list, and those that cannot be understood: one of these must not hide the others."""
    if not isinstance(data, list):
        raise MalformedAnswer("a list was expected", where=f"GET {path}")
    found: list[Row] = []
    unread: list[Unread] = []
    for item in data:
        try:
            found.append(placed(parse, item, path))
        except MalformedRow as error:
            unread.append(Unread(*identity_of(item), error.message))
    return tuple(found), tuple(unread)


def placed(parse: Callable[[Any], Row], data: Any, path: str) -> Row:
    """Parses one object; an error then tells in which answer and in which row it was."""
    try:
        return parse(data)
    except MalformedRow as error:
        identity = data.get("id") if isinstance(data, dict) else None
        error.where = f"GET {path}" + (f" (id {identity})" if identity else "")
        raise


def _parse_file(data: Any, path: str) -> rows.FileRow:
    if isinstance(data, list):
        raise MalformedAnswer("a folder, not a file", where=f"GET {path}", permanent=True)
    return placed(rows.parse_file, data, path)
