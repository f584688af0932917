"""The reader's own zone: chosen without JavaScript, kept with the person or in a cookie, never trusted."""

import datetime as dt

import pytest
from django.contrib.auth.models import User

from members.models import Person
from sigportal.reader import reader_of
from tests.factories import MeetingFactory, PersonFactory, SeriesFactory, SigFactory

PAGE = "/time-zone/"
COOKIE = "time-zone"
AT = dt.datetime(2026, 10, 28, 8, 0, tzinfo=dt.UTC)
# The first Thursday of November 2026, 16:00 in Shanghai; New York left summer time four days before.
NOVEMBER = dt.datetime(2026, 11, 5, 8, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def sig():
    return SigFactory(slug="reading", name="阅读小组", name_en="Reading group")


@pytest.fixture
def meeting(sig):
    series = SeriesFactory(sig=sig)
    return MeetingFactory(
        sig=sig,
        series=series,
        starts_at=NOVEMBER,
        ends_at=NOVEMBER + dt.timedelta(hours=1),
        title="十一月例会",
        title_en="November meeting",
    )


@pytest.fixture
def signed_in(client):
    user = User.objects.create_user("ann")
    person = PersonFactory(name="Ann", account__login="ann")
    Person.objects.filter(pk=person.pk).update(user=user)
    client.force_login(user)
    return person


def choice_of(person):
    return Person.objects.get(pk=person.pk).time_zone


# ── choosing ──────────────────────────────────────────────────────────────────────────────────
def test_page_lists_every_zone_with_city_and_offset(client):
    page = client.get(PAGE).content.decode()

    assert '<optgroup label="欧洲">' in page
    assert "柏林" in page
    assert page.count("<option") > 400


def test_page_finds_by_a_plain_get(client):
    page = client.get(PAGE, {"q": "纽约"}).content.decode()

    assert page.count("<option") == 2  # the empty one and New York
    assert 'value="America/New_York"' in page


def test_page_says_what_to_do_where_nothing_is_found(client):
    page = client.get(PAGE, {"q": "火星基地"}).content.decode()

    assert "没有找到这样的时区" in page
    assert "使用这个时区" not in page
    assert "与 SIG 相同" in page


def test_visitors_choice_is_kept_in_a_cookie_and_leads_back(client, sig, settings):
    settings.SESSION_COOKIE_SECURE = True
    answer = client.post(PAGE, {"zone": "Europe/Berlin", "next": "/sigs/reading/"})

    assert (answer.status_code, answer["Location"]) == (302, "/sigs/reading/")
    cookie = answer.cookies[COOKIE]
    assert cookie.value == "Europe/Berlin"
    assert cookie["httponly"] is True
    assert cookie["secure"] is True
    assert cookie["samesite"] == "Lax"


def test_persons_choice_is_kept_with_the_person_alone(client, signed_in):
    client.cookies[COOKIE] = "Asia/Tokyo"
    answer = client.post(PAGE, {"zone": "Europe/Berlin"})

    assert choice_of(signed_in) == "Europe/Berlin"
    assert answer.cookies[COOKIE].value == ""
    assert answer.cookies[COOKIE]["max-age"] == 0


def test_choice_is_switched_off_again(client, signed_in):
    client.post(PAGE, {"zone": "Europe/Berlin"})
    client.post(PAGE, {"zone": "sig"})

    assert choice_of(signed_in) == "sig"
    assert 'data-time-zone="sig"' in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "zone", ["", "Mars/Base", "localtime", "../../etc/passwd", "x" * 100, "\0"]
)
def test_what_is_no_zone_is_refused_at_the_field(client, zone):
    answer = client.post(PAGE, {"zone": zone})

    assert answer.status_code == 200
    assert COOKIE not in answer.cookies
    assert 'class="errorlist"' in answer.content.decode()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""]
)
def test_page_leads_back_to_our_own_pages_only(client, back):
    assert client.post(PAGE, {"zone": "UTC", "next": back})["Location"] == "/"


# ── who wants what ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("of_person", "cookie", "choice"),
    [
        ("", "", ""),
        ("", "Asia/Tokyo", "Asia/Tokyo"),
        ("", "Mars/Base", ""),
        ("", "sig", "sig"),
        ("Europe/Berlin", "Asia/Tokyo", "Europe/Berlin"),
        ("sig", "Asia/Tokyo", "sig"),
        # A zone that a later zone database no longer knows is no choice.
        ("Asia/Gone", "Asia/Tokyo", ""),
    ],
)
def test_persons_choice_goes_before_the_browsers(of_person, cookie, choice):
    person = Person(name="Ann", time_zone=of_person)
    assert reader_of({COOKIE: cookie}, person).choice == choice


@pytest.mark.parametrize("value", ["Mars/Base", "<script>", "%00", "Europe/Berlin; x=y"])
def test_forged_cookie_changes_no_page(client, meeting, value):
    client.cookies[COOKIE] = value
    answer = client.get(meeting.get_absolute_url())

    assert answer.status_code == 200
    assert "own-time" not in answer.content.decode().replace("with-own-time", "")


# ── pages ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "",
            '= <time datetime="2026-11-05T03:00-05:00">周四 03:00</time> 北美东部标准时间 UTC-05:00',
        ),
        (
            "/en",
            '= <time datetime="2026-11-05T03:00-05:00">Thu 03:00</time> Eastern Standard Time UTC-05:00',
        ),
    ],
)
def test_meeting_home_and_lists_say_the_readers_time_after_the_sigs(
    client, meeting, language, told
):
    client.cookies[COOKIE] = "America/New_York"
    brief = told[: told.index("</time>")]
    for path, words in (
        (meeting.get_absolute_url(), told),
        ("/sigs/reading/", told),
        ("/sigs/reading/meetings/", brief),
    ):
        page = client.get(f"{language}{path}").content.decode()
        assert words in page, path
        assert page.index("2026-11-05T16:00+08:00") < page.index(words)


@pytest.mark.usefixtures("_now")
def test_directory_says_the_readers_time(client, meeting):
    SigFactory(slug="other")
    client.cookies[COOKIE] = "Europe/Berlin"

    assert "周四 09:00</time> UTC+01:00" in client.get("/").content.decode()


@pytest.mark.parametrize("zone", ["sig", "", "Asia/Singapore", "Asia/Shanghai"])
def test_nothing_stands_beside_where_the_clocks_agree(client, meeting, zone):
    client.cookies[COOKIE] = zone
    page = client.get(meeting.get_absolute_url()).content.decode()

    assert "own-time" not in page.replace("with-own-time", "")


@pytest.mark.parametrize(
    "path", ["/", "/sigs/reading/", "/sigs/reading/meetings/", PAGE, "/decisions/"]
)
def test_pages_vary_by_cookie(client, meeting, path):
    assert "Cookie" in client.get(path)["Vary"]


@pytest.mark.usefixtures("_now")
def test_pages_say_how_far_away_a_meeting_is(client, meeting):
    for path in (meeting.get_absolute_url(), "/sigs/reading/", "/sigs/reading/meetings/"):
        assert "8 天后" in client.get(path).content.decode()
