"""Agendas are frozen and announced days ahead; what changes after that is told and marked."""

import datetime as dt

import pytest

from ledger.models import Entry
from meetings import agenda, announcing, freezing, schedule, tasks
from meetings.models import Meeting
from members.models import Notice, Person
from tests.factories import MeetingFactory, PullRequestFactory, RepositoryFactory

from .test_rules import HOSTS, STANDINGS

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, title="十二月例会", starts_at=AT + 9 * DAY)


@pytest.fixture
def reachable(people):
    """Addresses of all but the Committer."""
    for name in ("stranger", "contributor", "maintainer", "former"):
        people[name].person.email = f"{name}@example.test"
        people[name].person.save()
    return people


def url(meeting, rest=""):
    return f"/sigs/reading/meetings/{meeting.pk}/{rest}"


def text_of(response):
    return response.content.decode()


def freeze(meeting, at=AT, by=None):
    return freezing.freeze(meeting=meeting, by=by, at=at)


def propose(meeting, person, title="缓存"):
    return agenda.propose(meeting=meeting, title=title, by=person, at=AT)


def told(kind):
    return sorted(Notice.objects.filter(kind=kind).values_list("person__name", flat=True))


# ── freezing ──────────────────────────────────────────────────────────────────────────────────
def test_members_with_an_address_are_told_once_and_nobody_else(meeting, reachable):
    for _run in range(2):
        freeze(meeting)

    assert told("meeting.announced") == ["Contributor", "Maintainer"]


def test_announcement_holds_the_agenda_as_frozen(sig, meeting, reachable, person):
    PullRequestFactory(repository=RepositoryFactory(sig=sig), created_at=AT - 9 * DAY)
    propose(meeting, person["stranger"])

    freeze(meeting)

    notice = Notice.objects.filter(kind="meeting.announced").first()
    titles = [topic["title"] for topic in notice.data["agenda"]]
    assert titles[:2] == ["缓存", "1 个拉取请求等待首次评审超过 7 天"]
    assert notice.data["starts_at"] == "2026-12-03T08:00:00+00:00"
    assert notice.data["path"] == url(meeting)
    entry = Entry.objects.get(action="agenda.announced")
    assert (entry.data["items"], entry.data["is_late"]) == (titles, False)


def test_channels_are_told_too(meeting, settings):
    settings.NOTIFY_URLS = ["json://hooks.example.test"]

    freeze(meeting)

    assert Notice.objects.get(person=None).kind == "meeting.announced"


def test_talk_is_announced_without_what_is_due(sig, reachable):
    PullRequestFactory(repository=RepositoryFactory(sig=sig), created_at=AT - 9 * DAY)
    talk = MeetingFactory(sig=sig, starts_at=AT + 9 * DAY, kind="talk")

    freeze(talk)

    assert not talk.agenda_items.exists()


@pytest.mark.parametrize("changes", [{"state": "held"}, {"state": "cancelled"}, {"starts_at": AT}])
def test_what_is_over_or_has_begun_is_not_announced(changes, sig, reachable):
    meeting = MeetingFactory(sig=sig, **changes)

    with pytest.raises(agenda.AgendaClosed):
        freeze(meeting)
    assert not Notice.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("left", "announced"),
    [(4 * DAY, True), (4 * DAY + DAY / 24, False), (DAY / 24, True), (-DAY / 24, False)],
)
def test_clock_announces_from_four_days_before_until_it_begins(left, announced, sig):
    meeting = MeetingFactory(sig=sig, starts_at=AT + left)

    assert tasks.announce_agendas() == announced
    assert tasks.announce_agendas() == 0
    assert Meeting.objects.get(pk=meeting.pk).is_frozen == announced


@pytest.mark.parametrize("state", ["held", "cancelled"])
def test_clock_leaves_what_is_over_alone(state, sig):
    MeetingFactory(sig=sig, starts_at=AT + 2 * DAY, state=state)

    assert tasks.announce_agendas() == 0


@pytest.mark.parametrize(("left", "late"), [(3 * DAY, False), (3 * DAY - DAY / 24, True)])
def test_late_announcement_says_so(left, late, sig, client, reachable):
    meeting = MeetingFactory(sig=sig, starts_at=AT + left)

    freeze(meeting)

    assert ("公布时距会议不足三天" in text_of(client.get(url(meeting)))) == late
    assert Notice.objects.first().data["is_late"] == late


@pytest.mark.parametrize("who", STANDINGS)
def test_only_hosts_announce_by_hand(who, meeting, sign_in):
    client = sign_in(who)
    address = url(meeting, "agenda/announce/")

    shown = text_of(client.get(url(meeting)))
    answer = client.post(address)

    assert answer.status_code == (302 if who in HOSTS or who == "anonymous" else 403)
    assert Meeting.objects.get(pk=meeting.pk).is_frozen == (who in HOSTS)
    assert (address in shown) == (who in HOSTS)
    assert address not in text_of(client.get(url(meeting))) or who not in HOSTS


def test_button_is_gone_once_the_meeting_has_begun(sig, sign_in):
    meeting = MeetingFactory(sig=sig, starts_at=AT)

    assert url(meeting, "agenda/announce/") not in text_of(sign_in("maintainer").get(url(meeting)))


# ── after the freeze ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", STANDINGS)
def test_after_the_freeze_only_hosts_propose_and_it_is_marked(who, meeting, sign_in, time_machine):
    freeze(meeting)
    time_machine.move_to(AT + DAY / 24, tick=False)
    client = sign_in(who)

    shown = client.get(url(meeting)).context
    client.post(url(meeting, "agenda/"), {"title": "临时议题"})

    assert ("agenda_form" in shown) == (who in HOSTS)
    assert meeting.agenda_items.filter(title="临时议题").exists() == (who in HOSTS)
    page = text_of(client.get(url(meeting)))
    assert ("公布后改动" in page) == ("公布后主持人有改动" in page) == (who in HOSTS)


def test_after_the_freeze_a_proposer_no_longer_withdraws(meeting, person, sign_in):
    item = propose(meeting, person["stranger"])
    freeze(meeting)

    answer = sign_in("stranger").post(url(meeting, f"agenda/{item.pk}/withdraw/"))

    assert answer.status_code == 403
    item.refresh_from_db()
    assert item.withdrawn_at is None


def test_item_withdrawn_after_the_freeze_stays_in_sight(client, meeting, person):
    item = propose(meeting, person["stranger"], "缓存")
    gone = propose(meeting, person["stranger"], "早撤下的")
    agenda.withdraw(item=gone, by=person["stranger"], at=AT)
    freeze(meeting)
    agenda.withdraw(item=item, by=person["committer"], at=AT + DAY)

    page = text_of(client.get(url(meeting)))

    assert "<del>缓存</del>" in page
    assert "早撤下的" not in page


@pytest.mark.parametrize("deed", ["edit", "reorder"])
def test_other_changes_of_the_host_are_marked_too(deed, meeting, person):
    one = propose(meeting, person["stranger"], "一")
    propose(meeting, person["stranger"], "二")
    freeze(meeting)
    host, later = person["committer"], AT + DAY
    if deed == "edit":
        agenda.edit(item=one, title="甲", minutes_allotted=5, by=host, at=later)
    else:
        standing = meeting.agenda_items.filter(withdrawn_at=None)
        order = list(standing.values_list("pk", flat=True))[::-1]
        agenda.reorder(meeting=meeting, order=order, by=host, at=later)

    assert Meeting.objects.get(pk=meeting.pk).agenda_changed_at == later


def test_changes_before_the_freeze_are_not_marked(client, meeting, person):
    propose(meeting, person["stranger"])
    freeze(meeting)

    page = text_of(client.get(url(meeting)))

    assert "议程已于" in page
    assert "公布后" not in page


# ── moved and cancelled ───────────────────────────────────────────────────────────────────────
def test_move_after_the_announcement_is_told_with_both_times(meeting, reachable, person):
    freeze(meeting)

    schedule.move(
        meeting=meeting, starts_at=AT + 10 * DAY, reason="机房检修", by=person["committer"], at=AT
    )

    assert told("meeting.changed") == ["Contributor", "Maintainer"]
    data = Notice.objects.filter(kind="meeting.changed").first().data
    assert (data["meeting_state"], data["reason"]) == ("moved", "机房检修")
    assert (data["was"], data["starts_at"]) == (
        "2026-12-03T08:00:00+00:00",
        "2026-12-04T08:00:00+00:00",
    )


def test_second_move_is_told_again(meeting, reachable, person):
    freeze(meeting)
    for days in (10, 11):
        schedule.move(meeting=meeting, starts_at=AT + days * DAY, by=person["committer"], at=AT)

    assert told("meeting.changed") == ["Contributor", "Contributor", "Maintainer", "Maintainer"]


def test_cancellation_after_the_announcement_is_told_once(meeting, reachable, person):
    freeze(meeting)
    for _click in range(2):
        schedule.cancel(meeting=meeting, reason="放假", by=person["committer"], at=AT)

    assert told("meeting.changed") == ["Contributor", "Maintainer"]
    assert Notice.objects.filter(kind="meeting.changed").first().data["meeting_state"] == (
        "cancelled"
    )


def test_meeting_nobody_heard_of_moves_and_falls_out_quietly(meeting, reachable, person):
    schedule.move(meeting=meeting, starts_at=AT + 10 * DAY, by=person["committer"], at=AT)
    schedule.cancel(meeting=meeting, by=person["committer"], at=AT)

    assert not Notice.objects.exists()


def test_held_meeting_is_no_change_to_tell(meeting, reachable, person):
    freeze(meeting)

    schedule.hold(meeting=meeting, by=person["committer"], at=meeting.starts_at)

    assert told("meeting.changed") == []


# ── feed ──────────────────────────────────────────────────────────────────────────────────────
def test_feed_holds_announced_meetings_with_their_agenda(client, sig, meeting, person):
    propose(meeting, person["stranger"], "缓存")
    freeze(meeting)
    MeetingFactory(sig=sig, title="尚未公布的", starts_at=AT + 40 * DAY)

    feed = text_of(client.get("/sigs/reading/meetings/feed.atom"))

    assert "十二月例会（已安排）" in feed
    assert "缓存" in feed
    assert "<updated>2026-11-24T08:00:00+00:00</updated>" in feed
    assert "尚未公布的" not in feed


def test_feed_entry_is_updated_not_doubled_when_the_meeting_is_off(client, meeting, person):
    freeze(meeting)
    schedule.cancel(meeting=meeting, reason="放假", by=person["committer"], at=AT + DAY)

    feed = text_of(client.get("/sigs/reading/meetings/feed.atom"))

    assert feed.count("<entry>") == 1
    assert "十二月例会（已取消）" in feed
    assert "<updated>2026-11-25T08:00:00+00:00</updated>" in feed


@pytest.mark.parametrize("count", [1, 3])
def test_feed_takes_the_same_queries_for_one_meeting_and_three(
    count, client, sig, django_assert_num_queries
):
    for number in range(count):
        row = MeetingFactory(sig=sig, frozen_at=AT, starts_at=AT + number * DAY)
        row.agenda_items.create(title="议题", created_at=AT)

    # sig, meetings, agendas
    with django_assert_num_queries(3):
        assert client.get("/sigs/reading/meetings/feed.atom").status_code == 200


def test_address_is_in_no_notice(meeting, reachable):
    freeze(meeting)

    assert Person.objects.exclude(email="").exists()
    assert "@example.test" not in str(list(Notice.objects.values_list("data", flat=True)))


# ── put off ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("first", "then", "now", "reopens"),
    [
        # Days from AT: the meeting was to be, is to be, and the day it is moved on.
        (9, 13, 0, True),
        (9, 13 - 1 / 24, 0, False),
        (9, 40, 5, True),
        (9, 10, 0, False),
        (9, 5, 0, False),
        # Put off after its hour had come: what is left is too short to announce it anew.
        (1, 6, 1, True),
        (1, 6, 3, False),
    ],
)
def test_agenda_opens_again_only_where_the_meeting_is_put_off_by_days(
    first, then, now, reopens, sig, person
):
    meeting = MeetingFactory(sig=sig, starts_at=AT + first * DAY)
    freeze(meeting)

    schedule.move(
        meeting=meeting, starts_at=AT + then * DAY, by=person["committer"], at=AT + now * DAY
    )

    meeting.refresh_from_db()
    assert meeting.is_frozen is not reopens
    assert Entry.objects.filter(action="agenda.reopened").exists() == reopens


def test_reopened_agenda_takes_topics_says_so_and_is_announced_once_more(
    meeting, reachable, person, client, time_machine
):
    propose(meeting, person["stranger"], "缓存")
    freeze(meeting)
    schedule.move(meeting=meeting, starts_at=AT + 20 * DAY, by=person["committer"], at=AT)

    page = text_of(client.get(url(meeting)))
    assert "议程已于" in page
    assert "重新开放" in page
    propose(meeting, person["stranger"], "量化")
    for day in (15, 16, 17):
        time_machine.move_to(AT + day * DAY, tick=False)
        tasks.announce_agendas()

    assert told("meeting.changed") == ["Contributor", "Maintainer"]
    assert told("meeting.announced") == ["Contributor", "Contributor", "Maintainer", "Maintainer"]
    last = Notice.objects.filter(kind="meeting.announced").latest("pk")
    assert {"缓存", "量化"} < {topic["title"] for topic in last.data["agenda"]}
    page = text_of(client.get(url(meeting)))
    assert "重新开放" not in page
    assert "公布后" not in page


def test_reopened_meeting_stays_in_the_feed_and_says_so(client, meeting, person):
    freeze(meeting)
    schedule.move(meeting=meeting, starts_at=AT + 20 * DAY, by=person["committer"], at=AT + DAY)

    feed = text_of(client.get("/sigs/reading/meetings/feed.atom"))

    assert feed.count("<entry>") == 1
    assert "议程重新开放" in feed
    assert "<updated>2026-11-25T08:00:00+00:00</updated>" in feed


@pytest.mark.parametrize(
    ("deed", "outcome"),
    [
        (None, "sent"),
        (lambda one: schedule.move(meeting=one, starts_at=AT + 10 * DAY, by=None, at=AT), "sent"),
        (
            lambda one: schedule.move(meeting=one, starts_at=AT + 20 * DAY, by=None, at=AT),
            "skipped",
        ),
        (lambda one: schedule.cancel(meeting=one, by=None, at=AT), "skipped"),
    ],
)
def test_announcement_that_came_to_nothing_is_not_sent(deed, outcome, meeting, reachable):
    """The notice of the change tells what there is to know."""
    freeze(meeting)
    if deed:
        deed(meeting)
    for row in Notice.objects.filter(kind="meeting.announced"):
        assert announcing.is_stale(row) == (outcome == "skipped")
