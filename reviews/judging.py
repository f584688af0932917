"""From the mirror's rows to verdicts: which comments, whose words, which rights and rule, up to when."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from members.models import Account, Repository, ReviewRule
from members.review_rule import own_rule, rule_at, rules_of

from .case import Case, NewCommits, Remark, Rights, Rule, Speaker
from .entitlement import rights_of
from .labels import changes_in, labels_at
from .models import Comment, OperateLog, PullRequest, Push, RepositorySync, Review
from .verdict import Verdict, judge

Subject = tuple[int, str]


# ── what a repository asks and whom it lets ───────────────────────────────────────────────────
@dataclass(frozen=True)
class Law:
    """Rights and rules of one repository on any day, and whether its comments are mirrored at all."""

    rights: Sequence[Rights]
    rules: Sequence[ReviewRule]
    own: ReviewRule
    reads_comments: bool

    def rule_at(self, at: dt.datetime) -> Rule:
        rule = rule_at(self.rules, at)
        first = min((one.valid_from for one in self.rules), default=None)
        row = rule or self.own
        return Rule(
            row.lgtm_required,
            row.approve_required,
            tuple(row.required_labels),
            tuple(row.blocking_labels),
            None if rule is None or rule.valid_from == first else rule.valid_from,
        )


def laws_of(repositories: Iterable[Repository]) -> dict[int, Law]:
    """By repository id; six queries however many there are. Needs `repository.sig`."""
    wanted = {repository.pk: repository for repository in repositories}
    rights, rules = rights_of(wanted.values()), rules_of(wanted.values())
    # Until the list has once been read to its end, a missing word proves nothing.
    read = RepositorySync.objects.with_comments_read().filter(repository__in=wanted)
    reading = set(read.values_list("repository_id", flat=True))
    return {
        pk: Law(rights[pk], rules[pk], own_rule(repository), pk in reading)
        for pk, repository in wanted.items()
    }


# ── what is known of the pull requests ────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Evidence:
    """Rows about some pull requests beside their comments, by the pull request's key."""

    laws: Mapping[int, Law]
    pushes: Mapping[int, list[Push]] = field(default_factory=dict)
    logs: Mapping[int, list[OperateLog]] = field(default_factory=dict)
    reviews: Mapping[int, list[Review]] = field(default_factory=dict)


def evidence_on(pulls: Sequence[PullRequest], laws: Mapping[int, Law]) -> Evidence:
    """Three queries, and none for the laws: many chunks share them."""
    keys = [pull.pk for pull in pulls]
    pushes, logs, reviews = defaultdict(list), defaultdict(list), defaultdict(list)
    for push in Push.objects.filter(pull__in=keys):
        pushes[push.pull_id].append(push)
    for log in OperateLog.objects.filter(pull__in=keys):
        logs[log.pull_id].append(log)
    for review in Review.objects.filter(pull__in=keys).select_related("account"):
        reviews[review.pull_id].append(review)
    return Evidence(laws, pushes, logs, reviews)


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
    ).select_related("author")


def commands_on(pulls: Iterable[PullRequest]) -> QuerySet[Comment]:
    """Only the comments that may hold a command."""
    return comments_on(pulls).filter(Q(body__icontains="/lgtm") | Q(body__icontains="/approve"))


def subject_of(row: PullRequest | Comment) -> Subject:
    return row.repository_id, str(row.number)


def by_subject(comments: Iterable[Comment]) -> dict[Subject, list[Comment]]:
    found: dict[Subject, list[Comment]] = defaultdict(list)
    for comment in comments:
        found[subject_of(comment)].append(comment)
    return found


# ── rows as the verdict needs them ────────────────────────────────────────────────────────────
def speaker(login: str, account: Account | None) -> Speaker:
    """Under the login the host gives, or the account's when it gives none but we knew it."""
    if account is None:
        return Speaker(login)
    return Speaker(login or account.login, account.person_id, frozenset({account.login.lower()}))


def remarks_of(rows: Iterable[Comment]) -> list[Remark]:
    """Needs `author`."""
    return [
        Remark(
            row.pk, speaker(row.author_login, row.author), row.body, row.created_at, row.updated_at
        )
        for row in rows
    ]


def verdict_on(
    pull: PullRequest, remarks: Sequence[Remark], evidence: Evidence, *, as_of: dt.datetime
) -> Verdict:
    """The verdict as it stood when the pull request was merged or closed, else as it stands."""
    return judge(remarks, case_of(pull, evidence, as_of), as_of=as_of)


def case_of(pull: PullRequest, evidence: Evidence, as_of: dt.datetime) -> Case:
    """Needs `pull.author`."""
    law = evidence.laws[pull.repository_id]
    until = end_of(pull)
    is_from_clone = pull.remote_id is None
    reviews = evidence.reviews.get(pull.pk, ())
    return Case(
        rule=law.rule_at(until or as_of),
        author=speaker(pull.author_login, pull.author),
        rights=law.rights,
        pushes=[NewCommits(push.not_before, push.at) for push in evidence.pushes.get(pull.pk, ())],
        labels=None if is_from_clone else _labels(pull, evidence.logs.get(pull.pk, ()), until),
        witnesses=[
            speaker(review.account.login, review.account)
            for review in reviews
            if review.is_witnessed
        ],
        until=until,
        is_merged=pull.state == PullRequest.State.MERGED,
        is_complete=law.reads_comments and not is_from_clone,
    )


def end_of(pull: PullRequest) -> dt.datetime | None:
    """When it was merged or closed; None while it is open, also when it was opened again."""
    if pull.state == PullRequest.State.OPEN:
        return None
    return pull.merged_at or pull.closed_at


def _labels(
    pull: PullRequest, logs: Sequence[OperateLog], until: dt.datetime | None
) -> tuple[str, ...]:
    if until is None:
        return tuple(pull.labels)
    changes = (change for log in logs for change in changes_in(log.content, log.created_at))
    return labels_at(pull.labels, changes, until)
