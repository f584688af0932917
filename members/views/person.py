"""Pages of person."""

from django.http import HttpRequest, HttpResponse


def person_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError


def my_path(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError
