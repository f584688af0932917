"""Chat channels of the SIGs (WeCom, Feishu, DingTalk, Slack …): one short text with a link."""

from hashlib import sha256

from django.conf import settings

from ..models import Notice
from .mail import NotSent
from .text import text_of


def configured() -> dict[str, str]:
    """The addresses of NOTIFY_URLS by a mark that tells them apart without showing their secrets."""
    return {mark_of(url): url for url in settings.NOTIFY_URLS}


def mark_of(url: str) -> str:
    return sha256(url.encode()).hexdigest()[:12]


def service_of(mark: str) -> str:
    """`slack`, `wecombot` …: the part of the address that is no secret; empty when it is gone."""
    return configured().get(mark, "").partition("://")[0]


def send(notice: Notice) -> None:
    """Post one notice to its channel, in the portal's first language. Raises NotSent.

    apprise waits four seconds for a connection and four for an answer unless the address says
    `cto=` and `rto=`. It logs addresses with their secrets; the settings silence its logger.
    """
    url = configured()[notice.data["channel"]]
    text = text_of(notice.kind, notice.data, settings.LANGUAGE_CODE)
    # Only here: it knows a hundred services and takes its time to load, for a web process in vain.
    import apprise

    channel = apprise.Apprise()
    if not channel.add(url):
        raise NotSent("bad_channel", is_permanent=True)
    if not channel.notify(title=text.subject, body=f"{text.body}\n{text.url}"):
        raise NotSent("channel_refused")
