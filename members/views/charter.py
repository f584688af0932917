"""Pages of charter."""

from django.http import HttpRequest, HttpResponse


def charter_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError


def charter_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError


def drift(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError
