"""Pages that draw on every room: the portal's and a SIG's home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from members.models import Sig


def portal_home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", {})


def sig_home(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "sig_home.html", {"sig": get_object_or_404(Sig, slug=slug)})
