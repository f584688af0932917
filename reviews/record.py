"""The review record of one pull request: a view over the mirror, not a table of its own."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from members.models import Account

from .entitlement import rosters
from .judging import by_subject, commands_on, comments_on, remarks_of, subject_of, verdict_on
from .models import Comment, Issue, PullRequest
from .verdict import Given, Verdict, is_bot
from .wording import REASONS, duration_words, verdict_sentence

# A page shows this many comments; the rest stands behind the link to the original.
COMMENTS_SHOWN = 500


@dataclass(frozen=True)
class Mark:
    """One lgtm or approve beside its comment, and in words why it does not count."""

    given: Given

    @property
    def reason(self) -> Promise | None:
        return REASONS[self.given.reason] if self.given.reason else None


@dataclass(frozen=True)
class Event:
    """One point of the timeline. `kind`: opened, comment, merged, closed."""

    kind: str
    at: dt.datetime
    login: str = ""
    account: Account | None = None
    comment: Comment | None = None
    marks: tuple[Mark, ...] = ()

    @property
    def is_by_bot(self) -> bool:
        return is_bot(self.login)

    @property
    def is_edited(self) -> bool:
        return self.comment is not None and self.comment.updated_at != self.comment.created_at


@dataclass(frozen=True)
class Record:
    pull: PullRequest
    verdict: Verdict
    events: Sequence[Event]
    is_cut: bool
    first_review_at: dt.datetime | None

    @property
    def sentence(self) -> str:
        return verdict_sentence(self.pull, self.verdict)

    @property
    def to_first_review(self) -> str:
        return _since(self.pull.created_at, self.first_review_at)

    @property
    def to_merge(self) -> str:
        return _since(self.pull.created_at, self.pull.merged_at)


@dataclass(frozen=True)
class Row:
    """One line of the list of records."""

    pull: PullRequest
    verdict: Verdict


def record_of(pull: PullRequest) -> Record:
    """The whole record. Needs `pull.repository.sig` and `pull.author.person`; four queries."""
    spoken = comments_on([pull]).select_related("author__person")
    shown = list(spoken.prefetch_related("author__person__accounts")[: COMMENTS_SHOWN + 1])
    is_cut = len(shown) > COMMENTS_SHOWN
    # Commands count wherever they stand, shown or not.
    commands = list(commands_on([pull])) if is_cut else shown
    shown = shown[:COMMENTS_SHOWN]
    verdict = verdict_on(pull, remarks_of(commands), rosters([pull.repository]))
    return Record(
        pull, verdict, _timeline(pull, shown, verdict), is_cut, _first_review(pull, shown)
    )


def rows_of(pulls: Sequence[PullRequest]) -> list[Row]:
    """Lines of the list, each with its verdict; two queries however many there are."""
    if not pulls:
        return []
    said = by_subject(commands_on(pulls))
    known = rosters([pull.repository for pull in pulls])
    return [
        Row(pull, verdict_on(pull, remarks_of(said[subject_of(pull)]), known)) for pull in pulls
    ]


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


def _timeline(pull: PullRequest, comments: Sequence[Comment], verdict: Verdict) -> list[Event]:
    marks: dict[int, list[Mark]] = {}
    for given in sorted(
        (*verdict.lgtm, *verdict.approve), key=lambda given: given.word, reverse=True
    ):
        marks.setdefault(given.key, []).append(Mark(given))
    events = [Event("opened", pull.created_at, pull.author_login, pull.author)]
    events += [
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
    if pull.merged_at:
        events.append(Event("merged", pull.merged_at))
    elif pull.closed_at:
        events.append(Event("closed", pull.closed_at))
    # A stable sort: of one second, what was said stands before the end.
    return sorted(events, key=lambda event: event.at)


def _first_review(pull: PullRequest, comments: Sequence[Comment]) -> dt.datetime | None:
    """When somebody other than the author, and no robot, first said something before the end."""
    end = pull.merged_at or pull.closed_at
    others = (
        row.created_at
        for row in comments
        if row.author_login
        and row.author_login.lower() != pull.author_login.lower()
        and not is_bot(row.author_login)
        and (end is None or row.created_at <= end)
    )
    return min(others, default=None)


def _since(start: dt.datetime, end: dt.datetime | None) -> str:
    return duration_words(end - start) if end else ""
