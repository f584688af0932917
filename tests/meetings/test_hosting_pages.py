"""Buttons of host and scribe and of a series' lists: who may press which, and what the pages say."""

import datetime as dt

import icalendar
import pytest

from ledger.models import Entry
from meetings import freezing, hosting, schedule
from meetings.models import RotationSeat
from members.models import Notice
from members.notices.text import text_of as text_of_notice
from tests.factories import (
    MeetingFactory,
    PersonFactory,
    RoleTermFactory,
    RotationSeatFactory,
    SeriesFactory,
)

from .test_rules import HOSTS, STANDINGS

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def series(sig):
    return SeriesFactory(sig=sig)


@pytest.fixture
def meeting(sig, series):
    return MeetingFactory(sig=sig, series=series, recurrence_on="2026-12-03")


def url(meeting, rest=""):
    return f"/sigs/reading/meetings/{meeting.pk}/{rest}"


def of_series(series, rest=""):
    return f"/sigs/reading/series/{series.pk}/{rest}"


def text_of(response):
    return response.content.decode()


def said(response):
    return [str(message) for message in response.context["messages"]]


def status_for(who, allowed):
    return 302 if who in allowed or who == "anonymous" else 403


# ── who may ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("duty", ["host", "scribe"])
@pytest.mark.parametrize("who", STANDINGS)
def test_naming_is_for_maintainers_and_committers(who, duty, meeting, person, sign_in):
    data = {"person": person["committer"].pk, "reason": ""}

    answer = sign_in(who).post(url(meeting, f"duties/{duty}/"), data)

    meeting.refresh_from_db()
    assert answer.status_code == status_for(who, HOSTS)
    assert (getattr(meeting, duty) == person["committer"]) == (who in HOSTS)


@pytest.mark.parametrize("who", STANDINGS)
def test_the_named_scribe_does_not_choose_who_hosts(who, meeting, person, people, sign_in):
    if who in person:
        hosting.name(meeting=meeting, duty="scribe", person=person[who], by=None, at=AT)

    data = {"person": person["committer"].pk, "reason": ""}
    answer = sign_in(who).post(url(meeting, "duties/host/"), data)

    assert answer.status_code == status_for(who, HOSTS)


@pytest.mark.parametrize("in_rotation", [True, False])
@pytest.mark.parametrize("who", STANDINGS)
def test_taking_on_is_for_hosts_of_the_sig_and_for_the_rotation(
    who, in_rotation, meeting, series, person, people, sign_in
):
    """A list of writers is enough: whoever has turns may also host."""
    is_in = in_rotation and who in person
    if is_in:
        RotationSeatFactory(series=series, person=person[who], duty="scribe")
    allowed = HOSTS | ({who} if is_in else set())
    client = sign_in(who)

    assert ("我来主持" in text_of(client.get(url(meeting)))) == (who in allowed)
    answer = client.post(url(meeting, "duties/host/take/"))

    meeting.refresh_from_db()
    assert answer.status_code == status_for(who, allowed)
    assert (meeting.host is not None) == (who in allowed)


@pytest.mark.parametrize("who", STANDINGS)
def test_giving_back_is_for_who_is_named(who, meeting, person, people, sign_in):
    hosting.name(meeting=meeting, duty="host", person=person["contributor"], by=None, at=AT)
    client = sign_in(who)

    assert ("这次不行" in text_of(client.get(url(meeting)))) == (who == "contributor")
    client.post(url(meeting, "duties/host/back/"), {"reason": "出差"})

    meeting.refresh_from_db()
    assert (meeting.host is None) == (who == "contributor")


@pytest.mark.parametrize("who", STANDINGS)
def test_lists_are_for_maintainers(who, series, person, sign_in):
    client = sign_in(who)
    added = client.post(of_series(series, "seats/host/"), {"person": "contributor"})
    assert added.status_code == status_for(who, {"maintainer"})
    assert RotationSeat.objects.count() == (who == "maintainer")

    RotationSeat.objects.all().delete()
    first, second = RotationSeatFactory.create_batch(2, series=series)
    for do in ("up", "down", "remove"):
        answer = client.post(of_series(series, f"seats/{second.pk}/{do}/"))
        assert answer.status_code == status_for(who, {"maintainer"}), do
    assert RotationSeat.objects.filter(pk=second.pk).exists() == (who != "maintainer")
    assert RotationSeat.objects.filter(pk=first.pk).exists()


# ── what the pages say ────────────────────────────────────────────────────────────────────────
def test_page_names_host_and_scribe_to_everybody(meeting, client, people, person):
    assert "还没有主持人" in text_of(client.get(url(meeting)))
    hosting.name(meeting=meeting, duty="host", person=person["maintainer"], by=None, at=AT)

    page = text_of(client.get(url(meeting)))
    coming = text_of(client.get("/sigs/reading/meetings/"))

    assert "还没有主持人" not in page
    assert "还没有记录人" in page
    assert "主持人：Maintainer" in coming
    assert "记录人：" not in coming


def test_who_is_named_already_is_said_to_who_comes_too_late(meeting, person, sign_in):
    hosting.name(meeting=meeting, duty="host", person=person["maintainer"], by=None, at=AT)

    answer = sign_in("committer").post(url(meeting, "duties/host/take/"), follow=True)

    assert said(answer) == ["主持人已经是 Maintainer。"]


def test_given_back_the_page_says_who_is_next(meeting, series, sig, person, sign_in):
    for name in ("committer", "maintainer"):
        RotationSeatFactory(series=series, person=person[name])
    schedule.plan(series, at=AT)

    answer = sign_in("committer").post(
        url(meeting, "duties/host/back/"), {"reason": "出差"}, follow=True
    )

    assert said(answer) == ["已交还，这次改由 Maintainer 负责。"]


def test_giving_back_asks_for_a_reason(meeting, person, sign_in):
    hosting.name(meeting=meeting, duty="host", person=person["contributor"], by=None, at=AT)

    answer = sign_in("contributor").post(url(meeting, "duties/host/back/"), {"reason": " "})

    assert answer.context["duties"][0].give_back_form.errors["reason"]
    meeting.refresh_from_db()
    assert meeting.host == person["contributor"]


@pytest.mark.parametrize("value", ["stranger", "99999999", "turn"])
def test_somebody_who_is_not_offered_cannot_be_named(value, sig, person, sign_in):
    alone = MeetingFactory(sig=sig)
    value = person["stranger"].pk if value == "stranger" else value

    answer = sign_in("committer").post(url(alone, "duties/host/"), {"person": value, "reason": ""})

    assert answer.context["duties"][0].name_form.errors["person"]
    assert not Entry.objects.filter(action="meeting.host_named").exists()


def test_choice_goes_back_to_the_rotation(meeting, series, person, sign_in):
    RotationSeatFactory(series=series, person=person["contributor"])
    hosting.name(meeting=meeting, duty="host", person=None, by=None, at=AT)

    sign_in("committer").post(url(meeting, "duties/host/"), {"person": "turn", "reason": ""})

    meeting.refresh_from_db()
    assert (meeting.host, meeting.host_by_hand) == (person["contributor"], False)


@pytest.mark.parametrize("state", ["held", "cancelled"])
@pytest.mark.parametrize("rest", ["", "take/", "back/"])
def test_closed_meetings_offer_and_take_nothing(rest, state, sig, person, sign_in):
    meeting = MeetingFactory(sig=sig, state=state)
    client = sign_in("maintainer")
    assert client.get(url(meeting)).context["duties"] == []

    answer = client.post(
        url(meeting, f"duties/host/{rest}"),
        {"person": person["committer"].pk, "reason": "x"},
        follow=True,
    )

    assert "不能再改主持人和记录人" in said(answer)[0]


@pytest.mark.parametrize("duty", ["chair", "hosts"])
@pytest.mark.parametrize("rest", ["", "take/", "back/"])
def test_no_such_duty_is_not_found(duty, rest, meeting, sign_in):
    assert sign_in("maintainer").post(url(meeting, f"duties/{duty}/{rest}")).status_code == 404


@pytest.mark.parametrize("rest", ["duties/host/", "duties/host/take/", "duties/scribe/back/"])
def test_address_of_a_button_leads_back_to_the_meeting(rest, meeting, sign_in):
    assert sign_in("maintainer").get(url(meeting, rest)).url == url(meeting)


# ── lists ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("login", "error"), [("stranger", "没有角色"), ("nobody-here", "没有账号"), ("", "必填项")]
)
def test_who_cannot_join_is_said_at_the_field(login, error, series, people, sign_in):
    answer = sign_in("maintainer").post(of_series(series, "seats/scribe/"), {"person": login})

    assert error in str(answer.context["lists"][1].form.errors["person"])
    assert not answer.context["lists"][0].form.errors


def test_seat_of_another_series_changes_nothing(series, people, sign_in):
    seat = RotationSeatFactory()

    answer = sign_in("maintainer").post(of_series(series, f"seats/{seat.pk}/remove/"))

    assert answer.status_code == 302
    assert RotationSeat.objects.filter(pk=seat.pk).exists()


def test_lists_are_shown_to_everybody_and_edited_on_the_page_of_the_series(
    series, client, person, sign_in
):
    RotationSeatFactory(series=series, person=person["contributor"], duty="scribe")

    assert "Contributor" in text_of(client.get("/sigs/reading/series/"))
    page = text_of(sign_in("maintainer").get(of_series(series)))
    assert "移出：Contributor" in page
    assert "名单是空的" in page


# ── queries ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_list_of_meetings_takes_the_same_queries_with_hosts(
    count, sig, series, client, django_assert_num_queries
):
    for number in range(count):
        MeetingFactory(
            sig=sig, series=series, starts_at=AT + (number + 1) * DAY,
            host=PersonFactory(), scribe=PersonFactory(),
        )  # fmt: skip

    with django_assert_num_queries(4):
        assert client.get("/sigs/reading/meetings/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_meeting_takes_the_same_queries_for_one_candidate_and_three(
    count, sig, series, meeting, sign_in, django_assert_num_queries
):
    for person in PersonFactory.create_batch(count):
        RoleTermFactory(sig=sig, person=person)
        RotationSeatFactory(series=series, person=person)
    hosting.name(meeting=meeting, duty="host", person=person, by=None, at=AT)
    client = sign_in("committer")

    with django_assert_num_queries(20):
        assert client.get(url(meeting)).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_series_takes_the_same_queries_for_one_seat_and_three(
    count, sig, series, sign_in, django_assert_num_queries
):
    for person in PersonFactory.create_batch(count):
        RoleTermFactory(sig=sig, person=person)
        RotationSeatFactory(series=series, person=person)
    client = sign_in("maintainer")

    with django_assert_num_queries(10):
        assert client.get(of_series(series)).status_code == 200


# ── files, feeds, notices ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("address", ["calendar.ics", "meetings/{}.ics"])
def test_calendar_files_name_host_and_scribe(address, meeting, person, client):
    hosting.name(meeting=meeting, duty="host", person=person["maintainer"], by=None, at=AT)
    hosting.name(meeting=meeting, duty="scribe", person=person["contributor"], by=None, at=AT)

    answer = client.get(f"/sigs/reading/{address.format(meeting.pk)}")
    event = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")[0]

    assert "主持人：Maintainer\n记录人：Contributor" in str(event["description"])
    assert event["sequence"] == 2


def test_announcement_and_feed_name_host_and_scribe(meeting, person, client):
    hosting.name(meeting=meeting, duty="scribe", person=person["contributor"], by=None, at=AT)
    person["maintainer"].email = "m@example.test"
    person["maintainer"].save()

    freezing.freeze(meeting=meeting, by=None, at=AT)

    notice = Notice.objects.get(kind="meeting.announced")
    body = text_of_notice(notice.kind, notice.data, "zh-hans").body
    assert "记录人：Contributor。" in body
    assert "主持人" not in body
    assert "记录人：Contributor" in text_of(client.get("/sigs/reading/meetings/feed.atom"))
