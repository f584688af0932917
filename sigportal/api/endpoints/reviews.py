"""Pull requests with their review records, issues and resolutions: the filters are those of the pages."""

from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from members.walks import page_of_walks
from reviews.forms import IssueFilter, RecordFilter
from reviews.listing import issue_rows, issue_walks, near_walks, record_rows, record_walks
from reviews.models import Issue, IssueLink, PullRequest, Resolution
from reviews.record import record_of
from reviews.record_json import as_json
from reviews.resolution import resolutions_on
from reviews.resolution_forms import ResolutionFilter
from reviews.views.issue import LINKS_SHOWN
from reviews.views.record import MOST_PARTS

from ..choices import IssueState, Outcome, PullState, Verdict
from ..fields import Day, Flag, Number, Text, Whole, Words
from ..finding import only
from ..paging import Asked, Listed, list_of, listed, marks_of, refusing_bad_cursors
from ..problem import refuse_invalid
from ..shapes.record import RecordShape, record_shape
from ..shapes.reviews import (
    IssueDetailShape,
    IssueShape,
    PullShape,
    ResolutionShape,
    issue_detail_shape,
    issue_shape,
    pull_shape,
    resolution_shape,
)
from .sigs import PLACE, Host, Name, Owner, Slug, repository_of, sig_of

router = Router(tags=["reviews"])
PathNumber = Annotated[Number, Path(examples=[12])]


class FoundAsked(Asked):
    """What the lists of pull requests and issues have in common."""

    q: Words = Field("", description="Words of the title, a number, or an author.")
    repository: Text = Field(
        "",
        description="`owner/name`, in a SIG that has several.",
        examples=["mindspore/mindformers"],
    )
    author: Text = Field("", description="Any login of the author.")
    label: Text = ""


class PullsAsked(FoundAsked):
    state: PullState | None = None
    verdict: Verdict | None = None
    reviewer: Text = Field("", description="Any login of a reviewer.")
    dated: Literal["merged"] | None = Field(
        None, description="Order and period by the merge instead of the last update."
    )
    since: Day | None = Field(None, description="From this day on.", examples=["2026-01-01"])
    until: Day | None = Field(None, description="Until the end of this day.")


class IssuesAsked(FoundAsked):
    state: IssueState | None = None
    assignee: Text = Field("", description="Any login of the assignee.")
    unassigned: Flag = Field(False, description="Only those nobody has taken.")
    unanswered: Flag = Field(False, description="Only those still waiting for a first answer.")
    milestone: Text = ""
    age: Whole | None = Field(None, ge=0, le=36_500, description="Opened so many days ago or more.")
    order: Literal["waiting"] | None = Field(None, description="Those that wait longest first.")


class CopyAsked(Asked):
    state: PullState | None = None
    verdict: Verdict | None = None


class ResolutionsAsked(Asked):
    q: Words = Field("", description="Number, or words of title or subject.")
    outcome: Outcome | None = None
    kind: Literal["pull", "issue", "rfc"] | None = None
    standing: Literal["in_force", "superseded"] | None = None
    person: Text = Field("", description="Login of who recorded it.")


class RecordAsked(BaseModel):
    part: Whole = Field(1, ge=1, le=MOST_PARTS, description="Of a long timeline, from 1.")


# ── pull requests ─────────────────────────────────────────────────────────────────────────────
@router.get(
    "/sigs/{slug:slug}/pulls",
    response=Listed[PullShape],
    summary="Pull requests of a SIG, with the filters of its page",
)
def pull_list(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[PullsAsked]
) -> Any:
    """By their last update, the newest first. For a complete copy go by repository instead: an
    update moves a row to the front of this list while it is being read."""
    sig = sig_of(slug)
    form = RecordFilter(request.GET, sig=sig, repositories=list(sig.repositories.all()))
    refuse_invalid(form)
    name = f"pulls-{form.key}"
    with refusing_bad_cursors():
        page = page_of_walks(
            marks_of(asked, name).params,
            record_walks(form),
            record_rows(),
            key=form.key,
            size=asked.limit,
            near=near_walks(form, PullRequest, form.key),
        )
    return listed(request, response, page, [pull_shape(row) for row in page.rows], name=name)


@router.get(
    f"{PLACE}/pulls",
    response=Listed[PullShape],
    summary="Pull requests of a repository, by number",
)
def pull_copy(
    request: HttpRequest,
    response: HttpResponse,
    host: Host,
    owner: Owner,
    name: Name,
    asked: Query[CopyAsked],
) -> Any:
    """The highest number first. A number never changes: whoever follows `next` gets each once, whatever
    is added or updated meanwhile."""
    rows = record_rows().filter(repository=repository_of(host, owner, name))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.verdict:
        rows = rows.filter(verdict=asked.verdict)
    return list_of(
        request, response, asked, rows, pull_shape, name="repository-pulls", key="number"
    )


@router.get(
    f"{PLACE}/pulls/{{int:number}}", response=RecordShape, summary="The review record of one"
)
def pull_detail(
    request: HttpRequest,
    host: Host,
    owner: Owner,
    name: Name,
    number: PathNumber,
    asked: Query[RecordAsked],
) -> Any:
    """With who reviewed, which lgtm and approve count and why not, and the timeline."""
    rows = PullRequest.objects.select_related(
        "repository__sig", "author__person", "merged_by__person"
    )
    rows = rows.filter(repository=repository_of(host, owner, name), number=number)
    row = only(rows, f"No pull request {number} of {owner}/{name} is mirrored.")
    record = record_of(row, part=asked.part)
    reviews = row.reviews.select_related("account").order_by("first_at", "pk")
    later = f"{settings.SITE_URL}{request.path}?part={record.later}" if record.later else None
    told = as_json(record, resolutions_on(row))
    return record_shape(pull_shape(row), told, reviews, later)


# ── issues ────────────────────────────────────────────────────────────────────────────────────
@router.get(
    "/sigs/{slug:slug}/issues",
    response=Listed[IssueShape],
    tags=["issues"],
    summary="Issues of a SIG, with the filters of its page",
)
def issue_list(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[IssuesAsked]
) -> Any:
    """By their opening, the newest first. Private issues are never mirrored."""
    sig = sig_of(slug)
    form = IssueFilter(
        request.GET, sig=sig, repositories=list(sig.repositories.all()), at=timezone.now()
    )
    refuse_invalid(form)
    oldest_first = form.is_oldest_first
    name = "issues-waiting" if oldest_first else "issues"
    with refusing_bad_cursors():
        page = page_of_walks(
            marks_of(asked, name).params,
            issue_walks(form),
            issue_rows(),
            key="created_at",
            size=asked.limit,
            oldest_first=oldest_first,
            near=near_walks(form, Issue, "created_at"),
        )
    items = [issue_shape(row) for row in page.rows]
    return listed(request, response, page, items, name=name, is_oldest_first=oldest_first)


@router.get(
    f"{PLACE}/issues/{{text:number}}",
    response=IssueDetailShape,
    tags=["issues"],
    summary="One issue",
)
def issue_detail(
    request: HttpRequest,
    host: Host,
    owner: Owner,
    name: Name,
    number: Annotated[str, Path(examples=["I4CE7W"], max_length=40, pattern="^[^/\\u0000]+$")],
) -> Any:
    rows = Issue.objects.select_related("repository", "author__person")
    rows = rows.filter(repository=repository_of(host, owner, name), number=number)
    row = only(rows, f"No issue {number} of {owner}/{name} is mirrored.")
    links = IssueLink.objects.filter(repository=row.repository_id, number=row.number)
    newest = links.select_related("pull__repository").order_by("-pull__pk")[:LINKS_SHOWN]
    return issue_detail_shape(
        row, [f"{link.pull.repository}!{link.pull.number}" for link in newest]
    )


# ── resolutions ───────────────────────────────────────────────────────────────────────────────
@router.get(
    "/sigs/{slug:slug}/resolutions",
    response=Listed[ResolutionShape],
    tags=["resolutions"],
    summary="Resolutions of a SIG",
)
def resolution_list(
    request: HttpRequest, response: HttpResponse, slug: Slug, asked: Query[ResolutionsAsked]
) -> Any:
    sig, form = sig_of(slug), ResolutionFilter(request.GET)
    refuse_invalid(form)
    rows = form.apply(Resolution.objects.filter(sig=sig).with_all())
    return list_of(
        request, response, asked, rows, resolution_shape, name="resolutions", key="decided_at"
    )


@router.get(
    "/sigs/{slug:slug}/resolutions/{int:number}",
    response=ResolutionShape,
    tags=["resolutions"],
    summary="One resolution",
)
def resolution_detail(request: HttpRequest, slug: Slug, number: PathNumber) -> Any:
    rows = Resolution.objects.with_all()
    return resolution_shape(
        only(rows.filter(sig__slug=slug, number=number), f"No resolution {number} of {slug}.")
    )
