"""Issues: the list of a SIG and one issue with what was said."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from members.models import Sig
from members.paging import asked_page

from ..forms import IssueFilter
from ..models import Issue
from ..record import issue_timeline


def issue_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    form = IssueFilter(request.GET, repositories=list(sig.repositories.all()))
    issues = (
        Issue.objects.filter(repository__sig=sig)
        .select_related("repository", "author__person")
        .prefetch_related("author__person__accounts")
    )
    page = asked_page(
        request.GET,
        form.apply(issues),
        key="created_at",
    )
    context = {
        "sig": sig,
        "tab": "issues",
        "form": form,
        "page": page,
        "several": len(form.repositories) > 1,
    }
    return render(request, "reviews/issue_list.html", context)


def issue_detail(request: HttpRequest, owner: str, name: str, number: str) -> HttpResponse:
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
    events, is_cut = issue_timeline(issue)
    context = {
        "sig": issue.repository.sig,
        "tab": "issues",
        "issue": issue,
        "events": events,
        "is_cut": is_cut,
    }
    return render(request, "reviews/issue_detail.html", context)
