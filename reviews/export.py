"""Records as data: CSV for spreadsheets, JSON for programs."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from .models import PullRequest
from .record import Record, Row, rows_of
from .verdict import Given

CHUNK = 500
COLUMNS = (
    "repository",
    "number",
    "title",
    "state",
    "author",
    "created_at",
    "updated_at",
    "merged_at",
    "lgtm_by",
    "approve_by",
    "rule_met",
    "url",
    "original",
)


class _Line:
    """A file of one line, for csv.writer."""

    def write(self, line: str) -> str:
        return line


def as_csv(pulls: QuerySet[PullRequest]) -> Iterator[str]:
    """Lines of a CSV file, a byte order mark first so that spreadsheets read Chinese. UTC times."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in _in_chunks(pulls):
        yield writer.writerow([_cell(value) for value in _values(row)])


def _in_chunks(pulls: QuerySet[PullRequest]) -> Iterator[Row]:
    chunk: list[PullRequest] = []
    for pull in pulls.iterator(chunk_size=CHUNK):
        chunk.append(pull)
        if len(chunk) == CHUNK:
            yield from rows_of(chunk)
            chunk = []
    yield from rows_of(chunk)


def _values(row: Row) -> tuple[Any, ...]:
    pull = row.pull
    return (
        pull.repository.path,
        pull.number,
        pull.title,
        pull.state,
        pull.author_login,
        pull.created_at.isoformat(),
        pull.updated_at.isoformat(),
        pull.merged_at.isoformat() if pull.merged_at else "",
        " ".join(row.verdict.lgtm_by),
        " ".join(row.verdict.approve_by),
        "yes" if row.verdict.met else "no",
        settings.SITE_URL + pull.get_absolute_url(),
        pull.html_url,
    )


def _cell(value: Any) -> Any:
    """A spreadsheet runs text that begins like a formula: a quote before it keeps it text."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def as_json(record: Record) -> dict[str, Any]:
    """The record as a program reads it; times ISO 8601 in UTC."""
    pull, verdict = record.pull, record.verdict
    return {
        "repository": pull.repository.path,
        "host": pull.repository.host,
        "number": pull.number,
        "title": pull.title,
        "state": pull.state,
        "author": pull.author_login,
        "labels": pull.labels,
        "base": pull.base_ref,
        "head": pull.head_ref,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "merged_at": pull.merged_at,
        "closed_at": pull.closed_at,
        "first_review_at": record.first_review_at,
        "verdict": {
            "met": verdict.met,
            "lgtm_required": verdict.lgtm_required,
            "approve_required": verdict.approve_required,
            "lgtm": _words(verdict.lgtm),
            "approve": _words(verdict.approve),
        },
        "url": settings.SITE_URL + pull.get_absolute_url(),
        "original": pull.html_url,
    }


def _words(given: Iterable[Given]) -> list[dict[str, Any]]:
    return [
        {
            "login": one.login,
            "at": one.at,
            "cancel": one.is_cancel,
            "counts": one.counts,
            "reason": one.reason,
        }
        for one in given
    ]
