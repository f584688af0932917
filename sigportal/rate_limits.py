"""So many requests of a kind a minute and client, so that nobody guesses, floods or scrapes at our cost.

Counted with Django's own cache. allauth's counter is internal to it and keeps a list of times under a
lock, too dear for an API; django-ratelimit decorates views one by one and lets nothing through when
Redis is away.
"""

import ipaddress
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis.exceptions
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from .client_address import client_address
from .errors import FOR_PROGRAMS

log = logging.getLogger(__name__)
WINDOW_S = 60
# After the counter did not answer, so long nothing is counted: a hanging one must not slow every page.
REST_S = 10
IPV6_PREFIX = 64


@dataclass(frozen=True)
class Limit:
    """`name` is a key of settings.RATE_LIMITS, which says how many a minute (0 or none: any number)."""

    name: str
    views: frozenset[str]
    methods: frozenset[str] = frozenset({"POST"})
    by_person: bool = False
    asked: str = ""

    def covers(self, request: HttpRequest, view: str) -> bool:
        is_asked = not self.asked or bool(request.GET.get(self.asked))
        named = view in self.views or f"{view.partition(':')[0]}:*" in self.views
        return named and request.method in self.methods and is_asked


GET = frozenset({"GET", "HEAD"})
LIMITS = (
    Limit(
        "sign-in",
        frozenset(
            {
                "account_login",
                "account_signup",
                "account_reauthenticate",
                "account_confirm_login_code",
                "account_reset_password",
                "account_reset_password_from_key",
                "account_change_password",
                "account_set_password",
                "gitee_login",
                "admin:login",
            }
        ),
    ),
    Limit("sign-in", frozenset({"gitee_callback"}), GET),
    Limit(
        "search", frozenset({"search", "meetings:meeting-list", "ledger:decisions"}), GET, asked="q"
    ),
    Limit(
        "posts",
        frozenset(
            {
                "members:promotion-create",
                "members:promotion-vote",
                "members:promotion-say",
                "members:promotion-act",
                "members:merge-ask",
                "meetings:minutes-comments",
                "meetings:agenda-add",
            }
        ),
        by_person=True,
    ),
    Limit("webhooks", frozenset({"webhook-gitee"})),
    Limit("api", frozenset({"api-v1:*"}), GET),
)


class RateLimitMiddleware:
    """Counts once the view is known and who asks; what allauth limits itself gets its Retry-After here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._rests_until = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", str(WINDOW_S))
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        limit = next((limit for limit in LIMITS if limit.covers(request, name)), None)
        allowed = settings.RATE_LIMITS.get(limit.name, 0) if limit else 0
        if limit is None or not allowed or self._count(request, limit) <= allowed:
            return None
        log.warning("rate limit", extra={"limit": limit.name, "route": name})
        return too_many(request, WINDOW_S - int(time.time()) % WINDOW_S)

    def _count(self, request: HttpRequest, limit: Limit) -> int:
        """Requests of this minute with this one; 0 while the counter is away."""
        if time.monotonic() < self._rests_until:
            return 0
        try:
            return _counted(f"{limit.name}:{client_of(request, limit)}")
        except redis.exceptions.RedisError as error:
            self._rests_until = time.monotonic() + REST_S
            log.warning("rate limits are not counted: %s", type(error).__name__)
            return 0


def _counted(key: str) -> int:
    counter = caches["limits"]
    key = f"limit:{key}:{int(time.time()) // WINDOW_S}"
    if counter.add(key, 1, 2 * WINDOW_S):
        return 1
    try:
        return int(counter.incr(key))
    except ValueError:  # it went between the two
        return 1


def client_of(request: HttpRequest, limit: Limit) -> str:
    """The signed-in user where people are counted (a company has one address), else the address."""
    if limit.by_person and request.user.is_authenticated:
        return f"user-{request.user.pk}"
    remote = request.META.get("REMOTE_ADDR", "")
    address = client_address(
        remote=remote,
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        proxies=settings.TRUSTED_PROXY_COUNT,
    )
    return network_of(address or remote)


def network_of(address: str) -> str:
    """An IPv6 client owns a whole network of addresses, and is counted as one; pure."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False).network_address)


def too_many(request: HttpRequest, wait_s: int) -> HttpResponse:
    """429 in the reader's form and language, with Retry-After in seconds."""
    response: HttpResponse
    if request.path_info.startswith((*FOR_PROGRAMS, "/api/")):
        problem = {"title": "too many requests, try again later", "status": 429}
        response = JsonResponse(problem, status=429, content_type="application/problem+json")
    else:
        response = render(request, "429.html", {"wait_s": wait_s}, status=429)
    response.headers["Retry-After"] = str(wait_s)
    response.headers["Cache-Control"] = "no-store"
    return response
