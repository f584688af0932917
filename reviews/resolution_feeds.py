"""Atom feeds of a SIG's resolutions and of its RFCs."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext

from members.models import Sig
from members.printable import printable

from .models import Resolution, Rfc
from .resolution_forms import ResolutionFilter
from .rfc import rfcs_of

ENTRIES = 50


class ResolutionFeed(Feed):
    """Narrowed like the list it stands on; an address that cannot be understood is a 400."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ResolutionFilter(request.GET)
        if not form.is_valid():
            return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
        return super().__call__(request, *args, form=form, **kwargs)

    def get_object(
        self, request: HttpRequest, slug: str, form: ResolutionFilter
    ) -> tuple[Sig, ResolutionFilter]:
        return get_object_or_404(Sig, slug=slug), form

    def title(self, obj: tuple[Sig, ResolutionFilter]) -> str:
        return gettext("%(sig)s 的决议") % {"sig": printable(obj[0].local_name)}

    def link(self, obj: tuple[Sig, ResolutionFilter]) -> str:
        return reverse("reviews:resolution-list", args=[obj[0].slug])

    def items(self, obj: tuple[Sig, ResolutionFilter]) -> list[Resolution]:
        sig, form = obj
        rows = form.apply(Resolution.objects.filter(sig=sig).with_all())
        return list(rows.order_by("-decided_at", "-pk")[:ENTRIES])

    def item_title(self, item: Resolution) -> str:
        words = {"outcome": item.get_outcome_display(), "title": item.title}
        return printable(f"{item.number} " + gettext("%(outcome)s：%(title)s") % words)

    def item_description(self, item: Resolution) -> str:
        return printable(item.reasons)

    def item_guid(self, item: Resolution) -> str:
        return _tag(f"resolution/{item.sig.slug}/{item.number}")

    def item_author_name(self, item: Resolution) -> str:
        return printable(item.decided_by.name)

    def item_pubdate(self, item: Resolution) -> dt.datetime:
        return item.decided_at

    def item_updateddate(self, item: Resolution) -> dt.datetime:
        return item.decided_at


class RfcFeed(Feed):
    """The newest changes of state; one entry an RFC and state."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str) -> Sig:
        sig: Sig = get_object_or_404(Sig, slug=slug)
        return sig

    def title(self, obj: Sig) -> str:
        return gettext("%(sig)s 的 RFC") % {"sig": printable(obj.local_name)}

    def link(self, obj: Sig) -> str:
        return reverse("reviews:rfc-list", args=[obj.slug])

    def author_name(self, obj: Sig) -> str:
        """For entries whose own author the host has forgotten: Atom wants one."""
        return printable(obj.local_name)

    def items(self, obj: Sig) -> list[Rfc]:
        return list(rfcs_of(obj).order_by("-state_changed_at", "-pk")[:ENTRIES])

    def item_title(self, item: Rfc) -> str:
        words = {"outcome": item.get_state_display(), "title": str(item.issue)}
        return printable(gettext("%(outcome)s：%(title)s") % words)

    def item_description(self, item: Rfc) -> str:
        return printable(item.issue.body)

    def item_link(self, item: Rfc) -> str:
        return item.issue.get_absolute_url()

    def item_guid(self, item: Rfc) -> str:
        place = item.issue.repository
        since = item.state_changed_at.isoformat()
        return _tag(f"rfc/{place.host}/{place.path}%23{item.issue.number}/{item.state}/{since}")

    item_guid_is_permalink = False

    def item_author_name(self, item: Rfc) -> str | None:
        return printable(item.issue.author_login) or None

    def item_pubdate(self, item: Rfc) -> dt.datetime:
        return item.state_changed_at

    def item_updateddate(self, item: Rfc) -> dt.datetime:
        return item.state_changed_at


def _tag(name: str) -> str:
    """An entry's lasting name, in every language alike."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{name}"
