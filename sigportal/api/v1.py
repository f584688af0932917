"""Version 1 of the public API: its document, and what is the same for every operation of it."""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.openapi.docs import Swagger
from ninja.renderers import JSONRenderer

from . import problem
from .document import finish
from .endpoints import index, ledger, meetings, members, people, promotions, reviews, sigs

DESCRIPTION = """\
The public record of the SIGs of this portal, read only: whoever may read the pages may read this, and nobody more.

- Nothing needs a sign-in, no cookie is read, and every answer is the same for everyone.
- Times are ISO 8601 in UTC with a `Z`; days are `2025-06-28`, in the time zone of the SIG.
- Texts that exist in two languages are given in both: `title` is Chinese, `title_en` English, empty where nobody wrote it.
- Lists come newest first, a page at a time: follow `next` (or the `Link` header) until it is null. Cursors are opaque.
- A parameter that is unknown or cannot be used is refused with 422 and a problem document (RFC 9457) that names it.
- Answers carry an `ETag`: send it back as `If-None-Match` and get 304 while nothing has changed.
- Within version 1 keys are only ever added. What goes away is marked `deprecated` for six months before.
"""


class _Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class PublicApi(NinjaAPI):
    @cached_property
    def _document(self) -> Any:
        return finish(super().get_openapi_schema())

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The document at its own address, made once a process; asking for another is not provided for."""
        return self._document


def _checked(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Every operation knows its parameters: one it does not know is a slip, not an answer."""
    operation: Any = run.__self__  # type: ignore[attr-defined]
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }

    @wraps(run)
    def answer(request: HttpRequest, **values: Any) -> HttpResponse:
        unknown = [name for name in request.GET if name not in known]
        if unknown:
            fault = problem.BadParameter(dict.fromkeys(unknown, "unknown parameter"))
            return problem.on_bad_parameter(request, fault)
        return run(request, **values)

    return answer


def _made() -> PublicApi:
    # No page of the library's own: it would ask a third party for its scripts. See /api/.
    made = PublicApi(
        title="SIG portal",
        version="1",
        description=DESCRIPTION,
        docs=Swagger(),
        docs_url=None,
        urls_namespace="api-v1",
        servers=[{"url": settings.SITE_URL}],
        renderer=_Renderer(),
    )
    made.add_exception_handler(ValidationError, problem.on_invalid)
    made.add_exception_handler(problem.BadParameter, problem.on_bad_parameter)
    made.add_exception_handler(Http404, problem.on_missing)
    made.add_decorator(_checked, mode="view")
    for part in (index, sigs, members, people, promotions, reviews, meetings, ledger):
        made.add_router("", part.router)
    return made


api = _made()
