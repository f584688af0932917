"""What follows from the mirrored rows: verdicts kept with them, who reviewed, links, contributions."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from members.chunks import chunks
from members.contribution import Fact, forget_many, record_many
from members.models import Account, Contribution, Repository
from members.upsert import upsert

from . import issue_links
from .case import Remark, Speaker
from .judging import (
    Evidence,
    Law,
    by_subject,
    comments_on,
    end_of,
    evidence_on,
    laws_of,
    remarks_of,
    speaker,
    subject_of,
    verdict_on,
)
from .models import Comment, Issue, PullRequest, Review
from .moments import write_moments
from .one_writer import take_turn
from .rfc import note_rfcs
from .verdict import Verdict, is_bot

Kind = Contribution.Kind
REVIEW_FIELDS = (
    "first_at",
    "remarks",
    "has_lgtm",
    "has_approve",
    "is_main",
    "is_witnessed",
    "pull_updated_at",
)


@dataclass(frozen=True)
class Judged:
    """One pull request with all that follows for it."""

    pull: PullRequest
    verdict: Verdict
    first_review_at: dt.datetime | None
    reviews: Sequence[Review]


@transaction.atomic
def settle_pulls(repository: Repository, numbers: Iterable[int]) -> None:
    """Bring everything that is concluded about these pull requests up to date with the rows stored.

    Verdict, counts and first review, reviewers, linked issues, and the members' contributions.
    Idempotent, a bounded number of queries for every 500. Whoever called it first, the pull
    request's page or the comments', the other completes it. Witnessed reviews are kept.
    """
    wanted = set(numbers)
    if not wanted:
        return
    take_turn(repository)
    # Before anything is read: a change that comes later finds the verdict older than itself.
    judged_at = timezone.now()
    laws = laws_of([repository])
    for chunk in chunks(wanted):
        _settle_chunk(repository, chunk, laws, judged_at)


def _settle_chunk(
    repository: Repository,
    numbers: Sequence[int],
    laws: Mapping[int, Law],
    judged_at: dt.datetime,
) -> None:
    pulls = list(
        PullRequest.objects.filter(repository=repository, number__in=numbers)
        .select_related("author")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if not pulls:
        return
    for pull in pulls:
        pull.repository = repository
    evidence = evidence_on(pulls, laws)
    said = by_subject(comments_on(pulls))
    judged = [_judged(pull, said[subject_of(pull)], evidence, judged_at) for pull in pulls]
    _write_columns(judged, judged_at)
    _write_reviews(judged, evidence)
    issue_links.write(repository, pulls)
    _write_facts(judged, said, evidence)


def _judged(
    pull: PullRequest, comments: Sequence[Comment], evidence: Evidence, at: dt.datetime
) -> Judged:
    remarks = remarks_of(comments)
    verdict = verdict_on(pull, remarks, evidence, as_of=at)
    reviews = _reviews(pull, comments, verdict, evidence.reviews.get(pull.pk, ()))
    return Judged(pull, verdict, first_review(pull, remarks), reviews)


# ── columns of the pull request ───────────────────────────────────────────────────────────────
def first_review(pull: PullRequest, remarks: Iterable[Remark]) -> dt.datetime | None:
    """When somebody other than the author, and no robot, first said something before the end."""
    end = end_of(pull)
    return first_answer(speaker(pull.author_login, pull.author), remarks, end)


def first_answer(
    author: Speaker, remarks: Iterable[Remark], end: dt.datetime | None = None
) -> dt.datetime | None:
    others = (
        remark.created_at
        for remark in remarks
        if _is_other(remark.by, author) and (end is None or remark.created_at <= end)
    )
    return min(others, default=None)


def _is_other(by: Speaker, author: Speaker) -> bool:
    return bool(by.login) and not is_bot(by.login) and not by.is_same_as(author)


def _write_columns(judged: Sequence[Judged], at: dt.datetime) -> None:
    """One statement for all of one outcome; times differ row by row and are written where they changed."""
    alike: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    moved: dict[int, dt.datetime | None] = {}
    for one in judged:
        verdict = one.verdict
        key = (str(verdict.conclusion), len(verdict.lgtm_by), len(verdict.approve_by))
        alike[key].append(one.pull.pk)
        if one.pull.first_review_at != one.first_review_at:
            moved[one.pull.pk] = one.pull.first_review_at = one.first_review_at
    for (conclusion, lgtm, approve), keys in alike.items():
        PullRequest.objects.filter(pk__in=keys).update(
            verdict=conclusion, lgtm_count=lgtm, approve_count=approve, judged_at=at
        )
    write_moments(PullRequest, "first_review_at", moved)


# ── reviewers ─────────────────────────────────────────────────────────────────────────────────
def _reviews(
    pull: PullRequest, comments: Sequence[Comment], verdict: Verdict, stored: Sequence[Review]
) -> list[Review]:
    """One row for each account that had a part: who remarked, or whom the merge commit names."""
    author = speaker(pull.author_login, pull.author)
    found: dict[int, Review] = {}
    for comment in comments:
        account = comment.author
        if account is None or not _is_other(speaker(comment.author_login, account), author):
            continue
        review = found.get(account.pk)
        if review is None:
            review = found[account.pk] = _review(pull, account)
            review.first_at = comment.created_at
        review.remarks += 1
        review.first_at = min(review.first_at or comment.created_at, comment.created_at)
    for row in stored:
        if row.is_witnessed:
            found.setdefault(row.account_id, _review(pull, row.account)).is_witnessed = True
    return _marked(found.values(), verdict)


def _review(pull: PullRequest, account: Account) -> Review:
    return Review(pull=pull, account=account, pull_updated_at=pull.updated_at)


def _marked(reviews: Iterable[Review], verdict: Verdict) -> list[Review]:
    """Whose word counts, and who was a main reviewer.

    Main: who approved, and who of the reviewers remarked most, if one did alone and beyond one remark.
    """
    marked = list(reviews)
    said_lgtm = {one.by.who for one in verdict.lgtm if one.counts and not one.is_witnessed}
    said_approve = {one.by.who for one in verdict.approve if one.counts and not one.is_witnessed}
    approved = {one.by.who for one in verdict.approve if one.counts}
    for review in marked:
        who = review.account.person_id
        review.has_lgtm = who in said_lgtm
        review.has_approve = who in said_approve
    counted = Counter({id(one): one.remarks for one in marked if is_counted(one)})
    most = max(counted.values(), default=0)
    leaders = [key for key, remarks in counted.items() if remarks == most]
    for review in marked:
        leads = most > 1 and leaders == [id(review)]
        review.is_main = is_counted(review) and (review.account.person_id in approved or leads)
    return marked


def is_counted(review: Review) -> bool:
    return review.has_lgtm or review.has_approve or review.is_witnessed


def _write_reviews(judged: Sequence[Judged], evidence: Evidence) -> None:
    wanted = [review for one in judged for review in one.reviews]
    stored = {
        (row.pull_id, row.account_id): row for rows in evidence.reviews.values() for row in rows
    }
    keys = {(row.pull_id, row.account_id) for row in wanted}
    gone = [row.pk for key, row in stored.items() if key not in keys]
    if gone:
        Review.objects.filter(pk__in=gone).delete()
    upsert(
        [row for row in wanted if _differs(row, stored.get((row.pull_id, row.account_id)))],
        unique=["pull", "account"],
        update=REVIEW_FIELDS,
    )


def _differs(row: Review, stored: Review | None) -> bool:
    return stored is None or any(
        getattr(row, name) != getattr(stored, name) for name in REVIEW_FIELDS
    )


# ── contributions ─────────────────────────────────────────────────────────────────────────────
def _write_facts(
    judged: Sequence[Judged], said: Mapping[tuple[int, str], Sequence[Comment]], evidence: Evidence
) -> None:
    """Only merged ones are facts. Who spoke but does not count (any more) loses theirs."""
    merged = [one for one in judged if one.pull.state == PullRequest.State.MERGED]
    if not merged:
        return
    # Addresses without a language prefix, whoever runs this.
    with translation.override(settings.LANGUAGE_CODE):
        facts = [fact for one in merged for fact in _facts_of(one)]
    possible = {
        _review_source(one.pull, account_id)
        for one in merged
        for account_id in (
            *(row.author_id for row in said[subject_of(one.pull)] if row.author_id),
            *(row.account_id for row in evidence.reviews.get(one.pull.pk, ())),
        )
    }
    record_many(facts)
    forget_many(possible - {fact.source for fact in facts})


def _facts_of(one: Judged) -> Iterator[Fact]:
    pull, url = one.pull, one.pull.get_absolute_url()
    if pull.author and not is_bot(pull.author_login):
        source = f"{pull.repository}!{pull.number}:{Kind.PULL_MERGED}"
        yield _fact(pull, pull.author.person_id, Kind.PULL_MERGED, source, url)
    for review in one.reviews:
        if is_counted(review):
            yield _fact(
                pull,
                review.account.person_id,
                Kind.PULL_REVIEWED,
                _review_source(pull, review.account_id),
                url,
                is_main=review.is_main,
            )


def _fact(
    pull: PullRequest, person_id: int, kind: str, source: str, url: str, *, is_main: bool = False
) -> Fact:
    return Fact(
        person_id=person_id,
        sig_id=pull.repository.sig_id,
        repository_id=pull.repository_id,
        kind=kind,
        is_main=is_main,
        at=pull.merged_at or pull.updated_at,
        source=source,
        title=pull.title,
        url=url,
    )


def _review_source(pull: PullRequest, account_id: int) -> str:
    """Ends with the account's key, for a login can change."""
    return f"{pull.repository}!{pull.number}:{Kind.PULL_REVIEWED}:{account_id}"


# ── issues ────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def settle_issues(repository: Repository, numbers: Iterable[str]) -> None:
    """Bring the first answer and the contributions of these issues up to date with the rows stored."""
    take_turn(repository)
    for chunk in chunks(set(numbers)):
        issues = list(
            Issue.objects.filter(repository=repository, number__in=chunk)
            .select_related("author")
            .select_for_update(of=("self",))
            .order_by("pk")
        )
        for issue in issues:
            issue.repository = repository
        _write_answers(repository, issues)
        note_rfcs(repository, chunk)
        with translation.override(settings.LANGUAGE_CODE):
            record_many(fact for issue in issues for fact in _issue_facts(issue))


def _write_answers(repository: Repository, issues: Sequence[Issue]) -> None:
    comments = Comment.objects.filter(
        repository=repository,
        kind=Comment.Kind.ISSUE,
        number__in=[issue.number for issue in issues],
    ).select_related("author")
    said: dict[str, list[Comment]] = defaultdict(list)
    for comment in comments:
        said[comment.number].append(comment)
    moved: dict[int, dt.datetime | None] = {}
    for issue in issues:
        author = speaker(issue.author_login, issue.author)
        answered_at = first_answer(author, remarks_of(said[issue.number]))
        if issue.answered_at != answered_at:
            moved[issue.pk] = answered_at
    write_moments(Issue, "answered_at", moved)


def _issue_facts(issue: Issue) -> Iterator[Fact]:
    if issue.author and not is_bot(issue.author_login):
        yield Fact(
            person_id=issue.author.person_id,
            sig_id=issue.repository.sig_id,
            repository_id=issue.repository_id,
            kind=Kind.ISSUE_OPENED,
            at=issue.created_at,
            source=_issue_source(issue.repository, issue.number),
            title=issue.title,
            url=issue.get_absolute_url(),
        )


def forget_issues(repository: Repository, numbers: Iterable[str]) -> None:
    """Take back what the members' room was told of issues that are no longer public."""
    forget_many(_issue_source(repository, number) for number in numbers)


def forget_pulls(repository: Repository, numbers: Iterable[int]) -> None:
    """Take back what was told of pull requests about to be removed; call it before they are."""
    for chunk in chunks(set(numbers)):
        rows = Review.objects.filter(pull__repository=repository, pull__number__in=chunk)
        sources = {
            f"{repository}!{number}:{Kind.PULL_REVIEWED}:{account_id}"
            for number, account_id in rows.values_list("pull__number", "account_id")
        }
        forget_many(sources | {f"{repository}!{number}:{Kind.PULL_MERGED}" for number in chunk})


def _issue_source(repository: Repository, number: str) -> str:
    return f"{repository}#{number}:{Kind.ISSUE_OPENED}"
