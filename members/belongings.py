"""Everything that hangs on a person, in every room: found from the tables, so that a merge forgets nothing.

A new table that points at a person is moved without being named here. Only what may stand once a
person needs a word on what happens when both have it: without one the merge is refused, so that
nothing is lost by silence. Rooms above add theirs to ON_DOUBLE and STAYS.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, ManyToOneRel, Model, Q, QuerySet, UniqueConstraint

from .models import Likeness, Person, Promotion

State = Promotion.State
UNDECIDED = (State.NOMINATED, State.ACCEPTED, State.VOTING)
# The count of a decided vote is kept by the key of each voter: who voted then stays named then.
DECIDED = ~Q(promotion__state__in=UNDECIDED)

Row = Any
# What happens to the row that would stand twice: `theirs` gives way to `mine`.
Join = Callable[[Row, Row, dt.datetime | None], None]


@dataclass(frozen=True)
class Relation:
    """One column of some table that names a person."""

    model: type[Model]
    field: "Field[Any, Any]"

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field.name}"

    @property
    def label(self) -> str:
        """The table's name; with the column's where the table names people in several."""
        table = str(self.model._meta.verbose_name)
        columns = [one for one in self.model._meta.fields if one.related_model is Person]
        return f"{table} · {self.field.verbose_name}" if len(columns) > 1 else table

    def rows(self, person: Person) -> QuerySet[Any]:
        return self.model._base_manager.filter(**{self.field.name: person})

    def staying(self, person: Person) -> QuerySet[Any]:
        """Rows that keep naming a merged person, as a record of how it was."""
        stays = STAYS.get(self.name)
        return self.rows(person).filter(stays) if stays is not None else self.rows(person).none()

    def moving(self, person: Person) -> QuerySet[Any]:
        return self.moving_of([person])

    def moving_of(self, people: Iterable[Person]) -> QuerySet[Any]:
        """Rows that go along when one of these is merged."""
        rows = self.model._base_manager.filter(**{f"{self.field.name}__in": people})
        stays = STAYS.get(self.name)
        return rows.exclude(stays) if stays is not None else rows


@dataclass(frozen=True)
class Double:
    """Both have a row that one person may have only once; `rule` is the constraint's name."""

    relation: Relation
    rule: str
    mine: Row
    theirs: Row


def _drop(mine: Row, theirs: Row, at: dt.datetime | None) -> None:
    theirs.delete()


def _withdraw(mine: Row, theirs: Row, at: dt.datetime | None) -> None:
    theirs.withdrawn_at = at
    theirs.save(update_fields=["withdrawn_at"])


def _join_leave(mine: Row, theirs: Row, at: dt.datetime | None) -> None:
    mine.started_on = min(mine.started_on, theirs.started_on)
    mine.save(update_fields=["started_on"])
    theirs.delete()


def _close_inquiry(mine: Row, theirs: Row, at: dt.datetime | None) -> None:
    """The one that is kept still waits for the answer."""
    theirs.answered_at = at
    theirs.save(update_fields=["answered_at"])


STAYS: dict[str, Q] = {
    "members.ballot.voter": DECIDED,
    "members.recusal.person": DECIDED,
    "members.endorsement.person": DECIDED,
}
# By name of the constraint. members.merging untangles role terms before anything is moved.
ON_DOUBLE: dict[str, Join] = {
    "recusal_one_live_per_person": _withdraw,
    "leave_one_open": _join_leave,
    "inquiry_one_open": _close_inquiry,
    "members.noticepreference.person": _drop,
}
UNTANGLED = ("roleterm_one_open_per_role",)
# Both must be decided, or ended, by people first.
REFUSED = (
    "promotion_one_open_per_role",
    "ballot_one_live_per_voter",
    "endorsement_promotion_person_unique",
)


def relations() -> list[Relation]:
    """Every column that names a person, in the order of the tables' names.

    Likenesses speak of pairs and are settled by members.likeness.
    """
    found = [
        Relation(one.related_model, one.field)
        for one in Person._meta.get_fields(include_hidden=True)
        if isinstance(one, ManyToOneRel) and one.related_model is not Likeness
    ]
    return sorted(found, key=lambda relation: relation.name)


def rules_of(relation: Relation) -> Iterator[tuple[str, tuple[str, ...], Q | None]]:
    """(name, the other columns, condition) of each constraint by which a person may have a row once."""
    field, meta = relation.field, relation.model._meta
    if field.unique:
        yield relation.name, (), None
    for together in meta.unique_together:
        if field.name in together:
            yield relation.name, _others(together, field), None
    for rule in meta.constraints:
        if isinstance(rule, UniqueConstraint) and field.name in rule.fields:
            yield rule.name, _others(rule.fields, field), rule.condition


def _others(fields: Any, field: "Field[Any, Any]") -> tuple[str, ...]:
    return tuple(name for name in fields if name != field.name)


def doubles(relation: Relation, kept: Person, gone: Person) -> list[Double]:
    """Rows of `gone` that cannot move for `kept` has the same already."""
    found = []
    for rule, others, condition in rules_of(relation):
        if rule in UNTANGLED:
            continue
        theirs = relation.moving(gone).filter(condition or Q())
        mine = relation.rows(kept).filter(condition or Q())
        held = {_key(row, others): row for row in mine}
        found += [
            Double(relation, rule, held[_key(row, others)], row)
            for row in theirs
            if _key(row, others) in held
        ]
    return found


def _key(row: Row, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row.serializable_value(name) for name in names)
