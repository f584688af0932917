"""评审概况 and 例外: how reviewing goes in a SIG, and what was merged without the rule being met."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from members.models import Sig
from members.paging import asked_page
from members.spreadsheet import response

from .. import unmet
from ..pulse_filter import PulseFilter
from ..pulse_page import TABLES, page_of


def asked(request: HttpRequest, slug: str) -> tuple[Sig, PulseFilter]:
    """The SIG and what the address asks of it; two queries. Http404."""
    sig = get_object_or_404(Sig, slug=slug)
    return sig, PulseFilter(request.GET, sig=sig, repositories=list(sig.repositories.all()))


def pulse(request: HttpRequest, slug: str) -> HttpResponse:
    sig, form = asked(request, slug)
    at = timezone.now()
    scope = form.scope(at)
    context = {
        "sig": sig,
        "tab": "reviews",
        "section": "pulse",
        "form": form,
        "scope": scope,
        "page": page_of(scope, at),
        "query": request.GET.urlencode(),
    }
    return render(request, "reviews/pulse.html", context)


def pulse_csv(request: HttpRequest, slug: str, table: str) -> HttpResponseBase:
    sig, form = asked(request, slug)
    if table not in TABLES:
        raise Http404(f"no such table: {table}")
    if not form.is_valid():
        return _refused(form)
    at = timezone.now()
    columns, rows = TABLES[table](form.scope(at), at)
    return response(columns, rows, filename=f"{table}-{sig.slug}.csv")


def exceptions(request: HttpRequest, slug: str) -> HttpResponse:
    sig, form = asked(request, slug)
    scope = form.scope(timezone.now())
    page = asked_page(request.GET, unmet.exceptions_in(scope), key="merged_at")
    context = {
        "sig": sig,
        "tab": "reviews",
        "section": "exceptions",
        "form": form,
        "page": page,
        "rows": unmet.unmet_of(page.rows, form.repositories),
        "unknown": unmet.unknown_count(scope),
        "query": request.GET.urlencode(),
    }
    return render(request, "reviews/exceptions.html", context)


def exceptions_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    sig, form = asked(request, slug)
    if not form.is_valid():
        return _refused(form)
    rows = unmet.table(form.scope(timezone.now()), form.repositories)
    return response(unmet.COLUMNS, rows, filename=f"exceptions-{sig.slug}.csv")


def _refused(form: PulseFilter) -> HttpResponse:
    """Figures of another question than was asked would pass for an answer: a file shows no form."""
    return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
