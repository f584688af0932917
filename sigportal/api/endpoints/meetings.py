"""Meetings and action items of a SIG."""

from functools import partial
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router
from pydantic import Field

from meetings.minutes import public_of
from meetings.models import ActionItem, Meeting

from ..choices import ActionState
from ..fields import Id, Text
from ..finding import only
from ..paging import Asked, Listed, list_of
from ..shapes.meetings import (
    ActionShape,
    MeetingDetailShape,
    MeetingShape,
    action_shape,
    meeting_detail_shape,
    meeting_shape,
)
from .sigs import Slug, sig_of

router = Router(tags=["meetings"])


class ActionsAsked(Asked):
    state: ActionState | None = None
    person: Text = Field("", description="Login of the owner, or their name as written.")


@router.get("/sigs/{slug:slug}/meetings", response=Listed[MeetingShape], summary="All meetings")
def meeting_list(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[Asked]
) -> Any:
    """Coming, held and cancelled ones, by their beginning, the latest first."""
    rows = Meeting.objects.filter(sig=sig_of(slug)).select_related("sig", "series")
    rows = rows.with_minutes_flags()
    return list_of(request, response, asked, rows, meeting_shape, name="meetings", key="starts_at")


@router.get(
    "/sigs/{slug:slug}/meetings/{int:id}", response=MeetingDetailShape, summary="One meeting"
)
def meeting_detail(request: HttpRequest, slug: Slug, id: Annotated[Id, Path(examples=[1])]) -> Any:
    """With its agenda, who was there, the published minutes, decisions and action items."""
    rows = Meeting.objects.select_related("sig", "series", "host", "scribe").with_minutes_flags()
    rows = rows.prefetch_related("host__accounts", "scribe__accounts")
    row = only(rows.filter(sig__slug=slug, pk=id), f"No meeting {id} of {slug}.")
    agenda = row.agenda_items.filter(withdrawn_at=None)
    agenda = agenda.select_related("proposed_by", "pull_request__repository")
    attendances = row.attendances.select_related("person").prefetch_related("person__accounts")
    decisions = row.decisions.filter(withdrawn_at=None).select_related("supersedes")
    actions = row.action_items.select_related("sig", "owner").prefetch_related("owner__accounts")
    return meeting_detail_shape(
        row,
        agenda=agenda.prefetch_related("proposed_by__accounts"),
        attendances=attendances,
        minutes=public_of(row),
        decisions=decisions.order_by("number"),
        actions=actions,
        now=timezone.now(),
    )


@router.get(
    "/sigs/{slug:slug}/actions",
    response=Listed[ActionShape],
    tags=["actions"],
    summary="Action items",
)
def action_list(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[ActionsAsked]
) -> Any:
    """What people took on, the newest first, whatever became of it."""
    sig = sig_of(slug)
    rows = ActionItem.objects.filter(sig=sig).select_related("sig", "owner")
    if asked.state:
        rows = rows.filter(state=asked.state)
    if who := asked.person.strip():
        login = who.removeprefix("@")
        own = Q(owner__accounts__login__iexact=login) | Q(owner_name__iexact=who)
        rows = rows.filter(pk__in=ActionItem.objects.filter(own, sig=sig).values("pk"))
    rows = rows.prefetch_related("owner__accounts")
    present = partial(action_shape, now=timezone.now())
    return list_of(request, response, asked, rows, present, name="actions", key="id")
