"""A Gitee that runs on this machine: the host the portal is developed, tested and shown against.

In tests: `with GiteeServer() as server: server.state.add_repo("o/r"); Client(server.url)`.
By hand: `python -m tests.fakes.gitee_server --port 8765 --sample` (see `--help`).
"""

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Self

from tests.fakes import api, oauth, pages, routes_around, routes_changes, routes_writing
from tests.fakes.faults import ROWS, Fault, Faults
from tests.fakes.gate import Gate
from tests.fakes.http import Hub
from tests.fakes.shapes import Shapes
from tests.fakes.state import State
from tests.fakes.switches import Switches
from tests.fakes.webhooks import Hooks
from tests.fakes.wire import Refusal, Reply, Request

REMEMBERED = 50_000
ROUTES = (
    api,
    routes_around,
    routes_changes,
    routes_writing,
)  # importing them is what makes them known


class GiteeServer:
    """`state` and `faults` may be changed at any time; `requests` is what came in, in order."""

    def __init__(
        self,
        state: State | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        latency_s: float = 0.0,
        switches: Switches | None = None,
        faults: Faults | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.state = state or State(switches=switches)
        self.faults = faults or Faults()
        self.latency_s = latency_s
        self.requests: list[Request] = []
        self.dripped = 0  # bytes sent one by one so far
        # Called ahead of every answer, for what shall happen while somebody reads (see `Churn`).
        self.before: Callable[[Request], None] = lambda request: None
        self.gate = Gate(self.state, now=now)
        self.oauth = oauth.Office(self.state)
        self._address = (host, port)
        self._hub: Hub | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    @property
    def switches(self) -> Switches:
        return self.state.switches

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Listens and answers in threads; after `stop` it starts again on the same port."""
        self._hub = Hub(self._address, self)
        host, port = self._hub.server_address[:2]
        self._address = (str(host), int(port))
        self.url = f"http://{host}:{port}"
        self.shapes = Shapes(self.state, self.url)
        serve = self._hub.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.02,), daemon=True, name="gitee")
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._hub is None or self._thread is None:
            return
        self._hub.cut_all()
        self._hub.shutdown()
        self._hub.server_close()
        self._thread.join()
        self._hub = None

    def hooks(self, secret: str, *, mode: str = "signature", old_spelling: bool = False) -> Hooks:
        """Writes webhook deliveries about this server's rows."""
        return Hooks(self.shapes, secret, mode=mode, old_spelling=old_spelling)

    def forget_requests(self) -> None:
        self.requests.clear()

    def handle(self, request: Request) -> tuple[Fault | None, Reply]:
        """The answer, and the fault the wire should spoil it with, if any."""
        self._note(request)
        self.before(request)
        fault = self.faults.for_request(request)
        rows_fault = fault if fault and fault.kind in ROWS else None
        try:
            reply = self._route(request, rows_fault)
        except Refusal as refusal:
            reply = refusal.reply
        return (None if fault is rows_fault else fault), reply

    def _note(self, request: Request) -> None:
        """Remembers the request; an emulator left running for days forgets the older half."""
        self.requests.append(request)
        if len(self.requests) > REMEMBERED:
            del self.requests[: REMEMBERED // 2]

    def _route(self, request: Request, fault: Fault | None) -> Reply:
        self.gate.check_agent(request)
        if request.path.startswith("/oauth/"):
            return self.oauth.handle(request)
        if not request.path.startswith(api.PREFIX + "/"):
            with self.state.lock:
                return pages.handle(request, self.state)
        grant = self.gate.identify(request)
        headers = self.gate.count(request, grant)
        with self.state.lock:
            reply = api.dispatch(request, grant, fault, self.state, self.shapes)
        reply.headers.update(headers)
        return _conditional(request, reply) if self.switches.etags else reply


def _conditional(request: Request, reply: Reply) -> Reply:
    """304 without a body for a caller that has this very answer already."""
    tag = f'W/"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
    if reply.status == 200 and request.headers.get("if-none-match") == tag:
        return Reply(304, headers={"ETag": tag})
    reply.headers["ETag"] = tag
    return reply


if __name__ == "__main__":
    from tests.fakes.cli import main  # the command line imports this module

    raise SystemExit(main())
