"""Atom feed of a SIG's announced agendas: who gets no mail hears of them here."""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Prefetch, Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext

from members.models import Sig
from members.printable import printable

from .models import AgendaItem, Meeting

ENTRIES = 50


class AgendaFeed(Feed):
    """One entry a meeting, updated when the host changes the agenda, and when it moves or is off."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, slug: str) -> Sig:
        return get_object_or_404(Sig, slug=slug)

    def title(self, obj: Sig) -> str:
        return gettext("%(sig)s 的会议议程") % {"sig": printable(obj.local_name)}

    def link(self, obj: Sig) -> str:
        return reverse("meetings:meeting-list", args=[obj.slug])

    def author_name(self, obj: Sig) -> str:
        return printable(obj.local_name)

    def items(self, obj: Sig) -> list[Meeting]:
        standing = AgendaItem.objects.filter(withdrawn_at=None)
        told = Q(frozen_at__isnull=False) | Q(agenda_reopened_at__isnull=False)
        rows = Meeting.objects.filter(told, sig=obj)
        rows = rows.select_related("sig", "series", "host", "scribe").order_by("-starts_at", "-pk")
        return list(rows.prefetch_related(Prefetch("agenda_items", queryset=standing))[:ENTRIES])

    def item_title(self, item: Meeting) -> str:
        words = {"title": item.local_title, "state": item.get_state_display()}
        return printable(gettext("%(title)s（%(state)s）") % words)

    def item_description(self, item: Meeting) -> str:
        local = item.starts_at.astimezone(item.zone)
        opening = f"{local:%Y-%m-%d %H:%M} {item.zone.key}"
        topics = [topic.local_title for topic in item.agenda_items.all()]
        agenda = gettext("；").join(topics) or gettext("暂无议题")
        host = gettext("主持人：%(name)s") % {"name": item.host.name} if item.host else ""
        scribe = gettext("记录人：%(name)s") % {"name": item.scribe.name} if item.scribe else ""
        note = gettext("说明：%(note)s") % {"note": item.note} if item.note else ""
        again = "" if item.is_frozen else gettext("例会推迟，议程重新开放，会前再次公布。")
        return printable(
            "\n".join(part for part in (opening, host, scribe, agenda, again, note) if part)
        )

    def item_link(self, item: Meeting) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def item_guid(self, item: Meeting) -> str:
        return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:meeting/{item.pk}"

    def item_pubdate(self, item: Meeting) -> dt.datetime | None:
        return item.frozen_at or item.agenda_reopened_at

    def item_updateddate(self, item: Meeting) -> dt.datetime:
        told = (item.frozen_at, item.agenda_changed_at, item.agenda_reopened_at, item.changed_at)
        return max(at for at in told if at is not None)
