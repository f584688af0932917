"""A first sync of a generated repository over 50 ms of latency, against a client that asks one by one."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from scripts.bench.report import Figure
from scripts.bench.sync_host import NAME, TOKEN

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sigportal.settings.test")
PULLS, COMMENTS_A_PULL, ISSUES = 4000, 3, 1000
LATENCY_MS = 50
# Pull requests the serial client is watched for: it is as fast for the rest.
SAMPLE = 150
RATIO, REQUESTS_A_PULL = 30.0, 1.02


def figures() -> Iterable[Figure]:
    with _host() as url, _database() as engine:
        serial = _serial_items_a_second(url)
        items, seconds, requests_sent, reading = _sync(url)
    rate = items / seconds
    yield Figure(
        f"first sync, {engine}, {items:,} items, {LATENCY_MS} ms latency",
        f"{rate:,.0f} items/s ({seconds:.1f} s)",
        f"{serial:,.0f} items/s of a serial client that asks for comments by pull request",
        f"goal ratio >= {RATIO:.0f}: {rate / serial:.1f}",
        rate / serial >= RATIO,
    )
    yield Figure(
        "requests a pull request",
        f"{requests_sent / PULLS:.3f} ({requests_sent} for {PULLS:,})",
        goal=f"goal <= {REQUESTS_A_PULL}",
        is_met=requests_sent / PULLS <= REQUESTS_A_PULL,
    )
    yield Figure("idle sync afterwards", reading)


@contextmanager
def _host() -> Iterator[str]:
    sizes = [str(size) for size in (PULLS, COMMENTS_A_PULL, ISSUES, LATENCY_MS)]
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.bench.sync_host", *sizes],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdout is None or process.stdin is None:
        raise RuntimeError("no pipes to the emulator")
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()


@contextmanager
def _database() -> Iterator[str]:
    """A new SQLite file, or a test database of the PostgreSQL that DATABASE_URL names."""
    with tempfile.TemporaryDirectory() as folder:
        if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
            os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        import django

        django.setup()  # only now, for the settings read DATABASE_URL
        from django.core.management import call_command
        from django.db import connection

        if connection.vendor == "sqlite":
            call_command("migrate", verbosity=0)
            yield "SQLite file"
            connection.close()
            return
        name = connection.creation.create_test_db(verbosity=0, serialize=False)
        try:
            yield "PostgreSQL"
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


def _serial_items_a_second(url: str) -> float:
    """One connection, one request at a time, comments asked for by pull request; nothing is stored."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    root = f"{url}/api/v5/repos/{NAME}/pulls"
    start, items, page = time.perf_counter(), 0, 0
    while items < SAMPLE * (1 + COMMENTS_A_PULL):
        page += 1
        query: dict[str, Any] = {"state": "all", "page": page, "per_page": 50}
        for pull in session.get(root, params=query, timeout=30).json():
            said = session.get(
                f"{root}/{pull['number']}/comments", params={"per_page": 100}, timeout=30
            )
            items += 1 + len(said.json())
    return items / (time.perf_counter() - start)


def _sync(url: str) -> tuple[int, float, int, str]:
    """Items stored, seconds, requests; and the idle run that follows, in words."""
    from django.conf import settings
    from django.urls import reverse

    from members.models import Repository, Sig
    from reviews.models import Comment, Issue, PullRequest
    from reviews.sync.run import Ending, sync

    settings.CODE_HOSTS = {"gitee": {"url": url, "token": TOKEN}}
    owner, _, name = NAME.partition("/")
    sig = Sig.objects.create(slug="bench", name="bench")
    repository = Repository.objects.create(sig=sig, owner=owner, name=name)
    reverse("home")  # a worker has read its addresses before the first sync
    start = time.perf_counter()
    outcome = sync(repository)
    seconds = time.perf_counter() - start
    items = sum(model.objects.count() for model in (PullRequest, Issue, Comment))
    expected = PULLS * (1 + COMMENTS_A_PULL) + ISSUES + ISSUES // 2
    if outcome.ending is not Ending.OK or items != expected:
        raise RuntimeError(f"{outcome}: {items} items instead of {expected}")
    start = time.perf_counter()
    idle = sync(repository)
    words = f"{idle.progress.requests} requests, {time.perf_counter() - start:.2f} s"
    return items, seconds, outcome.progress.requests, words
