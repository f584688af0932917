"""The tools templates print with."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from sigportal.templatetags import portal
from tests.factories import PersonFactory

AT = dt.datetime(2026, 12, 3, 8, 0, 59, tzinfo=dt.UTC)


class Berlin:
    zone = ZoneInfo("Europe/Berlin")


def show(source: str, **context: object) -> str:
    return Template("{% load portal %}" + source).render(Context(context))


def test_day_prints_a_date_and_the_portals_day_of_an_instant():
    late = dt.datetime(2026, 12, 2, 16, 30, tzinfo=dt.UTC)
    expected = '<time datetime="2026-12-03">2026-12-03</time>'
    assert portal.day(dt.date(2026, 12, 3)) == expected
    assert portal.day(late) == expected


def test_instant_is_in_the_zone_of_the_sig():
    assert portal.instant(AT) == '<time datetime="2026-12-03T16:00+08:00">2026-12-03 16:00</time>'
    assert portal.instant(AT, Berlin) == (
        '<time datetime="2026-12-03T09:00+01:00">2026-12-03 09:00</time>'
    )


@pytest.mark.parametrize(
    ("language", "words", "zone"),
    [
        ("zh-hans", "2026 年 12 月 3 日 周四 16:00", "北京时间"),
        ("en", "Thursday 3 December 2026 16:00", ""),
    ],
)
def test_long_instant_says_weekday_and_zone(language, words, zone):
    with translation.override(language):
        shown = portal.long_instant(AT)
    assert words in shown
    assert zone in shown


def test_long_instant_names_another_zone_by_its_offset():
    assert "UTC+01:00" in portal.long_instant(AT, Berlin)


def test_long_day_says_the_weekday():
    assert "2026 年 10 月 1 日 周四" in portal.long_day(dt.date(2026, 10, 1))


@pytest.mark.parametrize("name", ["day", "instant", "long_day", "long_instant"])
def test_times_print_nothing_for_nothing(name):
    assert show("{{ value|" + name + " }}", value=None) == ""


@pytest.mark.django_db
def test_person_links_the_name_to_the_persons_page():
    someone = PersonFactory(name="李 <b>", account__login="Lin-Example")
    shown = show('{% person someone "Maintainer" %}', someone=someone)
    assert 'href="/people/Lin-Example/"' in shown
    assert "李 &lt;b&gt;" in shown
    assert "Maintainer" in shown


def test_person_says_when_nobody_is_known():
    assert show("{% person nobody %}", nobody=None) == '<span class="muted">未知</span>'
    assert show("{% login_chip '' %}") == '<span class="muted">未知</span>'


def test_login_chip_does_not_link_a_login_no_address_can_hold():
    assert "href" not in show("{% login_chip 'a/b' %}")


def test_tone_is_the_same_for_a_login_in_any_case():
    assert portal.tone_of("Lin") == portal.tone_of("lin")
    assert {portal.tone_of(f"login-{n}") for n in range(200)} == set(range(portal.TONES))


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("李一鸣", "李"),
        ("示例·林夏", "林"),
        ("Ada Example", "AE"),
        ("ada", "A"),
        ("(bot) x", "X"),
        ("", "?"),
        ("--", "?"),
    ],
)
def test_initials_are_short(name, initials):
    assert portal.initials_of(name) == initials


def test_badge_carries_the_word_and_escapes_it():
    assert portal.badge("good", "<已通过>") == (
        '<span class="badge badge-good">&lt;已通过&gt;</span>'
    )


def test_badge_of_an_unknown_kind_is_a_mistake_of_the_template():
    with pytest.raises(TemplateSyntaxError):
        portal.badge("red", "x")


def test_outgoing_links_only_where_a_browser_may_go():
    assert portal.outgoing("https://gitee.com/a/b") == (
        '<a class="outgoing" href="https://gitee.com/a/b" rel="nofollow noopener">gitee.com/a/b</a>'
    )
    assert portal.outgoing("javascript:alert('x')") == "javascript:alert(&#x27;x&#x27;)"
    assert show("{{ url|outgoing:'原文' }}", url='https://e.example/"><b>').count("<b>") == 0


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("/sigs/a/?on=2026-01-01", "en", "/en/sigs/a/?on=2026-01-01"),
        ("/sigs/a/", "zh-hans", "/sigs/a/"),
        ("/nowhere/", "en", "/nowhere/"),
    ],
)
def test_language_url_is_the_same_page(path, code, expected):
    request = RequestFactory().get(path)
    assert show("{% language_url code %}", request=request, code=code) == expected
