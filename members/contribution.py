"""Dated facts about people come in here: written by the rooms that saw them, read by promotions."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from .chunks import chunks
from .models import Contribution
from .upsert import upsert

FIELDS = (
    "person_id",
    "sig_id",
    "repository_id",
    "kind",
    "is_main",
    "at",
    "title",
    "title_en",
    "url",
)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing a person did. `at` is aware; `source` names it once for all.

    `source` has the shape "gitee:mindspore/mindformers!12:pull_merged:login"; `url` is the path of
    the record page in this portal.
    """

    person_id: int
    sig_id: int
    kind: str
    at: dt.datetime
    source: str
    repository_id: int | None = None
    is_main: bool = False
    title: str = ""
    title_en: str = ""
    url: str = ""


@transaction.atomic
def record_many(facts: Iterable[Fact]) -> int:
    """Store facts, new or changed, and return how many rows were written; told twice, stored once.

    The last of several facts with one source wins. Raises ValueError on a kind nobody knows.
    """
    by_source = {fact.source: fact for fact in facts}
    for fact in by_source.values():
        _refuse_unknown(fact)
    return sum(_record_chunk(chunk) for chunk in chunks(by_source.values()))


@transaction.atomic
def forget_many(sources: Iterable[str]) -> int:
    """Take back facts that turned out otherwise (an approve withdrawn); returns how many were there."""
    gone = 0
    for chunk in chunks(set(sources)):
        gone += Contribution.objects.filter(source__in=chunk).delete()[0]
    return gone


def _record_chunk(facts: Sequence[Fact]) -> int:
    stored = {
        row["source"]: row
        for row in Contribution.objects.filter(source__in=[fact.source for fact in facts]).values(
            "source", *FIELDS
        )
    }
    rows = [_row(fact) for fact in facts if _differs(fact, stored.get(fact.source))]
    upsert(rows, unique=["source"], update=_columns())
    return len(rows)


def _row(fact: Fact) -> Contribution:
    values = {name: getattr(fact, name) for name in FIELDS}
    values |= {name: values[name][:500] for name in ("title", "title_en", "url")}
    return Contribution(source=fact.source, **values)


def _differs(fact: Fact, stored: dict[str, object] | None) -> bool:
    if stored is None:
        return True
    row = _row(fact)
    return any(stored[name] != getattr(row, name) for name in FIELDS)


def _columns() -> list[str]:
    return [name.removesuffix("_id") for name in FIELDS]


def _refuse_unknown(fact: Fact) -> None:
    if fact.kind not in Contribution.Kind.values:
        raise ValueError(f"{fact.source}: unknown kind {fact.kind!r}")
