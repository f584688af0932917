"""The public record into a folder, for a git repository and for the day the database is lost."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sigportal.archive.layout import NotAnArchive
from sigportal.archive.writing import export


class Command(BaseCommand):
    """Exit status 1, the older archive untouched, when it cannot be written."""

    help = "Write the public record as plain files: ledger, rows, minutes, and a manifest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = export(options["folder"])
        except (NotAnArchive, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} files and a manifest in {options['folder']}.")
