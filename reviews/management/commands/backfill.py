"""`manage.py backfill`: the review history of a repository from a clone of it, without any request."""

import time
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from members.models import Repository
from reviews.backfill import owners
from reviews.backfill.ancestry import Merge, Reading, Remark
from reviews.backfill.clone import Clone, CloneError
from reviews.backfill.storing import Tally, store
from reviews.resettling import resettle

from .sync import find

SHOWN = 50


class Command(BaseCommand):
    help = "Read who merged and reviewed what from the merge commits of a clone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("repository", metavar="OWNER/NAME")
        parser.add_argument("--git", required=True, type=Path, metavar="DIR", help="the clone")
        parser.add_argument("--ref", default="HEAD", help="branch, tag or commit to read from")
        parser.add_argument("--host", default="", help="which of several homes of this name")
        parser.add_argument(
            "--numbers",
            type=span,
            default=(1, None),
            metavar="FROM-TO",
            help="only these pull requests, such as 1-8000 or 8001-",
        )
        parser.add_argument(
            "--names-are-logins",
            action="store_true",
            help="`from NAME/branch` names logins of the code host, not display names",
        )
        parser.add_argument("--dry-run", action="store_true", help="count, store nothing")

    def handle(
        self, *, git: Path, ref: str, numbers: tuple[int, int | None], **options: Any
    ) -> None:
        started = time.monotonic()
        dry_run: bool = options["dry_run"]
        repository = one_of(find([options["repository"]]), options["host"])
        try:
            clone = Clone(git)
            sha = clone.resolve(ref)
            reading = self.read(clone, sha)
            listed, remarks = owners.owners_history(clone, sha)
        except CloneError as error:
            raise CommandError(str(error)) from error
        merges = [merge for merge in reading.merges if within(merge, numbers)]
        # Before the merges, for who had the right to approve decides how they are judged.
        news = owners.note(repository, listed, dry_run=dry_run)
        noted_at = timezone.now()
        tally = self.store(repository, merges, options["names_are_logins"], dry_run)
        if news and not dry_run:
            # What is stored above was judged by them already.
            since = min(one.version.at for one in news)
            resettle(repository, since=since, before=noted_at)
        if clone.is_shallow:
            self.stderr.write(f"{git} is a shallow clone: what came before it was not read")
        self.tell([*reading.remarks, *remarks, *tally.remarks])
        words = sentence(tally, len(merges), f"{len(news)} of {len(listed)} OWNERS versions stored")
        took_s = f" ({time.monotonic() - started:.1f} s)"
        self.stdout.write(f"{repository}: {words}{took_s}{' (dry run)' if dry_run else ''}")

    def read(self, clone: Clone, sha: str) -> Reading:
        reading = Reading()
        for commit in tqdm(clone.commits(sha), "reading", unit=" commits", **QUIET):
            reading.add(commit)
        return reading

    def store(
        self, repository: Repository, merges: list[Merge], names_are_logins: bool, dry_run: bool
    ) -> Tally:
        with tqdm(desc="storing", total=len(merges), unit=" merges", **QUIET) as bar:
            return store(
                repository,
                merges,
                names_are_logins=names_are_logins,
                dry_run=dry_run,
                report=bar.update,
            )

    def tell(self, remarks: list[Remark]) -> None:
        for remark in remarks[:SHOWN]:
            self.stderr.write(str(remark))
        if len(remarks) > SHOWN:
            self.stderr.write(f"… and {len(remarks) - SHOWN} more")


# Silent where nobody watches a terminal.
QUIET: dict[str, Any] = {"disable": None, "leave": False}


def span(text: str) -> tuple[int, int | None]:
    """`8001-`, `-8000`, `1-8000` or `12` as (first, last); argparse turns the ValueError into words."""
    first, dash, last = text.partition("-")
    if not dash:
        return int(first), int(first)
    return int(first or 1), int(last) if last else None


def within(merge: Merge, numbers: tuple[int, int | None]) -> bool:
    first, last = numbers
    return first <= merge.told.number and (last is None or merge.told.number <= last)


def one_of(found: Iterable[Repository], host: str) -> Repository:
    """The home on `host`, or the only one. Raises CommandError naming the hosts there are."""
    homes = {repository.host: repository for repository in found}
    if not host and len(homes) == 1:
        return next(iter(homes.values()))
    if host in homes:
        return homes[host]
    known = ", ".join(sorted(homes))
    raise CommandError(f"which home is meant? give --host, one of: {known}")


def sentence(tally: Tally, read: int, owners_words: str) -> str:
    """What happened, in one line."""
    return (
        f"{read} merges read, {tally.created} stored, {tally.refined} refined, "
        f"{tally.unchanged} unchanged; {owners_words}"
    )
