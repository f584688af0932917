"""The tables of this room; import them from here."""

from .mirror import (
    Comment,
    Issue,
    IssueLink,
    Milestone,
    MirroredRow,
    OperateLog,
    PullRequest,
    Push,
)
from .resolution import Resolution, Rfc
from .review import JudgingBasis, Review
from .sync import RepositorySync, UnreadRow
from .webhook import RefreshLease, WebhookDelivery

__all__ = [
    "Comment",
    "Issue",
    "IssueLink",
    "JudgingBasis",
    "Milestone",
    "MirroredRow",
    "OperateLog",
    "PullRequest",
    "Push",
    "RefreshLease",
    "RepositorySync",
    "Resolution",
    "Review",
    "Rfc",
    "UnreadRow",
    "WebhookDelivery",
]
