"""Taking out of the mirror what the host no longer has or no longer shows, with the facts it gave."""

from collections.abc import Collection, Iterable

from django.db import transaction

from members.chunks import chunks
from members.models import Repository

from .. import outcome
from ..models import Comment, Issue, PullRequest
from ..one_writer import take_turn


@transaction.atomic
def remove_pulls(repository: Repository, numbers: Collection[int]) -> None:
    """Forget pull requests, what was said on them and their facts.

    Rows known from a clone's merge commit only (no `remote_id`) stay: the host never had them.
    """
    take_turn(repository)
    for chunk in chunks(numbers):
        pulls = PullRequest.objects.filter(
            repository=repository, number__in=chunk, remote_id__isnull=False
        )
        found = list(pulls.values_list("number", flat=True))
        outcome.forget_pulls(repository, found)
        _forget_said(repository, Comment.Kind.PULL, map(str, found))
        pulls.delete()


@transaction.atomic
def remove_issues(repository: Repository, numbers: Collection[str]) -> None:
    """As `remove_pulls`, for issues that are gone or must not be seen any more."""
    take_turn(repository)
    for chunk in chunks(numbers):
        outcome.forget_issues(repository, chunk)
        _forget_said(repository, Comment.Kind.ISSUE, chunk)
        Issue.objects.filter(repository=repository, number__in=chunk).delete()


@transaction.atomic
def remove_comments(repository: Repository, kind: str, remote_ids: Collection[int]) -> None:
    """Forget comments, and judge again what they were said on."""
    take_turn(repository)
    for chunk in chunks(remote_ids):
        comments = Comment.objects.filter(repository=repository, kind=kind, remote_id__in=chunk)
        numbers = set(comments.values_list("number", flat=True))
        comments.delete()
        if kind == Comment.Kind.PULL:
            outcome.settle_pulls(repository, {int(number) for number in numbers})
        else:
            outcome.settle_issues(repository, numbers)


def _forget_said(repository: Repository, kind: str, numbers: Iterable[str]) -> None:
    Comment.objects.filter(repository=repository, kind=kind, number__in=list(numbers)).delete()
