"""What holds for every answer below /api/: read only, for everyone alike, with validators, never a page."""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from . import problem

ROOT = "/api/"
METHODS = "GET, HEAD, OPTIONS"
Answer = Callable[[HttpRequest], HttpResponse]


def is_for_programs(path: str) -> bool:
    """All but the page for people at /api/ itself."""
    return path.startswith(ROOT) and path != ROOT


class ApiMiddleware:
    """Outermost, so that an answer made by any other middleware is said in JSON as well.

    Cookies are dropped before anything reads them: nobody is signed in here, and no answer varies.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_for_programs(request.path_info):
            return self.get_response(request)
        request.COOKIES = {}
        response = self._answer(request)
        response.cookies.clear()
        _drop_readers(response)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After, X-Request-ID"
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return _preflight()
        if request.method not in ("GET", "HEAD"):
            refusal = problem.response(405)
            refusal.headers["Allow"] = METHODS
            return refusal
        asked = request.method
        # The endpoints know GET only; what HEAD leaves out is the body.
        request.method = "GET"
        response = _validated(request, _in_json(self.get_response(request)))
        if asked == "HEAD":
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
            request.method = "HEAD"
        return response


def _drop_readers(response: HttpResponse) -> None:
    """Neither language nor session makes a difference here, whatever other middleware supposes."""
    vary = response.headers.get("Vary", "")
    for name in ("Vary", "Content-Language"):
        response.headers.pop(name, None)
    if "accept-encoding" in vary.lower():
        response.headers["Vary"] = "Accept-Encoding"


def _preflight() -> HttpResponse:
    response = HttpResponse(status=204)
    response.headers["Allow"] = METHODS
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _in_json(response: HttpResponse) -> HttpResponse:
    """A page that tells of a failure becomes a problem; its headers that help stay."""
    if response.status_code < 400 or "json" in response.headers.get("Content-Type", ""):
        return response
    said = problem.response(response.status_code)
    for name in ("Retry-After", "X-Request-ID"):
        if name in response.headers:
            said.headers[name] = response.headers[name]
    return said


def _validated(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """200 becomes 304 for whoever has it already."""
    if response.status_code != 200:
        return response
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, no-cache"
    unchanged = get_conditional_response(request, etag=etag, response=response)
    return unchanged if isinstance(unchanged, HttpResponse) else response
