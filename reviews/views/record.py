"""One review record: page and JSON."""

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from members.mentions import mentions_of
from members.models import Repository

from ..models import PullRequest
from ..record import record_of
from ..record_json import as_json
from ..resolution import resolutions_on
from ..resolution_page import panel_on

# Beyond any real timeline and number; a database column holds no more.
MOST_PARTS = 1000
MOST_NUMBER = 2**31 - 1


def record_detail(request: HttpRequest, owner: str, name: str, number: int) -> HttpResponse:
    pull = find_pull(owner, name, number)
    if pull is None:
        return _unknown(request, owner, name, number)
    context = {
        "sig": pull.repository.sig,
        "tab": "reviews",
        "pull": pull,
        "record": record_of(pull, part=_part(request)),
        "panel": panel_on(pull, request.user),
        "mentions": mentions_of(pull),
    }
    return render(request, "reviews/record_detail.html", context)


def record_json(request: HttpRequest, owner: str, name: str, number: int) -> JsonResponse:
    pull = find_pull(owner, name, number)
    if pull is None:
        return JsonResponse({"error": "unknown pull request"}, status=404)
    options = {"ensure_ascii": False, "indent": 1}
    data = as_json(record_of(pull, part=_part(request)), resolutions_on(pull))
    return JsonResponse(data, json_dumps_params=options)


def _part(request: HttpRequest) -> int:
    """Which part of a long timeline is asked for, from 1. Raises Http404 on what no page links to."""
    asked = request.GET.get("part", "1")
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:6]) <= MOST_PARTS:
        raise Http404("no such part of the timeline")
    return int(asked[:6])


def find_pull(owner: str, name: str, number: int) -> PullRequest | None:
    """The pull request under the address of either home of its repository.

    The repository that has the address itself comes before the one it went on as or came from; of
    two homes with one address, the row that was updated last.
    """
    rows = (
        PullRequest.objects.filter(
            repository__in=_homes(owner, name).values("pk"), number=min(number, MOST_NUMBER)
        )
        .annotate(is_elsewhere=~Q(repository__owner__iexact=owner, repository__name__iexact=name))
        .select_related("repository__sig", "author__person", "merged_by__person")
    )
    return rows.order_by("is_elsewhere", "-updated_at").first()


def _homes(owner: str, name: str) -> QuerySet[Repository]:
    """The repository of an address, where it went on, and where it came from."""
    return Repository.objects.filter(
        Q(owner__iexact=owner, name__iexact=name)
        | Q(moved_to__owner__iexact=owner, moved_to__name__iexact=name)
        | Q(former_homes__owner__iexact=owner, former_homes__name__iexact=name)
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
