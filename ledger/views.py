"""The record for everyone: the decision register as a page, the whole chain as a file."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from . import decisions as register
from . import reading
from .actions import DECIDING


@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    action = request.GET.get("action", "")
    try:
        page = register.page(action, request.GET.get("older", ""), request.GET.get("newer", ""))
    except register.BadMark as error:
        raise Http404(str(error)) from error
    context = {
        "page": page,
        "action": action,
        "actions": [(name, one.label) for name, one in DECIDING.items()],
        "head": reading.head(),
    }
    return render(request, "ledger/decision_list.html", context)


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
