"""What every page needs to know of the portal."""

from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from members.models import Person
from members.rules import acting_person

from .reader import reader_of


def portal(request: HttpRequest) -> dict[str, Any]:
    viewer = _viewer(request)
    return {
        "sample_data": settings.SAMPLE_DATA,
        "signup_open": settings.LOCAL_SIGNUP_OPEN,
        "viewer": viewer,
        "reader": reader_of(request.COOKIES, viewer),
    }


def _viewer(request: HttpRequest) -> Person | None:
    """The person who looks at the page, with their accounts: the head of the page prints the login."""
    person = acting_person(request.user) if hasattr(request, "user") else None
    if person:
        prefetch_related_objects([person], "accounts")
    return person
