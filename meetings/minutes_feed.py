"""Atom feed of a SIG's minutes: what was published or amended, and what is out for comment, marked."""

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

from .models import MinutesRevision

ENTRIES = 50


class MinutesFeed(Feed):
    """One entry a meeting with the state of its text; the text itself stays on the page, for readers
    of feeds keep what they fetched and an offered text may be taken back."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str) -> Sig:
        return get_object_or_404(Sig, slug=slug)

    def title(self, obj: Sig) -> str:
        return gettext("%(sig)s 的会议纪要") % {"sig": printable(obj.local_name)}

    def link(self, obj: Sig) -> str:
        return reverse("meetings:meeting-list", args=[obj.slug])

    def author_name(self, obj: Sig) -> str:
        return printable(obj.local_name)

    def items(self, obj: Sig) -> list[MinutesRevision]:
        rows = MinutesRevision.objects.current_readable().filter(meeting__sig=obj)
        rows = rows.defer("body").select_related("meeting__sig", "meeting__series")
        return list(rows.order_by("-created_at", "-pk")[:ENTRIES])

    def item_title(self, item: MinutesRevision) -> str:
        words = {"title": item.meeting.local_title, "state": item.get_state_display()}
        return printable(gettext("%(title)s的纪要（%(state)s）") % words)

    def item_description(self, item: MinutesRevision) -> str:
        if item.is_offered:
            return gettext("征求意见稿，尚非正式纪要。意见截止 %(at)s。") % {"at": _deadline(item)}
        said = gettext("第 %(number)d 版，SHA-256 %(hash)s。") % {
            "number": item.number,
            "hash": item.content_hash,
        }
        why = gettext("修订理由：%(reason)s") % {"reason": item.reason} if item.reason else ""
        return printable("\n".join(part for part in (said, why) if part))

    def item_link(self, item: MinutesRevision) -> str:
        return f"{settings.SITE_URL}{item.meeting.get_absolute_url()}#minutes"

    def item_guid(self, item: MinutesRevision) -> str:
        return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:minutes/{item.meeting_id}"

    def item_updateddate(self, item: MinutesRevision) -> dt.datetime:
        return item.created_at


def _deadline(item: MinutesRevision) -> str:
    """In the meeting's zone, the zone said; empty where the offer has none."""
    closes_at = item.meeting.comments_close_at
    if closes_at is None:
        return ""
    return f"{closes_at.astimezone(item.meeting.zone):%Y-%m-%d %H:%M} {item.meeting.zone.key}"
