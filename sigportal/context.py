"""What every page needs to know of the portal."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request.user, "person", None) if hasattr(request, "user") else None
    return {"sample_data": settings.SAMPLE_DATA, "viewer": person}
