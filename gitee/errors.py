"""What can go wrong with a code host, told apart by whether trying again helps.

`permanent` is the question every caller has: a permanent error will come again tomorrow, any other
may be gone in a minute. No message of these ever holds a token or a query string.
"""


class GiteeError(Exception):
    """Base of all errors of this room.

    `status` is the HTTP status, None when there was no answer. `retry_after_s` is the wait in seconds
    the server asked for, when it did. `where` is the method and path of the request.
    """

    permanent: bool = False

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        permanent: bool | None = None,
        where: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        self.message = message
        self.status = status
        self.where = where
        self.retry_after_s = retry_after_s
        if permanent is not None:
            self.permanent = permanent
        super().__init__(message)

    def __str__(self) -> str:
        parts = [self.where, str(self.status) if self.status else "", self.message]
        return ": ".join(part for part in parts if part)


class NotFound(GiteeError):
    """404. Gitee sends it now and then for things that exist: never delete on one such answer."""

    permanent = True


class Forbidden(GiteeError):
    """401 or 403: the token is missing, expired or not allowed to see this."""

    permanent = True


class Refused(GiteeError):
    """Any other 4xx: the question itself was wrong (400, 405, 422)."""

    permanent = True


class RateLimited(GiteeError):
    """429, or a 403 that means the same."""


class Unavailable(GiteeError):
    """No answer, a broken one, a 5xx, or one that took longer than we wait."""


class MalformedAnswer(GiteeError):
    """An answer that is not what the API describes: HTML, cut JSON, the wrong kind of value."""


class MalformedRow(MalformedAnswer):
    """A row that lacks what we cannot do without; `field` names it (`pull.head.sha`)."""

    permanent = True

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
