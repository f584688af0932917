"""The pages on which Maintainers call meetings and change series: who may, what comes of it."""

import datetime as dt

import pytest

from ledger.models import Entry
from meetings import schedule
from meetings.models import Meeting, Series
from members.models import DayOverride
from tests.factories import SeriesFactory

from .test_rules import STANDINGS

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
NEW = "/sigs/reading/meetings/new/"
SERIES = "/sigs/reading/series/"
EXTRA = {
    "kind": "rfc_review",
    "title": "RFC 12 评审",
    "title_en": "Review of RFC 12",
    "day": "2026-12-10",
    "clock": "20:00",
    "duration_min": "90",
    "venue_url": "",
}
RULE = {
    "name": "例会",
    "rrule": "FREQ=MONTHLY;BYDAY=1TH",
    "starts_on": "2024-01-01",
    "start_time": "16:00",
    "duration_min": "60",
    "time_zone": "asia/shanghai",
    "venue_url": "",
    "holiday_rule": "next_week",
    "is_active": "on",
}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def series(sig):
    series = SeriesFactory(sig=sig)
    schedule.plan(series, at=AT)
    return series


def said(response):
    return [str(message) for message in response.context["messages"]]


def pages(series):
    return (NEW, f"{SERIES}new/", f"{SERIES}{series.pk}/")


@pytest.mark.parametrize("standing", STANDINGS)
def test_only_maintainers_reach_the_forms(sign_in, series, standing):
    client = sign_in(standing)
    wanted = {"anonymous": 302, "maintainer": 200}.get(standing, 403)

    assert [client.get(page).status_code for page in pages(series)] == [wanted] * 3
    allowed = standing == "maintainer"
    assert (SERIES + "new/" in client.get(SERIES).content.decode()) == allowed
    assert (NEW in client.get("/sigs/reading/meetings/").content.decode()) == allowed


@pytest.mark.parametrize("standing", [name for name in STANDINGS if name != "maintainer"])
def test_others_change_nothing_by_posting(sign_in, series, standing):
    client, seq = sign_in(standing), Entry.objects.count()
    for page, data in zip(pages(series), (EXTRA, RULE, RULE), strict=True):
        client.post(page, {**data, "start_time": "20:00"})

    assert Entry.objects.count() == seq
    assert Series.objects.count() == 1


def test_extra_meeting_has_its_own_kind_title_and_length(sign_in, sig):
    client = sign_in("maintainer")
    for _click in range(2):
        response = client.post(NEW, EXTRA, follow=True)

    (meeting,) = Meeting.objects.all()
    assert (meeting.kind, meeting.title, meeting.title_en) == (
        "rfc_review", "RFC 12 评审", "Review of RFC 12",
    )  # fmt: skip
    assert meeting.starts_at == dt.datetime(2026, 12, 10, 12, 0, tzinfo=dt.UTC)
    assert meeting.ends_at - meeting.starts_at == dt.timedelta(minutes=90)
    assert response.redirect_chain[0][0] == meeting.get_absolute_url()
    (entry,) = Entry.objects.filter(action="meeting.planned")
    assert (entry.actor, entry.data["kind"]) == ("person:maintainer", "rfc_review")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"day": "2026-11-23"}, "day"),
        ({"kind": "regular"}, "kind"),
        ({"title": ""}, "title"),
        ({"duration_min": "0"}, "duration_min"),
        ({"clock": "25:00"}, "clock"),
    ],
)
def test_extra_meeting_that_cannot_be_names_the_field(sign_in, sig, wrong, field):
    response = sign_in("maintainer").post(NEW, {**EXTRA, **wrong})

    assert list(response.context["form"].errors) == [field]
    assert not Meeting.objects.exists()


def test_new_series_is_planned_at_once(sign_in, sig):
    response = sign_in("maintainer").post(f"{SERIES}new/", RULE, follow=True)

    (series,) = Series.objects.all()
    assert series.time_zone == "Asia/Shanghai"
    assert series.meetings.count() == 6
    assert said(response) == ["系列已保存：新增 6 次。"]
    assert Entry.objects.filter(action="series.created", actor="person:maintainer").exists()


def test_series_form_shows_what_is_and_saving_it_unchanged_does_nothing(sign_in, series):
    client, page = sign_in("maintainer"), f"{SERIES}{series.pk}/"
    form = client.get(page).context["form"]
    assert form["start_time"].value() == dt.time(16)

    seq = Entry.objects.count()
    response = client.post(page, RULE, follow=True)

    assert said(response) == ["没有改动。"]
    assert Entry.objects.count() == seq


def test_changed_series_says_what_became_of_the_meetings(sign_in, series):
    response = sign_in("maintainer").post(
        f"{SERIES}{series.pk}/",
        {**RULE, "rrule": "RRULE:FREQ=MONTHLY;BYDAY=2TH", "holiday_rule": "next_working_day"},
        follow=True,
    )

    assert said(response) == ["系列已保存：取消 6 次，新增 6 次。"]
    series.refresh_from_db()
    assert (series.rrule, series.holiday_rule) == ("FREQ=MONTHLY;BYDAY=2TH", "next_working_day")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rrule": "every Thursday"}, "rrule"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"holiday_rule": "never"}, "holiday_rule"),
        ({"starts_on": "0001-01-01"}, "starts_on"),
        ({"duration_min": "100000"}, "duration_min"),
    ],
)
def test_rule_that_cannot_be_names_the_field(sign_in, series, wrong, field):
    seq = Entry.objects.count()
    response = sign_in("maintainer").post(f"{SERIES}{series.pk}/", {**RULE, **wrong})

    assert list(response.context["form"].errors) == [field]
    assert Entry.objects.count() == seq


def test_series_of_another_sig_is_not_found(sign_in, sig):
    foreign = SeriesFactory()

    assert sign_in("maintainer").get(f"{SERIES}{foreign.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_series_list_takes_the_same_queries_for_one_and_three(
    client, sig, count, django_assert_num_queries
):
    for _number in range(count):
        SeriesFactory(sig=sig)

    with django_assert_num_queries(3):  # sig, series, seats
        client.get(SERIES)


def test_list_proposes_by_the_holiday_rule_of_the_series(client, sig):
    schedule.plan(SeriesFactory(sig=sig, holiday_rule="next_working_day"), at=AT)
    DayOverride.objects.create(day="2026-12-03", is_holiday=True, name="停电")

    row = client.get("/sigs/reading/meetings/").context["coming"][0]

    assert (row.holiday, row.proposal) == ("停电", dt.date(2026, 12, 4))
