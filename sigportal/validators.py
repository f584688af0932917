"""Browsers and proxies ask again for every page, and are told when the one they have is still the same.

A page is computed before it is compared, so nobody is ever shown an old one; what is saved is its way.
"""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

# Visitors' pages may be kept by proxies, readers' own by their browser only; neither shown unasked.
OPEN, OWN = "no-cache", "private, no-cache"
Answer = Callable[[HttpRequest], HttpResponseBase]


class ValidatorMiddleware:
    """An ETag on every visitor's page, 304 to whoever has that one; Cache-Control on every page.

    A page that sets a cookie is one reader's: it may hold the token of their form or a message to them.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not _is_page(response):
            return response
        is_open = settings.SESSION_COOKIE_NAME not in request.COOKIES and not response.cookies
        response.headers.setdefault("Cache-Control", OPEN if is_open else OWN)
        if not is_open or not _may_be_kept(request, response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        response.headers.setdefault("ETag", _etag_of(response.content))
        etag = response.headers["ETag"]
        return get_conditional_response(request, etag=etag, response=response) or response


def _is_page(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and response.status_code == 200
        and "no-store" not in response.headers["Cache-Control"]
    )


def _etag_of(content: bytes) -> str:
    """Weak: the same page goes out in several codings (RFC 9110, 8.8.3)."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
