"""Pages of failures: in the language of the address, without asking whatever just failed."""

import sys

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template import loader
from django.utils import translation
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token

from .outage import Outage, outage_of

# Read by programs, which can do nothing with a page; what is below /api/ is said in its own form.
FOR_PROGRAMS = ("/webhooks/",)
_WORDS = {
    Outage.AWAY: "temporarily unavailable, try again later",
    Outage.DISK_FULL: "out of disk space, nothing was changed",
    None: "internal error",
}


def is_english(request: HttpRequest) -> bool:
    """By the address alone: what failed may have been what activates a language."""
    return request.path_info == "/en" or request.path_info.startswith("/en/")


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After while something the portal stands on is away or full, else 500.

    Django calls it while the exception is being handled.
    """
    outage = outage_of(sys.exception())
    response = _answer(request, outage)
    if outage:
        response["Retry-After"] = str(outage.retry_after_s)
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: HttpRequest, outage: Outage | None) -> HttpResponse:
    status = 503 if outage else 500
    request_id = getattr(request, "request_id", "")
    if request.path_info.startswith(FOR_PROGRAMS):
        problem = {"title": _WORDS[outage], "status": status, "request_id": request_id}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    context = {
        "english": is_english(request),
        "disk_full": outage is Outage.DISK_FULL,
        "request_id": request_id,
    }
    page = loader.get_template(f"{status}.html").render(context)
    return HttpResponse(page, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; 400 where the form that was sent to no address cannot be read either.

    Django's own handler reads the form for its token, and fails on one that it cannot read.
    """
    try:
        request.POST  # noqa: B018 - reading it is the check
    except (MultiPartParserError, SuspiciousOperation, BadRequest, UnreadablePostError) as fault:
        return bad_request(request, fault)
    return defaults.page_not_found(request, exception)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refused before a language was chosen, maybe: then the last request's would still be there."""
    with translation.override("en" if is_english(request) else "zh-hans"):
        return defaults.bad_request(request, exception)
