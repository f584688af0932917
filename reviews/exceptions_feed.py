"""Atom feed of what was merged without the review rule being met, narrowed like its page."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext

from members.models import Sig
from members.printable import printable

from .pulse_filter import PulseFilter
from .unmet import Unmet, exceptions_in, unmet_of

ENTRIES = 50


class ExceptionsFeed(Feed):
    """Entries have names of their own, in every language alike; an invalid address is a 400."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sig = get_object_or_404(Sig, slug=kwargs["slug"])
        form = PulseFilter(request.GET, sig=sig, repositories=list(sig.repositories.all()))
        if not form.is_valid():
            return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
        return super().__call__(request, *args, form=form, **kwargs)

    def get_object(self, request: HttpRequest, slug: str, form: PulseFilter) -> PulseFilter:
        return form

    def title(self, obj: PulseFilter) -> str:
        return gettext("%(sig)s：未满足评审规则即合入的拉取请求") % {
            "sig": printable(obj.sig.local_name)
        }

    def link(self, obj: PulseFilter) -> str:
        return reverse("reviews:exceptions", args=[obj.sig.slug])

    def author_name(self, obj: PulseFilter) -> str:
        """For entries whose own author the host has forgotten: Atom wants one."""
        return printable(obj.sig.local_name)

    def items(self, obj: PulseFilter) -> list[Unmet]:
        pulls = exceptions_in(obj.scope(timezone.now())).order_by("-merged_at", "-pk")[:ENTRIES]
        return unmet_of(list(pulls), obj.repositories)

    def item_title(self, item: Any) -> str:
        return printable(str(item.pull))

    def item_description(self, item: Any) -> str:
        return printable(gettext("；").join(item.lacks))

    def item_link(self, item: Unmet) -> str:
        return item.pull.get_absolute_url()

    def item_guid(self, item: Unmet) -> str:
        site, place = urlsplit(settings.SITE_URL).hostname, item.pull.repository
        return f"tag:{site},2026:exception/{place.host}/{place.path}!{item.pull.number}"

    def item_author_name(self, item: Unmet) -> str | None:
        return printable(item.pull.author_login) or None

    def item_pubdate(self, item: Unmet) -> dt.datetime | None:
        return item.pull.merged_at

    def item_updateddate(self, item: Unmet) -> dt.datetime | None:
        return item.pull.merged_at
