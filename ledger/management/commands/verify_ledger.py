"""Is the record whole? The database's chain, its head and the rows it speaks of, or a downloaded file."""

import itertools
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger import chain, reading, register, witnesses
from ledger.models import Entry, Verification


class Command(BaseCommand):
    """Exit status 0 when every entry and row fits, 1 with the first that does not."""

    help = "Check the ledger's hash chain and the rows it speaks of, or a downloaded ledger.jsonl."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, metavar="F", help="check this ledger.jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        verdict = self.check_file(path) if path else self.check_all()
        self.stdout.write(f"{verdict.seq} entries, the chain holds. Head: {verdict.hash}")

    def check_all(self) -> chain.Verdict:
        """The outcome is noted, so that one can see whether and when the record was checked."""
        try:
            verdict = self.check_database()
            self.check_rows()
        except CommandError as fault:
            self.note(reading.head().seq, str(fault))
            raise
        self.note(verdict.seq)
        return verdict

    def note(self, seq: int, fault: str = "") -> None:
        Verification.objects.update_or_create(
            pk=1, defaults={"at": timezone.now(), "seq": seq, "fault": fault}
        )

    def check_database(self) -> chain.Verdict:
        head = reading.head()
        verdict = chain.verify(map(reading.as_dict, reading.entries(head.seq)))
        if verdict.fault:
            raise CommandError(f"{verdict.fault} ({verdict.seq} entries before it are good)")
        beyond = Entry.objects.filter(seq__gt=head.seq).order_by("seq").first()
        if beyond and reading.head().seq == head.seq:
            raise CommandError(f"entry {beyond.seq}: stands beyond the head, which is {head.seq}")
        if (verdict.seq, verdict.hash) != (head.seq, head.hash):
            raise CommandError(
                f"entry {verdict.seq + 1}: the head names number {head.seq}, hash {head.hash};"
                f" the chain ends with number {verdict.seq}, hash {verdict.hash}"
            )
        return verdict

    def check_rows(self) -> None:
        """Register and rows must still stand as the entries say."""
        fault = next(itertools.chain(register.faults(), witnesses.faults()), None)
        if fault:
            raise CommandError(fault)

    def check_file(self, path: Path) -> chain.Verdict:
        try:
            with path.open("rb") as lines:
                verdict = chain.verify(chain.parse_lines(lines))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        if verdict.fault:
            raise CommandError(
                f"{path}: {verdict.fault} ({verdict.seq} entries before it are good)"
            )
        self.compare(path, verdict)
        return verdict

    def compare(self, path: Path, verdict: chain.Verdict) -> None:
        """An export taken earlier must be the beginning of the ledger of today."""
        stored = Entry.objects.filter(seq=verdict.seq).values_list("hash", flat=True).first()
        if stored is None:
            self.stdout.write("This portal has no entry of that number to compare with.")
        elif stored != verdict.hash:
            raise CommandError(
                f"{path}: entry {verdict.seq} has another hash in this portal's ledger, {stored}"
            )
