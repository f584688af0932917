"""The review record of one pull request: a view over the mirror, not a table of its own."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.functional import Promise

from members.models import Account

from .judging import (
    Evidence,
    commands_on,
    comments_on,
    end_of,
    evidence_on,
    laws_of,
    remarks_of,
    verdict_on,
)
from .labels import changes_in
from .models import Comment, Issue, IssueLink, OperateLog, PullRequest, Push
from .outcome import first_review
from .verdict import Given, Verdict, is_bot
from .wording import (
    NOT_ENTITLED,
    REASONS,
    UNCERTAIN,
    WITNESSED,
    duration_and_hours,
    rights_sentence,
    shortfalls,
    verdict_sentence,
)

# A page shows this many comments; the rest is on the pages after it.
COMMENTS_SHOWN = 300


@dataclass(frozen=True)
class Mark:
    """One lgtm or approve, and in words why it does not count, or counts in doubt."""

    given: Given

    @property
    def reason(self) -> Promise | None:
        if self.given.reason is None:
            return None
        return NOT_ENTITLED.get((self.given.reason, self.given.word), REASONS[self.given.reason])

    @property
    def remark(self) -> Promise | None:
        if self.given.is_witnessed:
            return WITNESSED
        return UNCERTAIN if self.given.is_uncertain else None


@dataclass(frozen=True)
class Event:
    """One point of the timeline. `kind`: opened, comment, push, label, log, merged, closed."""

    kind: str
    at: dt.datetime
    login: str = ""
    account: Account | None = None
    comment: Comment | None = None
    marks: tuple[Mark, ...] = ()
    push: Push | None = None
    text: str = ""

    @property
    def is_by_bot(self) -> bool:
        return is_bot(self.login)

    @property
    def is_edited(self) -> bool:
        return self.comment is not None and self.comment.updated_at != self.comment.created_at

    @property
    def is_exact(self) -> bool:
        return self.push is None or self.push.not_before == self.push.at


@dataclass(frozen=True)
class LinkedIssue:
    """An issue the pull request names; `issue` is None while it is not mirrored."""

    number: str
    path: str
    issue: Issue | None


@dataclass(frozen=True)
class Record:
    """One page of a record: the verdict over everything, `events` of this part of the timeline."""

    pull: PullRequest
    verdict: Verdict
    events: Sequence[Event]
    witnessed: Sequence[Mark]
    issues: Sequence[LinkedIssue]
    first_review_at: dt.datetime | None
    part: int
    has_more: bool

    @property
    def sentence(self) -> str:
        return verdict_sentence(self.pull, self.verdict)

    @property
    def first_review_after(self) -> dt.timedelta | None:
        return _since(self.pull.created_at, self.first_review_at)

    @property
    def merged_after(self) -> dt.timedelta | None:
        return _since(self.pull.created_at, self.pull.merged_at)

    @property
    def to_first_review(self) -> str:
        return duration_and_hours(self.first_review_after)

    @property
    def to_merge(self) -> str:
        return duration_and_hours(self.merged_after)

    @property
    def later(self) -> int | None:
        return self.part + 1 if self.has_more else None

    @property
    def earlier(self) -> int | None:
        return self.part - 1 if self.part > 1 else None

    @property
    def shortfalls(self) -> list[str]:
        verdict = self.verdict
        return shortfalls(
            lgtm=verdict.lgtm_missing,
            approve=verdict.approve_missing,
            missing=verdict.labels_missing,
            blocking=verdict.labels_blocking,
        )

    @property
    def shortfall_badge(self) -> str:
        """A merged one broke the rule; an open one only waits."""
        return "blocked" if self.pull.state == PullRequest.State.MERGED else "waiting"

    @property
    def rights_sentence(self) -> str:
        return rights_sentence(self.verdict.rights)


def record_of(pull: PullRequest, *, part: int = 1) -> Record:
    """The record, with the `part`th page of comments; a fixed number of queries.

    Needs `pull.repository.sig`, `pull.author.person` and `pull.merged_by.person`.
    """
    shown, following = _comments(pull, part)
    has_more = following is not None
    is_whole = part == 1 and not has_more
    _prefetch_logins(pull, shown)
    evidence = evidence_on([pull], laws_of([pull.repository]))
    # Commands count wherever they stand, shown or not.
    judged = shown if is_whole else list(commands_on([pull]))
    verdict = verdict_on(pull, remarks_of(judged), evidence, as_of=timezone.now())
    return Record(
        pull=pull,
        verdict=verdict,
        events=_timeline(pull, shown, verdict, evidence, is_first=part == 1, following=following),
        witnessed=_witnessed(verdict),
        issues=_linked_issues(pull),
        first_review_at=_first_review(pull, shown, is_whole=is_whole),
        part=part,
        has_more=has_more,
    )


def _comments(pull: PullRequest, part: int) -> tuple[list[Comment], Comment | None]:
    """Comments of one part, and the first of the next. Oldest first: parts before the last stay."""
    start = (part - 1) * COMMENTS_SHOWN
    rows = comments_on([pull]).select_related("author__person")
    shown = list(rows[start : start + COMMENTS_SHOWN + 1])
    return shown[:COMMENTS_SHOWN], shown[COMMENTS_SHOWN] if len(shown) > COMMENTS_SHOWN else None


def _prefetch_logins(pull: PullRequest, comments: Sequence[Comment]) -> None:
    """Logins of everyone the page names, in one query."""
    accounts = (pull.author, pull.merged_by, *(comment.author for comment in comments))
    prefetch_related_objects([account.person for account in accounts if account], "accounts")


def _first_review(
    pull: PullRequest, shown: Sequence[Comment], *, is_whole: bool
) -> dt.datetime | None:
    """From the comments at hand, else as it was kept when the pull request was settled."""

    return first_review(pull, remarks_of(shown)) if is_whole else pull.first_review_at


# ── the timeline ──────────────────────────────────────────────────────────────────────────────
def _timeline(
    pull: PullRequest,
    comments: Sequence[Comment],
    verdict: Verdict,
    evidence: Evidence,
    *,
    is_first: bool,
    following: Comment | None,
) -> list[Event]:
    """Events of this part: its comments, and what else happened until the next part begins."""
    others = [
        Event("opened", pull.created_at, pull.author_login, pull.author),
        *(Event("push", push.at, push=push) for push in evidence.pushes.get(pull.pk, ())),
        *_log_events(evidence.logs.get(pull.pk, ())),
        *_ending(pull),
    ]
    start = None if is_first or not comments else comments[0].created_at
    end = following.created_at if following else None
    events = _comment_events(comments, verdict) + [
        event
        for event in others
        if (start is None or start <= event.at) and (end is None or event.at < end)
    ]
    # Of one second: what opens stands first, what was said before the end, the end last.
    return sorted(events, key=lambda event: (event.at, _RANK.get(event.kind, 1)))


_RANK = {"opened": 0, "merged": 2, "closed": 2}


def _comment_events(comments: Sequence[Comment], verdict: Verdict) -> list[Event]:
    marks: dict[int, list[Mark]] = defaultdict(list)
    for given in (*verdict.lgtm, *verdict.approve):
        marks[given.key].append(Mark(given))
    return [
        Event(
            "comment",
            row.created_at,
            row.author_login,
            row.author,
            row,
            tuple(marks.get(row.pk, ())),
        )
        for row in comments
    ]


def _log_events(logs: Sequence[OperateLog]) -> list[Event]:
    """Labels and the like; the merge has an event of its own."""
    return [
        Event(
            "label" if any(changes_in(log.content, log.created_at)) else "log",
            log.created_at,
            log.login,
            text=log.content or log.action_type,
        )
        for log in logs
        if log.action_type != "merged_pr"
    ]


def _ending(pull: PullRequest) -> list[Event]:
    at = end_of(pull)
    if at is None:
        return []
    if pull.merged_at:
        return [Event("merged", at, pull.merged_by_login, pull.merged_by)]
    return [Event("closed", at)]


def _witnessed(verdict: Verdict) -> list[Mark]:
    """Reviewers whom only the merge commit names."""
    return [Mark(one) for one in (*verdict.lgtm, *verdict.approve) if one.is_witnessed]


# ── around it ─────────────────────────────────────────────────────────────────────────────────
def _linked_issues(pull: PullRequest) -> list[LinkedIssue]:
    links = list(IssueLink.objects.filter(pull=pull).select_related("repository"))
    if not links:
        return []
    rows = Issue.objects.filter(
        repository__in={link.repository_id for link in links},
        number__in={link.number for link in links},
    ).select_related("repository")
    known = {(row.repository_id, row.number): row for row in rows}
    return [
        LinkedIssue(link.number, link.repository.path, known.get((link.repository_id, link.number)))
        for link in links
    ]


def _since(start: dt.datetime, end: dt.datetime | None) -> dt.timedelta | None:
    return end - start if end else None


def issue_timeline(issue: Issue) -> tuple[list[Event], bool]:
    """Events of an issue, and whether there are more comments than shown."""
    rows = (
        Comment.objects.filter(
            repository=issue.repository_id, kind=Comment.Kind.ISSUE, number=issue.number
        )
        .select_related("author__person")
        .prefetch_related("author__person__accounts")
    )
    shown = list(rows[: COMMENTS_SHOWN + 1])
    events = [Event("comment", row.created_at, row.author_login, row.author, row) for row in shown]
    return events[:COMMENTS_SHOWN], len(shown) > COMMENTS_SHOWN
