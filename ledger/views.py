"""The record for everyone: the decision register as pages, feed and file, the whole chain as a file."""

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from . import decisions as register
from . import reading, spreadsheet
from .decision_filter import DecisionFilter
from .models import RegisterRow
from .names import directory

# A column of 64 bits holds no larger number.
MAX_NUMBER = 2**63 - 1


@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    sigs = directory().sigs()
    form = DecisionFilter(request.GET, sigs=sigs)
    page = register.page_of(form.rows(), request.GET, sigs)
    context = {
        "page": page,
        "form": form,
        "query": form.address,
        "droppable": [] if page.rows else form.droppable(),
        "head": reading.head(),
    }
    return render(request, "ledger/decision_list.html", context)


@require_safe
def decision(request: HttpRequest, number: int) -> HttpResponse:
    rows = register.printed(RegisterRow.objects.all())
    row = get_object_or_404(rows, number=min(number, MAX_NUMBER))
    newest = register.newest_number()
    context = {
        "decision": register.told([row], directory().sigs())[0],
        "supersedes": register.superseded_by(row),
        "previous": number - 1 or None,
        "following": number + 1 if number < newest else None,
    }
    return render(request, "ledger/decision_detail.html", context)


@require_safe
def decisions_csv(request: HttpRequest) -> HttpResponseBase:
    """All decisions of the filter, newest first, streamed."""
    form = DecisionFilter(request.GET, sigs=directory().sigs())
    if not form.is_valid():
        return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
    rows = register.printed(form.rows()).order_by("-number").iterator(chunk_size=reading.CHUNK)
    cells = register.cells_of(rows, settings.SITE_URL)
    return spreadsheet.response(register.COLUMNS, cells, filename="decisions.csv")


@require_safe
def jsonl(request: HttpRequest) -> HttpResponseBase:
    """All entries up to the head as it is now; its hash is the ETag."""
    head = reading.head()
    etag = f'"{head.hash}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    response = StreamingHttpResponse(
        reading.lines(head.seq) if request.method == "GET" else (),
        content_type="application/x-ndjson; charset=utf-8",
    )
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="ledger.jsonl"'
    return response
