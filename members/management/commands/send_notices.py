"""Send what is due in the outbox once, where no worker runs or to see what happens."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from members.models import Notice
from members.notices.sending import send_due


class Command(BaseCommand):
    help = "Send the notices that are due now; says how many were tried and what still waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=1000, help="how many at most")

    def handle(self, *args: Any, **options: Any) -> None:
        tried = send_due(limit=options["limit"])
        waiting = Notice.objects.filter(state=Notice.State.WAITING).count()
        failed = Notice.objects.filter(state=Notice.State.FAILED).count()
        self.stdout.write(f"{tried} tried, {waiting} waiting, {failed} failed")
