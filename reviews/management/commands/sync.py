"""`manage.py sync`: one sync now, in this process, with a progress bar; the exit status tells."""

import time
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from members.models import Repository
from reviews.sync import lease
from reviews.sync.progress import Progress
from reviews.sync.run import Ending, Outcome, sync, sync_row

WORDS = {
    "not_found": "the code host knows no such repository",
    "forbidden": "the code host does not let us read it; check the token",
    "rate_limited": "the code host limits our requests; try again later",
    "unavailable": "the code host does not answer",
    "malformed": "the code host's answer cannot be read",
    "unknown_host": "no address is set for this code host",
}


class Command(BaseCommand):
    help = "Sync repositories known from a charter, all of them when none is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("repositories", nargs="*", metavar="OWNER/NAME")
        parser.add_argument(
            "--full", action="store_true", help="read every list from its beginning"
        )

    def handle(self, *, repositories: list[str], full: bool, **options: Any) -> None:
        failed = [
            str(repository)
            for repository in find(repositories)
            if not self.sync_one(repository, full=full)
        ]
        if failed:
            raise CommandError(f"not synced: {', '.join(failed)}")

    def sync_one(self, repository: Repository, *, full: bool) -> bool:
        lease.free_if_holder_died(sync_row(repository).pk)
        started = time.monotonic()
        with Bar(repository) as bar:
            outcome = sync(repository, full=full, report=bar.show)
            while outcome.ending is Ending.BUSY and time.monotonic() - started < self.patience_s:
                bar.wait()
                outcome = sync(repository, full=full, report=bar.show)
        self.stdout.write(f"{repository}: {sentence(outcome, time.monotonic() - started)}")
        return outcome.ending is Ending.OK

    # A lease whose holder was killed elsewhere runs out within this time.
    patience_s = lease.LEASE.total_seconds() + 5


class Bar:
    """A progress bar over one list after the other. Silent where nobody watches a terminal."""

    def __init__(self, repository: Repository) -> None:
        self.bar = tqdm(desc=str(repository), unit=" rows", disable=None, leave=False)
        self.place: tuple[str, int] = ("", 0)

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.close()

    def show(self, progress: Progress) -> None:
        place = (progress.stream, progress.round)
        if place != self.place:
            self.place = place
            self.bar.reset(total=progress.total)
            self.bar.set_description(progress.stream)
        self.bar.update(progress.read_here - self.bar.n)

    def wait(self) -> None:
        self.bar.set_description("another process is syncing it, waiting")
        time.sleep(1)


def find(names: Iterable[str]) -> list[Repository]:
    """Repositories of these names, all on a configured host when none is given.

    Raises CommandError naming what is unknown and what is known.
    """
    known = Repository.objects.select_related("sig")
    if not names:
        found = list(known.filter(host__in=settings.CODE_HOSTS))
        if not found:
            raise CommandError("no repository is known yet; import a charter first")
        return found
    return [repository for name in names for repository in _named(name)]


def _named(name: str) -> list[Repository]:
    owner, _, repository = name.partition("/")
    found = list(
        Repository.objects.select_related("sig").filter(
            owner__iexact=owner, name__iexact=repository
        )
    )
    if not found:
        known = ", ".join(sorted(row.path for row in Repository.objects.all()[:50]))
        raise CommandError(
            f"unknown repository {name!r}; known: {known or 'none, import a charter first'}"
        )
    return found


def sentence(outcome: Outcome, took_s: float) -> str:
    """What happened, in one line."""
    progress = outcome.progress
    counts = ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in progress.written.items()
    )
    spent = f"{progress.requests} requests, {took_s:.1f} s"
    if outcome.ending is Ending.OK:
        return f"stored {counts} ({spent})"
    if outcome.ending is Ending.BUSY:
        return "another process is syncing it; nothing done"
    if outcome.ending is Ending.LOST:
        return f"another process took over ({spent})"
    words = WORDS.get(outcome.fault, outcome.fault)
    return f"failed: {words} ({outcome.error}); kept {counts} ({spent})"
