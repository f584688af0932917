"""What meetings decided: the SIG's numbered list, and one decision with its history."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from meetings import decision_list
from members import spreadsheet
from members.models import Sig
from members.paging import asked_page


def decisions(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    form = decision_list.DecisionFilter(request.GET, sig=sig)
    context = {
        "sig": sig,
        "tab": "meetings",
        "form": form,
        "year": form.chosen,
        "page": asked_page(request.GET, form.rows(), key="number"),
    }
    return render(request, "meetings/decision_list.html", context)


def decision_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All decisions of the year asked for, newest first, streamed."""
    sig = get_object_or_404(Sig, slug=slug)
    rows = decision_list.DecisionFilter(request.GET, sig=sig).rows()
    lines = decision_list.cells(rows)
    return spreadsheet.response(
        decision_list.COLUMNS, lines, filename=f"meeting-decisions-{sig.slug}.csv"
    )


def decision_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    rows = decision_list.listed(sig).select_related(
        "sig",
        "meeting__sig",
        "meeting__series",
        "agenda_item",
        "supersedes__sig",
        "promotion__person",
        "promotion__sig",
        "pull_request__repository",
        "issue__repository",
    )
    # A column of 32 bits holds no larger number.
    decision = rows.filter(number=number).first() if number < 2**31 else None
    if decision is None:
        raise Http404
    context = {
        "sig": sig,
        "tab": "meetings",
        "decision": decision,
        "history": decision_list.history_of(decision),
    }
    return render(request, "meetings/decision_detail.html", context)
