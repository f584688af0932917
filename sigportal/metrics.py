"""`/metrics`: what Prometheus is told of the requests of this web server and of what waits in the database."""

import hmac
import ipaddress
import os
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from .gauges import PortalGauges
from .request_log import address_of, route_of

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
REQUEST_SECONDS = Histogram(
    "sigportal_request_seconds",
    "Time to an answer by name of the address, method and status.",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


class RequestMetricsMiddleware:
    """Measures every request; labels come from bounded sets, never from what someone typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        seconds = REQUEST_SECONDS.labels(route_of(request), method, str(response.status_code))
        seconds.observe(time.perf_counter() - started)
        return response


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format; 403 to anybody else than METRICS_TOKEN or METRICS_NETWORKS allow."""
    if not may_scrape(request):
        return HttpResponse("forbidden\n", status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """All processes of this web server together (see gunicorn.conf.py), and the database's figures."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    registry.register(PortalGauges())
    return registry


def may_scrape(request: HttpRequest) -> bool:
    """By `Authorization: Bearer METRICS_TOKEN`, or from an address of METRICS_NETWORKS."""
    given = request.headers.get("Authorization", "")
    wanted = settings.METRICS_TOKEN
    if wanted and hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        return True
    try:
        address = ipaddress.ip_address(address_of(request))
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_NETWORKS)
