"""Pages for visitors go out compressed; those of signed-in readers do not, for what they hold is secret.

Whoever can make a reader's browser ask for pages and sees how long the answers are learns secrets
from a compressed one (BREACH). A visitor's page holds none: its only token, that of a form, is
masked anew each time.
"""

import gzip
from collections.abc import Callable
from typing import Any

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

# Shorter ones fit into one packet anyway. Bytes.
LEAST = 512
# Where a page costs about a millisecond; the sizes of higher ones differ by a few percent.
BROTLI_QUALITY = 5
GZIP_LEVEL = 5
Answer = Callable[[HttpRequest], HttpResponseBase]


class CompressionMiddleware:
    """HTML without a session, as brotli or gzip, whichever the browser takes."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and _is_open_page(request, response):
            patch_vary_headers(response, ["Accept-Encoding"])
            coding = coding_for(request.headers.get("Accept-Encoding", ""))
            if coding:
                _compress(response, coding)
        return response


def _is_open_page(request: HttpRequest, response: HttpResponse) -> bool:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
    named = settings.SESSION_COOKIE_NAME
    return (
        kind == "text/html"
        and len(response.content) >= LEAST
        and "Content-Encoding" not in response.headers
        and named not in request.COOKIES
        and named not in response.cookies
    )


def coding_for(accepted: str) -> str:
    """br, gzip or nothing, by an Accept-Encoding header; one with q=0 is refused (RFC 9110, 12.5.3)."""
    taken = {name for name, weight in map(_weighed, accepted.split(",")) if weight > 0}
    return next((name for name in ("br", "gzip") if name in taken), "")


def _weighed(part: str) -> tuple[str, float]:
    name, _, parameter = part.partition(";")
    _, _, weight = parameter.partition("=")
    try:
        return name.strip().lower(), float(weight or 1)
    except ValueError:
        return name.strip().lower(), 0.0


def _compress(response: HttpResponse, coding: str) -> None:
    packed: Any = (
        brotli.compress(response.content, quality=BROTLI_QUALITY)
        if coding == "br"
        else gzip.compress(response.content, GZIP_LEVEL, mtime=0)
    )
    response.content = packed
    response.headers["Content-Encoding"] = coding
    response.headers["Content-Length"] = str(len(packed))
    _weaken(response)


def _weaken(response: HttpResponse) -> None:
    """The same page in other bytes has another strong validator."""
    etag = response.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        response.headers["ETag"] = f"W/{etag}"
