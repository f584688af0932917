"""Dated versions of an OWNERS file into the portal; a second run changes nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from members.models import Repository
from members.owners_history import HistoryError, import_history, read_history


class Command(BaseCommand):
    """Lets past reviews be judged by whoever had the right to review on their day."""

    help = (
        "Read the history of an OWNERS file from JSON, a list of"
        ' {"sha", "date", "reviewers", "approvers"}. A second run changes nothing.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("repository", metavar="OWNER/NAME")
        parser.add_argument("file", type=Path, metavar="FILE.json")
        parser.add_argument("--host", default="gitee", help="code host of the repository")
        parser.add_argument("--path", default="OWNERS", help="where the file stands in it")

    def handle(self, *args: Any, **options: Any) -> None:
        owner, _slash, name = options["repository"].partition("/")
        repository = Repository.objects.filter(
            host=options["host"], owner__iexact=owner, name__iexact=name
        ).first()
        if repository is None:
            raise CommandError(
                f"{options['host']}:{options['repository']}: no SIG of this portal looks after it"
            )
        try:
            snapshots = read_history(options["file"], max_bytes=settings.IMPORT_MAX_BYTES)
        except HistoryError as error:
            raise CommandError(f"{error}\nNothing was written.") from error
        new = import_history(repository, snapshots, path=options["path"])
        self.stdout.write(f"{repository}: {len(snapshots)} versions read, {new} new")
        if new:
            self.stdout.write("Past records are judged again within minutes by the worker.")
