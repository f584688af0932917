"""From a checked filter to rows: which runs through an index make a page, and what a page prints.

A list of a million rows stays quick because every page begins at the right place of an index:
of a reviewer, of an author, of a repository, or of the tokens that words and labels lead to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q, QuerySet

from members.walks import Walk

from . import search
from .forms import IssueFilter, ListFilter, RecordFilter
from .models import Issue, PullRequest, Review
from .models.mirror import UNSHOWN

Row = TypeVar("Row", PullRequest, Issue)

# What a line of the page prints; reading whole rows takes a fifth of a page's time.
SHOWN = (
    *("number", "title", "state", "verdict", "lgtm_count", "approve_count", "author_login"),
    *("updated_at", "merged_at", "repository__owner", "repository__name"),
    "author__person__name",
)

State, Verdict = PullRequest.State, PullRequest.Verdict
STATE_BADGES = {State.OPEN: "waiting", State.MERGED: "good", State.CLOSED: "neutral"}
VERDICT_BADGES = {
    Verdict.PENDING: "waiting",
    Verdict.MET: "good",
    Verdict.UNMET: "blocked",
    Verdict.UNKNOWN: "neutral",
}


@dataclass(frozen=True)
class RecordLine:
    """One line of the list of records: its state and verdict as (kind of badge, word)."""

    pull: PullRequest
    state: tuple[str, str]
    verdict: tuple[str, str]


def lines_of(pulls: Sequence[PullRequest]) -> list[RecordLine]:
    """The badges are made once a page: asked of each row anew they cost a third of its time."""
    states = {str(state): (kind, str(state.label)) for state, kind in STATE_BADGES.items()}
    verdicts = {str(word): (kind, str(word.label)) for word, kind in VERDICT_BADGES.items()}
    return [RecordLine(pull, states[pull.state], verdicts[pull.verdict]) for pull in pulls]


def record_walks(form: RecordFilter) -> list[Walk]:
    """The runs that a page of records is merged from; none when the filter is invalid."""
    if reviewers := form.words.get("reviewer"):
        rows = _within(form, PullRequest.objects.all())
        key = "pull_updated_at" if form.key == "updated_at" else f"pull__{form.key}"
        return [
            Walk(Review.objects.filter(account=account, pull__in=rows), key, "pull_id")
            for account in reviewers
        ]
    return _walks(form, PullRequest.objects.all(), form.key)


def issue_walks(form: IssueFilter) -> list[Walk]:
    """The runs that a page of issues is merged from; none when the filter is invalid."""
    return _walks(form, Issue.objects.all(), "created_at")


def near_walks(form: ListFilter, model: type[Row], key: str) -> list[Walk]:
    """A first look through the newest rows, for questions of several tokens.

    How many rows have all of some tokens no database knows, and it rates frequent phrases as rare:
    fetching them all would cost a hundred times this look. [] where no look is needed.
    """
    words = form.words
    if words.get("author") or words.get("reviewer") or search.token_count(words.get("q", "")) < 2:
        return []
    rows = model._default_manager.filter(form.condition(search.holding), repository__in=form.places)
    return [Walk(rows, key, among=model._default_manager.filter(**{f"{key}__isnull": False}))]


def record_rows() -> QuerySet[PullRequest]:
    """Pull requests with all that a list, CSV or feed prints of them."""
    return PullRequest.objects.select_related("repository", "author__person").defer(*UNSHOWN)


def shown_records() -> QuerySet[PullRequest]:
    """Pull requests with what a line of the page prints, and no more."""
    rows = PullRequest.objects.select_related("repository", "author__person").only(*SHOWN)
    return rows.prefetch_related("author__person__accounts")


def issue_rows() -> QuerySet[Issue]:
    """Issues with all that a list, CSV or feed prints of them."""
    return Issue.objects.select_related("repository", "author__person").defer(*UNSHOWN)


def all_records(form: RecordFilter) -> QuerySet[PullRequest]:
    """Every record asked for, in the order of the list."""
    rows = _within(form, record_rows())
    if reviewers := form.words.get("reviewer"):
        rows = rows.filter(pk__in=Review.objects.filter(account__in=reviewers).values("pull"))
    return rows.order_by(f"-{form.key}", "-pk")


def all_issues(form: IssueFilter) -> QuerySet[Issue]:
    """Every issue asked for, in the order of the list."""
    sign = "" if form.is_oldest_first else "-"
    return _within(form, issue_rows()).order_by(f"{sign}created_at", f"{sign}pk")


def _within(form: ListFilter, rows: QuerySet[Row]) -> QuerySet[Row]:
    rows = rows.filter(form.condition(), repository__in=form.places)
    if authors := form.words.get("author"):
        rows = rows.filter(author__in=authors)
    return rows


def _walks(form: ListFilter, rows: QuerySet[Row], key: str) -> list[Walk]:
    if not form.places:
        return []
    narrowed = rows.filter(form.condition())
    return [Walk(narrowed.filter(part), key) for part in _parts(form)]


def _parts(form: ListFilter) -> Sequence[Q]:
    """Conditions that split the rows so that each part stands in the order of an index."""
    within = Q(repository__in=form.places)
    if authors := form.words.get("author"):
        return [within & Q(author=account) for account in authors]
    if form.uses_tokens:
        return [within]
    return [Q(repository=repository) for repository in form.places]
