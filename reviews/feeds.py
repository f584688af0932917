"""Atom feed of a SIG's review records, narrowed like the list it stands on."""

import datetime as dt
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext

from members.models import Sig

from .forms import RecordFilter
from .home import records_of
from .record import Row, rows_of
from .wording import verdict_sentence

ENTRIES = 50


class RecordFeed(Feed):
    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str) -> tuple[Sig, RecordFilter]:
        sig = get_object_or_404(Sig, slug=slug)
        return sig, RecordFilter(request.GET, repositories=list(sig.repositories.all()))

    def title(self, obj: tuple[Sig, RecordFilter]) -> str:
        return gettext("%(sig)s 的评审记录") % {"sig": obj[0].local_name}

    def link(self, obj: tuple[Sig, RecordFilter]) -> str:
        return reverse("reviews:record-list", args=[obj[0].slug])

    def items(self, obj: tuple[Sig, RecordFilter]) -> list[Row]:
        sig, form = obj
        return rows_of(list(form.apply(records_of(sig)).order_by("-updated_at", "-pk")[:ENTRIES]))

    def item_title(self, item: Any) -> str:
        return str(item.pull)

    def item_description(self, item: Any) -> str:
        return verdict_sentence(item.pull, item.verdict)

    def item_link(self, item: Row) -> str:
        return item.pull.get_absolute_url()

    def item_author_name(self, item: Row) -> str:
        return item.pull.author_login

    def item_pubdate(self, item: Row) -> dt.datetime:
        return item.pull.created_at

    def item_updateddate(self, item: Row) -> dt.datetime:
        return item.pull.updated_at
