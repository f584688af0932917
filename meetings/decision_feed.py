"""Atom feed of what a SIG's meetings decided."""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext

from members.models import Sig
from members.printable import printable

from .decision_list import listed
from .models import MeetingDecision

ENTRIES = 50


class DecisionFeed(Feed):
    """One entry a decision, updated when it is withdrawn."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str) -> Sig:
        return get_object_or_404(Sig, slug=slug)

    def title(self, obj: Sig) -> str:
        return gettext("%(sig)s 的会议决定") % {"sig": printable(obj.local_name)}

    def link(self, obj: Sig) -> str:
        return reverse("meetings:decision-list", args=[obj.slug])

    def author_name(self, obj: Sig) -> str:
        return printable(obj.local_name)

    def items(self, obj: Sig) -> list[MeetingDecision]:
        return list(listed(obj).order_by("-number")[:ENTRIES])

    def item_title(self, item: MeetingDecision) -> str:
        if item.withdrawn_at:
            return gettext("%(label)s（已撤下）") % {"label": item.label}
        return item.label

    def item_description(self, item: MeetingDecision) -> str:
        return printable(f"{item.text}\n{item.meeting.local_title}")

    def item_link(self, item: MeetingDecision) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def item_guid(self, item: MeetingDecision) -> str:
        host = urlsplit(settings.SITE_URL).hostname
        return f"tag:{host},2026:decision/{item.sig.slug}/{item.number}"

    def item_pubdate(self, item: MeetingDecision) -> dt.datetime:
        return item.decided_at

    def item_updateddate(self, item: MeetingDecision) -> dt.datetime:
        return item.withdrawn_at or item.decided_at
