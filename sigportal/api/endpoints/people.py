"""People and what they did."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Path, Query, Router
from pydantic import Field

from members.models import Contribution, Person, RoleTerm
from members.views.person import month_span, person_or_404

from ..choices import ContributionKind
from ..fields import Text
from ..paging import Asked, Listed, list_of
from ..problem import BadParameter
from ..shapes.people import (
    ContributionShape,
    PersonShape,
    TermShape,
    contribution_shape,
    person_shape,
    term_shape,
)

router = Router(tags=["people"])
Login = Annotated[
    str,
    Path(
        description="Any login the person has or had, on any host, in any case; or `person-12`.",
        examples=["lin-bert"],
        pattern="^[^/\\u0000]+$",
        max_length=200,
    ),
]


class ContributionsAsked(Asked):
    kind: ContributionKind | None = Field(None, description="Only of this kind.")
    month: Text = Field(
        "",
        description="Only of this month, in Shanghai's time zone.",
        pattern="^([0-9]{4}-(0[1-9]|1[0-2]))?$",
        examples=["2026-03"],
    )


def person_of(login: str) -> Person:
    """The person; of a row that turned out to be somebody else's, that person."""
    with translation.override("en"):
        found = person_or_404(login)
    return found.merged_into or found


@router.get("/people", response=Listed[PersonShape], summary="Everybody known")
def person_list(request: HttpRequest, response: HttpResponse, asked: Query[Asked]) -> Any:
    rows = Person.objects.filter(merged_into=None).prefetch_related("accounts")
    return list_of(request, response, asked, rows, person_shape, name="people", key="id")


@router.get("/people/{text:login}", response=PersonShape, summary="One person")
def person_detail(request: HttpRequest, login: Login) -> Any:
    person = person_of(login)
    return person_shape(Person.objects.prefetch_related("accounts").get(pk=person.pk))


@router.get("/people/{text:login}/terms", response=Listed[TermShape], summary="Roles a person held")
def person_terms(
    request: HttpRequest, response: HttpResponse, login: Login, asked: Query[Asked]
) -> Any:
    rows = RoleTerm.objects.filter(person=person_of(login)).select_related("sig", "person")
    rows = rows.prefetch_related("person__accounts", "repositories")
    return list_of(
        request, response, asked, rows, term_shape, name="person-terms", key="started_on"
    )


@router.get(
    "/people/{text:login}/contributions",
    response=Listed[ContributionShape],
    summary="What a person did",
)
def person_contributions(
    request: HttpRequest, response: HttpResponse, login: Login, asked: Query[ContributionsAsked]
) -> Any:
    """Dated facts, newest first: pull requests merged and reviewed, issues opened, meetings attended."""
    rows = Contribution.objects.filter(person=person_of(login))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.month:
        span = month_span(asked.month)
        if span is None:
            raise BadParameter({"month": "This is no month that can be looked at."})
        rows = rows.filter(at__gte=span[0], at__lt=span[1])
    rows = rows.select_related("sig", "repository")
    return list_of(
        request, response, asked, rows, contribution_shape, name="contributions", key="at"
    )
