"""Promotions as data: a feed for readers that follow, a table for spreadsheets."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from .models import Promotion, Sig
from .printable import printable
from .promotion_filter import PromotionFilter
from .promotion_list import listed

ENTRIES = 50
CHUNK = 500
COLUMNS = (
    "number",
    "person",
    "login",
    "kind",
    "role",
    "duty",
    "state",
    "policy_version",
    "nominated_by",
    "nominated_at",
    "voting_opens_at",
    "voting_closes_at",
    "decided_at",
    "effective_on",
    "in_favour",
    "against",
    "abstained",
    "entitled",
    "reason",
    "url",
)
Asked = tuple[Sig, PromotionFilter]


def lines_of(rows: QuerySet[Promotion]) -> Iterator[tuple[Any, ...]]:
    """A line of COLUMNS for each, read in chunks so that memory stays. UTC times."""
    for row in rows.prefetch_related("nominated_by__accounts").iterator(chunk_size=CHUNK):
        yield (
            row.pk,
            row.person.name,
            row.person.login,
            row.kind,
            row.role,
            row.duty,
            row.state,
            row.policy.version,
            row.nominated_by.login,
            *(_time(at) for at in (row.nominated_at, row.voting_opens_at)),
            *(_time(at) for at in (row.voting_closes_at, row.decided_at)),
            row.effective_on.isoformat() if row.effective_on else "",
            *(row.outcome.get(name, "") for name in COLUMNS[14:18]),
            row.reason,
            settings.SITE_URL + row.get_absolute_url(),
        )


def _time(at: dt.datetime | None) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


class PromotionFeed(Feed):
    """The newest of the list; one entry a promotion and state, so that each step is told once."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PromotionFilter(request.GET)
        if not form.is_valid():
            return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
        return super().__call__(request, *args, form=form, **kwargs)

    def get_object(self, request: HttpRequest, slug: str, form: PromotionFilter) -> Asked:
        return get_object_or_404(Sig, slug=slug), form

    def title(self, obj: Asked) -> str:
        return _("%(sig)s 的提名") % {"sig": printable(obj[0].local_name)}

    def link(self, obj: Asked) -> str:
        return reverse("members:promotion-list", args=[obj[0].slug])

    def items(self, obj: Asked) -> list[Promotion]:
        sig, form = obj
        rows = form.apply(listed().filter(sig=sig))
        return list(rows.order_by("-nominated_at", "-pk")[:ENTRIES])

    def item_title(self, item: Promotion) -> str:
        return printable(
            _("%(name)s：%(kind)s %(role)s（%(state)s）")
            % {
                "name": item.person.name,
                "kind": item.get_kind_display(),
                "role": item.get_role_display(),
                "state": item.get_state_display(),
            }
        )

    def item_description(self, item: Promotion) -> str:
        return printable(item.reason)

    def item_link(self, item: Promotion) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def item_guid(self, item: Promotion) -> str:
        site = urlsplit(settings.SITE_URL).hostname
        return f"tag:{site},2026:promotion/{item.pk}/{item.state}"

    item_guid_is_permalink = False

    def item_author_name(self, item: Promotion) -> str:
        return printable(item.nominated_by.name)

    def item_pubdate(self, item: Promotion) -> dt.datetime:
        return item.nominated_at

    def item_updateddate(self, item: Promotion) -> dt.datetime:
        times = (item.decided_at, item.voting_opens_at, item.accepted_at)
        return max((at for at in times if at), default=item.nominated_at)
