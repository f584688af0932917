"""Where the charter files of the last import and today's roster part ways, in words of the page."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import CharterSource, RoleTerm, Sig
from .current import people_on
from .facts import (
    ADMIN,
    APPROVER,
    COMMITTER,
    CONTRIBUTOR,
    MAINTAINER,
    MENTOR,
    OWNERS,
    REVIEWER,
    ROLES,
    Listed,
    from_json,
    plain_name,
)
from .merge import Difference, Merged, Source, merge

PORTAL = "portal"
STANDINGS: dict[str, str | Promise] = {
    MAINTAINER: RoleTerm.Role.MAINTAINER.label,
    COMMITTER: RoleTerm.Role.COMMITTER.label,
    CONTRIBUTOR: RoleTerm.Role.CONTRIBUTOR.label,
    APPROVER: "approver",
    REVIEWER: "reviewer",
    MENTOR: _("导师"),
    ADMIN: _("仓库管理员"),
}
ORDER = tuple(STANDINGS)
SENTENCES: dict[str, str | Promise] = {
    "matched": _(
        "%(file)s 里的 %(who)s 没有写账号，按姓名认作 %(login)s：sig-info.yaml 中只有这一位同名。"
    ),
    "only_in": _("%(who)s 在 %(left_file)s 中是 %(role)s，在 %(right_file)s 中没有列出。"),
    "login": _(
        "账号 %(who)s 在 %(left_file)s 与 %(right_file)s 中的写法不同，后者写作 %(other)s。"
    ),
    "role": _(
        "%(who)s 在 %(left_file)s 中是 %(left_role)s，在 %(right_file)s 中是 %(right_role)s。"
    ),
    "name": _(
        "%(who)s 的姓名在 %(left_file)s 中写作 %(left)s，在 %(right_file)s 中写作 %(right)s。"
    ),
    "reviewer_only": _(
        "%(who)s 是 %(role)s，但在 %(repository)s 的 OWNERS 中只是 reviewer，不是 approver。"
    ),
    "not_in_owners": _("%(who)s 是 %(role)s，但不在 %(repository)s 的 OWNERS 中。"),
    "approver_unlisted": _(
        "%(who)s 是 %(repository)s 的 OWNERS 中的 approver，README 和 sig-info.yaml 都没有列出。"
    ),
    "reviewer_unlisted": _(
        "%(who)s 是 %(repository)s 的 OWNERS 中的 reviewer，README 和 sig-info.yaml 都没有列出。"
    ),
    "approver_contributor": _(
        "%(who)s 是 %(repository)s 的 OWNERS 中的 approver，在 SIG 中只是 Contributor。"
    ),
    "display_name": _("%(repository)s 的 OWNERS 中的 %(who)s 是显示名，不是账号。"),
    "roster_missing": _("%(who)s 在章程文件中是 %(role)s，在今天的名册中不是。"),
    "roster_extra": _("%(who)s 在今天的名册中是 %(role)s，在章程文件中不是。"),
}


@dataclass
class Row:
    """One person across the columns: (title, standing there)."""

    name: str
    login: str
    columns: list[tuple[str, str]] = field(default_factory=list)
    agrees: bool = True


@dataclass(frozen=True)
class Drift:
    """The page's table, its sentences, and the files they come from."""

    columns: list[str]
    rows: list[Row]
    sentences: list[str]
    sources: Sequence[CharterSource]


def drift(sig: Sig, on: dt.date) -> Drift:
    """README, sig-info and OWNERS as last imported against the roster of a day: six queries."""
    stored = list(sig.charter_sources.all())
    sources = [Source(row.kind, _file(row), from_json(row.facts), row.repository) for row in stored]
    merged = merge(sources)
    roster = people_on(sig, on)
    differences = [*merged.differences, *_against_roster(merged, roster)]
    columns = [(source.file, source.facts.people) for source in merged.sources]
    columns.append((gettext("今天的名册"), roster))
    return Drift(
        [title for title, _people in columns],
        _rows(columns, {person.role for person in merged.roles}),
        [sentence(difference) for difference in differences],
        stored,
    )


def _file(row: CharterSource) -> str:
    return f"OWNERS ({row.repository})" if row.kind == OWNERS else row.path


def sentence(difference: Difference) -> str:
    """The difference in the language of the page."""
    values = {
        key: str(STANDINGS[value]) if key.endswith("role") else value
        for key, value in difference.values.items()
    }
    return str(SENTENCES[difference.code]) % {"who": difference.who, **values}


def _against_roster(merged: Merged, roster: Sequence[Listed]) -> list[Difference]:
    listed = {person.key: person for person in merged.roles}
    held = {person.key: person for person in roster}
    # Files that list nobody of a role say nothing of it.
    spoken_of = {person.role for person in merged.roles}
    found = [
        Difference("roster_missing", person.login, {"role": person.role})
        for key, person in listed.items()
        if key not in held
    ]
    found += [
        Difference("roster_extra", person.login, {"role": person.role})
        for key, person in held.items()
        if key not in listed and person.role in spoken_of
    ]
    return found


def _rows(columns: Sequence[tuple[str, Sequence[Listed]]], spoken_of: set[str]) -> list[Row]:
    """Everyone listed anywhere, highest standing first; agreement is about the roles only.

    `spoken_of` are the roles for which the files list somebody.
    """
    everyone: dict[str, list[list[Listed]]] = {}
    for index, (_title, people) in enumerate(columns):
        for person in people:
            key = person.login.lower() or f"name:{plain_name(person.name)}"
            everyone.setdefault(key, [[] for _column in columns])[index].append(person)
    titles = [title for title, _people in columns]
    return [_row(titles, cells, spoken_of) for cells in sorted(everyone.values(), key=_rank)]


def _rank(cells: Sequence[Sequence[Listed]]) -> int:
    return min(ORDER.index(person.role) for cell in cells for person in cell)


def _row(titles: Sequence[str], cells: Sequence[Sequence[Listed]], spoken_of: set[str]) -> Row:
    known = [person for cell in cells for person in cell]
    login = next((person.login for person in known if person.login), "")
    name = next((person.name for person in known if person.name != person.login), known[0].name)
    row = Row(name, login)
    for title, cell in zip(titles, cells, strict=True):
        standings = dict.fromkeys(sorted((one.role for one in cell), key=ORDER.index))
        row.columns.append((title, gettext("、").join(str(STANDINGS[one]) for one in standings)))
    roles = [frozenset(one.role for one in cell if one.role in ROLES) for cell in cells]
    files, roster = [held for held in roles[:-1] if held], roles[-1]
    row.agrees = set(files) == {roster} or not (files or roster & spoken_of)
    if not files and not roster:
        # A mentor needs no role; whoever may approve or review should be listed somewhere.
        row.agrees = not any(person.role in (APPROVER, REVIEWER) for person in known)
    return row
