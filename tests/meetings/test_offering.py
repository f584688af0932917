"""A text that is offered for comment can be read by all until it is taken back; a draft never (I9)."""

import datetime as dt
import threading

import pytest
from django.db import connection

from ledger.models import Entry
from meetings import attendance, commenting, minutes, offering, tasks
from meetings.models import MinutesRevision
from members.models import Notice
from tests.factories import MeetingFactory, PersonFactory, SeriesFactory

# 10:00 in Shanghai, the day after the meeting.
AT = dt.datetime(2026, 12, 4, 2, 0, tzinfo=dt.UTC)
UNTIL = dt.date(2026, 12, 9)
CLOSES_AT = dt.datetime(2026, 12, 9, 15, 59, 59, tzinfo=dt.UTC)
# 09:00 in Shanghai on the day after the deadline.
MORNING = dt.datetime(2026, 12, 10, 1, 0, tzinfo=dt.UTC)


@pytest.fixture
def held(sig):
    return MeetingFactory(sig=sig, state="held")


@pytest.fixture
def draft(held, person):
    return minutes.save_draft(
        meeting=held, body="一\n二\n", expected=0, by=person["committer"], at=AT
    )


def offer(meeting, expected, by=None, until=UNTIL):
    return offering.offer(meeting=meeting, until=until, expected=expected, by=by, at=AT)


def take_back(meeting, reason="数字有误"):
    return offering.take_back(meeting=meeting, reason=reason, by=None, at=AT)


def states(meeting):
    return list(meeting.minutes_revisions.values_list("number", "state"))


def told(kind):
    names = Notice.objects.filter(kind=kind).values_list("person__name", flat=True)
    return sorted(names)


def test_offer_is_a_revision_with_its_hash_and_day_in_the_ledger(held, draft, person):
    revision = offer(held, 1, person["maintainer"])

    assert (revision.number, revision.state, revision.body) == (2, "comment", "一\n二\n")
    held.refresh_from_db()
    assert held.comments_close_at == CLOSES_AT
    (entry,) = Entry.objects.filter(action="minutes.offered")
    assert entry.data == {
        "sig": "reading",
        "title": held.title,
        "title_en": held.title_en,
        "revision": 2,
        "sha256": minutes.sha256("一\n二\n"),
        "until": "2026-12-09T15:59:59Z",
    }
    assert (entry.actor, entry.subject) == ("person:maintainer", f"meeting:{held.pk}")


def test_offered_text_is_readable_and_is_no_minutes(held, draft):
    revision = offer(held, 1)

    assert minutes.readable_of(held) == revision
    assert minutes.public_of(held) is None
    assert not revision.is_public


def test_what_is_written_after_the_offer_stays_private_until_it_is_offered_again(held, draft):
    offered = offer(held, 1)
    newer = minutes.save_draft(meeting=held, body="新的", expected=2, by=None, at=AT)

    assert newer.state == "draft"
    assert minutes.readable_of(held) == offered
    assert offer(held, 3).body == "新的"
    assert minutes.readable_of(held).number == 4


def test_same_offer_twice_is_one(held, draft):
    first = offer(held, 1)

    assert offer(held, 1) == first
    assert offer(held, 2) == first
    assert states(held) == [(1, "draft"), (2, "comment")]
    assert Entry.objects.filter(action="minutes.offered").count() == 1


def test_another_day_for_the_same_text_moves_the_deadline_only(held, draft, person):
    first = offer(held, 1)

    assert offer(held, 2, until=UNTIL + dt.timedelta(days=2)) == first

    held.refresh_from_db()
    assert held.comments_close_at == CLOSES_AT + dt.timedelta(days=2)
    assert Entry.objects.filter(action="minutes.offered").count() == 2
    assert told("minutes.offered") == ["Committer", "Maintainer"]


@pytest.mark.parametrize(
    ("day", "is_taken"),
    [
        (dt.date(2026, 12, 3), False),
        (dt.date(2026, 12, 4), False),
        (dt.date(2026, 12, 5), True),
        (dt.date(2027, 1, 3), True),
        (dt.date(2027, 1, 4), False),
    ],
)
def test_deadline_is_from_tomorrow_to_thirty_days(held, draft, day, is_taken):
    if is_taken:
        assert offer(held, 1, until=day).state == "comment"
        return
    with pytest.raises(offering.BadDeadline, match="2026-12-05 至 2027-01-03"):
        offer(held, 1, until=day)
    assert minutes.readable_of(held) is None


def test_days_are_those_of_the_meetings_zone(sig):
    series = SeriesFactory(sig=sig, time_zone="America/Los_Angeles")
    meeting = MeetingFactory(sig=sig, series=series)

    assert offering.days_open(meeting, AT)[0] == dt.date(2026, 12, 4)
    assert offering.end_of(meeting, UNTIL) == dt.datetime(2026, 12, 10, 7, 59, 59, tzinfo=dt.UTC)


def test_form_proposes_five_days_then_the_day_that_stands(held, draft):
    assert offering.usual_day(held, AT) == UNTIL

    offer(held, 1, until=dt.date(2026, 12, 20))
    held.refresh_from_db()
    assert offering.usual_day(held, AT) == dt.date(2026, 12, 20)
    over = dt.datetime(2026, 12, 21, 2, 0, tzinfo=dt.UTC)
    assert offering.usual_day(held, over) == dt.date(2026, 12, 26)


@pytest.mark.parametrize("state", ["scheduled", "moved", "cancelled"])
def test_minutes_of_a_meeting_that_was_not_held_are_not_offered(sig, state):
    meeting = MeetingFactory(sig=sig, state=state)
    minutes.save_draft(meeting=meeting, body="一", expected=0, by=None, at=AT)

    with pytest.raises(minutes.NotHeld):
        offer(meeting, 1)
    assert minutes.readable_of(meeting) is None


@pytest.mark.parametrize("body", [None, " \n"])
def test_nothing_is_not_offered(held, body):
    if body is not None:
        minutes.save_draft(meeting=held, body=body, expected=0, by=None, at=AT)
    with pytest.raises(minutes.NothingToPublish):
        offer(held, 1)


def test_offering_a_revision_that_is_not_the_newest_is_a_conflict(held, draft):
    minutes.save_draft(meeting=held, body="新的", expected=1, by=None, at=AT)

    with pytest.raises(minutes.Conflict):
        offer(held, 1)
    assert minutes.readable_of(held) is None


# ── taken back ────────────────────────────────────────────────────────────────────────────────
def test_taken_back_text_is_private_again_and_its_reason_public(held, draft):
    offered = offer(held, 1)

    newest = take_back(held)

    assert states(held) == [(1, "draft"), (2, "comment"), (3, "draft")]
    assert (newest.body, newest.reason) == (offered.body, "数字有误")
    assert minutes.readable_of(held) is None
    held.refresh_from_db()
    assert held.comments_close_at is None
    (entry,) = Entry.objects.filter(action="minutes.offer_withdrawn")
    assert (entry.data["revision"], entry.data["reason"]) == (2, "数字有误")
    assert entry.data["sha256"] == offered.content_hash


def test_taken_back_text_stays_private_after_another_is_offered_and_published(held, draft):
    offer(held, 1)
    take_back(held)
    minutes.save_draft(meeting=held, body="改好的", expected=3, by=None, at=AT)
    offer(held, 4)
    minutes.publish(meeting=held, expected=5, by=None, at=AT)

    readable = held.minutes_revisions.readable().values_list("number", flat=True)
    assert list(readable) == [5, 6]


def test_offers_of_every_revision_are_taken_back_together(held, draft):
    offer(held, 1)
    minutes.save_draft(meeting=held, body="新的", expected=2, by=None, at=AT)
    offer(held, 3)

    take_back(held)

    assert not held.minutes_revisions.readable().exists()


def test_taking_back_needs_a_reason(held, draft):
    offered = offer(held, 1)

    with pytest.raises(minutes.ReasonMissing):
        take_back(held, " ")
    assert minutes.readable_of(held) == offered


def test_taking_back_twice_is_refused(held, draft):
    offer(held, 1)
    take_back(held)

    with pytest.raises(minutes.NotOffered):
        take_back(held)
    assert Entry.objects.filter(action="minutes.offer_withdrawn").count() == 1


# ── who is told ───────────────────────────────────────────────────────────────────────────────
def test_who_was_there_and_the_members_with_a_say_are_told_once(held, draft, person):
    guest = PersonFactory(name="来宾")
    attendance.add(meeting=held, name="来宾", person=guest, by=None, at=AT)
    attendance.add(meeting=held, name="访客", by=None, at=AT)

    for _click in range(2):
        offer(held, 1)

    assert told("minutes.offered") == ["Committer", "Maintainer", "来宾"]
    notice = Notice.objects.filter(kind="minutes.offered").first()
    assert notice.data["path"] == f"/sigs/reading/meetings/{held.pk}/minutes/comments/"
    assert notice.data["closes_at"] == "2026-12-09T15:59:59+00:00"


@pytest.mark.parametrize("hours", [-12, -1])
def test_nobody_is_reminded_before_the_morning_after_the_deadline(held, draft, hours):
    offer(held, 1)

    assert offering.remind_closed(now=MORNING + dt.timedelta(hours=hours)) == 0


def test_host_scribe_and_maintainers_are_reminded_once_of_remarks_that_closed(held, draft, person):
    held.host, held.scribe = person["contributor"], person["stranger"]
    held.save()
    offer(held, 1)

    assert offering.remind_closed(now=MORNING) == 3
    assert offering.remind_closed(now=MORNING + dt.timedelta(hours=1)) == 0
    assert told("minutes.remarks_closed") == ["Contributor", "Maintainer", "Stranger"]


def test_a_later_deadline_is_reminded_of_again(held, draft, person):
    offer(held, 1)
    offering.remind_closed(now=MORNING)
    offering.offer(meeting=held, until=dt.date(2026, 12, 12), expected=2, by=None, at=MORNING)

    assert offering.remind_closed(now=MORNING) == 0
    assert offering.remind_closed(now=MORNING + dt.timedelta(days=3)) == 1


@pytest.mark.parametrize("act", ["publish", "take_back"])
def test_minutes_that_went_on_need_no_reminder(held, draft, person, act):
    offer(held, 1)
    if act == "publish":
        minutes.publish(meeting=held, expected=2, by=None, at=AT)
    else:
        take_back(held)

    assert offering.remind_closed(now=MORNING) == 0


def test_deadline_long_ago_is_left_in_peace(held, draft, person):
    offer(held, 1)

    assert offering.remind_closed(now=CLOSES_AT + offering.FORGOTTEN) == 0


def test_task_reminds_of_closed_remarks_too(held, draft, person, time_machine):
    offer(held, 1)
    time_machine.move_to(MORNING, tick=False)

    assert tasks.remind_minutes.delay().get() == 1
    assert told("minutes.remarks_closed") == ["Maintainer"]


# ── at once ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["offer", "publish"])
def test_hosts_who_press_at_once_make_one_revision_and_one_entry(sig, act):
    meeting = MeetingFactory(sig=sig, state="held")
    minutes.save_draft(meeting=meeting, body="一", expected=0, by=None, at=AT)
    found, start = [], threading.Barrier(6)

    def press():
        start.wait()
        try:
            if act == "offer":
                found.append(offer(meeting, 1).number)
            else:
                found.append(minutes.publish(meeting=meeting, expected=1, by=None, at=AT).number)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [2] * 6
    assert MinutesRevision.objects.count() == 2
    assert Entry.objects.filter(action__startswith="minutes.").count() == 1


@pytest.mark.django_db(transaction=True)
def test_remark_and_publication_at_once_leave_no_remark_unseen(sig):
    """Either the remark came first and holds the publication up, or it came too late."""
    meeting, person = MeetingFactory(sig=sig, state="held"), PersonFactory()
    minutes.save_draft(meeting=meeting, body="一", expected=0, by=None, at=AT)
    offer(meeting, 1)
    outcomes, start = [], threading.Barrier(2)

    def press(act):
        start.wait()
        try:
            outcomes.append(type(act()).__name__)
        except minutes.Refused as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    acts = [
        lambda: commenting.remark(meeting=meeting, body="有误", by=person, at=AT),
        lambda: minutes.publish(meeting=meeting, expected=2, by=None, at=AT),
    ]
    threads = [threading.Thread(target=press, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) in (
        ["MinutesComment", "RemarksWaiting"],
        ["AlreadyPublished", "MinutesRevision"],
    )
