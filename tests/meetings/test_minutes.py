"""No acknowledged text is lost, no editor overwrites another, and what is public has its hash (I7)."""

import datetime as dt
import hashlib
import threading

import pytest
from django.db import connection

from ledger.models import Entry
from meetings import attendance, minutes
from meetings.models import MinutesRevision
from members.models import Contribution
from tests.factories import MeetingFactory, PersonFactory

AT = dt.datetime(2026, 12, 3, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, state="held")


def save(meeting, body, expected, by=None):
    return minutes.save_draft(meeting=meeting, body=body, expected=expected, by=by, at=AT)


def history(meeting):
    return list(meeting.minutes_revisions.values_list("number", "state", "body"))


def published(meeting, body="正文"):
    draft = save(meeting, body, 0)
    return minutes.publish(meeting=meeting, expected=draft.number, by=None, at=AT)


def test_each_save_is_a_revision_and_an_unchanged_one_is_none(meeting):
    save(meeting, "一", 0)
    save(meeting, "一", 1)
    save(meeting, "二", 1)

    assert history(meeting) == [(1, "draft", "一"), (2, "draft", "二")]


def test_stale_save_is_a_conflict_that_carries_both_texts(meeting, person):
    save(meeting, "起点", 0)
    save(meeting, "甲的文字", 1, person["committer"])

    with pytest.raises(minutes.Conflict) as caught:
        save(meeting, "乙的文字", 1, person["maintainer"])

    assert caught.value.latest.body == "甲的文字"
    assert caught.value.body == "乙的文字"
    assert history(meeting) == [(1, "draft", "起点"), (2, "draft", "甲的文字")]


def test_stale_save_of_other_lines_is_merged_and_nobodys_line_is_lost(meeting, person):
    save(meeting, "一\n二\n三", 0)
    save(meeting, "甲一\n二\n三", 1, person["committer"])

    merged = save(meeting, "一\n二\n三\n乙四", 1, person["maintainer"])

    assert (merged.number, merged.body) == (3, "甲一\n二\n三\n乙四")
    assert merged.author == person["maintainer"]


def test_save_goes_on_from_the_text_the_editor_sent_before_a_merge(meeting):
    save(meeting, "一\n二\n三", 0)
    save(meeting, "甲一\n二\n三", 1)
    save(meeting, "一\n二\n三\n乙", 1)

    # The editor typed on while the merge was on its way back.
    merged = minutes.save_draft(
        meeting=meeting,
        body="一\n二\n三\n乙和丙",
        base="一\n二\n三\n乙",
        expected=1,
        by=None,
        at=AT,
    )

    assert merged.body == "甲一\n二\n三\n乙和丙"


def test_stale_save_that_changes_nothing_keeps_the_newer_text(meeting):
    save(meeting, "一", 0)
    newer = save(meeting, "二", 1)

    assert save(meeting, "一", 1) == newer


def test_save_on_a_revision_that_never_was_is_a_conflict(meeting):
    with pytest.raises(minutes.Conflict):
        save(meeting, "一", 7)


def test_second_click_of_the_same_save_is_no_conflict(meeting):
    first = save(meeting, "一", 0)

    assert save(meeting, "一", 0) == first
    assert len(history(meeting)) == 1


@pytest.mark.django_db(transaction=True)
def test_editors_who_save_at_once_lose_nothing(sig):
    meeting = MeetingFactory(sig=sig, state="held")
    outcomes = []
    start = threading.Barrier(8)

    def editor(number):
        start.wait()
        try:
            save(meeting, f"文字 {number}", 0)
            outcomes.append("saved")
        except minutes.Conflict as conflict:
            outcomes.append(conflict.body)
        finally:
            connection.close()

    threads = [threading.Thread(target=editor, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (stored,) = MinutesRevision.objects.all()
    assert outcomes.count("saved") == 1
    assert {stored.body, *outcomes} == {"saved", *(f"文字 {number}" for number in range(8))}


def test_publish_puts_the_hash_in_the_ledger(meeting, person):
    draft = save(meeting, "正文\n", 0)

    revision = minutes.publish(
        meeting=meeting, expected=draft.number, by=person["maintainer"], at=AT
    )

    assert (revision.number, revision.state, revision.body) == (2, "published", "正文\n")
    (entry,) = Entry.objects.filter(action="minutes.published")
    assert entry.data["sha256"] == hashlib.sha256("正文\n".encode()).hexdigest()
    assert (entry.actor, entry.subject) == ("person:maintainer", f"meeting:{meeting.pk}")


def test_publishing_twice_changes_nothing(meeting):
    first = published(meeting)

    assert minutes.publish(meeting=meeting, expected=1, by=None, at=AT) == first
    assert Entry.objects.filter(action="minutes.published").count() == 1


@pytest.mark.parametrize("state", ["scheduled", "moved", "cancelled"])
def test_minutes_of_a_meeting_that_was_not_held_are_not_published(sig, state):
    meeting = MeetingFactory(sig=sig, state=state)
    draft = save(meeting, "正文", 0)

    with pytest.raises(minutes.NotHeld):
        minutes.publish(meeting=meeting, expected=draft.number, by=None, at=AT)
    assert minutes.public_of(meeting) is None


def test_publishing_a_revision_that_is_not_the_newest_is_a_conflict(meeting):
    save(meeting, "一", 0)
    save(meeting, "二", 1)

    with pytest.raises(minutes.Conflict):
        minutes.publish(meeting=meeting, expected=1, by=None, at=AT)
    assert minutes.public_of(meeting) is None


@pytest.mark.parametrize("body", [None, "", "  \n"])
def test_nothing_is_not_published(meeting, body):
    if body is not None:
        save(meeting, body, 0)

    with pytest.raises(minutes.NothingToPublish):
        minutes.publish(meeting=meeting, expected=1, by=None, at=AT)


def test_published_text_is_not_saved_over(meeting):
    revision = published(meeting)

    with pytest.raises(minutes.AlreadyPublished):
        save(meeting, "另一段", revision.number)
    with pytest.raises(minutes.Conflict):
        save(meeting, "另一段", revision.number - 1)
    assert minutes.public_of(meeting).body == "正文"


def test_amendment_has_its_reason_and_its_hash(meeting, person):
    revision = published(meeting)

    amended = minutes.amend(
        meeting=meeting,
        body="改正",
        expected=revision.number,
        reason="人名有误",
        by=person["committer"],
        at=AT,
    )

    assert (amended.state, amended.reason) == ("amended", "人名有误")
    assert minutes.public_of(meeting) == amended
    (entry,) = Entry.objects.filter(action="minutes.amended")
    assert entry.data["reason"] == "人名有误"
    assert entry.data["sha256"] == minutes.sha256("改正")


@pytest.mark.parametrize(
    ("body", "reason", "refusal"),
    [("改正", " ", minutes.ReasonMissing), (" ", "清空", minutes.NothingToPublish)],
)
def test_amendment_without_reason_or_text_is_refused(meeting, body, reason, refusal):
    revision = published(meeting)

    with pytest.raises(refusal):
        minutes.amend(
            meeting=meeting, body=body, expected=revision.number, reason=reason, by=None, at=AT
        )
    assert minutes.public_of(meeting) == revision


def test_draft_cannot_be_amended(meeting):
    save(meeting, "一", 0)

    with pytest.raises(minutes.NotPublished):
        minutes.amend(meeting=meeting, body="二", expected=1, reason="x", by=None, at=AT)


# ── attendance ────────────────────────────────────────────────────────────────────────────────
def test_attendance_counts_once_the_minutes_are_public(meeting, person):
    attendance.add(
        meeting=meeting, name="Stranger", person=person["stranger"], by=person["committer"], at=AT
    )
    attendance.add(meeting=meeting, name="访客", by=person["committer"], at=AT)
    assert not Contribution.objects.exists()

    published(meeting)

    (fact,) = Contribution.objects.all()
    assert (fact.person, fact.kind, fact.at) == (
        person["stranger"],
        "meeting_attended",
        meeting.starts_at,
    )
    assert fact.url == f"/sigs/reading/meetings/{meeting.pk}/"


def test_attendance_written_after_publication_counts_and_struck_counts_no_more(meeting):
    published(meeting)
    late = PersonFactory()

    row = attendance.add(meeting=meeting, name=late.name, person=late, by=None, at=AT)
    assert Contribution.objects.filter(person=late).count() == 1
    for _click in range(2):
        attendance.remove(row=row, by=None, at=AT)

    assert not Contribution.objects.exists()
    assert Entry.objects.filter(action="attendance.removed").count() == 1


def test_same_person_attends_once(meeting):
    someone = PersonFactory(name="林")

    for name in ("林", "Lin"):
        attendance.add(meeting=meeting, name=name, person=someone, by=None, at=AT)
    attendance.add(meeting=meeting, name="林", by=None, at=AT)

    assert meeting.attendances.count() == 1


def test_cancelled_meeting_has_no_attendance(sig):
    with pytest.raises(attendance.NotThere):
        attendance.add(
            meeting=MeetingFactory(sig=sig, state="cancelled"), name="林", by=None, at=AT
        )
