"""Issues: the list for triage (page, CSV) and one issue with what was said."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from members import spreadsheet
from members.mentions import mentions_of
from members.models import Sig
from members.walks import page_of_walks

from ..export import ISSUE_COLUMNS, issue_lines
from ..forms import IssueFilter
from ..listing import all_issues, issue_rows, issue_walks, near_walks
from ..models import Issue, IssueLink
from ..record import issue_timeline
from ..resolution_page import panel_on, rfc_panel_on
from ..triage import lines_of

# Pull requests shown beside an issue; more than any real one names it.
LINKS_SHOWN = 50


def issue_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    form = _asked(request, sig)
    page = page_of_walks(
        request.GET,
        issue_walks(form),
        issue_rows().prefetch_related("author__person__accounts"),
        key="created_at",
        oldest_first=form.is_oldest_first,
        near=near_walks(form, Issue, "created_at"),
    )
    context = {
        "sig": sig,
        "tab": "issues",
        "section": "issues",
        "form": form,
        "page": page,
        "lines": lines_of(page.rows, form.at),
        "several": len(form.repositories) > 1,
        "query": form.address,
    }
    return render(request, "reviews/issue_list.html", context)


def issue_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All issues of the filter, in the order of the list, streamed."""
    sig = get_object_or_404(Sig, slug=slug)
    form = _asked(request, sig)
    if not form.is_valid():
        return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
    lines = issue_lines(all_issues(form))
    return spreadsheet.response(ISSUE_COLUMNS, lines, filename=f"issues-{sig.slug}.csv")


def issue_detail(request: HttpRequest, owner: str, name: str, number: str) -> HttpResponse:
    issue = _find(owner, name, number)
    events, is_cut = issue_timeline(issue)
    context = {
        "sig": issue.repository.sig,
        "tab": "issues",
        "issue": issue,
        "events": events,
        "is_cut": is_cut,
        "links": _links_to(issue),
        "panel": panel_on(issue, request.user),
        "rfc_panel": rfc_panel_on(issue, request.user),
        "mentions": mentions_of(issue),
    }
    return render(request, "reviews/issue_detail.html", context)


def _asked(request: HttpRequest, sig: Sig) -> IssueFilter:
    repositories = list(sig.repositories.all())
    return IssueFilter(request.GET, sig=sig, repositories=repositories, at=timezone.now())


def _find(owner: str, name: str, number: str) -> Issue:
    """The issue; of a repository with two homes, the one on the newer home that has it."""
    issue = (
        Issue.objects.filter(
            repository__owner__iexact=owner, repository__name__iexact=name, number=number
        )
        .select_related("repository__sig", "author__person")
        .prefetch_related("author__person__accounts")
        .order_by("-updated_at")
        .first()
    )
    if issue is None:
        raise Http404(f"no issue {number} of {owner}/{name} is mirrored")
    return issue


def _links_to(issue: Issue) -> list[IssueLink]:
    """Pull requests that name it, the newest first."""
    links = IssueLink.objects.filter(repository=issue.repository_id, number=issue.number)
    return list(links.select_related("pull__repository").order_by("-pull__pk")[:LINKS_SHOWN])
