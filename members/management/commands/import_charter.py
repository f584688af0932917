"""Charter files of a SIG into the portal; a second run changes nothing."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from members.ballot_box import database_now
from members.charter import facts
from members.charter.importing import ImportRefused, Outcome, import_charter, read_files
from members.charter.merge import sentence


def day(text: str) -> dt.date:
    """An argument like 2026-03-05; argparse turns the ValueError into its message."""
    return dt.date.fromisoformat(text)


class Command(BaseCommand):
    """Reads README*.md, sig-info.yaml and OWNERS of one SIG, prints and applies the difference."""

    help = (
        "Read charter files of one SIG (README*.md, sig-info.yaml, OWNERS), report where they"
        " disagree, and write the difference to the portal. A second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
        parser.add_argument("--sig", default="", metavar="SLUG", help="the SIG's short name")
        parser.add_argument("--repo", default="", metavar="HOST:OWNER/NAME", help="of an OWNERS")
        parser.add_argument("--path", default="", help="of an OWNERS in its repository")
        parser.add_argument(
            "--home",
            default="",
            metavar="HOST:OWNER/NAME:FOLDER",
            help="where README and sig-info.yaml live, so that changes of them can be proposed",
        )
        parser.add_argument("--host", default="gitee", help="where the logins live")
        parser.add_argument("--on", type=day, metavar="DATE", help="day roles begin and end")
        parser.add_argument("--as", dest="kind", choices=facts.KINDS, help="what the file is")
        parser.add_argument(
            "--prefer",
            choices=["sig-info", "readme"],
            default="sig-info",
            help="which decides on a role where both list somebody",
        )
        parser.add_argument("--end-missing", action="store_true", help="end roles no longer listed")
        parser.add_argument(
            "--restart-ended", action="store_true", help="start again roles that ended here"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["kind"] and len(options["files"]) > 1:
            raise CommandError("--as KIND goes with one file")
        try:
            outcome = self.run(options)
        except (facts.CharterError, ImportRefused) as error:
            raise CommandError(f"{error}\nNothing was written.") from error
        self.report(outcome, options["dry_run"])

    def run(self, options: dict[str, Any]) -> Outcome:
        host, repository = _repository(options["repo"], options["host"])
        reading = read_files(
            options["files"], kind=options["kind"], max_bytes=settings.IMPORT_MAX_BYTES
        )
        return import_charter(
            reading,
            slug=options["sig"],
            repository=repository,
            path=_inside(options["path"]),
            home=_home(options["home"]),
            on=options["on"],
            host=host,
            readme_first=options["prefer"] == "readme",
            end_missing=options["end_missing"],
            restart_ended=options["restart_ended"],
            dry_run=options["dry_run"],
            at=database_now(),
        )

    def report(self, outcome: Outcome, dry_run: bool) -> None:
        plan = outcome.plan
        self.stdout.write(f"SIG {plan.slug}")
        self.part("Notes", outcome.notes)
        self.part("Would change" if dry_run else "Changed", plan.lines)
        if plan.is_empty:
            self.stdout.write("Nothing to change.")
        self.part("Left alone", plan.remarks)
        self.part("The files differ", [sentence(one) for one in outcome.merged.differences])
        self.part("Please look at", [str(problem) for problem in outcome.problems])
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")

    def part(self, title: str, lines: Any) -> None:
        if lines:
            self.stdout.write(f"{title}:")
        for line in lines:
            self.stdout.write(f"  {line}")


def _repository(text: str, host: str) -> tuple[str, str]:
    """Host and owner/name of `HOST:OWNER/NAME`. Raises CommandError."""
    if not text:
        return host, ""
    before, _colon, path = text.rpartition(":")
    owner, _slash, name = path.partition("/")
    if not owner or not name or "/" in name:
        raise CommandError(f"--repo {text}: HOST:OWNER/NAME was expected, like gitee:team/project")
    return before or host, path


def _inside(path: str) -> str:
    """A path within a repository, such as docs/OWNERS. Raises CommandError."""
    if path and (path.startswith("/") or {"", ".", ".."} & set(path.split("/"))):
        raise CommandError(f"--path {path}: a path within the repository was expected")
    return path


def _home(text: str) -> tuple[str, str] | None:
    """`HOST:OWNER/NAME` and the folder of `HOST:OWNER/NAME:FOLDER`. Raises CommandError."""
    if not text:
        return None
    host, _colon, rest = text.partition(":")
    path, _colon, folder = rest.partition(":")
    owner, _slash, name = path.partition("/")
    if not host or not owner or not name or "/" in name:
        raise CommandError(f"--home {text}: HOST:OWNER/NAME:FOLDER was expected")
    return f"{host}:{path}", _inside(folder.strip("/"))
