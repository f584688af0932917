"""Finding what a page is about, and turning away who may not: the same for every page here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from meetings.models import Meeting
from meetings.schedule import Refused
from members.models import Person
from members.rules import acting_person

View = Callable[..., HttpResponse]


def meeting_or_404(slug: str, pk: int) -> Meeting:
    meetings = Meeting.objects.select_related("sig", "series", "host", "scribe")
    return get_object_or_404(meetings, pk=pk, sig__slug=slug)


def signed_in(view: View) -> View:
    """A page for people who signed in; others go to the sign-in page and come back."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return wrapped


def deed(view: View) -> View:
    """A button of a meeting's page: POST only, whose address leads back to the page otherwise.

    The view gets the meeting; what it refuses is said on the page.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, pk: int, **kwargs: Any) -> HttpResponse:
        meeting = meeting_or_404(slug, pk)
        if request.method != "POST":
            return redirect(meeting)
        if not request.user.is_authenticated:
            return redirect_to_login(meeting.get_absolute_url())
        try:
            return view(request, meeting, **kwargs)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(meeting)

    return wrapped


def permit(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def person_of(request: HttpRequest) -> Person:
    """The person acting; PermissionDenied for a sign-in that is tied to none."""
    person = acting_person(request.user)
    if person is None:
        raise PermissionDenied
    return person
