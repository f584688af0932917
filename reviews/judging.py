"""From the mirror's rows to verdicts: which comments, whose words, up to when."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet

from .entitlement import Roster
from .models import Comment, PullRequest
from .verdict import Remark, Verdict, judge


def comments_on(pulls: Iterable[PullRequest]) -> QuerySet[Comment]:
    """Comments on these pull requests, oldest first.

    With pull requests of several repositories a few of a namesake number may come along; tell them
    apart by `subject_of`.
    """
    keys = {(pull.repository_id, str(pull.number)) for pull in pulls}
    return Comment.objects.filter(
        repository__in={repository_id for repository_id, _number in keys},
        kind=Comment.Kind.PULL,
        number__in={number for _repository_id, number in keys},
    )


def commands_on(pulls: Iterable[PullRequest]) -> QuerySet[Comment]:
    """Only the comments that may hold a command."""
    return comments_on(pulls).filter(Q(body__icontains="/lgtm") | Q(body__icontains="/approve"))


def subject_of(row: PullRequest | Comment) -> tuple[int, str]:
    return row.repository_id, str(row.number)


def by_subject(comments: Iterable[Comment]) -> dict[tuple[int, str], list[Comment]]:
    found: dict[tuple[int, str], list[Comment]] = defaultdict(list)
    for comment in comments:
        found[subject_of(comment)].append(comment)
    return found


def remarks_of(rows: Iterable[Comment]) -> list[Remark]:
    return [
        Remark(row.pk, row.author_login, row.body, row.created_at, row.updated_at) for row in rows
    ]


def verdict_on(
    pull: PullRequest, remarks: Sequence[Remark], rosters: Mapping[tuple[int, str], Roster]
) -> Verdict:
    """The verdict as it stood when the pull request was merged or closed, else as it stands.

    Needs `pull.repository.sig`. The roster is that of the day the decision fell, or of the last word.
    """
    repository = pull.repository
    until = pull.merged_at or pull.closed_at
    roster = rosters.get((repository.sig_id, repository.host), Roster(()))
    return judge(
        remarks,
        author=pull.author_login,
        lgtm_required=repository.lgtm_required,
        approve_required=repository.approve_required,
        approvers=roster.approvers(repository.pk, _day(pull, until)),
        until=until,
    )


def _day(pull: PullRequest, until: dt.datetime | None) -> dt.date:
    return pull.repository.sig.day_of(until or pull.updated_at)
