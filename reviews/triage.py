"""What the list of issues shows beside each: how old it is, and when somebody last answered."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max

from .models import Comment, Issue
from .verdict import is_bot


@dataclass(frozen=True)
class Line:
    """One line of the list. `last_answer_at`: by somebody else than its author, and no robot."""

    issue: Issue
    days: int
    last_answer_at: dt.datetime | None


def lines_of(issues: Sequence[Issue], at: dt.datetime) -> list[Line]:
    """Lines at this moment, in the order given; one query however many there are."""
    answers = _last_answers(issues)
    return [Line(issue, _days(issue, at), answers.get(issue.pk)) for issue in issues]


def _days(issue: Issue, at: dt.datetime) -> int:
    """Whole days since it was opened, or until it was closed."""
    return max((issue.closed_at or at) - issue.created_at, dt.timedelta()).days


def _last_answers(issues: Sequence[Issue]) -> dict[int, dt.datetime]:
    if not issues:
        return {}
    by_place = {(issue.repository_id, issue.number): issue for issue in issues}
    said = Comment.objects.filter(
        kind=Comment.Kind.ISSUE,
        repository__in={issue.repository_id for issue in issues},
        number__in=[issue.number for issue in issues],
    )
    found: dict[int, dt.datetime] = {}
    lasts = said.order_by().values_list("repository", "number", "author_login")
    for place, number, login, at in lasts.annotate(last=Max("created_at")):
        issue = by_place.get((place, number))
        if issue is not None and _is_answer(login, issue):
            found[issue.pk] = max(at, found.get(issue.pk, at))
    return found


def _is_answer(login: str, issue: Issue) -> bool:
    return login.lower() != issue.author_login.lower() and not is_bot(login)
