"""What the OWNERS files of a repository said on any past day: whose lgtm and approve counted."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction

from .models import OwnersFile, Repository


@dataclass(frozen=True, slots=True)
class OwnersState:
    """All OWNERS files of a repository from an instant on: lower-case logins, and which versions say so.

    Files in folders speak for their folders only; which files a pull request touched is not
    mirrored, so that their owners count everywhere.
    """

    since: dt.datetime
    approvers: frozenset[str]
    reviewers: frozenset[str]
    files: tuple[OwnersFile, ...]

    @property
    def is_known(self) -> bool:
        return bool(self.approvers or self.reviewers)


@transaction.atomic
def note_owners(
    repository: Repository,
    path: str,
    *,
    approvers: Iterable[str],
    reviewers: Iterable[str],
    valid_from: dt.datetime,
    sha: str = "",
) -> bool:
    """Store what an OWNERS file says from an instant (aware UTC) on; false when that is known.

    Versions may be told in any order; one that only repeats the version before it is no row. A file
    that was removed has both lists empty.
    """
    told = OwnersFile(
        repository=repository,
        path=path[:500],
        valid_from=valid_from,
        approvers=_plain(approvers),
        reviewers=_plain(reviewers),
        sha=sha[:64],
    )
    # One writer at a time for a repository: two readings must not both find nothing.
    Repository.objects.select_for_update().filter(pk=repository.pk).first()
    versions = OwnersFile.objects.filter(repository=repository, path=told.path)
    before = versions.filter(valid_from__lt=valid_from).order_by("-valid_from").first()
    same = versions.filter(valid_from=valid_from).first()
    if same is not None:
        return _overwrite(same, told)
    if before is not None and _says_the_same(before, told):
        return False
    if before is None and not (told.approvers or told.reviewers):
        return False
    told.save()
    after = versions.filter(valid_from__gt=valid_from).order_by("valid_from").first()
    if after is not None and _says_the_same(after, told):
        after.delete()
    return True


def owners_of(repositories: Iterable[Repository]) -> dict[int, tuple[OwnersState, ...]]:
    """States by repository id in order of time, empty where no file is known; one query."""
    wanted = {repository.pk for repository in repositories}
    rows = OwnersFile.objects.filter(repository__in=wanted)
    rows = rows.order_by("repository_id", "valid_from", "path")
    found: dict[int, tuple[OwnersState, ...]] = dict.fromkeys(wanted, ())
    for repository_id, versions in groupby(rows, key=lambda row: row.repository_id):
        found[repository_id] = states(list(versions))
    return found


def states(versions: Sequence[OwnersFile]) -> tuple[OwnersState, ...]:
    """What held between two changes, over versions in order of time of every file."""
    held: dict[str, OwnersFile] = {}
    found: list[OwnersState] = []
    for since, changed in groupby(versions, key=lambda row: row.valid_from):
        held |= {row.path: row for row in changed}
        files = tuple(row for row in held.values() if row.approvers or row.reviewers)
        approvers = frozenset(name.lower() for row in files for name in row.approvers)
        reviewers = frozenset(name.lower() for row in files for name in row.reviewers)
        found.append(OwnersState(since, approvers, reviewers, files))
    return tuple(found)


def state_at(history: Sequence[OwnersState], at: dt.datetime) -> OwnersState | None:
    """The state in force at an instant; None before the first version."""
    index = bisect_right(history, at, key=lambda state: state.since)
    return history[index - 1] if index else None


def has_owners(repository: Repository, path: str = "OWNERS") -> bool:
    return OwnersFile.objects.filter(repository=repository, path=path).exists()


def _plain(names: Iterable[str]) -> list[str]:
    """As written, without blanks around, each once whatever its case."""
    found: dict[str, str] = {}
    for name in names:
        if name.strip():
            found.setdefault(name.strip().lower(), name.strip())
    return list(found.values())


def _says_the_same(one: OwnersFile, other: OwnersFile) -> bool:
    return all(
        {name.lower() for name in getattr(one, column)}
        == {name.lower() for name in getattr(other, column)}
        for column in ("approvers", "reviewers")
    )


def _overwrite(stored: OwnersFile, told: OwnersFile) -> bool:
    """Of one instant the last word counts (two commits of one second)."""
    if _says_the_same(stored, told):
        return False
    stored.approvers, stored.reviewers, stored.sha = told.approvers, told.reviewers, told.sha
    stored.save(update_fields=["approvers", "reviewers", "sha"])
    return True
