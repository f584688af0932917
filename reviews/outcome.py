"""What the mirror proves of people: contributions, told to the members' room."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.conf import settings
from django.utils import translation

from members.contribution import Fact, forget_many, record_many
from members.models import Account, Contribution, Repository

from .entitlement import Roster, rosters
from .judging import by_subject, comments_on, remarks_of, subject_of, verdict_on
from .models import Comment, Issue, PullRequest
from .verdict import Remark, Verdict, is_bot, remarks_by_login

Kind = Contribution.Kind


def settle_pulls(repository: Repository, numbers: Iterable[int]) -> None:
    """Bring the facts about these pull requests up to date, from the rows stored by now.

    Only merged ones are facts. Whoever called it first, the pull request's page or the comments', the
    other completes it.
    """
    pulls = list(
        PullRequest.objects.filter(
            repository=repository, number__in=numbers, state=PullRequest.State.MERGED
        ).select_related("repository__sig", "author")
    )
    if not pulls:
        return
    said = by_subject(comments_on(pulls).select_related("author"))
    roster = rosters([repository])
    # Addresses without a language prefix, whoever runs this.
    with translation.override(settings.LANGUAGE_CODE):
        facts = [fact for pull in pulls for fact in _facts_of(pull, said[subject_of(pull)], roster)]
    record_many(facts)
    forget_many(_not_reviewers(pulls, said, facts))


def settle_issues(repository: Repository, numbers: Iterable[str]) -> None:
    issues = Issue.objects.filter(repository=repository, number__in=numbers, author__isnull=False)
    with translation.override(settings.LANGUAGE_CODE):
        record_many(
            Fact(
                person_id=issue.author.person_id,
                sig_id=repository.sig_id,
                repository_id=repository.pk,
                kind=Kind.ISSUE_OPENED,
                at=issue.created_at,
                source=_issue_source(repository, issue.number),
                title=issue.title,
                url=issue.get_absolute_url(),
            )
            for issue in issues.select_related("repository", "author")
            if issue.author and not is_bot(issue.author_login)
        )


def forget_issues(repository: Repository, numbers: Iterable[str]) -> None:
    forget_many(_issue_source(repository, number) for number in numbers)


def _issue_source(repository: Repository, number: str) -> str:
    return f"{repository}#{number}:{Kind.ISSUE_OPENED}"


# ── pull requests ─────────────────────────────────────────────────────────────────────────────
def _facts_of(
    pull: PullRequest, comments: Sequence[Comment], roster: dict[tuple[int, str], Roster]
) -> Iterator[Fact]:
    if pull.author and not is_bot(pull.author_login):
        yield _fact(pull, pull.author.person_id, Kind.PULL_MERGED, _merge_source(pull))
    remarks = remarks_of(comments)
    verdict = verdict_on(pull, remarks, roster)
    main = _main_reviewers(verdict, remarks)
    accounts = {row.author_login.lower(): row.author for row in comments if row.author}
    for login in sorted(_reviewers(verdict)):
        if account := accounts.get(login):
            yield _fact(
                pull,
                account.person_id,
                Kind.PULL_REVIEWED,
                _review_source(pull, account),
                is_main=login in main,
            )


def _fact(
    pull: PullRequest, person_id: int, kind: str, source: str, *, is_main: bool = False
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
        url=pull.get_absolute_url(),
    )


def _merge_source(pull: PullRequest) -> str:
    return f"{pull.repository}!{pull.number}:{Kind.PULL_MERGED}"


def _review_source(pull: PullRequest, account: Account) -> str:
    """Ends with the account's key, for a login can change."""
    return f"{pull.repository}!{pull.number}:{Kind.PULL_REVIEWED}:{account.pk}"


def _reviewers(verdict: Verdict) -> set[str]:
    return {login.lower() for login in (*verdict.lgtm_by, *verdict.approve_by)}


def _main_reviewers(verdict: Verdict, remarks: Sequence[Remark]) -> set[str]:
    """Who approved, and who of the reviewers remarked most, if one did alone and beyond one command."""
    main = {login.lower() for login in verdict.approve_by}
    counts = {
        login: count
        for login, count in remarks_by_login(remarks).items()
        if login in _reviewers(verdict)
    }
    most = max(counts.values(), default=0)
    leaders = [login for login, count in counts.items() if count == most]
    if most > 1 and len(leaders) == 1:
        main.add(leaders[0])
    return main


def _not_reviewers(
    pulls: Sequence[PullRequest],
    said: Mapping[tuple[int, str], Sequence[Comment]],
    facts: Sequence[Fact],
) -> set[str]:
    """Sources of those who spoke but whose word does not count (any more)."""
    possible = {
        _review_source(pull, comment.author)
        for pull in pulls
        for comment in said[subject_of(pull)]
        if comment.author
    }
    return possible - {fact.source for fact in facts}
