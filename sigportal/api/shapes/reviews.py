"""Pull requests, issues and resolutions, as lists print them."""

from typing import Any

from django.conf import settings
from pydantic import BaseModel, Field

from members.models import Account
from reviews.models import Issue, PullRequest, Resolution

from ..choices import IssueState, Outcome, PullState, Verdict
from ..fields import Instant
from .people import PersonRef, ref

REPOSITORY = Field(description="`host:owner/name`.", examples=["gitee:mindspore/mindformers"])


class AuthorShape(BaseModel):
    """Who did something on the code host. `name` where the portal knows the person."""

    login: str = Field(description="As the host said it; empty where it forgot the account.")
    name: str | None


class PullShape(BaseModel):
    id: int
    repository: str = REPOSITORY
    number: int = Field(examples=[12])
    title: str
    state: PullState
    is_draft: bool
    author: AuthorShape
    labels: list[str]
    milestone: str
    base: str = Field(description="Target branch.", examples=["master"])
    created_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    merged_at: Instant | None
    merged_by: str | None = Field(description="Login; null where not known.")
    verdict: Verdict = Field(
        description="Whether the review rule is met, by what the mirror knows."
    )
    lgtm_count: int = Field(description="Words that count.")
    approve_count: int
    first_review_at: Instant | None
    url: str = Field(description="The page of its review record.")
    original: str = Field(description="On the code host.")


class IssueShape(BaseModel):
    """A public issue; private ones are not mirrored."""

    id: int
    repository: str = REPOSITORY
    number: str = Field(examples=["I4CE7W"])
    title: str
    state: IssueState
    author: AuthorShape
    assignee: str = Field(description="Login; empty: nobody.")
    labels: list[str]
    milestone: str
    comment_count: int | None
    created_at: Instant
    updated_at: Instant
    answered_at: Instant | None = Field(description="First comment by somebody else.")
    closed_at: Instant | None
    url: str
    original: str


class IssueDetailShape(IssueShape):
    body: str = Field(description="Markdown, as written on the code host.")
    pulls: list[str] = Field(
        description="Pull requests that name it, the newest first.",
        examples=[["gitee:mindspore/mindformers!12"]],
    )


class ResolutionShape(BaseModel):
    """A formal decision of the SIG; final, superseded only by another."""

    id: int
    sig: str = Field(description="Slug.", examples=["transformers"])
    number: int = Field(description="Counts within the SIG.", examples=[3])
    title: str
    outcome: Outcome
    subject: str = Field(examples=["gitee:mindspore/mindformers!12"])
    reasons: str = Field(description="Markdown.")
    decided_by: PersonRef
    decided_at: Instant
    supersedes: int | None = Field(description="Number of the one it took the place of.")
    superseded_by: int | None
    url: str


def pull_shape(row: PullRequest) -> PullShape:
    """A row of reviews.listing.record_rows."""
    return PullShape(**_pull(row))


def issue_shape(row: Issue) -> IssueShape:
    """A row of reviews.listing.issue_rows."""
    return IssueShape(**_issue(row))


def issue_detail_shape(row: Issue, pulls: list[str]) -> IssueDetailShape:
    return IssueDetailShape(**_issue(row), body=row.body, pulls=pulls)


def resolution_shape(row: Resolution) -> ResolutionShape:
    """A row of `with_all`."""
    return ResolutionShape(
        id=row.pk,
        sig=row.sig.slug,
        number=row.number,
        title=row.title,
        outcome=Resolution.Outcome(row.outcome),
        subject=row.subject,
        reasons=row.reasons,
        decided_by=ref(row.decided_by),
        decided_at=row.decided_at,
        supersedes=row.supersedes.number if row.supersedes else None,
        superseded_by=row.successor.number if row.successor else None,
        url=settings.SITE_URL + row.get_absolute_url(),
    )


def _pull(row: PullRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "repository": str(row.repository),
        "number": row.number,
        "title": row.title,
        "state": PullRequest.State(row.state),
        "is_draft": row.is_draft,
        "author": _author(row.author_login, row.author),
        "labels": row.labels,
        "milestone": row.milestone,
        "base": row.base_ref,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "closed_at": row.closed_at,
        "merged_at": row.merged_at,
        "merged_by": row.merged_by_login or None,
        "verdict": PullRequest.Verdict(row.verdict),
        "lgtm_count": row.lgtm_count,
        "approve_count": row.approve_count,
        "first_review_at": row.first_review_at,
        "url": settings.SITE_URL + row.get_absolute_url(),
        "original": row.html_url,
    }


def _issue(row: Issue) -> dict[str, Any]:
    return {
        "id": row.pk,
        "repository": str(row.repository),
        "number": row.number,
        "title": row.title,
        "state": Issue.State(row.state),
        "author": _author(row.author_login, row.author),
        "assignee": row.assignee_login,
        "labels": row.labels,
        "milestone": row.milestone,
        "comment_count": row.comment_count,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "answered_at": row.answered_at,
        "closed_at": row.closed_at,
        "url": settings.SITE_URL + row.get_absolute_url(),
        "original": row.html_url,
    }


def _author(login: str, account: Account | None) -> AuthorShape:
    return AuthorShape(login=login, name=account.person.name if account else None)
