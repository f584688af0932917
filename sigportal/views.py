"""Pages that draw on every room: the portal's and a SIG's home, and the page of all components."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from members.models import Sig
from sigportal import styleguide as guide


def portal_home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", {})


def sig_home(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "sig_home.html", {"sig": get_object_or_404(Sig, slug=slug)})


def styleguide(request: HttpRequest) -> HttpResponse:
    if not guide.is_shown():
        raise Http404
    return render(request, "styleguide/styleguide.html", guide.context())
