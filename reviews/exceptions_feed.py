"""Atom feed of what was merged without the review rule being met, narrowed like its page."""

import datetime as dt
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext

from members.models import Sig

from .pulse_filter import PulseFilter
from .unmet import Unmet, exceptions_in, unmet_of

ENTRIES = 50


class ExceptionsFeed(Feed):
    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str) -> PulseFilter:
        sig = get_object_or_404(Sig, slug=slug)
        return PulseFilter(request.GET, sig=sig, repositories=list(sig.repositories.all()))

    def title(self, obj: PulseFilter) -> str:
        return gettext("%(sig)s：未满足评审规则即合入的拉取请求") % {"sig": obj.sig.local_name}

    def link(self, obj: PulseFilter) -> str:
        return reverse("reviews:exceptions", args=[obj.sig.slug])

    def items(self, obj: PulseFilter) -> list[Unmet]:
        pulls = exceptions_in(obj.scope(timezone.now())).order_by("-merged_at", "-pk")[:ENTRIES]
        return unmet_of(list(pulls), obj.repositories)

    def item_title(self, item: Any) -> str:
        return str(item.pull)

    def item_description(self, item: Any) -> str:
        return gettext("；").join(item.lacks)

    def item_link(self, item: Unmet) -> str:
        return item.pull.get_absolute_url()

    def item_author_name(self, item: Unmet) -> str:
        return item.pull.author_login

    def item_pubdate(self, item: Unmet) -> dt.datetime | None:
        return item.pull.merged_at

    def item_updateddate(self, item: Unmet) -> dt.datetime | None:
        return item.pull.merged_at
