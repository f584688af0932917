"""The charter as pages: the README's sections, and how the files differ from the roster."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..charter.drift import drift as drift_of
from ..file_change_page import has_address, masked
from ..models import CharterPage, Sig
from ..roster_patch import person_of, roster_patches
from ..rules import is_maintainer


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


def drift_person(request: HttpRequest, slug: str, login: str) -> HttpResponse:
    """What the files would have to change to say of one person what the roster says."""
    sig = get_object_or_404(Sig, slug=slug)
    sees = _sees_addresses(request, sig)
    context = {
        "sig": sig,
        "tab": "charter",
        "login": login,
        "person": person_of(login),
        "sees_addresses": sees,
        "places": [
            (
                place,
                [(file, file.patch if sees else masked(file.patch)) for file in place.files],
                place.text and (sees or not has_address(place.text)),
            )
            for place in roster_patches(sig, login)
        ],
    }
    return render(request, "members/drift_person.html", context)


def drift_patch(request: HttpRequest, slug: str, login: str, number: int) -> HttpResponse:
    """One repository's part of it, 0 for the community's own files."""
    sig = get_object_or_404(Sig, slug=slug)
    found = [one.text for one in roster_patches(sig, login) if one.number == number and one.text]
    if not found:
        raise Http404(_("这里没有需要改动的文件。"))
    if has_address(found[0]) and not _sees_addresses(request, sig):
        raise PermissionDenied(_("补丁的上下文里有成员邮箱，只有本 SIG 的 Maintainer 可以下载。"))
    response = HttpResponse(found[0].encode(), content_type="text/x-diff; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="roster-{number}.patch"'
    return response


def _sees_addresses(request: HttpRequest, sig: Sig) -> bool:
    """Patches hold the lines around a change, and those the addresses of others (I9)."""
    return is_maintainer(request.user, sig) or getattr(request.user, "is_superuser", False)


def _pages(sig: Sig) -> Sequence[CharterPage]:
    """The sections in the language of the page, or in the other one where it has none."""
    pages = list(sig.charter_pages.all())
    return [one for one in pages if one.language == get_language()] or pages
