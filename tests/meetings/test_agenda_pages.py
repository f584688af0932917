"""The agenda on the meeting's page: filling, retitling and timing, and who may."""

import datetime as dt

import pytest

from ledger.models import Entry
from meetings import agenda, filling
from meetings.models import AgendaItem
from tests.factories import MeetingFactory, PullRequestFactory, RepositoryFactory

from .test_rules import HOSTS, STANDINGS

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, starts_at=AT + 9 * DAY, ends_at=AT + 9 * DAY + DAY / 24)


@pytest.fixture
def waiting(sig):
    repository = RepositoryFactory(sig=sig, owner="reading", name="shelf")
    return PullRequestFactory(repository=repository, created_at=AT - 9 * DAY, title="缓存")


def url(meeting, rest=""):
    return f"/sigs/reading/meetings/{meeting.pk}/{rest}"


def text_of(response):
    return response.content.decode()


def propose(meeting, person, title="一", minutes=None):
    return agenda.propose(meeting=meeting, title=title, by=person, at=AT, minutes_allotted=minutes)


def answer_of(who):
    """The status of a refused or accepted button: all lead somewhere, refusals of people are 403."""
    return 302 if who in HOSTS or who == "anonymous" else 403


@pytest.mark.parametrize("who", STANDINGS)
def test_only_hosts_fill_the_agenda(who, meeting, waiting, sign_in):
    client = sign_in(who)

    assert client.post(url(meeting, "agenda/fill/")).status_code == answer_of(who)
    assert meeting.agenda_items.filter(kind="pulls").exists() == (who in HOSTS)
    assert (url(meeting, "agenda/fill/") in text_of(client.get(url(meeting)))) == (who in HOSTS)


def test_filled_item_is_shown_with_where_it_comes_from(client, meeting, waiting):
    filling.fill(meeting=meeting, at=AT)

    page = text_of(client.get(url(meeting)))

    assert "1 个拉取请求等待首次评审超过 7 天" in page
    assert "到期事项，由门户列入" in page
    assert 'href="http://testserver/reviews/reading/shelf/' in page


def test_nothing_due_is_said(meeting, sign_in):
    filling.fill(meeting=meeting, at=AT)

    page = sign_in("maintainer").post(url(meeting, "agenda/fill/"), follow=True)

    assert [str(one) for one in page.context["messages"]] == ["到期事项没有变化。"]


@pytest.mark.parametrize("who", STANDINGS)
def test_only_hosts_retitle_and_time_an_item(who, meeting, person, sign_in):
    item = propose(meeting, person["stranger"])
    client = sign_in(who)
    address = url(meeting, f"agenda/{item.pk}/edit/")

    shown = text_of(client.get(url(meeting)))
    response = client.post(address, {"title": "改过的", "minutes_allotted": "15"})

    assert response.status_code == answer_of(who)
    item.refresh_from_db()
    assert (item.title == "改过的") == (item.minutes_allotted == 15) == (who in HOSTS)
    assert (address in shown) == (who in HOSTS)
    assert Entry.objects.filter(action="agenda.changed").count() == (who in HOSTS)


@pytest.mark.parametrize(
    ("field", "value"), [("title", " "), ("title", "长" * 301), ("minutes_allotted", "0")]
)
def test_bad_title_or_time_is_named_on_the_page_and_nothing_changes(
    field, value, meeting, person, sign_in
):
    item = propose(meeting, person["stranger"])
    data = {"title": "改过的", "minutes_allotted": "5", field: value}

    response = sign_in("committer").post(url(meeting, f"agenda/{item.pk}/edit/"), data)

    (row,) = response.context["agenda"].rows
    assert list(row.form.errors) == [field]
    item.refresh_from_db()
    assert item.title == "一"


def test_same_title_and_time_change_nothing(meeting, person):
    item = propose(meeting, person["stranger"], minutes=5)
    entries = Entry.objects.count()

    agenda.edit(item=item, title="一", minutes_allotted=5, by=person["committer"], at=AT)

    item.refresh_from_db()
    assert (item.changed_at, item.is_retitled) == (None, False)
    assert Entry.objects.count() == entries


def test_time_alone_leaves_the_title_to_the_portal(meeting, waiting, person):
    filling.fill(meeting=meeting, at=AT)
    item = meeting.agenda_items.get(kind="pulls")

    agenda.edit(item=item, title=item.title, minutes_allotted=3, by=person["committer"], at=AT)

    item.refresh_from_db()
    assert (item.is_retitled, item.minutes_allotted, bool(item.title_en)) == (False, 3, True)


def test_withdrawn_item_cannot_be_edited(meeting, person):
    item = propose(meeting, person["stranger"])
    agenda.withdraw(item=item, by=person["stranger"], at=AT)

    with pytest.raises(agenda.ItemGone):
        agenda.edit(item=item, title="二", minutes_allotted=1, by=person["committer"], at=AT)
    assert AgendaItem.objects.get().title == "一"


def test_total_stands_beside_the_length_of_the_meeting(client, meeting, person):
    propose(meeting, person["stranger"], "一", 20)
    propose(meeting, person["stranger"], "二", 25)
    propose(meeting, person["stranger"], "三")

    page = text_of(client.get(url(meeting)))

    assert "议题合计 45 分钟，例会时长 60 分钟。" in page
    assert "另有 1 个议题没有预计时间。" in page
    assert "议题超出例会时长" not in page


def test_more_than_the_meeting_holds_is_said(client, meeting, person):
    propose(meeting, person["stranger"], "一", 61)

    assert "议题超出例会时长，请调整。" in text_of(client.get(url(meeting)))
