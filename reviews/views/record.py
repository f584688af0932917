"""Review records: the list in its forms (page, CSV, feed) and one record (page, JSON)."""

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render

from members.models import Repository, Sig
from members.paging import asked_page

from ..export import as_csv, as_json
from ..forms import RecordFilter
from ..home import records_of
from ..models import PullRequest
from ..record import record_of, rows_of


def record_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    form = RecordFilter(request.GET, repositories=list(sig.repositories.all()))
    page = asked_page(
        request.GET,
        form.apply(records_of(sig)),
        key="updated_at",
    )
    context = {
        "sig": sig,
        "tab": "reviews",
        "form": form,
        "page": page,
        "rows": rows_of(page.rows),
        "several": len(form.repositories) > 1,
        "query": request.GET.urlencode(),
    }
    return render(request, "reviews/record_list.html", context)


def record_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """All records of the filter, newest first, streamed."""
    sig = get_object_or_404(Sig, slug=slug)
    form = RecordFilter(request.GET, repositories=list(sig.repositories.all()))
    rows = form.apply(records_of(sig)).order_by("-updated_at", "-pk")
    response = StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reviews-{sig.slug}.csv"'
    return response


def record_detail(request: HttpRequest, owner: str, name: str, number: int) -> HttpResponse:
    pull = find_pull(owner, name, number)
    if pull is None:
        return _unknown(request, owner, name, number)
    context = {
        "sig": pull.repository.sig,
        "tab": "reviews",
        "pull": pull,
        "record": record_of(pull),
    }
    return render(request, "reviews/record_detail.html", context)


def record_json(request: HttpRequest, owner: str, name: str, number: int) -> JsonResponse:
    pull = find_pull(owner, name, number)
    if pull is None:
        return JsonResponse({"error": "unknown pull request"}, status=404)
    options = {"ensure_ascii": False, "indent": 1}
    return JsonResponse(as_json(record_of(pull)), json_dumps_params=options)


def find_pull(owner: str, name: str, number: int) -> PullRequest | None:
    """The pull request; of a repository with two homes, the one on the newer home that has it."""
    rows = PullRequest.objects.filter(
        repository__owner__iexact=owner, repository__name__iexact=name, number=number
    )
    return (
        rows.select_related("repository__sig", "author__person")
        .prefetch_related("author__person__accounts")
        .order_by("-updated_at")
        .first()
    )


def _unknown(request: HttpRequest, owner: str, name: str, number: int) -> HttpResponse:
    """Not mirrored: perhaps not synced yet. Says so, and where to look."""
    repository = (
        Repository.objects.filter(owner__iexact=owner, name__iexact=name)
        .select_related("sig", "sync")
        .first()
    )
    context = {
        "repository": repository,
        "sync": getattr(repository, "sync", None),
        "path": f"{owner}/{name}",
        "number": number,
    }
    return render(request, "reviews/record_unknown.html", context, status=404)
