"""The public record out of an archive, into an empty portal."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sigportal.archive.layout import NotAnArchive
from sigportal.archive.loading import NotEmpty, load


class Command(BaseCommand):
    """Exit status 1, nothing kept, with the file and line of a fault or the table that has rows."""

    help = "Rebuild the public record from an archive in an empty, migrated database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--dry-run", action="store_true", help="try all of it, keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            total = load(options["folder"], dry_run=options["dry_run"])
        except (NotAnArchive, NotEmpty, OSError) as error:
            raise CommandError(f"{error}; nothing was kept") from error
        done = "would be read, nothing was kept" if options["dry_run"] else "read"
        self.stdout.write(f"{total} rows {done}. Run verify_ledger to check them.")
