"""Review records: the list as a page and as CSV."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from members import spreadsheet
from members.models import Sig
from members.walks import page_of_walks

from ..export import RECORD_COLUMNS, record_lines
from ..forms import RecordFilter
from ..listing import all_records, lines_of, near_walks, record_walks, shown_records
from ..models import PullRequest


def record_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    form = RecordFilter(request.GET, sig=sig, repositories=list(sig.repositories.all()))
    rows = shown_records()
    near = near_walks(form, PullRequest, form.key)
    page = page_of_walks(request.GET, record_walks(form), rows, key=form.key, near=near)
    context = {
        "sig": sig,
        "tab": "reviews",
        "section": "records",
        "form": form,
        "page": page,
        "lines": lines_of(page.rows),
        "several": len(form.repositories) > 1,
        "query": form.address,
    }
    return render(request, "reviews/record_list.html", context)


def record_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All records of the filter, newest first, streamed."""
    sig = get_object_or_404(Sig, slug=slug)
    form = RecordFilter(request.GET, sig=sig, repositories=list(sig.repositories.all()))
    if not form.is_valid():
        return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
    lines = record_lines(all_records(form))
    return spreadsheet.response(RECORD_COLUMNS, lines, filename=f"reviews-{sig.slug}.csv")
