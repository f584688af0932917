"""SIGs, their repositories and how fresh the mirror of each is."""

import datetime as dt

from django.conf import settings
from pydantic import BaseModel, Field

from members.models import Repository, Sig
from reviews.status import Status

from ..fields import Instant


class SigShape(BaseModel):
    id: int
    slug: str = Field(examples=["transformers"])
    name: str = Field(description="Chinese.")
    name_en: str
    description: str = Field(description="Chinese, Markdown.")
    description_en: str
    mailing_list: str
    meeting_url: str
    time_zone: str = Field(examples=["Asia/Shanghai"])
    created_on: dt.date | None
    url: str = Field(description="The SIG's page.")


class RepositoryShape(BaseModel):
    id: int
    sig: str = Field(description="Slug.", examples=["transformers"])
    host: str = Field(examples=["gitee"])
    owner: str = Field(examples=["mindspore"])
    name: str = Field(examples=["mindformers"])
    default_branch: str
    lgtm_required: int = Field(description="Today's review rule.", examples=[2])
    approve_required: int = Field(examples=[1])
    required_labels: list[str]
    blocking_labels: list[str]
    moved_to: str | None = Field(description="Where it went on, as `host:owner/name`.")


class UnreadShape(BaseModel):
    """Rows of one list of the host that could not be understood."""

    stream: str = Field(examples=["pulls"])
    reason: str
    count: int


class SyncShape(BaseModel):
    """How far the mirror of a repository is."""

    repository: str = Field(examples=["gitee:mindspore/mindformers"])
    sig: str = Field(description="Slug.", examples=["transformers"])
    state: str = Field(description="running, requested, interrupted, failed, ok or never.")
    fault: str = Field(
        description="Of the last run: not_found, forbidden, rate_limited, unavailable, malformed, "
        "unknown_host, interrupted, internal, or empty."
    )
    is_stale: bool = Field(description="Older than two of its intervals.")
    interval_s: int = Field(description="Seconds between two syncs.")
    started_at: Instant | None
    finished_at: Instant | None
    succeeded_at: Instant | None = Field(description="The mirror was true at that time.")
    reconciled_at: Instant | None = Field(
        description="Every list was last compared row by row then."
    )
    pulls: int | None = Field(description="Rows stored when the last run ended.")
    issues: int | None
    comments: int | None
    unread: list[UnreadShape]


def sig_shape(sig: Sig) -> SigShape:
    return SigShape(
        id=sig.pk,
        slug=sig.slug,
        name=sig.name,
        name_en=sig.name_en,
        description=sig.description,
        description_en=sig.description_en,
        mailing_list=sig.mailing_list,
        meeting_url=sig.meeting_url,
        time_zone=sig.time_zone,
        created_on=sig.created_on,
        url=settings.SITE_URL + sig.get_absolute_url(),
    )


def repository_shape(row: Repository) -> RepositoryShape:
    """Select `sig` and `moved_to`."""
    return RepositoryShape(
        id=row.pk,
        sig=row.sig.slug,
        host=row.host,
        owner=row.owner,
        name=row.name,
        default_branch=row.default_branch,
        lgtm_required=row.lgtm_required,
        approve_required=row.approve_required,
        required_labels=row.required_labels,
        blocking_labels=row.blocking_labels,
        moved_to=str(row.moved_to) if row.moved_to else None,
    )


def sync_shape(status: Status) -> SyncShape:
    """Technical details of failures stay with those who can do something about them."""
    sync, counts = status.sync, status.counts
    return SyncShape(
        repository=str(status.repository),
        sig=status.repository.sig.slug,
        state=str(status.state),
        fault=str(sync.fault) if status.state == "failed" else "",
        is_stale=status.is_stale,
        interval_s=int(status.interval.total_seconds()),
        started_at=sync.started_at,
        finished_at=sync.finished_at,
        succeeded_at=sync.succeeded_at,
        reconciled_at=sync.reconciled_at,
        pulls=counts.get("pulls"),
        issues=counts.get("issues"),
        comments=counts.get("comments"),
        unread=[
            UnreadShape(stream=one.stream, reason=one.reason, count=one.count)
            for one in status.unread
        ],
    )
