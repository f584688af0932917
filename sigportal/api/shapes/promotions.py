"""Promotions and the rules behind them: what their public pages tell, nothing sealed (I9)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from pydantic import BaseModel, Field

from members.models import Ballot, Policy, Promotion, RoleTerm, Statement

from ..choices import PromotionKind, PromotionState, Role
from ..fields import Instant
from .people import PersonRef, ref, ref_or_none

CHOICES = {1: "in_favour", 0: "abstain", -1: "against"}


class PolicyShape(BaseModel):
    """One version of the rules for a role."""

    id: int
    sig: str = Field(description="Slug.", examples=["transformers"])
    role: Role
    version: int
    preset: str = Field(description="What it was made from; `own` where the SIG wrote it itself.")
    effective_from: dt.date
    note: str = Field(description="Why this version.")
    adopted_by: PersonRef | None
    adopted_at: Instant | None
    rules: dict[str, Any] = Field(description="As docs/promotion.md describes them.")


class OutcomeShape(BaseModel):
    """The count as it was decided; null where nothing was counted."""

    in_favour: int | None
    against: int | None
    abstained: int | None
    entitled: int | None
    needed: int | None
    reason: str


class PromotionShape(BaseModel):
    """A proposal to change a role, as lists print it."""

    id: int
    sig: str = Field(description="Slug.", examples=["transformers"])
    person: PersonRef
    kind: PromotionKind
    role: Role
    duty: str
    state: PromotionState
    reason: str = Field(description="Markdown.")
    nominated_by: PersonRef
    nominated_at: Instant
    accepted_at: Instant | None
    voting_opens_at: Instant | None
    voting_closes_at: Instant | None
    decided_at: Instant | None
    effective_on: dt.date | None
    policy_version: int = Field(description="Of the rules for the role, see `/policies`.")
    outcome: OutcomeShape
    url: str


class BallotShape(BaseModel):
    """The ballot of a voter that counts now."""

    voter: PersonRef
    choice: str = Field(description="in_favour, abstain or against.", examples=["in_favour"])
    reason: str
    cast_at: Instant


class StatementShape(BaseModel):
    author: PersonRef
    body: str = Field(description="Markdown.")
    at: Instant
    retracted_at: Instant | None = Field(description="The author took it back in sight.")


class EvidenceShape(BaseModel):
    """A figure of the candidate, frozen at nomination."""

    figure: str = Field(examples=["merged"])
    value: int


class PromotionDetailShape(PromotionShape):
    repositories: list[str] = Field(description="`host:owner/name`; empty: no scope.")
    ratified_in: str
    evidence: list[EvidenceShape]
    endorsed_by: list[PersonRef]
    ballots: list[BallotShape]
    statements: list[StatementShape] = Field(description="Of the public discussion.")
    sealed_statements: int = Field(
        description="How many more there are, which only the electorate may read."
    )


def policy_shape(row: Policy) -> PolicyShape:
    """Select `sig` and `adopted_by`, prefetch `adopted_by__accounts`."""
    return PolicyShape(
        id=row.pk,
        sig=row.sig.slug,
        role=RoleTerm.Role(row.role),
        version=row.version,
        preset=row.preset,
        effective_from=row.effective_from,
        note=row.note,
        adopted_by=ref_or_none(row.adopted_by),
        adopted_at=row.adopted_at,
        rules=row.rules,
    )


def promotion_shape(row: Promotion) -> PromotionShape:
    """A row of members.promotion_list.listed with `nominated_by__accounts` prefetched."""
    return PromotionShape(**_promotion(row))


def promotion_detail_shape(
    row: Promotion, ballots: Sequence[Ballot], statements: Sequence[Statement], sealed: int
) -> PromotionDetailShape:
    figures = row.evidence.get("figures", {})
    return PromotionDetailShape(
        **_promotion(row),
        repositories=[str(one) for one in row.repositories.all()],
        ratified_in=row.ratified_in,
        evidence=[EvidenceShape(figure=name, value=one["value"]) for name, one in figures.items()],
        endorsed_by=[ref(one.person) for one in row.endorsements.all()],
        ballots=[_ballot(one) for one in ballots],
        statements=[_statement(one) for one in statements],
        sealed_statements=sealed,
    )


def _promotion(row: Promotion) -> dict[str, Any]:
    return {
        "id": row.pk,
        "sig": row.sig.slug,
        "person": ref(row.person),
        "kind": Promotion.Kind(row.kind),
        "role": RoleTerm.Role(row.role),
        "duty": row.duty,
        "state": Promotion.State(row.state),
        "reason": row.reason,
        "nominated_by": ref(row.nominated_by),
        "nominated_at": row.nominated_at,
        "accepted_at": row.accepted_at,
        "voting_opens_at": row.voting_opens_at,
        "voting_closes_at": row.voting_closes_at,
        "decided_at": row.decided_at,
        "effective_on": row.effective_on,
        "policy_version": row.policy.version,
        "outcome": _outcome(row.outcome),
        "url": settings.SITE_URL + row.get_absolute_url(),
    }


def _outcome(stored: dict[str, Any]) -> OutcomeShape:
    """The numbers; who was entitled, by their numbers in the database, is not for programs."""
    names = ("in_favour", "against", "abstained", "entitled", "needed")
    return OutcomeShape(
        **{name: stored.get(name) for name in names}, reason=str(stored.get("reason") or "")
    )


def _ballot(row: Ballot) -> BallotShape:
    return BallotShape(
        voter=ref(row.voter), choice=CHOICES[row.choice], reason=row.reason, cast_at=row.cast_at
    )


def _statement(row: Statement) -> StatementShape:
    return StatementShape(
        author=ref(row.author), body=row.body, at=row.at, retracted_at=row.retracted_at
    )
