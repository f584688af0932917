"""The sample SIG into an empty portal, and how to sign in to it."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from members.models import Sig
from reviews.sync.run import Ending
from sigportal.sample import cast, story


class Command(BaseCommand):
    """Runs at every `make run`; what is there stays as it is."""

    help = "Load the sample SIG (once) and print how to sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        if Sig.objects.exclude(slug=story.SLUG).exists():
            self.stdout.write("This portal has SIGs of its own; the sample is not added to them.")
            return
        self.load(timezone.now())
        self.stdout.write(cast.sign_in_hint())

    def load(self, at: dt.datetime) -> None:
        """Charter and people; then, once the mirror has answered over HTTP, what people did with it."""
        with transaction.atomic():
            sig = story.load_charter(at)
            cast.make_users()
        if sig.series.exists():
            return
        faults = [outcome.error for outcome in story.mirror(sig) if outcome.ending != Ending.OK]
        if faults:
            self.stdout.write(f"The code host did not answer, so no history yet: {faults[0]}")
            return
        with transaction.atomic():
            story.hold_meetings(sig, at)
            promoted = story.promote(sig, at)
            story.propose_topics(sig, promoted, at)
            story.resolve(sig, at)
