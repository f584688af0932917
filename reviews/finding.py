"""Finding pull requests, issues and resolutions of every SIG, for the search over all rooms."""

import re
from typing import Any, TypeVar

from django.db.models import Q

from ledger.bigrams import words_of
from members.paging import Page
from members.walks import Walk, page_of_walks

from . import search
from .models import Issue, PullRequest, Resolution

Row = TypeVar("Row", PullRequest, Issue)

PULL_NUMBER = re.compile(r"!?(\d{1,9})")
ISSUE_NUMBER = re.compile(r"#?([A-Za-z]?[A-Za-z0-9]{1,39})")
RESOLUTION_NUMBER = re.compile(r"#?(\d{1,9})")
PULL_COLUMNS = ("number", "title", "state", "updated_at", "repository")
ISSUE_COLUMNS = ("number", "title", "state", "created_at", "repository")


def pulls(question: str, limit: int) -> list[PullRequest]:
    """The pull request of that number first (`12`, `!12`), then the newest that hold every word."""
    number = PULL_NUMBER.fullmatch(question.strip())
    return _found(PullRequest, question, limit, number, "updated_at", PULL_COLUMNS)


def issues(question: str, limit: int) -> list[Issue]:
    """The issue of that number first (`#I5ABC`, with or without the sign), then the newest that hold every word."""
    number = ISSUE_NUMBER.fullmatch(question.strip())
    return _found(Issue, question, limit, number, "created_at", ISSUE_COLUMNS)


def resolutions(question: str, limit: int) -> list[Resolution]:
    """The newest resolutions whose title or subject holds every word, or that have that number."""
    condition = Q()
    for word in words_of(question):
        condition &= Q(title__icontains=word) | Q(subject__icontains=word)
    if number := RESOLUTION_NUMBER.fullmatch(question.strip()):
        condition |= Q(number=int(number[1]))
    if not condition:
        return []
    rows = Resolution.objects.filter(condition).select_related("sig").defer("reasons")
    return list(rows.order_by("-decided_at", "-pk")[:limit])


def _found(
    model: type[Row],
    question: str,
    limit: int,
    number: re.Match[str] | None,
    key: str,
    columns: tuple[str, ...],
) -> list[Row]:
    """Five queries at most. As the lists do (reviews.listing.near_walks), the newest are looked at first."""
    if not words_of(question):
        return []
    shown: Any = model._default_manager.select_related("repository__sig").only(
        *columns, "repository__owner", "repository__name", "repository__sig"
    )
    named: list[Row] = []
    if number:
        named = list(shown.filter(search.numbered(number[1])).order_by("pk")[:limit])
    rows: Any = model._default_manager.all()
    walk = Walk(rows.filter(search.matching(question)), key)
    near = [Walk(rows.filter(search.holding(question)), key, among=rows)]
    asked = search.token_count(question) > 1
    page: Page[Row] = page_of_walks(
        {}, [walk], shown, key=key, size=limit, near=near if asked else ()
    )
    found: list[Any] = [*named, *(row for row in page.rows if row not in named)]
    return found[:limit]
