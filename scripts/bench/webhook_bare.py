"""The portal's middleware around a view that does nothing: what an acknowledgement costs at least."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"bytes": len(request.body)}, status=202)


urlpatterns = [path("webhooks/gitee/", bare)]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sigportal.settings.dev")
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()
