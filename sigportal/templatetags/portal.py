"""The few tools templates print with: times, people, badges, Markdown, links to the other language."""

import datetime as dt
import zlib
from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from members import time_zone
from sigportal import text as texts
from sigportal.integrity import integrity_of

register = template.Library()

TONES = 8
BADGE_KINDS = ("good", "waiting", "blocked", "neutral")


# ── times ─────────────────────────────────────────────────────────────────────────────────────
@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """A calendar day, `2026-12-03`, in `<time>`; an instant's day is that of the portal's zone."""
    if not value:
        return ""
    text = _local(value, None).strftime("%Y-%m-%d")
    return mark_safe(f'<time datetime="{text}">{text}</time>')  # noqa: S308 - digits only


@register.filter
def instant(value: dt.datetime | None, sig: Any = None) -> str:
    """An aware datetime in the SIG's zone, `2026-12-03 16:00`, in `<time>`."""
    if not value:
        return ""
    local = _local(value, sig)
    return mark_safe(  # noqa: S308 - digits only
        f'<time datetime="{local.isoformat(timespec="minutes")}">{local:%Y-%m-%d %H:%M}</time>'
    )


@register.filter
def long_day(value: dt.date | dt.datetime | None, sig: Any = None) -> str:
    """A day in words with its weekday: 2026 年 12 月 3 日 周四; Thursday 3 December 2026."""
    if not value:
        return ""
    local = _local(value, sig)
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%d}", _day_in_words(local))


@register.filter
def long_instant(value: dt.datetime | None, sig: Any = None) -> str:
    """A day in words with the time of day and the zone, for a date one has to keep."""
    if not value:
        return ""
    local = _local(value, sig)
    return format_html(
        '<time datetime="{}">{} {}</time> <span class="muted">{}</span>',
        local.isoformat(timespec="minutes"),
        _day_in_words(local),
        f"{local:%H:%M}",
        _zone_in_words(local),
    )


@register.simple_tag(takes_context=True)
def own_time(
    context: template.Context, value: dt.datetime | None, sig: Any = None, form: str = ""
) -> str:
    """The same instant in the zone the reader chose, `= 周四 09:00 中欧标准时间 UTC+01:00`.

    Nothing where none was chosen or its clocks show the same. `form` "brief" leaves out the zone's name.
    """
    zone = getattr(context.get("reader"), "zone", None)
    beside = _zone(sig)
    if not value or zone is None or not time_zone.differ(value, zone, beside):
        return ""
    local = value.astimezone(zone)
    offset, name = time_zone.offset_of(local), time_zone.name_of(local)
    return format_html(
        '<span class="muted own-time">= <time datetime="{}">{}</time> {}</span>',
        local.isoformat(timespec="minutes"),
        time_zone.told(value, zone=zone, beside=beside),
        offset if form == "brief" or name == offset else f"{name} {offset}",
    )


@register.filter
def away(value: dt.datetime | None, sig: Any = None) -> str:
    """How far an instant is from the present, counted in days of the SIG's calendar: 3 天后."""
    return time_zone.away(value, timezone.now(), _zone(sig)) if value else ""


def _zone(sig: Any) -> Any:
    return getattr(sig, "zone", None) or timezone.get_current_timezone()


def _local(value: Any, sig: Any) -> Any:
    """A datetime in the zone of `sig` (the portal's without one); a plain date as it is."""
    if not isinstance(value, dt.datetime):
        return value
    return value.astimezone(_zone(sig))


def _day_in_words(value: dt.date) -> str:
    if get_language() == "en":
        return f"{value:%A} {value.day} {value:%B} {value.year}"
    return f"{value.year} 年 {value.month} 月 {value.day} 日 {time_zone.weekday(value)}"


def _zone_in_words(value: dt.datetime) -> str:
    """北京时间; the offset of any other."""
    name, offset = time_zone.name_of(value), time_zone.offset_of(value)
    return name if name == gettext("北京时间") else offset


# ── people ────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def person(someone: Any, role: str = "") -> SafeString:
    """Chip of a Person: initials, name, login, and the role when given. Prefetch `accounts` in lists."""
    if not someone:
        return format_html('<span class="muted">{}</span>', gettext("未知"))
    login = someone.login
    shown = "" if login == someone.nameless_login else login
    return _chip(someone.name or login, login, role, shown)


@register.simple_tag
def login_chip(login: str) -> SafeString:
    """Chip of someone of whom only the login is known."""
    if not login:
        return format_html('<span class="muted">{}</span>', gettext("未知"))
    return _chip(login, login, "", login)


def _chip(name: str, login: str, role: str, shown: str) -> SafeString:
    """`login` makes the address; `shown` stands beside the name unless it repeats it."""
    told = shown and shown != name
    beside = format_html('<span class="person-login mono">{}</span>', shown) if told else ""
    mark = format_html('<span class="person-role">{}</span>', role) if role else ""
    body = format_html(
        '<span class="avatar tone-{}" aria-hidden="true">{}</span>'
        '<span class="person-text"><span class="person-name">{}</span> {} {}</span>',
        tone_of(login),
        initials_of(name),
        name,
        beside,
        mark,
    )
    try:
        url = reverse("members:person-detail", args=[login])
    except NoReverseMatch:  # a login from elsewhere that no address of ours can hold, such as "a/b"
        return format_html('<span class="person">{}</span>', body)
    return format_html('<a class="person" href="{}">{}</a>', url, body)


def tone_of(login: str) -> int:
    """Which of the circle's colours a login has, the same on every page and every day."""
    return zlib.crc32(login.lower().encode()) % TONES


def initials_of(name: str) -> str:
    """Two letters of a Latin name, the first character of any other; of "甲·乙" that of the last part."""
    words = [word for word in name.rsplit("·", 1)[-1].split() if word[0].isalnum()]
    if not words:
        return "?"
    if not words[0].isascii():
        return words[0][0]
    return "".join(word[0] for word in words[:2]).upper()


# ── words ─────────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def badge(kind: str, text: Any) -> SafeString:
    """A state: one of good, waiting, blocked, neutral; the colour never stands without the word."""
    if kind not in BADGE_KINDS:
        raise template.TemplateSyntaxError(f"badge of no known kind: {kind!r}")
    return format_html('<span class="badge badge-{}">{}</span>', kind, text)


@register.filter
def markdown(text: str | None, top: int = 2) -> SafeString:
    """Safe HTML of Markdown; its highest heading becomes `<h{top}>`. See sigportal.text."""
    markup = texts.to_html(text or "", top=int(top))
    return mark_safe(f'<div class="prose">{markup}</div>')  # noqa: S308 - nh3 cleaned it


@register.filter
def named_markdown(text: str | None, top: int = 2) -> SafeString:
    """As `markdown`, with ids on the headings, so that a search can link to them. Once a page."""
    markup = texts.to_html(text or "", top=int(top), named=True)
    return mark_safe(f'<div class="prose">{markup}</div>')  # noqa: S308 - nh3 cleaned it


@register.simple_tag
def marked(parts: Iterable[Any]) -> SafeString:
    """A text in parts (meetings.passage.Part), what a search found in `<mark>`."""
    shown = (
        format_html("<mark>{}</mark>", part.text) if part.is_hit else conditional_escape(part.text)
        for part in parts
    )
    return format_html_join("", "{}", ((piece,) for piece in shown))


@register.filter
def outgoing(url: str | None, label: str = "") -> str:
    """A link that leaves the portal, with its host and path as text unless a label is given."""
    shown = texts.shown_address(url or "")
    if not shown:
        return conditional_escape(url or "")
    return format_html(
        '<a class="outgoing" href="{}" rel="nofollow noopener">{}</a>', url, label or shown
    )


# ── addresses ─────────────────────────────────────────────────────────────────────────────────
@register.simple_tag(takes_context=True)
def language_url(context: template.Context, code: str) -> str:
    """Address of this page in another language."""
    request = context.get("request")
    return translate_url(request.get_full_path(), code) if request else "/"


@register.simple_tag
def script(path: str) -> SafeString:
    """A script of our own, that runs after the page was read and only with the bytes it has here."""
    html = '<script src="{}" integrity="{}" defer></script>'
    return format_html(html, static(path), integrity_of(path))


@register.simple_tag
def absolute(path: str) -> str:
    """A path of ours with the portal's public address before it."""
    return f"{settings.SITE_URL}{path}"


@register.filter
def sentence(text: str | None) -> str:
    """The first sentence of a Markdown text, as plain text."""
    return texts.first_sentence(text or "")
