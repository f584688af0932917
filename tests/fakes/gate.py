"""What stands before every route: User-Agent, token, allowance."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.state import Grant, Repo, State
from tests.fakes.wire import Refusal, Request


@dataclass
class Spent:
    count: int
    reset_at: float


class Gate:
    """`now` is epoch seconds; tests may hand in their own to let a window pass."""

    def __init__(self, state: State, *, now: Callable[[], float] = time.time) -> None:
        self.state = state
        self.now = now
        self._spent: dict[str, Spent] = {}
        self._lock = threading.Lock()

    def check_agent(self, request: Request) -> None:
        if not request.headers.get("user-agent"):
            raise Refusal(403, "403 Forbidden")

    def identify(self, request: Request) -> Grant | None:
        """The grant behind the token; None without one. Refuses a token that is not (or no longer) good."""
        token = request.token
        if token is None:
            if not self.state.switches.anonymous_reads:
                raise Refusal(401, "401 Unauthorized")
            return None
        grant = self.state.tokens.get(token)
        if grant is None:
            raise Refusal(401, "401 Unauthorized")
        if grant.expires_at is not None and grant.expires_at <= self.state.clock():
            raise Refusal(401, "401 Unauthorized: Access token is expired")
        return grant

    def count(self, request: Request, grant: Grant | None) -> dict[str, str]:
        """Counts the request; the allowance as headers. Raises when there is none left."""
        switches = self.state.switches
        limit = switches.rate_limit if grant else switches.anonymous_rate_limit
        if limit is None:
            return {}
        spent = self._count(request.token or "anonymous")
        headers = {}
        if switches.rate_headers:
            headers = {
                "X-RateLimit-Limit": str(limit),
                "X-RateLimit-Remaining": str(max(0, limit - spent.count)),
                "X-RateLimit-Reset": str(int(spent.reset_at)),
            }
        if spent.count > limit:
            if switches.rate_retry_after:
                headers["Retry-After"] = str(max(1, int(spent.reset_at - self.now())))
            raise Refusal(switches.rate_status, "API rate limit exceeded", **headers)
        return headers

    def _count(self, who: str) -> Spent:
        with self._lock:
            spent = self._spent.get(who)
            if spent is None or spent.reset_at <= self.now():
                reset_at = self.now() + self.state.switches.rate_window_s
                spent = self._spent[who] = Spent(0, reset_at)
            spent.count += 1
            return Spent(spent.count, spent.reset_at)


def may_push(grant: Grant | None, repo: Repo) -> bool:
    """Owners of the space and collaborators with the right to write."""
    if grant is None:
        return False
    return grant.login == repo.owner or repo.collaborators.get(grant.login) in ("admin", "write")
