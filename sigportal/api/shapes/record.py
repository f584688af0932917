"""The review record in full: who said what when, which lgtm and approve count, and why another does not."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, Field

from reviews.models import Review

from ..choices import Outcome, Verdict
from ..fields import Instant
from .reviews import PullShape


class ReviewShape(BaseModel):
    """One person's part in the review."""

    login: str
    first_at: Instant | None
    remarks: int
    has_lgtm: bool = Field(description="Such a word of theirs counts.")
    has_approve: bool
    is_main: bool
    is_witnessed: bool = Field(description="The merge commit names them as reviewer.")


class RuleShape(BaseModel):
    """What was asked of the review when it ended, or is asked now."""

    lgtm: int
    approve: int
    required_labels: list[str]
    blocking_labels: list[str]
    since: Instant | None = Field(description="Null: always.")


class OwnersShape(BaseModel):
    path: str = Field(examples=["OWNERS"])
    valid_from: Instant
    sha: str = Field(description="The commit that brought it; empty: as it stood when read.")


class RightsShape(BaseModel):
    """By what it was told whose word counts."""

    owners: list[OwnersShape]
    roster: bool = Field(description="Whether the roster of that time was known.")


class WordShape(BaseModel):
    """One lgtm or approve."""

    login: str
    at: Instant
    cancel: bool = Field(description="Takes back an earlier one.")
    counts: bool
    reason: str | None = Field(
        description="Why it does not count: bot, unknown_person, own, edited, after_close, "
        "not_entitled, before_push, withdrawn, repeated, cancel."
    )
    uncertain: bool = Field(description="May be older than a push, and counts in doubt.")
    witnessed: bool = Field(description="No remark says so, the merge commit does.")
    note: str | None = Field(description="Anchor of the remark on the record's page.")


class VerdictShape(BaseModel):
    conclusion: Verdict
    met: bool = Field(description="By what is known: enough words, and no label against it.")
    rule: RuleShape
    rights: RightsShape
    labels_missing: list[str]
    labels_blocking: list[str]
    labels_known: bool
    comments_known: bool
    lgtm: list[WordShape]
    approve: list[WordShape]


class EventShape(BaseModel):
    """One point of the timeline; what does not go with its kind is null."""

    kind: str = Field(description="opened, comment, push, label, log, merged or closed.")
    at: Instant
    login: str | None
    text: str | None = None
    note: str | None = Field(default=None, description="Anchor on the record's page.")
    body: str | None = Field(default=None, description="Markdown of a comment.")
    path: str | None = Field(default=None, description="File a comment is on.")
    edited: bool | None = None
    original: str | None = Field(default=None, description="The comment on the code host.")
    sha: str | None = Field(default=None, description="Head of a push.")
    not_before: Instant | None = Field(
        default=None, description="A push lies between this and `at`; equal: the moment is known."
    )


class LinkShape(BaseModel):
    """An issue the pull request names."""

    repository: str = Field(description="`owner/name`.")
    number: str
    url: str | None = Field(description="Null while it is not mirrored.")


class DecidedShape(BaseModel):
    """A resolution on the pull request."""

    number: int
    title: str
    outcome: Outcome
    decided_at: Instant
    url: str


class RecordShape(PullShape):
    first_review_s: int | None = Field(description="Seconds from the opening to the first review.")
    merge_s: int | None = Field(description="Seconds from the opening to the merge.")
    reviews: list[ReviewShape]
    judgement: VerdictShape
    timeline: list[EventShape]
    next_part: str | None = Field(description="Address of the rest of a long timeline.")
    issues: list[LinkShape]
    resolutions: list[DecidedShape]


def record_shape(
    pull: PullShape, told: Mapping[str, Any], reviews: Iterable[Review], next_part: str | None
) -> RecordShape:
    """`told` is reviews.record_json.as_json; select `account` of the reviews."""
    return RecordShape.model_validate(
        {
            **pull.__dict__,
            "first_review_s": told["first_review_s"],
            "merge_s": told["merge_s"],
            "reviews": [_review(one) for one in reviews],
            "judgement": told["verdict"],
            "timeline": told["timeline"],
            "next_part": next_part,
            "issues": told["issues"],
            "resolutions": told["resolutions"],
        }
    )


def _review(row: Review) -> ReviewShape:
    return ReviewShape(
        login=row.account.login,
        first_at=row.first_at,
        remarks=row.remarks,
        has_lgtm=row.has_lgtm,
        has_approve=row.has_approve,
        is_main=row.is_main,
        is_witnessed=row.is_witnessed,
    )
