"""Promotions: the list with the filter of its page, and one with its public parts."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from members.discussion import readable
from members.models import Ballot, Promotion, Statement
from members.promotion_filter import PromotionFilter
from members.promotion_list import listed as listed_promotions
from members.promotion_page import STATEMENTS_SHOWN

from ..choices import PromotionKind, PromotionState, Role
from ..fields import Id, Text
from ..finding import only
from ..paging import Asked, Listed, list_of
from ..problem import refuse_invalid
from ..shapes.promotions import (
    PromotionDetailShape,
    PromotionShape,
    promotion_detail_shape,
    promotion_shape,
)
from .sigs import Slug, sig_of

router = Router(tags=["promotions"])


class PromotionsAsked(Asked):
    state: PromotionState | Literal["open"] | None = Field(
        None, description="Only in this state; `open`: not decided or not in effect yet."
    )
    role: Role | None = None
    kind: PromotionKind | None = None
    person: Text = Field("", description="Login of the candidate.", examples=["lin-bert"])


@router.get(
    "/sigs/{slug:slug}/promotions", response=Listed[PromotionShape], summary="All promotions"
)
def promotion_list(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[PromotionsAsked]
) -> Any:
    """Proposals to change a role, the newest nominations first."""
    sig, form = sig_of(slug), PromotionFilter(request.GET)
    refuse_invalid(form)
    rows = form.apply(listed_promotions().filter(sig=sig))
    rows = rows.prefetch_related("nominated_by__accounts")
    return list_of(
        request, response, asked, rows, promotion_shape, name="promotions", key="nominated_at"
    )


@router.get(
    "/sigs/{slug:slug}/promotions/{int:id}", response=PromotionDetailShape, summary="One promotion"
)
def promotion_detail(
    request: HttpRequest, slug: Slug, id: Annotated[Id, Path(examples=[1])]
) -> Any:
    """With the ballots that count and what was said in public."""
    rows = Promotion.objects.select_related("sig", "person", "policy", "nominated_by")
    rows = rows.prefetch_related(
        "repositories",
        "person__accounts",
        "nominated_by__accounts",
        "endorsements__person__accounts",
    )
    row = only(rows.filter(sig__slug=slug, pk=id), f"No promotion {id} of {slug}.")
    ballots = Ballot.objects.filter(promotion=row, superseded_at=None).select_related("voter")
    said = readable(row, None, frozenset()).prefetch_related("author__accounts")
    return promotion_detail_shape(
        row,
        list(ballots.prefetch_related("voter__accounts")),
        list(said.order_by("at", "id")[:STATEMENTS_SHOWN]),
        Statement.objects.filter(promotion=row, is_sealed=True).count(),
    )
