"""The sync page: how fresh each repository's mirror is, and the button that asks for more."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from members.models import Repository
from members.rules import acting_person

from ..recheck import request_recheck
from ..rules import can_request_sync, requestable, sight_of_deliveries
from ..status import listed_repositories, statuses
from ..sync.request import request_sync


@never_cache
@vary_on_headers("HX-Request")
def sync_status(request: HttpRequest) -> HttpResponse:
    """The page; to htmx only its table, which asks for itself again while something is going on."""
    at = timezone.now()
    repositories = list(listed_repositories())
    rows = statuses(repositories, requestable=requestable(request.user, repositories, at), at=at)
    context = {
        "rows": rows,
        "is_busy": any(row.is_busy for row in rows),
        "at": at,
        "sees_deliveries": bool(sight_of_deliveries(request.user, at)),
    }
    fragment = bool(getattr(request, "htmx", False))
    template = "reviews/_sync_table.html" if fragment else "reviews/sync_status.html"
    return render(request, template, context)


@require_POST
def sync_request(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("reviews:sync"))
    repository = get_object_or_404(Repository.objects.select_related("sig"), pk=pk)
    if not can_request_sync(request.user, repository):
        raise PermissionDenied(_("只有本 SIG 的 Maintainer 可以发起同步。"))
    by, at = acting_person(request.user), timezone.now()
    if "recheck" in request.POST:
        request_recheck(repository, by=by, at=at)
        said = _("已请求完整核对 %(repository)s。")
    else:
        request_sync(repository, by=by, at=at)
        said = _("已请求同步 %(repository)s。")
    messages.success(request, said % {"repository": repository.path})
    return redirect("reviews:sync")
