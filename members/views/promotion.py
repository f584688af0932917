"""Pages of promotion."""

from django.http import HttpRequest, HttpResponse


def promotion_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError


def promotion_create(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError


def promotion_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError


def promotion_vote(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError


def promotion_act(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise NotImplementedError
