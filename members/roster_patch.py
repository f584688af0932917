"""What README, sig-info.yaml and OWNERS would have to change to say of a person what the roster says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from .charter import patch
from .charter.target import EditRefused, Target
from .file_change import Place, edited, places_of, roster_target
from .file_change_words import keep, sentence
from .known_as import accounts_known_as, key_of
from .models import Person, Sig


@dataclass(frozen=True)
class FilePatch:
    path: str
    patch: str
    error: str = ""


@dataclass(frozen=True)
class PlacePatch:
    """All files of one repository; `title` is empty for the community's own. `number` names it."""

    number: int
    title: str
    files: Sequence[FilePatch]

    @property
    def text(self) -> str:
        return "".join(file.patch for file in self.files)


def person_of(login: str) -> Person | None:
    found = accounts_known_as([login])[key_of(login)] if key_of(login) else []
    return found[0].person if found else None


def roster_patches(sig: Sig, login: str) -> list[PlacePatch]:
    """Only files that differ. Somebody the portal does not know holds no role here."""
    person = person_of(login)
    if person is None:
        wanted = Target(login=login, name=login, logins=frozenset({key_of(login)}))
    else:
        wanted = roster_target(person, sig)
    places = sorted(places_of(sig), key=lambda one: one.repository.pk if one.repository else 0)
    found: list[PlacePatch] = []
    for number, group in groupby(
        places, key=lambda one: one.repository.pk if one.repository else 0
    ):
        own = list(group)
        files = [_file_patch(place, wanted) for place in own]
        title = own[0].repository.path if own[0].repository else ""
        found.append(
            PlacePatch(number, title, [file for file in files if file.patch or file.error])
        )
    return [place for place in found if place.files]


def _file_patch(place: Place, wanted: Target) -> FilePatch:
    try:
        text = patch.unified(place.text, edited(place, wanted), place.path)
    except EditRefused as refusal:
        return FilePatch(place.path, "", sentence(keep(refusal.code, **refusal.values)))
    return FilePatch(place.path, text)
