"""Make the register's rows anew from the entries, after a change of words or a repair."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import register


class Command(BaseCommand):
    """Exit status 1, nothing changed, when a decision would get another number than it has."""

    help = "Make the rows of the decision register anew from the ledger's entries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--renumber",
            action="store_true",
            help="also where decisions get other numbers than the addresses given out so far say",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = register.rebuild(renumber=options["renumber"])
        except register.Renumbers as error:
            raise CommandError(f"{error}; nothing was changed (--renumber allows it)") from error
        self.stdout.write(f"{done.rows} decisions registered, {done.renumbered} renumbered.")
