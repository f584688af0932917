"""From the mirror's rows to verdicts: which comments, whose words, up to when."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet

from members.models import Repository

from .entitlement import Roster
from .models import Comment, PullRequest
from .verdict import Remark, Verdict, judge

Number = int
# Remarks of one pull request that are read; far beyond what people write.
REMARKS_READ = 2_000


def comments_on(repository: Repository, numbers: Iterable[Number]) -> QuerySet[Comment]:
    """Comments on these pull requests of a repository, oldest first."""
    return Comment.objects.filter(
        repository=repository,
        kind=Comment.Kind.PULL,
        number__in=[str(number) for number in numbers],
    )


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
