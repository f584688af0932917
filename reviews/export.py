"""Records as data: CSV for spreadsheets."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from .models import Issue, PullRequest, Review

CHUNK = 500
RECORD_COLUMNS = (
    "repository",
    "number",
    "title",
    "state",
    "author",
    "labels",
    "created_at",
    "updated_at",
    "first_review_at",
    "merged_at",
    "merged_by",
    "lgtm_by",
    "approve_by",
    "verdict",
    "url",
    "original",
)
ISSUE_COLUMNS = (
    "repository",
    "number",
    "title",
    "state",
    "author",
    "assignee",
    "labels",
    "milestone",
    "created_at",
    "answered_at",
    "closed_at",
    "url",
    "original",
)


def record_lines(pulls: QuerySet[PullRequest]) -> Iterator[tuple[Any, ...]]:
    """A line of RECORD_COLUMNS for each, read in chunks so that memory stays. UTC times."""
    counted = Review.objects.select_related("account").order_by("first_at", "pk")
    rows = pulls.prefetch_related(Prefetch("reviews", counted, to_attr="counted"))
    for pull in rows.iterator(chunk_size=CHUNK):
        yield _record_line(pull)


def issue_lines(issues: QuerySet[Issue]) -> Iterator[tuple[Any, ...]]:
    """A line of ISSUE_COLUMNS for each, read in chunks so that memory stays. UTC times."""
    for issue in issues.iterator(chunk_size=CHUNK):
        yield (
            issue.repository.path,
            issue.number,
            issue.title,
            issue.state,
            issue.author_login,
            issue.assignee_login,
            " ".join(issue.labels),
            issue.milestone,
            _time(issue.created_at),
            _time(issue.answered_at),
            _time(issue.closed_at),
            settings.SITE_URL + issue.get_absolute_url(),
            issue.html_url,
        )


def _record_line(pull: Any) -> tuple[Any, ...]:
    return (
        pull.repository.path,
        pull.number,
        pull.title,
        pull.state,
        pull.author_login,
        " ".join(pull.labels),
        _time(pull.created_at),
        _time(pull.updated_at),
        _time(pull.first_review_at),
        _time(pull.merged_at),
        pull.merged_by_login,
        " ".join(row.account.login for row in pull.counted if row.has_lgtm),
        " ".join(row.account.login for row in pull.counted if row.has_approve),
        pull.verdict,
        settings.SITE_URL + pull.get_absolute_url(),
        pull.html_url,
    )


def _time(at: dt.datetime | None) -> str:
    return at.isoformat() if at else ""
