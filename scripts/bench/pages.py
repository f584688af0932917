"""What a visitor's page costs beside a bare Django view, with the sample's rows and with 10,000 more.

One synchronous gunicorn worker each, the same middleware, SQLite as in `make run`; pages and the bare
view are asked for in turns, so that other work on the machine weighs on both alike.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from scripts.bench.report import Figure, percentile, seconds_of

ROWS, RUNS, WARM_UP = 10_000, 60, 5
RATIO, QUERIES = 4.0, 8
PROGRAM = "from scripts.bench.pages import scenario; scenario()"


def figures() -> Iterable[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        mine = {"VAR_DIR": folder, "DATABASE_URL": "", "REDIS_URL": "", "LOG_LEVEL": "ERROR"}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, **mine, "DJANGO_SETTINGS_MODULE": "sigportal.settings.dev"},
            stdout=subprocess.PIPE,
            check=True,
        )
    for taken in json.loads(done.stdout.splitlines()[-1]):
        yield from _figures(**taken)


def _figures(rows: str, page: str, own: list[float], bare: list[float], queries: int) -> Any:
    p50, p95, least = percentile(own, 50), percentile(own, 95), percentile(bare, 50)
    yield Figure(
        f"{rows}: {page}",
        f"p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, {p50 / least:.1f} times",
        baseline=f"a bare view {least * 1000:.1f} ms",
        goal=f"<= {RATIO:.0f} times",
        is_met=p50 <= RATIO * least,
    )
    yield Figure(
        f"{rows}: {page}, queries", str(queries), goal=f"<= {QUERIES}", is_met=queries <= QUERIES
    )


# ── in a process of its own ───────────────────────────────────────────────────────────────────
def scenario() -> None:
    """Prints what was taken as one line of JSON."""
    from tests.fakes.gitee_server import GiteeServer

    with GiteeServer() as host:
        os.environ["GITEE_URL"] = host.url
        _prepare(host)
    with _web("scripts.bench.pages_bare:application") as bare, _web("sigportal.wsgi") as web:
        taken = [*_measured("sample", web, bare)]
        _grow()
        taken += _measured(f"{ROWS:,} more pull requests", web, bare)
    print(json.dumps(taken), flush=True)


def _prepare(host: Any) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.fakes.sample import load_sample

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    load_sample(host.state)
    call_command("load_sample", verbosity=0)


def _pages() -> dict[str, str]:
    from meetings.models import Meeting
    from members.models import Promotion, Sig
    from reviews.models import PullRequest

    sig = Sig.objects.get()
    record = PullRequest.objects.order_by("number")[0]
    held = Meeting.objects.filter(state="held").order_by("starts_at")[0]
    return {
        "home": "/",
        "record list": f"/sigs/{sig.slug}/reviews/",
        "record": record.get_absolute_url(),
        "promotion": Promotion.objects.get(state="voting").get_absolute_url(),
        "minutes": held.get_absolute_url(),
        "roster": f"/sigs/{sig.slug}/members/",
        "decisions": "/decisions/",
    }


def _grow() -> None:
    """Copies of one pull request, under numbers of their own."""
    from reviews.models import PullRequest

    fields: dict[str, Any] = {**PullRequest.objects.order_by("-number").values()[0]}
    number, remote_id = fields.pop("number"), fields.pop("remote_id")
    del fields["id"]
    rows = [
        PullRequest(**fields, number=number + n, remote_id=remote_id + n)
        for n in range(1, ROWS + 1)
    ]
    PullRequest.objects.bulk_create(rows, batch_size=500)


def _measured(rows: str, web: str, bare: str) -> Iterator[dict[str, Any]]:
    for name, path in _pages().items():
        pairs = [
            (seconds_of(partial(_get, web, path)), seconds_of(partial(_get, bare, "/")))
            for _ in range(WARM_UP + RUNS)
        ][WARM_UP:]
        own, least = zip(*pairs, strict=True)
        yield {"rows": rows, "page": name, "own": own, "bare": least, "queries": _queries(path)}


def _get(address: str, path: str) -> None:
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "br"})
        response = connection.getresponse()
        response.read()
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{address}{path} answered {response.status}")


def _queries(path: str) -> int:
    from django.db import connection
    from django.test import Client

    asked = []

    def counted(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(counted):
        Client(headers={"Host": "localhost"}).get(path)
    return len(asked)


@contextmanager
def _web(application: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"127.0.0.1:{port}"
    options = ["--workers", "1", "--log-level", "error", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", application, "--bind", address, *options]
    process = subprocess.Popen(command, stdout=sys.stderr)
    try:
        _until_answering(address)
        yield address
    finally:
        process.terminate()
        process.wait(15)


def _until_answering(address: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            return _get(address, "/")
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
