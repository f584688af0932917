"""One number for everything a request sets off, in each log line, in its answer, and in its tasks."""

import logging
import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .client_address import client_address
from .logs import safe_path

log = logging.getLogger(__name__)
HEADER = "X-Request-ID"
# As proxies and tracing tools make them; nothing that could break a line or a header.
_VALID = re.compile(r"[A-Za-z0-9._-]{8,64}")
PROBES = frozenset({"healthz", "readyz", "metrics"})


class RequestLogMiddleware:
    """Outermost, so that whatever answers, the answer bears the number and is logged once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = self._id_of(request)
        # For the page of an error, which is made without any context.
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            started = time.perf_counter()
            response = self.get_response(request)
            self._report(request, response, time.perf_counter() - started)
        response[HEADER] = request_id
        return response

    def _id_of(self, request: HttpRequest) -> str:
        """The proxy's number where one stands in front (nginx: $request_id), else a new one."""
        given = request.headers.get(HEADER, "")
        if settings.TRUSTED_PROXY_COUNT and _VALID.fullmatch(given):
            return given
        return uuid.uuid4().hex

    def _report(self, request: HttpRequest, response: HttpResponse, took_s: float) -> None:
        route = route_of(request)
        failed = response.status_code >= 400
        if route == "static" or (route in PROBES and not failed):
            return
        if failed or settings.LOG_REQUESTS:
            level = logging.WARNING if response.status_code >= 500 else logging.INFO
            log.log(level, "request", extra=_facts(request, response, route, took_s))


def _facts(
    request: HttpRequest, response: HttpResponse, route: str, took_s: float
) -> dict[str, object]:
    facts: dict[str, object] = {
        "route": route,
        "method": request.method,
        "path": safe_path(request),
        "status": response.status_code,
        "ms": round(took_s * 1000, 1),
    }
    return {**facts, "client": address_of(request)} if settings.LOG_CLIENT_ADDRESS else facts


def route_of(request: HttpRequest) -> str:
    """The name of the address ("meetings:meeting-detail"), "static", or "unmatched": a bounded set."""
    match = request.resolver_match
    if match is not None:
        return match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else "unmatched"


def address_of(request: HttpRequest) -> str:
    return client_address(
        remote=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        proxies=settings.TRUSTED_PROXY_COUNT,
    )
