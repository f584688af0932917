"""Pages that draw on every room: the portal's and a SIG's home, and the page of all components."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from members.models import Sig
from members.rules import acting_person
from sigportal import home
from sigportal import styleguide as guide


def portal_home(request: HttpRequest) -> HttpResponse:
    """The one SIG's home where there is one, a directory where there are several."""
    sigs = home.directory(timezone.now())
    if len(sigs) == 1:
        return _sig_home(request, sigs[0])
    return render(request, "home.html", {"sigs": sigs})


def sig_home(request: HttpRequest, slug: str) -> HttpResponse:
    return _sig_home(request, get_object_or_404(Sig, slug=slug))


def _sig_home(request: HttpRequest, sig: Sig) -> HttpResponse:
    found = home.home_of(sig, acting_person(request.user), timezone.now())
    return render(request, "sig_home.html", {"sig": sig, "tab": "home", "home": found})


def styleguide(request: HttpRequest) -> HttpResponse:
    if not guide.is_shown():
        raise Http404
    return render(request, "styleguide/styleguide.html", guide.context())
