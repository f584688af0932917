"""Where the charter files, the OWNERS files and today's roster part ways, person by person."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from ..known_as import accounts_known_as
from ..models import CharterSource, Person, Sig
from .current import listed_of, terms_on
from .drift_words import ORDER, SENTENCES, STANDINGS
from .facts import APPROVER, OWNERS, REVIEWER, ROLES, Listed, from_json, plain_name
from .merge import Difference, Merged, Source, merge
from .owners_today import owners_today
from .unlisted import Reviewing, people_of, reviewing

# What a difference asks for: the files made to say what the roster says, a nomination, or finding
# out who somebody is.
PATCHED = {"only_in", "role", "reviewer_only", "not_in_owners", "roster_missing", "roster_extra"}
NOMINATED = {"approver_unlisted", "reviewer_unlisted", "approver_contributor", "reviews_unlisted"}
LOOKED_INTO = {"display_name", "matched", "name", "login"}
# The right to approve that goes with a role is not there, or is there without the role.
WITHOUT_RIGHT = {"reviewer_only", "not_in_owners", "approver_contributor"}


@dataclass(frozen=True)
class Column:
    """One source: its people, and of each standing there the day it began, if that is known."""

    title: str
    people: Sequence[Listed]
    since: Mapping[tuple[str, str], dt.date] = field(default_factory=dict)
    imported_on: dt.date | None = None


@dataclass(frozen=True)
class Cell:
    """What one source says of a person; `is_import`: the day is that of the import."""

    title: str
    text: str = ""
    since: dt.date | None = None
    is_import: bool = False


@dataclass
class Row:
    """One person across the columns, what differs in words, and what can be done about it."""

    name: str
    login: str
    cells: list[Cell] = field(default_factory=list)
    reviews: Reviewing | None = None
    sentences: list[str] = field(default_factory=list)
    actions: list[tuple[str, str]] = field(default_factory=list)
    agrees: bool = True


@dataclass(frozen=True)
class Drift:
    """The page's table, its sentences, and the files they come from."""

    columns: list[str]
    rows: list[Row]
    sentences: list[str]
    sources: Sequence[CharterSource]


def drift(sig: Sig, on: dt.date) -> Drift:
    """All sources against the roster of a day, in a constant number of queries."""
    stored = list(sig.charter_sources.defer("text"))
    owners = owners_today(sig, stored)
    files = [row for row in stored if row.kind != OWNERS]
    sources = [Source(row.kind, row.path, from_json(row.facts)) for row in files]
    merged = merge([*sources, *(one.source for one in owners)])
    terms = terms_on(sig, on)
    roster = listed_of(sig, terms)
    columns = _columns(sig, files, merged)
    for one in owners:
        since = {right: sig.day_of(at) for right, at in one.since.items()}
        columns.append(Column(one.title, one.source.facts.people, since))
    started = {(term.role, term.person.login.lower()): term.started_on for term in terms}
    columns.append(Column(_("今天的名册"), roster, started))
    found = [*merged.differences, *_against_roster(merged, roster)]
    rows = _Rows(sig, columns, merged, found).rows(reviewing(sig, on))
    words = [sentence(difference) for difference in found]
    words += [text for row in rows if row.reviews and not _is_listed(row) for text in row.sentences]
    return Drift([column.title for column in columns], rows, words, stored)


def _columns(sig: Sig, files: Sequence[CharterSource], merged: Merged) -> list[Column]:
    """README and sig-info.yaml with the logins that were found for names without one."""
    days = {row.kind: sig.day_of(row.imported_at) for row in files}
    return [
        Column(source.file, source.facts.people, imported_on=days.get(source.kind))
        for source in merged.sources
        if source.kind != OWNERS
    ]


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


def _is_listed(row: Row) -> bool:
    return any(cell.text for cell in row.cells)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────
class _Rows:
    """Everyone listed anywhere, highest standing first, then who reviews much and is listed nowhere.

    Logins of one person are one row. Agreement is about roles, and the right to approve with them.
    """

    def __init__(
        self, sig: Sig, columns: Sequence[Column], merged: Merged, found: Iterable[Difference]
    ) -> None:
        self.sig, self.columns, self.found = sig, columns, list(found)
        self.spoken_of = {person.role for person in merged.roles}
        logins = {person.login for column in columns for person in column.people if person.login}
        accounts = accounts_known_as(logins)
        self.numbers = {key: own[0].person_id for key, own in accounts.items() if own}

    def key_of(self, login: str, name: str = "") -> str:
        number = self.numbers.get(login.lower())
        if number is not None:
            return f"person:{number}"
        return login.lower() or f"name:{plain_name(name)}"

    def rows(self, reviews: Mapping[int, Reviewing]) -> list[Row]:
        everyone: dict[str, list[list[Listed]]] = {}
        for index, column in enumerate(self.columns):
            for person in column.people:
                key = self.key_of(person.login, person.name)
                everyone.setdefault(key, [[] for _one in self.columns])[index].append(person)
        rows = []
        for key, cells in sorted(everyone.items(), key=lambda item: _rank(item[1])):
            number = int(key.partition(":")[2]) if key.startswith("person:") else 0
            rows.append(self.row(key, cells, reviews.get(number)))
        listed = {int(key[7:]) for key in everyone if key.startswith("person:")}
        others = {number for number, one in reviews.items() if one.is_much} - listed
        return rows + [self.stranger(one, reviews[one.pk]) for one in people_of(others)]

    def row(self, key: str, cells: Sequence[Sequence[Listed]], reviews: Reviewing | None) -> Row:
        known = [person for cell in cells for person in cell]
        login = next((person.login for person in reversed(known) if person.login), "")
        name = next((one.name for one in known if one.name != one.login), known[0].name)
        row = Row(name, login, reviews=reviews)
        row.cells = [_cell(*pair) for pair in zip(self.columns, cells, strict=True)]
        codes = set()
        for difference in self.found:
            if self.key_of(difference.who) == key or difference.who == name == known[0].name:
                codes.add(difference.code)
                row.sentences.append(sentence(difference))
        row.agrees = self.agrees(cells) and not codes & WITHOUT_RIGHT
        row.actions = self.actions(row, codes)
        return row

    def agrees(self, cells: Sequence[Sequence[Listed]]) -> bool:
        roles = [frozenset(one.role for one in cell if one.role in ROLES) for cell in cells]
        files, roster = [held for held in roles[:-1] if held], roles[-1]
        if not files and not roster:
            # A mentor needs no role; whoever may approve or review should be listed somewhere.
            return not any(one.role in (APPROVER, REVIEWER) for cell in cells for one in cell)
        return set(files) == {roster} or not (files or roster & self.spoken_of)

    def stranger(self, person: Person, reviews: Reviewing) -> Row:
        row = Row(person.name, person.login, reviews=reviews, agrees=False)
        row.cells = [Cell(column.title) for column in self.columns]
        values = {"count": str(reviews.count), "percent": str(reviews.percent)}
        row.sentences = [sentence(Difference("reviews_unlisted", person.login, values))]
        row.actions = self.actions(row, {"reviews_unlisted"})
        return row

    def actions(self, row: Row, codes: set[str]) -> list[tuple[str, str]]:
        """Words and address of what helps; pages ask for the right themselves."""
        slug, found = self.sig.slug, []
        if row.login and codes & NOMINATED:
            url = reverse("members:promotion-create", args=[slug])
            found.append((_("提名"), f"{url}?login={row.login}"))
        if row.login and codes & (PATCHED | NOMINATED - {"reviews_unlisted"}):
            url = reverse("members:drift-person", args=[slug, row.login])
            found.append((_("按名册改文件的补丁"), url))
        if codes & LOOKED_INTO:
            url = reverse("members:doubles", args=[slug])
            found.append((_("核对是否同一人"), url))
        return found


def _cell(column: Column, people: Sequence[Listed]) -> Cell:
    ordered = sorted(people, key=lambda one: ORDER.index(one.role))
    labels = dict.fromkeys(_standing(one) for one in ordered)
    text = _("、").join(labels)
    if not ordered:
        return Cell(column.title)
    if column.imported_on is not None:
        return Cell(column.title, text, column.imported_on, is_import=True)
    first = ordered[0]
    return Cell(
        column.title, text, column.since.get((first.role, (first.login or first.name).lower()))
    )


def _standing(one: Listed) -> str:
    label = str(STANDINGS[one.role])
    return (
        _("%(standing)s（仅 %(paths)s）") % {"standing": label, "paths": one.within}
        if one.within
        else label
    )


def _rank(cells: Sequence[Sequence[Listed]]) -> int:
    return min(ORDER.index(person.role) for cell in cells for person in cell)
