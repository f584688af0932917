"""manage.py import_minutes SLUG FILE...: minutes in the community's Markdown template."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from meetings import minutes_file
from members.models import Sig


class Command(BaseCommand):
    help = (
        "Read minutes in the community's Markdown template, one transaction a file, and say per"
        " file what was understood and what was not. A second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the SIG whose meetings these are")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--publish",
            action="store_true",
            default=True,
            help="publish them at once (the default: such files are public already)",
        )
        how.add_argument(
            "--draft", action="store_false", dest="publish", help="keep them as drafts for editors"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sig = self._sig(options["slug"])
        failed = 0
        for path in options["files"]:
            try:
                self._load(sig, path, options["publish"], options["dry_run"])
            except minutes_file.UnreadableFile as error:
                failed += 1
                self.stderr.write(self.style.ERROR(str(error)))
        if failed:
            total = len(options["files"])
            raise CommandError(f"{failed} of {total} files could not be read; see above")

    def _sig(self, slug: str) -> Sig:
        sig = Sig.objects.filter(slug=slug).first()
        if sig is None:
            known = ", ".join(Sig.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"there is no SIG {slug!r}; known: {known}")
        return sig

    def _load(self, sig: Sig, path: Path, publish: bool, dry_run: bool) -> None:
        done = minutes_file.load(
            sig=sig,
            text=minutes_file.read(path),
            file_name=path.name,
            publish=publish,
            at=timezone.now(),
            dry_run=dry_run,
        )
        self.stdout.write(f"{path}: {'would be ' if dry_run else ''}{_summary(done)}")
        if done.matched:
            self.stdout.write(f"  known by name: {', '.join(done.matched)}")
        for problem in done.facts.problems:
            self.stdout.write(
                f"  {f'line {problem.line}' if problem.line else 'file'}: {problem.text}"
            )


def _summary(done: minutes_file.Imported) -> str:
    facts = done.facts
    people = [one for one in facts.attendees if not one.is_group]
    local = done.meeting.starts_at.astimezone(done.meeting.zone)
    counts = {
        "agenda": len(facts.agenda),
        "links": len(facts.links),
        "attendees": len(people),
        "groups": len(facts.attendees) - len(people),
        "note lines": len([line for line in facts.notes.splitlines() if line.strip()]),
        "action items": len(facts.actions),
        "problems": len(facts.problems),
    }
    return f"{done.change}, {local:%Y-%m-%d %H:%M}; " + ", ".join(
        f"{name} {count}" for name, count in counts.items()
    )
