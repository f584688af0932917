"""How fast a webhook is answered over real HTTP, and how soon its effect shows on the page.

gunicorn, worker and the emulated host run as they do in `make run`; once embedded (SQLite, file
broker), once with PostgreSQL and Valkey. The baseline is a view that does nothing, in the same run.
"""

import datetime as dt
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from scripts.bench.report import Figure, percentile, seconds_of

SECRET = "only-for-this-benchmark"  # noqa: S105 - nothing is behind it
URL = "webhooks/gitee/"
PULLS, DELIVERIES, WARM_UP, SEEN = 200, 1000, 40, 20
GOAL_ACK_S, GOAL_SEEN_S = 0.050, 2.0
PROGRAM = "from scripts.bench.webhook import scenario; scenario()"


def figures() -> Iterable[Figure]:
    from tests.services import servers

    yield from _figures("SQLite", {})
    with servers() as started:
        yield from _figures("PostgreSQL", started.environment())


def _figures(engine: str, environment: Mapping[str, str]) -> Iterator[Figure]:
    """Both measures on one engine, taken by a process of its own, for settings are read once."""
    with tempfile.TemporaryDirectory() as folder:
        mine = {"VAR_DIR": folder, "GITEE_WEBHOOK_SECRET": SECRET, **environment}
        kept = {name: value for name, value in os.environ.items() if name not in mine}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"DATABASE_URL": "", "REDIS_URL": "", **kept, **mine, "LOG_LEVEL": "ERROR"},
            stdout=subprocess.PIPE,
            check=True,
        )
    taken = json.loads(done.stdout.splitlines()[-1])
    p50, p99 = (percentile(taken["acknowledged"], percent) for percent in (50, 99))
    bare50, bare99 = (percentile(taken["bare"], percent) for percent in (50, 99))
    yield Figure(
        f"{engine}: acknowledgement, p99 of {DELIVERIES}",
        f"{p99 * 1000:.1f} ms (p50 {p50 * 1000:.1f} ms)",
        baseline=f"a view that does nothing {bare99 * 1000:.1f} ms (p50 {bare50 * 1000:.1f} ms)",
        goal=f"<= {GOAL_ACK_S * 1000:.0f} ms",
        is_met=p99 <= GOAL_ACK_S,
    )
    longest = max(taken["seen"])
    yield Figure(
        f"{engine}: from a change at the host to the record page, longest of {SEEN}",
        f"{longest:.2f} s (median {percentile(taken['seen'], 50):.2f} s)",
        goal=f"<= {GOAL_SEEN_S:.0f} s",
        is_met=longest <= GOAL_SEEN_S,
    )


# ── one engine, in a process of its own ───────────────────────────────────────────────────────
def scenario() -> None:
    """Prints the seconds taken as one line of JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sigportal.settings.dev"
    from tests.fakes.gitee_server import GiteeServer

    with ExitStack() as stack:
        host = stack.enter_context(GiteeServer())
        os.environ["GITEE_URL"] = host.url
        pulls = _prepare(host)
        bare = stack.enter_context(_web("scripts.bench.webhook_bare:application"))
        web = stack.enter_context(_web("sigportal.wsgi"))
        told = _deliveries(host, pulls)
        taken = {
            "bare": _answers(bare, told),
            "acknowledged": _answers(web, told),
            "seen": [],
        }
        _forget_deliveries()
        with _worker():
            _until_seen(host, web, pulls[-1], SEEN)  # the worker is ready after it
            taken["seen"] = [_until_seen(host, web, pull, n) for n, pull in enumerate(pulls[:SEEN])]
    print(json.dumps(taken), flush=True)


def _prepare(host: Any) -> list[Any]:
    import django

    django.setup()
    from django.core.management import call_command

    from members.models import Repository, Sig

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    sig = Sig.objects.create(slug="bench", name="bench")
    Repository.objects.create(sig=sig, owner="bench", name="one")
    host.state.add_repo("bench/one")
    return [host.state.add_pull("bench/one", user="hua", title="改动") for _ in range(PULLS)]


def _deliveries(host: Any, pulls: list[Any]) -> list[Any]:
    """As many as are sent to each server, no two the same event."""
    hooks, repo = host.hooks(SECRET), host.state.repo("bench/one")
    start = dt.datetime.now(dt.UTC)
    return [
        hooks.pull(
            repo,
            pulls[n % len(pulls)],
            action="update",
            desc="update_label",
            at=start + dt.timedelta(milliseconds=n),
        )
        for n in range(WARM_UP + DELIVERIES)
    ]


def _answers(address: str, told: list[Any]) -> list[float]:
    """Seconds of each delivery, one after the other, each over a connection of its own as Gitee does."""

    def send(delivery: Any) -> None:
        status = delivery.send(f"{address}/{URL}", timeout_s=30)
        if status != 202:
            raise RuntimeError(f"{address} answered {status}")

    return [seconds_of(partial(send, one)) for one in told][WARM_UP:]


def _until_seen(host: Any, web: str, pull: Any, number: int) -> float:
    """Seconds from the change at the host, its delivery included, until the record page shows it."""
    title = f"看得见的改动 {number} 号"
    page = f"{web}/reviews/bench/one/{pull.number}/"

    def change() -> None:
        host.state.update_pull("bench/one", pull.number, title=title)
        hooks, repo = host.hooks(SECRET), host.state.repo("bench/one")
        hooks.pull(repo, pull, action="update", desc="update_label").send(f"{web}/{URL}")
        _wait(lambda: title in _page(page), seconds=300, every_s=0.05)

    return seconds_of(change)


def _page(url: str) -> str:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.request("GET", f"/{path}")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def _forget_deliveries() -> None:
    """What the first part left waiting is not what the second measures."""
    from reviews.models import WebhookDelivery
    from sigportal.celery import app

    WebhookDelivery.objects.all().delete()
    app.control.purge()


# ── processes ─────────────────────────────────────────────────────────────────────────────────
@contextmanager
def _web(application: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--workers", "2", "--threads", "4", "--log-level", "error", "--no-control-socket"]
    address = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", application, "--bind", address, *options]
    with _running(command):
        _wait(lambda: _listens(port), seconds=30, every_s=0.05)
        _page(f"http://{address}/{URL}")  # answered once the program is loaded
        yield f"http://{address}"


@contextmanager
def _worker() -> Iterator[None]:
    options = "--pool threads --concurrency 4 --without-gossip --without-mingle --loglevel error"
    with _running(
        [sys.executable, "-m", "celery", "--quiet", "-A", "sigportal", "worker", *options.split()]
    ):
        yield


@contextmanager
def _running(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(until: Callable[[], bool], *, seconds: float, every_s: float) -> None:
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("what was waited for did not come")
        time.sleep(every_s)
