"""Remarks on offered minutes: who makes them on what, and what becomes of each."""

import datetime as dt

import pytest

from ledger.models import Entry
from meetings import commenting, minutes, offering
from meetings.models import MinutesComment
from members.belongings import relations
from members.models import Notice
from tests.factories import MeetingFactory

AT = dt.datetime(2026, 12, 4, 2, 0, tzinfo=dt.UTC)
UNTIL = dt.date(2026, 12, 9)
LAST = dt.datetime(2026, 12, 9, 15, 59, 59, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
BODY = "## Notes\n\n* 1 - **缓存**：下周[合入](https://example.org/1)，由林舒跟进\n* 2 - 发布推迟\n"


@pytest.fixture
def offered(sig, person):
    meeting = MeetingFactory(sig=sig, state="held")
    minutes.save_draft(meeting=meeting, body=BODY, expected=0, by=person["committer"], at=AT)
    offering.offer(meeting=meeting, until=UNTIL, expected=1, by=person["maintainer"], at=AT)
    meeting.refresh_from_db()
    return meeting


@pytest.fixture
def remark(offered, person):
    """Make a remark as the contributor; keywords change it."""

    def remark(body="日期有误", **changes):
        given = {"meeting": offered, "by": person["contributor"], "at": AT, **changes}
        return commenting.remark(body=body, **given)

    return remark


def settle(comment, outcome="accepted", answer="已改", by=None):
    return commenting.settle(comment=comment, outcome=outcome, answer=answer, by=by, at=AT)


def told(kind):
    names = Notice.objects.filter(kind=kind).values_list("person__name", flat=True)
    return sorted(names)


def test_remark_names_the_text_it_was_made_on(remark, offered):
    comment = remark(passage="发布推迟")

    assert comment.revision == minutes.readable_of(offered)
    assert (comment.passage, comment.body, comment.is_waiting) == ("发布推迟", "日期有误", True)


def test_remarks_are_not_in_the_ledger(remark, person):
    before = Entry.objects.count()
    settle(remark(), by=person["maintainer"])

    assert Entry.objects.count() == before


@pytest.mark.parametrize(("at", "is_open"), [(LAST, True), (LAST + SECOND, False)])
def test_remarks_are_taken_to_the_last_second_of_the_day(remark, at, is_open):
    if is_open:
        assert remark(at=at).pk
        return
    with pytest.raises(commenting.Closed):
        remark(at=at)
    assert not MinutesComment.objects.exists()


@pytest.mark.parametrize(
    "passage",
    [
        "发布推迟",
        "* 2 - 发布推迟",
        "2 - 发布推迟",
        # As the page shows it: without marks and addresses, over two items of its list.
        "1 - 缓存：下周合入，由林舒跟进",
        "由林舒跟进\n2 - 发布推迟",
        "下周[合入](https://example.org/1)，由林舒跟进",
        "  缓存 ： 下周\r\n合入 ",
    ],
)
def test_passage_is_found_as_written_and_as_shown(remark, passage):
    assert remark(passage=passage).pk


@pytest.mark.parametrize("passage", ["发布提前", "**", "#", "发布推迟。"])
def test_passage_that_does_not_occur_is_refused(remark, passage):
    with pytest.raises(commenting.PassageUnknown):
        remark(passage=passage)
    assert not MinutesComment.objects.exists()


def test_passage_of_a_private_draft_is_unknown(remark, offered):
    minutes.save_draft(meeting=offered, body="尚未公开的一句", expected=2, by=None, at=AT)

    with pytest.raises(commenting.PassageUnknown):
        remark(passage="尚未公开的一句")


def test_same_remark_twice_is_one(remark, person):
    first = remark(passage="发布推迟")

    assert remark(passage="发布推迟") == first
    assert remark(body=" 日期有误 ", passage="发布推迟 ") == first
    assert remark() != first
    assert remark(passage="发布推迟", by=person["stranger"]) != first
    assert MinutesComment.objects.count() == 3
    assert told("minutes.remarked").count("Committer") == 3


def test_remark_that_was_withdrawn_can_be_made_again(remark, person):
    first = remark()
    commenting.withdraw(comment=first, by=person["contributor"], at=AT)

    assert remark() != first


def test_settled_remark_is_made_again_on_a_newer_text_only(remark, offered):
    first = settle(remark())
    assert remark() == first

    minutes.save_draft(meeting=offered, body="新的", expected=2, by=None, at=AT)
    offering.offer(meeting=offered, until=UNTIL, expected=3, by=None, at=AT)

    assert remark() != first


# ── withdrawn ─────────────────────────────────────────────────────────────────────────────────
def test_author_withdraws_while_nobody_settled_it(remark, person):
    comment = remark()

    for _click in range(2):
        withdrawn = commenting.withdraw(comment=comment, by=person["contributor"], at=AT)

    assert withdrawn.withdrawn_at == AT
    with pytest.raises(commenting.Settled):
        settle(comment)


@pytest.mark.parametrize("who", ["stranger", "committer", "maintainer"])
def test_nobody_withdraws_what_another_said(remark, person, who):
    comment = remark()

    with pytest.raises(commenting.NotYours):
        commenting.withdraw(comment=comment, by=person[who], at=AT)


def test_settled_remark_is_not_withdrawn(remark, person):
    comment = settle(remark())

    with pytest.raises(commenting.Settled):
        commenting.withdraw(comment=comment, by=person["contributor"], at=AT)


# ── settled ───────────────────────────────────────────────────────────────────────────────────
def test_settling_says_who_when_and_what(remark, person):
    comment = settle(remark(), "declined", " 原文如此 ", person["maintainer"])

    comment.refresh_from_db()
    assert (comment.outcome, comment.answer) == ("declined", "原文如此")
    assert (comment.settled_by, comment.settled_at) == (person["maintainer"], AT)


def test_declining_without_an_answer_is_refused_and_accepting_is_not(remark):
    comment = remark()

    with pytest.raises(commenting.AnswerMissing):
        settle(comment, "declined", " ")
    assert settle(comment, "accepted", "").outcome == "accepted"


def test_second_click_changes_nothing_and_another_editor_is_told(remark, person):
    comment = remark()
    first = settle(comment, by=person["maintainer"])

    assert settle(comment, by=person["committer"]).settled_by == first.settled_by
    with pytest.raises(commenting.Settled):
        settle(comment, "declined", "不改", person["committer"])
    assert told("minutes.settled") == ["Contributor"]


def test_remark_is_answered_after_publication_too(remark, offered):
    comment = remark()
    minutes.publish(meeting=offered, expected=2, by=None, at=AT, despite_remarks=True)

    assert settle(comment).outcome == "accepted"


# ── publication ───────────────────────────────────────────────────────────────────────────────
def test_remarks_that_wait_hold_the_publication_up_until_it_is_confirmed(remark, offered):
    remark()
    remark("另有一处")

    with pytest.raises(minutes.RemarksWaiting, match="2 条意见"):
        minutes.publish(meeting=offered, expected=2, by=None, at=AT)
    assert minutes.public_of(offered) is None
    minutes.publish(meeting=offered, expected=2, by=None, at=AT, despite_remarks=True)
    assert minutes.public_of(offered)


@pytest.mark.parametrize("end", ["settled", "withdrawn", "taken back"])
def test_remarks_that_are_done_with_hold_nothing_up(remark, offered, person, end):
    comment = remark()
    expected = 2
    if end == "settled":
        settle(comment)
    elif end == "withdrawn":
        commenting.withdraw(comment=comment, by=person["contributor"], at=AT)
    else:
        offering.take_back(meeting=offered, reason="重写", by=None, at=AT)
        expected = 3

    assert minutes.publish(meeting=offered, expected=expected, by=None, at=AT).is_public


# ── who is told ───────────────────────────────────────────────────────────────────────────────
def test_who_wrote_and_the_meetings_own_scribe_hear_of_a_remark_but_not_who_made_it(
    remark, offered, person
):
    offered.scribe = person["stranger"]
    offered.save()

    comment = remark()
    remark("自己也说一句", by=person["committer"])

    assert told("minutes.remarked") == [
        "Committer", "Maintainer", "Maintainer", "Stranger", "Stranger",
    ]  # fmt: skip
    notice = Notice.objects.get(person=person["committer"], kind="minutes.remarked")
    assert notice.data["path"].endswith(
        f"/minutes/comments/?remark={comment.pk}#remark-{comment.pk}"
    )
    assert notice.data["by"] == "Contributor"
    assert "日期有误" not in str(notice.data)


def test_author_hears_of_the_answer_and_nobody_of_their_own(remark, person):
    settle(remark(), by=person["maintainer"])
    settle(remark("自己提的", by=person["maintainer"]), by=person["maintainer"])

    assert told("minutes.settled") == ["Contributor"]


def test_nobody_is_told_of_an_answer_they_cannot_read(remark, offered, person):
    comment = remark()
    offering.take_back(meeting=offered, reason="重写", by=None, at=AT)

    settle(comment, by=person["maintainer"])

    assert told("minutes.settled") == []


def test_remark_goes_along_when_its_author_is_merged():
    """members.belongings finds the table by itself."""
    names = {relation.name for relation in relations()}
    assert {"meetings.minutescomment.author", "meetings.minutescomment.settled_by"} <= names
