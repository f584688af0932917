"""Makes past records right when the roster, an OWNERS file or a review rule has changed."""

import datetime as dt
import hashlib
from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils import timezone

from members.models import Repository

from .case import Rights
from .judging import Law, laws_of
from .models import JudgingBasis, PullRequest
from .outcome import settle_pulls

CHUNK = 250
# What one message to a worker settles at most, so that nobody waits long behind it.
MOST_AT_ONCE = 5000


def note_changes() -> list[int]:
    """Notice what verdicts rest on having changed; keys of repositories with some to judge again.

    Compares a digest, so that no change of roster, OWNERS, rule or login is missed, whoever made it.
    """
    repositories = list(Repository.objects.select_related("sig"))
    laws = laws_of(repositories)
    # After the laws were read: who judged by older ones began before this moment.
    at = timezone.now()
    known = dict(JudgingBasis.objects.values_list("repository_id", "digest"))
    digests = {pk: digest_of(law) for pk, law in laws.items()}
    JudgingBasis.objects.bulk_create(
        [
            JudgingBasis(repository_id=pk, digest=digest, changed_at=at)
            for pk, digest in digests.items()
            if pk not in known
        ],
        ignore_conflicts=True,
    )
    for pk, digest in digests.items():
        if known.get(pk, digest) != digest:
            JudgingBasis.objects.filter(repository=pk, digest=known[pk]).update(
                digest=digest, changed_at=at
            )
    bases = JudgingBasis.objects.select_related("repository")
    return [basis.repository_id for basis in bases if _stale(basis.repository, basis.changed_at)]


def digest_of(law: Law) -> str:
    """SHA-256 over all that a verdict takes from the law, the same whatever the order of reading."""
    parts = [repr(law.reads_comments)]
    parts += [repr(_rule(rule)) for rule in (law.own, *law.rules)]
    parts += [repr(_right(right)) for right in law.rights]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _rule(rule: object) -> tuple[object, ...]:
    names = ("valid_from", "lgtm_required", "approve_required", "required_labels")
    return tuple(getattr(rule, name) for name in (*names, "blocking_labels"))


def _right(right: Rights) -> tuple[object, ...]:
    lgtm = None if right.lgtm is None else sorted(right.lgtm)
    approve = None if right.approve is None else sorted(right.approve)
    return right.since.timestamp(), lgtm, approve


def resettle(
    repository: Repository,
    *,
    since: dt.datetime | None = None,
    before: dt.datetime | None = None,
    most: int | None = None,
) -> int:
    """Judge again what was last judged `before` (default: now), at most `most`; returns how many.

    `since` narrows it to what ended or was updated from an instant on, when a change reaches no
    further back. Each chunk is one transaction; whoever comes later goes on where it stopped, for
    what has been judged is no longer among them.
    """
    moment = before or timezone.now()
    done = 0
    while most is None or done < most:
        numbers = next(_batches(repository, moment, since), [])
        if not numbers:
            break
        settle_pulls(repository, numbers)
        done += len(numbers)
    return done


def resettle_due(repository: Repository) -> bool:
    """One bounded piece of what `note_changes` found; true when there may be more."""
    basis = JudgingBasis.objects.filter(repository=repository).first()
    if basis is None:
        return False
    return resettle(repository, before=basis.changed_at, most=MOST_AT_ONCE) >= MOST_AT_ONCE


def _batches(
    repository: Repository, before: dt.datetime, since: dt.datetime | None
) -> Iterator[list[int]]:
    """Never judged ones first. In whatever order the index gives: sorting a million for each is slow."""
    for pulls in _stale_pulls(repository, before):
        if since is not None:
            pulls = pulls.filter(
                Q(merged_at__gte=since) | Q(closed_at__gte=since) | Q(updated_at__gte=since)
            )
        numbers = list(pulls.values_list("number", flat=True)[:CHUNK])
        if numbers:
            yield numbers


def _stale(repository: Repository, before: dt.datetime) -> bool:
    return any(pulls.exists() for pulls in _stale_pulls(repository, before))


def _stale_pulls(
    repository: Repository, before: dt.datetime
) -> tuple[QuerySet[PullRequest], QuerySet[PullRequest]]:
    pulls = PullRequest.objects.filter(repository=repository).order_by()
    return pulls.filter(judged_at=None), pulls.filter(judged_at__lt=before)
