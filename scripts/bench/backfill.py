"""The review history of a generated clone, from its merge commits into the database, beside `git log`."""

import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.bench.report import Figure, seconds_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sigportal.settings.test")
PULLS = 4379
PEOPLE = 245
# Every so many merges OWNERS changes.
OWNERS_EVERY = 270
START_S = 1_645_000_000
GOAL_S = 10


def figures() -> Iterable[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        clone = _clone(Path(folder))
        with _repository() as name:
            log_s = seconds_of(lambda: _git(clone, "log", "--format=raw", "HEAD"))
            start_s = time.process_time()
            first_s = seconds_of(lambda: _backfill(name, clone))
            cpu_s = time.process_time() - start_s
            _check()
            again_s = seconds_of(lambda: _backfill(name, clone))
    yield Figure(
        f"backfill of {PULLS:,} pull requests, database writes and verdicts included",
        f"{first_s:.2f} s",
        baseline=f"raw git log of the same commits {log_s:.2f} s",
        goal=f"<= {GOAL_S} s",
        is_met=first_s <= GOAL_S,
    )
    yield Figure("of which this process computed, the rest is waiting", f"{cpu_s:.2f} s")
    yield Figure("the same again, nothing to write", f"{again_s:.2f} s")


def _backfill(name: str, clone: Path) -> None:
    from django.core.management import call_command

    with Path(os.devnull).open("w") as nowhere:
        call_command("backfill", name, git=clone, stdout=nowhere, stderr=nowhere)


def _check() -> None:
    from members.models import OwnersFile
    from reviews.models import PullRequest, Review

    counts = (PullRequest.objects.count(), Review.objects.count(), OwnersFile.objects.count())
    expected = (PULLS, 2 * (PULLS // 2), PULLS // OWNERS_EVERY)
    if counts != expected:
        raise RuntimeError(f"stored {counts} instead of {expected}")


@contextmanager
def _repository() -> Iterator[str]:
    """A test database with one repository, gone afterwards."""
    import django

    django.setup()
    from django.db import connection

    from members.models import Repository, Sig

    name = connection.creation.create_test_db(verbosity=0)
    try:
        sig = Sig.objects.create(slug="bench", name="bench")
        yield Repository.objects.create(sig=sig, owner="bench", name="one").path
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


# ── the clone ─────────────────────────────────────────────────────────────────────────────────
def _clone(folder: Path) -> Path:
    """Both message forms in turn, one commit a pull request; names are generated, always the same."""
    _git(folder, "init", "-q", "--bare", "--initial-branch=master")
    _git(folder, "fast-import", "--quiet", feed=b"".join(_stream(random.Random(7))))  # noqa: S311
    return folder


def _stream(chance: random.Random) -> Iterator[bytes]:
    people = [f"person-{number}" for number in range(PEOPLE)]
    yield _commit(1, "master", "start", "start", START_S)
    head = 1
    for number in range(1, PULLS + 1):
        author, merger, *reviewers = chance.sample(people, 4)
        work, merge = 2 * number, 2 * number + 1
        at_s = START_S + number * 30_000
        yield _commit(work, "work", "work\n", author, at_s - 20_000, [head])
        message = _message(number, author, merger, reviewers)
        yield _commit(merge, "master", message, merger, at_s, [head, work])
        if number % OWNERS_EVERY == 0:
            text = "approvers:\n" + "".join(f"- {one}\n" for one in chance.sample(people, 12))
            yield b"M 100644 inline OWNERS\n" + _data(text)
        head = merge


def _message(number: int, author: str, merger: str, reviewers: list[str]) -> str:
    title = f"修复第 {number} 处并行切分时的形状推导 (fix shapes)"
    if number % 2:
        return f"!{number} {title}\nMerge pull request !{number} from {author}/fix_{number}\n"
    return (
        f"!{number} merge fix_{number} into master\n\n{title}\n\nCreated-by: {author}\n"
        f"Commit-by: {author}\nMerged-by: {merger}\nReviewed-by: {', '.join(reviewers)}\n"
    )


def _commit(
    mark: int, branch: str, message: str, by: str, at_s: int, parents: Iterable[int] = ()
) -> bytes:
    who = f"{by} <one@example.test> {at_s} +0800"
    head = f"commit refs/heads/{branch}\nmark :{mark}\nauthor {who}\ncommitter {who}\n"
    links = "".join(f"{'merge' if n else 'from'} :{one}\n" for n, one in enumerate(parents))
    return head.encode() + _data(message) + links.encode()


def _data(text: str) -> bytes:
    body = text.encode()
    return f"data {len(body)}\n".encode() + body + b"\n"


def _git(folder: Path, *arguments: str, feed: bytes = b"") -> None:
    environment = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(
        ["git", "-C", str(folder), *arguments],  # noqa: S607 (whichever git is installed)
        env=environment,
        input=feed,
        stdout=subprocess.DEVNULL,
        check=True,
    )
