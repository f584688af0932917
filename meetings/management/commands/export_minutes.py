"""manage.py export_minutes SLUG DIR: published minutes as files of the community's template."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from meetings import minutes_file
from members.models import Sig


class Command(BaseCommand):
    help = "Write the published minutes of a SIG into DIR, one file a meeting."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("directory", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        sig = Sig.objects.filter(slug=options["slug"]).first()
        if sig is None:
            raise CommandError(f"there is no SIG {options['slug']!r}")
        count = 0
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for name, text in minutes_file.exports(sig):
                (directory / name).write_text(text, encoding="utf-8", newline="")
                count += 1
        except OSError as error:
            raise CommandError(f"{directory}: {error.strerror or error}") from error
        self.stdout.write(f"{count} files in {directory}")
