"""What the OWNERS files of a SIG say now, and since when each right has held without a break."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from ..models import CharterSource, OwnersFile, Sig
from .facts import APPROVER, OWNERS, REVIEWER, CharterFacts, Listed, from_json
from .merge import Source

# Right and lower-cased login, as written in OWNERS.
Right = tuple[str, str]


@dataclass(frozen=True)
class Owners:
    """One OWNERS file. `since` is the instant of the version that gave a right, if that is known."""

    source: Source
    since: Mapping[Right, dt.datetime] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.source.file} ({self.source.repository})"


def owners_today(sig: Sig, imported: Iterable[CharterSource]) -> list[Owners]:
    """Every OWNERS file of the SIG's repositories by its newest version; one query.

    Rights below `files` are known from an import only. A file nobody is named in is left out.
    """
    known = {
        (row.repository.lower(), row.path): from_json(row.facts)
        for row in imported
        if row.kind == OWNERS
    }
    rows = OwnersFile.objects.filter(repository__sig=sig).select_related("repository")
    found: dict[tuple[str, str], Owners] = {}
    ordered = rows.order_by("repository_id", "path", "valid_from")
    for (_repository, path), grouped in groupby(ordered, key=lambda r: (r.repository_id, r.path)):
        versions = list(grouped)
        where = versions[-1].repository.path
        partial = known.get((where.lower(), path))
        found[where.lower(), path] = _of_history(where, path, versions, partial)
    for (where, path), facts in known.items():
        if (where, path) not in found:
            first = next(iter(facts.people), None)
            spelled = first.repositories[0] if first and first.repositories else where
            found[where, path] = Owners(Source(OWNERS, path, facts, spelled))
    return [one for _key, one in sorted(found.items()) if one.source.facts.people]


def _of_history(
    where: str, path: str, versions: list[OwnersFile], imported: CharterFacts | None
) -> Owners:
    newest = versions[-1]
    people = [
        Listed(name=name, login="" if " " in name else name, role=role, repositories=(where,))
        for role, names in ((APPROVER, newest.approvers), (REVIEWER, newest.reviewers))
        for name in names
    ]
    people += [one for one in (imported.people if imported else ()) if one.within]
    facts = CharterFacts(kind=OWNERS, people=tuple(people))
    return Owners(Source(OWNERS, path, facts, where), _since(versions))


def _since(versions: list[OwnersFile]) -> dict[Right, dt.datetime]:
    """A right that was taken and given back begins anew."""
    since: dict[Right, dt.datetime] = {}
    for version in versions:
        held = {
            (role, name.lower())
            for role, names in ((APPROVER, version.approvers), (REVIEWER, version.reviewers))
            for name in names
        }
        since = {right: since.get(right, version.valid_from) for right in held}
    return since
