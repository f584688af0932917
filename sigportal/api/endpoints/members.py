"""The roster of a SIG on any day, its history, and the rules by which it changes."""

import datetime as dt
from typing import Annotated, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router
from pydantic import Field

from members.models import Leave, Policy, RoleTerm, Sig
from members.roster import terms_on

from ..choices import Role
from ..fields import Day, Number
from ..finding import only
from ..paging import Asked, Listed, list_of
from ..shapes.people import RosterShape, TermShape, roster_shape, term_shape
from ..shapes.promotions import PolicyShape, policy_shape
from .sigs import Slug, sig_of

router = Router(tags=["members"])


class RosterAsked(Asked):
    on: Day | None = Field(
        None,
        description="Which day's roster, by the SIG's calendar; today without it.",
        examples=["2025-06-28"],
    )


class TermsAsked(Asked):
    role: Role | None = Field(None, description="Only this role.")


class PoliciesAsked(Asked):
    role: Role | None = Field(None, description="Only the rules for this role.")


class RosterListShape(Listed[RosterShape]):
    on: dt.date = Field(description="The day of the roster.")


@router.get("/sigs/{slug:slug}/roster", response=RosterListShape, summary="Who holds which role")
def roster(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[RosterAsked]
) -> Any:
    """Role terms in force on a day, the newest first."""
    sig = sig_of(slug)
    on = asked.on or sig.day_of(timezone.now())
    page = list_of(
        request, response, asked, _in_force(sig, on), roster_shape, name="roster", key="started_on"
    )
    return {**page, "on": on}


@router.get("/sigs/{slug:slug}/terms", response=Listed[TermShape], summary="All role terms")
def terms(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[TermsAsked]
) -> Any:
    """Terms that run and terms that ended, by the day they began, the newest first."""
    rows = RoleTerm.objects.filter(sig=sig_of(slug)).select_related("sig", "person")
    if asked.role:
        rows = rows.filter(role=asked.role)
    rows = rows.prefetch_related("person__accounts", "repositories")
    return list_of(request, response, asked, rows, term_shape, name="terms", key="started_on")


@router.get(
    "/sigs/{slug:slug}/policies",
    response=Listed[PolicyShape],
    summary="Every version of the rules",
)
def policies(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[PoliciesAsked]
) -> Any:
    rows = _policies().filter(sig=sig_of(slug))
    if asked.role:
        rows = rows.filter(role=asked.role)
    return list_of(request, response, asked, rows, policy_shape, name="policies", key="id")


@router.get(
    "/sigs/{slug:slug}/policies/{role}/{int:version}",
    response=PolicyShape,
    summary="One version of the rules for a role",
)
def policy(
    request: HttpRequest,
    slug: Slug,
    role: Role,
    version: Annotated[Number, Path(examples=[1])],
) -> Any:
    rows = _policies().filter(sig__slug=slug, role=role, version=version)
    return policy_shape(only(rows, f"{slug} has no version {version} of the rules for {role}."))


def _policies() -> QuerySet[Policy]:
    rows = Policy.objects.select_related("sig", "adopted_by")
    return rows.prefetch_related("adopted_by__accounts")


def _in_force(sig: Sig, on: dt.date) -> QuerySet[RoleTerm]:
    away = Leave.objects.on(on, sig.pk).filter(person=OuterRef("person"))
    return terms_on(sig, on).select_related("sig", "person").annotate(is_away=Exists(away))
