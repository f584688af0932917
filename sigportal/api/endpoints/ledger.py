"""The append-only record, and the register of decisions."""

from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from ledger.decision_filter import DecisionFilter
from ledger.models import Entry, RegisterRow
from ledger.names import directory

from ..choices import Group
from ..fields import MOST_ID, Id, Text, Whole, Words
from ..finding import only
from ..paging import Asked, Listed, list_of
from ..problem import refuse_invalid
from ..shapes.ledger import DecisionShape, EntryShape, decision_shape, entry_shape

router = Router(tags=["ledger"])
PathId = Annotated[Id, Path(examples=[1])]


class LedgerAsked(Asked):
    action: Text = Field("", description="Only this action.", examples=["resolution.adopted"])
    subject: Text = Field("", description="Only about this.", examples=["promotion:12"])
    since: Whole = Field(
        0,
        ge=0,
        le=MOST_ID,
        description="Only entries after this number: whoever remembers the highest `seq` seen "
        "gets what came since.",
    )


class DecisionsAsked(Asked):
    q: Words = Field("", description="Number, names, titles or reasons.")
    group: Group | None = Field(None, description="Only this kind.")
    sig: Text = Field("", description="Only of the SIG with this slug.", examples=["transformers"])
    year: Whole | None = Field(None, ge=1970, le=9999, description="In the portal's time zone.")
    person: Text = Field("", description="Login of somebody it concerns.", examples=["lin-bert"])
    standing: Literal["standing", "superseded"] | None = Field(
        None, description="Whether a later one took its place."
    )


@router.get("/ledger", response=Listed[EntryShape], summary="Entries of the record")
def entry_list(request: HttpRequest, response: HttpResponse, asked: Query[LedgerAsked]) -> Any:
    """The newest first. The whole chain as one file is `/ledger.jsonl`."""
    rows = Entry.objects.filter(seq__gt=asked.since) if asked.since else Entry.objects.all()
    if asked.action:
        rows = rows.filter(action=asked.action)
    if asked.subject:
        rows = rows.filter(subject=asked.subject)
    return list_of(request, response, asked, rows, entry_shape, name="ledger", key="seq")


@router.get("/ledger/{int:seq}", response=EntryShape, summary="One entry")
def entry_detail(request: HttpRequest, seq: PathId) -> Any:
    return entry_shape(only(Entry.objects.filter(seq=seq), f"The record has no entry {seq}."))


@router.get(
    "/decisions", response=Listed[DecisionShape], tags=["decisions"], summary="All decisions"
)
def decision_list(
    request: HttpRequest, response: HttpResponse, asked: Query[DecisionsAsked]
) -> Any:
    """The register: whatever was decided in any SIG, the newest first."""
    form = DecisionFilter(request.GET, sigs=directory().sigs())
    refuse_invalid(form)
    rows = _with_entry(form.rows())
    return list_of(request, response, asked, rows, decision_shape, name="decisions", key="number")


@router.get(
    "/decisions/{int:number}", response=DecisionShape, tags=["decisions"], summary="One decision"
)
def decision_detail(request: HttpRequest, number: PathId) -> Any:
    rows = _with_entry(RegisterRow.objects.filter(number=number))
    return decision_shape(only(rows, f"The register has no decision {number}."))


def _with_entry(rows: QuerySet[RegisterRow]) -> QuerySet[RegisterRow]:
    return rows.select_related("entry").defer("search_text", "search_tokens")
