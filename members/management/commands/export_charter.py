"""The portal's roster and charter pages as charter files, always the same bytes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.ballot_box import database_now
from members.charter import current, owners, readme, sig_info
from members.charter.facts import README, README_EN
from members.models import Sig


class Command(BaseCommand):
    """Writes one file to the standard output."""

    help = "Write the README.md, sig-info.yaml or OWNERS of a SIG to the standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--format", choices=sorted(current.FORMATS), required=True)
        parser.add_argument("--repo", default="", metavar="OWNER/NAME", help="of an OWNERS")
        parser.add_argument(
            "--without-email", action="store_true", help="leave private addresses out of sig-info"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sig = Sig.objects.get(slug=options["slug"])
        except Sig.DoesNotExist as error:
            known = ", ".join(Sig.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"no SIG {options['slug']} here; known: {known}") from error
        # No newline of its own: the text is the file.
        self.stdout.write(self.text(sig, options), ending="")

    def text(self, sig: Sig, options: dict[str, Any]) -> str:
        today = sig.day_of(database_now())
        match options["format"]:
            case "sig-info":
                with_email = not options["without_email"]
                return sig_info.render(current.sig_info_facts(sig, today, with_email=with_email))
            case "owners":
                path = options["repo"].rpartition(":")[2] or self.only_repository(sig)
                return owners.render(current.owners_facts(sig, today, path))
            case "readme":
                return readme.render(current.readme_facts(sig, today, README))
            case _:
                return readme.render(current.readme_facts(sig, today, README_EN))

    def only_repository(self, sig: Sig) -> str:
        paths = [repository.path for repository in sig.repositories.all()]
        if len(paths) != 1:
            raise CommandError(
                f"which repository? --repo one of {', '.join(paths) or 'none known'}"
            )
        return paths[0]
