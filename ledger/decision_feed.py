"""An Atom feed of the register, narrowed like the list it stands on."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext

from . import decisions
from .decision_filter import DecisionFilter
from .decisions import Decision
from .names import directory
from .printable import printable

ENTRIES = 50


class DecisionFeed(Feed):
    """An address that cannot be understood is a 400."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sigs = directory().sigs()
        form = DecisionFilter(request.GET, sigs=sigs)
        if not form.is_valid():
            return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
        rows = decisions.printed(form.rows()).order_by("-number")[:ENTRIES]
        told = decisions.told(list(rows), sigs)
        return super().__call__(request, *args, form=form, told=told, **kwargs)

    def get_object(
        self, request: HttpRequest, form: DecisionFilter, told: list[Decision]
    ) -> tuple[DecisionFilter, list[Decision]]:
        return form, told

    def title(self, obj: Any) -> str:
        return gettext("决议登记")

    def link(self, obj: tuple[DecisionFilter, list[Decision]]) -> str:
        address = obj[0].address
        return reverse("ledger:decisions") + (f"?{address}" if address else "")

    def items(self, obj: tuple[DecisionFilter, list[Decision]]) -> list[Decision]:
        return obj[1]

    def item_title(self, item: Decision) -> str:
        return printable(f"{item.row.number} {item.sentence}")

    def item_description(self, item: Decision) -> str:
        return printable(item.reason.text) if item.reason else ""

    def item_link(self, item: Decision) -> str:
        return reverse("ledger:decision", args=[item.row.number])

    def item_guid(self, item: Decision) -> str:
        """An entry's lasting name, in every language alike."""
        return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:ledger/{item.entry.seq}"

    item_guid_is_permalink = False

    def item_author_name(self, item: Decision) -> str:
        return printable(item.actor.name) if item.actor else gettext("系统")

    def item_categories(self, item: Decision) -> list[str]:
        return [item.group]

    def item_pubdate(self, item: Decision) -> dt.datetime:
        return item.row.at

    def item_updateddate(self, item: Decision) -> dt.datetime:
        return item.row.at
