"""The portal's middleware around a page that says nothing: what any page costs at least."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>-</title>")


urlpatterns = [path("", bare)]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sigportal.settings.dev")
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()
