"""The charter as pages: the README's sections, and how the files differ from the roster."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..charter.drift import drift as drift_of
from ..models import CharterPage, Sig


def charter_list(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    context = {
        "sig": sig,
        "tab": "charter",
        "pages": _pages(sig),
        "sources": sig.charter_sources.all(),
    }
    return render(request, "members/charter_list.html", context)


def charter_detail(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    # An address of the other language still leads to its page, which says so.
    found = [one for one in sig.charter_pages.all() if one.slug == page]
    if not found:
        raise Http404(_("章程里没有这一节。"))
    shown = sorted(found, key=lambda one: one.language != get_language())[0]
    pages = [one for one in sig.charter_pages.all() if one.language == shown.language]
    context = {"sig": sig, "tab": "charter", "page": shown, "pages": pages}
    return render(request, "members/charter_detail.html", context)


def drift(request: HttpRequest, slug: str) -> HttpResponse:
    sig = get_object_or_404(Sig, slug=slug)
    today = sig.day_of(timezone.now())
    context = {"sig": sig, "tab": "charter", "today": today, "drift": drift_of(sig, today)}
    return render(request, "members/drift_detail.html", context)


def _pages(sig: Sig) -> Sequence[CharterPage]:
    """The sections in the language of the page, or in the other one where it has none."""
    pages = list(sig.charter_pages.all())
    return [one for one in pages if one.language == get_language()] or pages
