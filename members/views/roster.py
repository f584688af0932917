"""Pages of roster."""

from django.http import HttpRequest, HttpResponse


def roster(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError
