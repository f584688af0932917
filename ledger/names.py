"""Whom and what the record's plain text names today: asked of the room that knows people and SIGs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings


@dataclass(frozen=True)
class Named:
    """A person as pages print one (templatetags.portal.person); without a login that one can have,
    both logins are the same."""

    name: str
    login: str
    nameless_login: str = ""


@dataclass(frozen=True)
class SigName:
    """A SIG of the portal: its name in the language of the page, its clock."""

    slug: str
    name: str
    zone: tzinfo


class Directory(Protocol):
    """What the module named in the settings offers; each function asks a constant number of queries."""

    def people(self, actors: Collection[str]) -> Mapping[str, Named]:
        """People by the names the ledger gives them ("person:lin-bert"); the unknown are left out."""

    def known_as(self, login: str) -> set[str]:
        """Every name the ledger may have given to whoever has, or had, this login; empty of nobody."""

    def sigs(self) -> list[SigName]:
        """Every SIG, by name."""


def directory() -> Directory:
    """The module that LEDGER_DIRECTORY names."""
    return cast(Directory, import_module(settings.LEDGER_DIRECTORY))
