"""A reader's own time zone: which may be chosen, what they are called, an instant told in one."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location, get_timezone_name
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext_lazy

# Chosen on purpose: no time beside the SIG's. Empty: nothing was chosen.
SAME = "sig"
REGIONS = {
    "Asia": gettext_lazy("亚洲"),
    "Europe": gettext_lazy("欧洲"),
    "America": gettext_lazy("美洲"),
    "Africa": gettext_lazy("非洲"),
    "Australia": gettext_lazy("澳大利亚"),
    "Pacific": gettext_lazy("太平洋"),
    "Atlantic": gettext_lazy("大西洋"),
    "Indian": gettext_lazy("印度洋"),
    "Arctic": gettext_lazy("北极"),
    "Antarctica": gettext_lazy("南极洲"),
    "UTC": gettext_lazy("协调世界时"),
}
# The names of zones (CLDR) still stand under keys that the zone database has replaced.
NAMED_AS = {
    "America/Argentina/Buenos_Aires": "America/Buenos_Aires",
    "America/Argentina/Catamarca": "America/Catamarca",
    "America/Argentina/Cordoba": "America/Cordoba",
    "America/Argentina/Jujuy": "America/Jujuy",
    "America/Argentina/Mendoza": "America/Mendoza",
    "America/Indiana/Indianapolis": "America/Indianapolis",
    "America/Kentucky/Louisville": "America/Louisville",
    "America/Nuuk": "America/Godthab",
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Kathmandu": "Asia/Katmandu",
    "Asia/Kolkata": "Asia/Calcutta",
    "Asia/Yangon": "Asia/Rangoon",
    "Atlantic/Faroe": "Atlantic/Faeroe",
    "Europe/Kyiv": "Europe/Kiev",
}
LOCALES = {"zh-hans": "zh_Hans", "en": "en"}
MINUTE_S, HOUR_S = 60, 3600
DAYS_COUNTED, MONTH_DAYS, YEAR_DAYS = 60, 30.44, 365.2425
# How far away: in the future, in the past.
MINUTES = (
    ngettext_lazy("%(count)d 分钟后", "%(count)d 分钟后", "count"),
    ngettext_lazy("%(count)d 分钟前", "%(count)d 分钟前", "count"),
)
HOURS = (
    ngettext_lazy("%(count)d 小时后", "%(count)d 小时后", "count"),
    ngettext_lazy("%(count)d 小时前", "%(count)d 小时前", "count"),
)
DAYS = (
    ngettext_lazy("%(count)d 天后", "%(count)d 天后", "count"),
    ngettext_lazy("%(count)d 天前", "%(count)d 天前", "count"),
)
MONTHS = (
    ngettext_lazy("约 %(count)d 个月后", "约 %(count)d 个月后", "count"),
    ngettext_lazy("约 %(count)d 个月前", "约 %(count)d 个月前", "count"),
)
YEARS = (
    ngettext_lazy("%(count)d 年多以后", "%(count)d 年多以后", "count"),
    ngettext_lazy("%(count)d 年多以前", "%(count)d 年多以前", "count"),
)
WEEKDAYS_ZH = "一二三四五六日"
SHANGHAI = "Asia/Shanghai"


@dataclass(frozen=True)
class Offered:
    """One zone to choose; `offset` holds at the instant asked for, `UTC+08:00`."""

    key: str
    city: str
    name: str
    offset: str

    def answers(self, asked: str) -> bool:
        """Whether every word of what somebody types occurs in its names or its offset."""
        whole = f"{self.key} {self.key.replace('_', ' ')} {self.city} {self.name} {self.offset}"
        return all(word in whole.casefold() for word in asked.casefold().split())


# ── what may be chosen ────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Keys of the zone database that name a place, old spellings too, and UTC."""
    return frozenset(key for key in available_timezones() if _region(key) in REGIONS)


def zone_of(choice: str) -> ZoneInfo | None:
    """The zone of a stored choice; None when it is empty, SAME, or no zone (any more)."""
    return ZoneInfo(choice) if choice in known() else None


def is_choice(text: str) -> bool:
    return text == SAME or text in known()


def city_of(key: str) -> str:
    """The place a key of the zone database names, in the language of the page."""
    return _city(key, _locale())


def offered(at: dt.datetime, asked: str = "", kept: str = "") -> list[tuple[str, list[Offered]]]:
    """Zones by region, each region from east to west, as they are at `at` (aware).

    `asked` leaves those that answer it; `kept` is a key that stays whatever is asked.
    """
    zones = [_offered(key, at) for key in _from_east(_listed(kept), at)]
    groups: dict[str, list[Offered]] = {region: [] for region in REGIONS}
    for one in zones:
        if one.key == kept or one.answers(asked):
            groups[_region(one.key)].append(one)
    return [(str(REGIONS[region]), found) for region, found in groups.items() if found]


def _region(key: str) -> str:
    return key.partition("/")[0]


@lru_cache(maxsize=1)
def _places() -> tuple[str, ...]:
    """One key a place, in the present spelling: zone.tab of the zone database."""
    table = (files("tzdata.zoneinfo") / "zone.tab").read_text(encoding="utf-8")
    keys = [line.split("\t")[2] for line in table.splitlines() if line and line[0] != "#"]
    return (*(key for key in keys if key in known()), "UTC")


def _listed(kept: str) -> list[str]:
    return [*_places(), *([kept] if kept in known() and kept not in _places() else [])]


def _from_east(keys: Iterable[str], at: dt.datetime) -> list[str]:
    offsets = {key: at.astimezone(ZoneInfo(key)).utcoffset() or dt.timedelta(0) for key in keys}
    return sorted(offsets, key=lambda key: (-offsets[key], key))


def _offered(key: str, at: dt.datetime) -> Offered:
    local = at.astimezone(ZoneInfo(key))
    return Offered(key, city_of(key), name_of(local), offset_of(local))


@lru_cache(maxsize=2048)
def _city(key: str, locale: Locale) -> str:
    named = NAMED_AS.get(key, key)
    if named in NAMED_AS.values():
        place = key.rpartition("/")[2].replace("_", " ")
        return str(locale.time_zones.get(named, {}).get("city", place))
    return str(get_timezone_location(named, locale=locale, return_city=True))


def _locale() -> Locale:
    return Locale.parse(LOCALES.get(get_language() or "", "zh_Hans"))


# ── an instant, told ──────────────────────────────────────────────────────────────────────────
def differ(at: dt.datetime, one: ZoneInfo, other: ZoneInfo) -> bool:
    """Whether the clocks of two zones show different times at an instant (aware)."""
    return at.astimezone(one).utcoffset() != at.astimezone(other).utcoffset()


def told(at: dt.datetime, *, zone: ZoneInfo, beside: ZoneInfo) -> str:
    """An instant on the clock of `zone`, for one who has just read it on that of `beside`.

    周四 09:00, with the date where it is another day there, and the year where it is another year.
    """
    own, other = at.astimezone(zone), at.astimezone(beside)
    if own.date() == other.date():
        return f"{weekday(own)} {own:%H:%M}"
    return f"{_day(own, with_year=own.year != other.year)} {own:%H:%M}"


def offset_of(local: dt.datetime) -> str:
    """`UTC+08:00` of an aware datetime."""
    offset = f"{local:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"


def name_of(local: dt.datetime) -> str:
    """What its zone is called at that time (summer or not) in the language of the page.

    北京时间 for the portal's own; the offset where the zone has no name of its own.
    """
    zone = local.tzinfo
    if not isinstance(zone, ZoneInfo):
        return offset_of(local)
    if zone.key == SHANGHAI:
        return gettext("北京时间")
    named = NAMED_AS.get(zone.key, zone.key)
    if named in NAMED_AS.values():
        return _long_name(named, local) or offset_of(local)
    name = str(get_timezone_name(local, locale=_locale()))
    return offset_of(local) if name.startswith(("GMT+", "GMT-")) else name


def _long_name(key: str, local: dt.datetime) -> str:
    """Of a zone under its old key, which get_timezone_name would look for under the new one."""
    names = _locale().meta_zones.get(get_global("meta_zones").get(key), {}).get("long", {})
    return str(names.get("daylight" if local.dst() else "standard", ""))


def away(at: dt.datetime, now: dt.datetime, zone: ZoneInfo) -> str:
    """How far `at` is from `now` (both aware): 20 分钟后, 3 小时前; from a day on in days of `zone`."""
    seconds = (at - now).total_seconds()
    ahead, gap = seconds > 0, abs(seconds)
    if gap < MINUTE_S:
        return gettext("现在")
    if gap < HOUR_S:
        return _counted(ahead, int(gap // MINUTE_S), *MINUTES)
    if gap < 24 * HOUR_S:
        return _counted(ahead, int(gap // HOUR_S), *HOURS)
    days = abs((at.astimezone(zone).date() - now.astimezone(zone).date()).days)
    if days <= DAYS_COUNTED:
        return _counted(ahead, max(days, 1), *DAYS)
    if days < 2 * YEAR_DAYS:
        return _counted(ahead, round(days / MONTH_DAYS), *MONTHS)
    return _counted(ahead, int(days // YEAR_DAYS), *YEARS)


def _counted(ahead: bool, count: int, coming: Any, past: Any) -> str:
    return str((coming if ahead else past) % {"count": count})


def weekday(value: dt.date) -> str:
    """周四; Thu."""
    return f"{value:%a}" if get_language() == "en" else f"周{WEEKDAYS_ZH[value.weekday()]}"


def _day(value: dt.date, *, with_year: bool) -> str:
    """12 月 2 日 周三; Wed 2 December."""
    if get_language() == "en":
        return f"{value:%a} {value.day} {value:%B}" + (f" {value.year}" if with_year else "")
    year = f"{value.year} 年 " if with_year else ""
    return f"{year}{value.month} 月 {value.day} 日 {weekday(value)}"
