"""One's own time zone: what may be chosen, and that no clock change makes a told time wrong."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from members import time_zone

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
AT = dt.datetime(2026, 12, 3, 8, 0, tzinfo=dt.UTC)
ZONES = sorted(time_zone.known())
INSTANTS = st.datetimes(
    dt.datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    dt.datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
).map(lambda at: at.replace(second=0, microsecond=0))
TOLD = re.compile(
    r"(?:(?:(?P<year>\d{4}) 年 )?(?P<month>\d+) 月 (?P<day>\d+) 日 )?"
    r"周(?P<weekday>.) (?P<hour>\d\d):(?P<minute>\d\d)"
)


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


# ── what may be chosen ────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("choice", "zone"),
    [
        ("Europe/Berlin", BERLIN),
        ("Asia/Calcutta", ZoneInfo("Asia/Calcutta")),
        ("UTC", ZoneInfo("UTC")),
        ("sig", None),
        ("", None),
        ("Mars/Base", None),
        ("localtime", None),
        ("Etc/GMT+8", None),
        ("../../etc/passwd", None),
        ("europe/berlin", None),
        ("Europe/Berlin\n", None),
    ],
)
def test_zone_of_takes_places_of_the_zone_database_only(choice, zone):
    assert time_zone.zone_of(choice) == zone
    assert time_zone.is_choice(choice) == (zone is not None or choice == "sig")


def test_offered_lists_every_place_once_by_region_from_east_to_west():
    groups = dict(time_zone.offered(AT))
    keys = [one.key for zones in groups.values() for one in zones]

    assert len(keys) == len(set(keys)) > 400
    assert list(groups)[:3] == ["亚洲", "欧洲", "美洲"]
    europe = [one.offset for one in groups["欧洲"]]
    assert europe == sorted(europe, reverse=True)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("柏林", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("America/New_York", "America/New_York"),
        ("印度", "Asia/Kolkata"),
        ("加德满都", "Asia/Kathmandu"),
        ("utc+05:45", "Asia/Kathmandu"),
        ("中欧 柏林", "Europe/Berlin"),
    ],
)
def test_offered_is_found_by_city_name_and_offset(asked, key):
    found = [one.key for _region, zones in time_zone.offered(AT, asked) for one in zones]
    assert key in found
    assert len(found) < 60


def test_offered_finds_nothing_for_an_unknown_place():
    assert time_zone.offered(AT, "火星基地") == []


def test_offered_keeps_a_choice_in_an_old_spelling():
    groups = time_zone.offered(AT, "europe/berlin", kept="Asia/Calcutta")
    assert [one.key for _region, zones in groups for one in zones] == [
        "Asia/Calcutta",
        "Europe/Berlin",
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_zone_has_a_name_and_a_city_in_summer_and_winter(language):
    with translation.override(language):
        for at in (utc(2026, 1, 1), utc(2026, 7, 1)):
            for key in ZONES:
                assert time_zone.name_of(at.astimezone(ZoneInfo(key)))
                assert time_zone.city_of(key)


@pytest.mark.parametrize(
    ("key", "at", "name"),
    [
        ("Europe/London", utc(2026, 7, 1), "英国夏令时间"),
        ("Europe/London", utc(2026, 12, 1), "格林尼治标准时间"),
        ("America/New_York", utc(2026, 10, 31, 12), "北美东部夏令时间"),
        ("America/New_York", utc(2026, 11, 1, 12), "北美东部标准时间"),
        ("Asia/Shanghai", utc(2026, 7, 1), "北京时间"),
        ("Asia/Kolkata", utc(2026, 7, 1), "印度时间"),
        ("Europe/Kyiv", utc(2026, 7, 1), "东欧夏令时间"),
        ("Africa/Casablanca", utc(2026, 7, 1), "UTC+01:00"),
    ],
)
def test_name_says_whether_it_is_summer(key, at, name):
    assert time_zone.name_of(at.astimezone(ZoneInfo(key))) == name


# ── an instant, told ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("at", "zone", "words"),
    [
        (AT, "Europe/Berlin", "周四 09:00"),
        (AT, "America/Los_Angeles", "周四 00:00"),
        (AT, "Pacific/Honolulu", "12 月 2 日 周三 22:00"),
        # The meeting of November 2026 stands at 16:00 in Shanghai; New York has left summer time.
        (utc(2026, 10, 29, 8), "America/New_York", "周四 04:00"),
        (utc(2026, 11, 5, 8), "America/New_York", "周四 03:00"),
        (utc(2026, 12, 31, 17), "Europe/Berlin", "2026 年 12 月 31 日 周四 18:00"),
    ],
)
def test_told_says_the_date_only_where_it_is_another(at, zone, words):
    assert time_zone.told(at, zone=ZoneInfo(zone), beside=SHANGHAI) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [(AT, "Thu 09:00"), (utc(2026, 12, 31, 17), "Thu 31 December 2026 18:00")],
)
def test_told_is_english_on_english_pages(at, words):
    with translation.override("en"):
        assert time_zone.told(at, zone=BERLIN, beside=SHANGHAI) == words


# The hours that happen twice and those that do not happen, and a country that skipped a day.
@example(utc(2026, 10, 25, 0, 30), "Europe/Berlin", "Asia/Shanghai")
@example(utc(2026, 10, 25, 1, 30), "Europe/Berlin", "Asia/Shanghai")
@example(utc(2026, 3, 8, 6, 59), "America/New_York", "Asia/Shanghai")
@example(utc(2011, 12, 30, 9, 59), "Pacific/Apia", "Asia/Shanghai")
@example(utc(2011, 12, 30, 10, 0), "Pacific/Apia", "Asia/Shanghai")
@given(INSTANTS, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_told_time_is_that_very_instant_in_any_zone(at, key, other):
    """Read back with what stands beside it: the date of the SIG's time and the offset."""
    zone, beside = ZoneInfo(key), ZoneInfo(other)
    found = TOLD.fullmatch(time_zone.told(at, zone=zone, beside=beside))
    assert found is not None
    shown = at.astimezone(beside)
    date = dt.date(
        int(found["year"] or shown.year),
        int(found["month"] or shown.month),
        int(found["day"] or shown.day),
    )
    sign, hours, minutes = re.fullmatch(
        r"UTC([+-])(\d\d):(\d\d)", time_zone.offset_of(at.astimezone(zone))
    ).groups()
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes))
    local = dt.datetime.combine(date, dt.time(int(found["hour"]), int(found["minute"])))
    back = local - (offset if sign == "+" else -offset)

    # Before 1972 Liberia was 44 minutes and 30 seconds behind; here offsets are whole minutes.
    assert back.replace(tzinfo=dt.UTC) == at
    assert "一二三四五六日"[date.weekday()] == found["weekday"]


@given(INSTANTS, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_zones_differ_exactly_where_their_clocks_show_another_time(at, one, other):
    clocks = {at.astimezone(ZoneInfo(key)).replace(tzinfo=None) for key in (one, other)}
    assert time_zone.differ(at, ZoneInfo(one), ZoneInfo(other)) == (len(clocks) == 2)


# ── how far away ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("at", "words"),
    [
        (utc(2026, 12, 3, 8, 0, 59), "现在"),
        (utc(2026, 12, 3, 8, 1), "1 分钟后"),
        (utc(2026, 12, 3, 7, 1), "59 分钟前"),
        (utc(2026, 12, 3, 9), "1 小时后"),
        (utc(2026, 12, 2, 8, 1), "23 小时前"),
        # 24 hours and more are counted by days of the calendar: 30 hours on is the day after tomorrow.
        (utc(2026, 12, 4, 8), "1 天后"),
        (utc(2026, 12, 4, 16), "2 天后"),
        (utc(2026, 11, 30, 8), "3 天前"),
        (utc(2027, 2, 1, 8), "60 天后"),
        (utc(2027, 2, 2, 8), "约 2 个月后"),
        (utc(2025, 12, 3, 8), "约 12 个月前"),
        (utc(2024, 1, 3, 8), "2 年多以前"),
    ],
)
def test_away_counts_minutes_hours_then_days_of_the_calendar(at, words):
    assert time_zone.away(at, AT, SHANGHAI) == words


def test_away_is_at_least_a_day_once_a_day_has_passed():
    """The day the clocks go back has 25 hours: 24 of them end on the same date."""
    start = dt.datetime(2026, 10, 25, 0, 0, tzinfo=BERLIN).astimezone(dt.UTC)
    assert time_zone.away(start + dt.timedelta(hours=24), start, BERLIN) == "1 天后"
