"""Atom feeds of a SIG's review records and issues, each narrowed like the list it stands on."""

import datetime as dt
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext, ngettext

from members.models import Sig
from members.printable import printable

from .forms import IssueFilter, ListFilter, RecordFilter
from .listing import all_issues, all_records
from .models import Issue, PullRequest

ENTRIES = 50

Asked = TypeVar("Asked", bound=ListFilter)
Item = TypeVar("Item", PullRequest, Issue)


class ListFeed(Feed, Generic[Asked, Item]):
    """The newest of a list. Entries are named by host, repository and number, in every language alike."""

    feed_type = Atom1Feed
    list_name = ""
    feed_name = ""

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.asked(request, get_object_or_404(Sig, slug=kwargs["slug"]))
        if not form.is_valid():
            return HttpResponseBadRequest(form.complaint, content_type="text/plain; charset=utf-8")
        return super().__call__(request, *args, form=form, **kwargs)

    def asked(self, request: HttpRequest, sig: Sig) -> Asked:
        raise NotImplementedError

    def get_object(self, request: HttpRequest, slug: str, form: Asked) -> Asked:
        return form

    def link(self, obj: Asked) -> str:
        return _with_query(settings.SITE_URL + reverse(self.list_name, args=[obj.sig.slug]), obj)

    def feed_url(self, obj: Asked) -> str:
        return _with_query(settings.SITE_URL + reverse(self.feed_name, args=[obj.sig.slug]), obj)

    def author_name(self, obj: Asked) -> str:
        """For entries whose own author the host has forgotten: Atom wants one."""
        return printable(obj.sig.local_name)

    def item_title(self, item: Any) -> str:
        return printable(str(item))

    def item_link(self, item: Item) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def item_guid(self, item: Item) -> str:
        site = urlsplit(settings.SITE_URL).hostname
        sign = "!" if isinstance(item, PullRequest) else "%23"
        place = item.repository
        return f"tag:{site},2026:{place.host}/{place.path}{sign}{item.number}"

    def item_author_name(self, item: Item) -> str | None:
        return printable(item.author_login) or None

    def item_categories(self, item: Item) -> list[str]:
        return [printable(label) for label in item.labels]

    def item_pubdate(self, item: Item) -> dt.datetime:
        return item.created_at

    def item_updateddate(self, item: Item) -> dt.datetime:
        return item.updated_at


class RecordFeed(ListFeed[RecordFilter, PullRequest]):
    list_name = "reviews:record-list"
    feed_name = "reviews:record-feed"

    def asked(self, request: HttpRequest, sig: Sig) -> RecordFilter:
        return RecordFilter(request.GET, sig=sig, repositories=list(sig.repositories.all()))

    def title(self, obj: RecordFilter) -> str:
        return gettext("%(sig)s 的评审记录") % {"sig": printable(obj.sig.local_name)}

    def items(self, obj: RecordFilter) -> list[PullRequest]:
        return list(all_records(obj)[:ENTRIES])

    def item_description(self, item: Any) -> str:
        return gettext("%(state)s。评审结论：%(verdict)s；%(lgtm)s，%(approve)s。") % {
            "state": item.get_state_display(),
            "verdict": item.get_verdict_display(),
            "lgtm": _counted("lgtm", item.lgtm_count),
            "approve": _counted("approve", item.approve_count),
        }


class IssueFeed(ListFeed[IssueFilter, Issue]):
    list_name = "reviews:issue-list"
    feed_name = "reviews:issue-feed"

    def asked(self, request: HttpRequest, sig: Sig) -> IssueFilter:
        repositories = list(sig.repositories.all())
        return IssueFilter(request.GET, sig=sig, repositories=repositories, at=timezone.now())

    def title(self, obj: IssueFilter) -> str:
        return gettext("%(sig)s 的问题") % {"sig": printable(obj.sig.local_name)}

    def items(self, obj: IssueFilter) -> list[Issue]:
        return list(all_issues(obj)[:ENTRIES])

    def item_description(self, item: Any) -> str:
        if item.answered_at is None:
            return gettext("%(state)s，还没有答复。") % {"state": item.get_state_display()}
        return gettext("%(state)s，已有答复。") % {"state": item.get_state_display()}


def _counted(word: str, count: int) -> str:
    return ngettext("%(word)s %(count)d 个", "%(word)s %(count)d 个", count) % {
        "word": word,
        "count": count,
    }


def _with_query(address: str, form: ListFilter) -> str:
    return f"{address}?{form.address}" if form.address else address
