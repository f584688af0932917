"""Decisions come out of public minutes once, under numbers given once, and follow amendments."""

import datetime as dt
import threading

import pytest
from django.db import connection

from ledger.models import Entry
from meetings import deciding, meant, minutes, minutes_file
from meetings.models import ActionItem, MeetingDecision
from meetings.skeleton import skeleton
from members.models import Person
from tests.factories import (
    ActionItemFactory,
    AgendaItemFactory,
    IssueFactory,
    MeetingFactory,
    PersonFactory,
    PromotionFactory,
    PullRequestFactory,
    RepositoryFactory,
    SigFactory,
)

AT = dt.datetime(2026, 12, 3, 10, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2027, 1, 7, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, state="held", title="十二月例会", title_en="December")


@pytest.fixture
def next_meeting(sig):
    return MeetingFactory(sig=sig, state="held", starts_at=LATER)


def publish(meeting, body, by=None):
    draft = minutes.save_draft(meeting=meeting, body=body, expected=0, by=by, at=AT)
    return minutes.publish(meeting=meeting, expected=draft.number, by=by, at=AT)


def amend(meeting, body, by=None):
    expected = minutes.latest_of(meeting).number
    return minutes.amend(meeting=meeting, body=body, expected=expected, reason="更正", by=by, at=AT)


def rows(meeting):
    found = meeting.decisions.order_by("number")
    return [(row.number, row.text, row.withdrawn_at is None) for row in found]


def told():
    entries = Entry.objects.filter(action__startswith="meeting.deci").order_by("seq")
    return [(entry.action.partition(".")[2], entry.data["number"]) for entry in entries]


def codes(meeting, body):
    return [one.code for one in meant.reading(meeting, body).problems]


def test_published_line_is_a_numbered_decision_in_the_record(meeting, person):
    publish(meeting, "- 决定：采用甲\n- 决定：采用乙", person["committer"])

    assert rows(meeting) == [(1, "采用甲", True), (2, "采用乙", True)]
    entry = Entry.objects.get(action="meeting.decided", data__number=1)
    assert entry.actor == "person:committer"
    assert entry.subject == f"decision:{meeting.decisions.get(number=1).pk}"
    assert entry.data == {
        "sig": "reading",
        "number": 1,
        "text": "采用甲",
        "meeting": meeting.pk,
        "title": "十二月例会",
        "title_en": "December",
        "on": "2026-12-03",
        "supersedes": None,
    }


def test_draft_decides_nothing(meeting):
    minutes.save_draft(meeting=meeting, body="- 决定：甲", expected=0, by=None, at=AT)

    assert not MeetingDecision.objects.exists()


def test_numbers_count_within_the_sig(meeting, next_meeting):
    publish(meeting, "- 决定：甲")
    publish(next_meeting, "- 决定：乙")
    other = MeetingFactory(sig=SigFactory(), state="held")
    publish(other, "- 决定：丙")

    assert rows(next_meeting) == [(2, "乙", True)]
    assert rows(other) == [(1, "丙", True)]


def test_publishing_or_deriving_twice_changes_nothing(meeting):
    revision = publish(meeting, "- 决定：甲\n- 行动项：写 @stranger")
    minutes.publish(meeting=meeting, expected=revision.number, by=None, at=AT)
    before = Entry.objects.count()
    deciding.derive(revision=revision, before="", by=None, at=AT)

    assert rows(meeting) == [(1, "甲", True)]
    assert ActionItem.objects.count() == 1
    assert Entry.objects.count() == before


def test_amendment_keeps_the_number_of_a_line_worded_anew(meeting):
    publish(meeting, "- 决定：从一月起采用方案甲\n- 决定：例会改到周五")
    amend(meeting, "- 决定：例会改到周五\n- 决定：从二月起采用方案甲")

    assert rows(meeting) == [(1, "从二月起采用方案甲", True), (2, "例会改到周五", True)]
    assert told() == [("decided", 1), ("decided", 2), ("decision_amended", 1)]
    entry = Entry.objects.get(action="meeting.decision_amended")
    assert (entry.data["was"], entry.data["text"]) == ("从一月起采用方案甲", "从二月起采用方案甲")


def test_amendment_withdraws_what_is_gone_and_numbers_what_is_new(meeting):
    publish(meeting, "- 决定：采用方案甲")
    amend(meeting, "- 决定：下次会议在上海开")
    amend(meeting, "- 决定：下次会议在上海开\n- 决定：采用方案甲")

    assert rows(meeting) == [
        (1, "采用方案甲", False),
        (2, "下次会议在上海开", True),
        (3, "采用方案甲", True),
    ]
    assert told() == [("decided", 1), ("decision_withdrawn", 1), ("decided", 2), ("decided", 3)]


def test_number_of_a_withdrawn_decision_is_not_given_again(meeting, next_meeting):
    publish(meeting, "- 决定：甲")
    amend(meeting, "没有决定")
    publish(next_meeting, "- 决定：乙")

    assert rows(next_meeting) == [(2, "乙", True)]


def test_superseded_decision_is_told_and_linked(meeting, next_meeting):
    publish(meeting, "- 决定：采用甲")
    publish(next_meeting, "- 决定：采用乙（取代 D-1）")

    new = next_meeting.decisions.get()
    assert (new.text, new.supersedes.number) == ("采用乙", 1)
    assert meeting.decisions.get().successor == new
    assert told() == [("decided", 1), ("decided", 2), ("decision_superseded", 1)]
    assert Entry.objects.get(action="meeting.decision_superseded").data["superseded_by"] == 2


@pytest.mark.parametrize("body", ["没有了", "- 决定：采用乙"])
def test_decision_holds_again_when_nothing_supersedes_it_any_more(meeting, next_meeting, body):
    publish(meeting, "- 决定：采用甲")
    publish(next_meeting, "- 决定：采用乙（取代 D-1）")
    amend(next_meeting, body)

    assert meeting.decisions.get().successor is None
    assert ("decision_restored", 1) in told()


def test_decision_that_its_own_minutes_took_out_does_not_hold_again(meeting, next_meeting):
    publish(meeting, "- 决定：采用甲")
    publish(next_meeting, "- 决定：采用乙（取代 D-1）")
    amend(meeting, "没有了")
    amend(next_meeting, "没有了")

    assert ("decision_restored", 1) not in told()


def test_unknown_decision_is_not_superseded_and_stays_in_the_text(meeting):
    publish(meeting, "- 决定：采用乙（取代 D-9）")

    row = meeting.decisions.get()
    assert (row.text, row.supersedes) == ("采用乙（取代 D-9）", None)
    assert codes(meeting, "- 决定：采用乙（取代 D-9）") == ["supersedes_unknown"]


def test_decision_of_another_sig_is_not_superseded(meeting):
    other = MeetingFactory(sig=SigFactory(), state="held", starts_at=AT - dt.timedelta(days=40))
    publish(other, "- 决定：甲")

    assert codes(meeting, "- 决定：乙（取代 D-1）") == ["supersedes_unknown"]


def test_decision_is_superseded_once_and_by_a_later_meeting_only(meeting, next_meeting):
    publish(meeting, "- 决定：采用甲")
    publish(next_meeting, "- 决定：采用乙（取代 D-1）")
    third = MeetingFactory(sig=meeting.sig, state="held", starts_at=LATER + dt.timedelta(days=30))

    assert codes(third, "- 决定：丙（取代 D-1）") == ["supersedes_over"]
    assert codes(third, "- 决定：丙（取代 D-2）\n- 决定：丁（取代 D-2）") == ["supersedes_over"]
    assert codes(meeting, "- 决定：采用甲（取代 D-2）") == ["supersedes_later"]
    assert codes(meeting, "- 决定：采用甲（取代 D-1）") == ["supersedes_later"]
    # The line that supersedes it may be amended.
    assert codes(next_meeting, "- 决定：还是采用乙（取代 D-1）") == []


def test_withdrawn_decision_is_not_superseded(meeting, next_meeting):
    publish(meeting, "- 决定：采用甲")
    amend(meeting, "没有了")

    assert codes(next_meeting, "- 决定：乙（取代 D-1）") == ["supersedes_over"]


def test_decision_is_tied_to_the_agenda_item_it_stands_under(meeting):
    item = AgendaItemFactory(meeting=meeting, title="发布计划", title_en="Release plan")
    AgendaItemFactory(meeting=meeting, title="同名")
    AgendaItemFactory(meeting=meeting, title="同名")
    publish(
        meeting,
        "### 9 - 发布计划\n- 决定：甲\n### Release plan\n- 决定：乙\n### 1 - 同名\n- 决定：丙",
    )

    assert [row.agenda_item for row in meeting.decisions.order_by("number")] == [item, item, None]


def test_decision_is_tied_to_what_its_addresses_name(meeting, settings):
    settings.SITE_URL = "https://portal.example.test"
    settings.CODE_HOSTS = {"gitee": {"url": "https://gitee.com", "token": ""}}
    repository = RepositoryFactory(sig=meeting.sig, owner="example", name="one")
    pull = PullRequestFactory(repository=repository, number=12)
    issue = IssueFactory(repository=repository, number="I4CE7W")
    promotion = PromotionFactory(sig=meeting.sig)
    lines = [
        f"见 https://portal.example.test/sigs/reading/promotions/{promotion.pk}/",
        f"见 https://portal.example.test/en{promotion.get_absolute_url()}",
        "见 https://gitee.com/Example/one/pulls/12",
        "见 https://portal.example.test/reviews/example/one/12/",
        "见 https://gitee.com/example/one/issues/I4CE7W",
        "见 https://portal.example.test/issues/example/one/I4CE7W/",
        "见 https://elsewhere.example.test/example/one/pulls/12",
        "见 https://gitee.com/example/one/pulls/12 与 https://gitee.com/example/one/pulls/13",
        "见 !12",
    ]
    found = [meant.subject_in(meeting.sig, line) for line in lines]

    assert [one.promotion for one in found[:3]] == [promotion, promotion, None]
    assert [one.pull_request for one in found[2:4]] == [pull, pull]
    assert [one.issue for one in found[4:6]] == [issue, issue]
    assert found[6] == found[8] == meant.Subject()
    assert found[7].pull_request == pull


def test_two_pull_requests_in_one_line_are_neither(meeting, settings):
    settings.CODE_HOSTS = {"gitee": {"url": "https://gitee.com", "token": ""}}
    repository = RepositoryFactory(sig=meeting.sig, owner="example", name="one")
    for number in (12, 13):
        PullRequestFactory(repository=repository, number=number)
    text = "https://gitee.com/example/one/pulls/12 https://gitee.com/example/one/pulls/13"

    assert meant.subject_in(meeting.sig, text).pull_request is None


# ── action items ──────────────────────────────────────────────────────────────────────────────
def test_published_line_is_an_action_item_in_the_record(meeting, person):
    publish(meeting, "- 行动项：写文档 @Stranger 2026-12-31", person["committer"])

    (item,) = ActionItem.objects.all()
    assert (item.text, item.owner, item.owner_name) == ("写文档", person["stranger"], "")
    assert item.due_on == dt.date(2026, 12, 31)
    (entry,) = Entry.objects.filter(action="action.added")
    assert entry.data["owner"] == "person:stranger"


def test_owner_is_a_person_by_name_where_one_has_it(meeting):
    ann = PersonFactory(name="Ann Lee")
    for _twin in range(2):
        PersonFactory(name="Ben Liu")
    Person.objects.create(name="Ann Lee", merged_into=ann)
    text = "- Action: a -- ann  lee\n- Action: b -- Ben Liu\n- Action: c -- Cy\n- Action: d @nobody"
    publish(meeting, text)

    found = {item.text: (item.owner, item.owner_name) for item in ActionItem.objects.all()}
    assert found == {
        "a": (ann, ""),
        "b": (None, "Ben Liu"),
        "c": (None, "Cy"),
        "d": (None, "@nobody"),
    }
    assert codes(meeting, text) == ["owner_unknown"] * 3


def test_login_that_two_hosts_give_to_two_people_is_neither(meeting):
    one, other = PersonFactory(account__login="same"), PersonFactory(account=None)
    other.accounts.create(host="github", login="Same")
    publish(meeting, "- 行动项：写 @same")

    item = ActionItem.objects.get()
    assert one != other
    assert (item.owner, item.owner_name) == (None, "@same")


def test_action_that_is_there_already_is_not_added_again(meeting):
    ActionItemFactory(meeting=meeting, text="写 文档", state="done")
    publish(meeting, "- 行动项：写文档。\n- 行动项：写文档")

    assert ActionItem.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "写文档",
        "第一行\n第二行",
        "写文档\n- 一点\n- 两点",
        "写文档 2026-12-10",
        "1 - 写 @stranger",
        "写。",
    ],
)
def test_action_that_the_skeleton_writes_is_not_added_again(meeting, text):
    ActionItemFactory(meeting=meeting, text=text, owner_name="Ann Lee")
    publish(meeting, skeleton(meeting))

    assert ActionItem.objects.count() == 1


def test_action_with_points_below_it_is_not_added_again(meeting):
    """An import keeps the points with the item."""
    item = ActionItemFactory(meeting=meeting, text="写发布说明\n\n- 含迁移步骤")

    publish(meeting, "## Action items\n\n* 写发布说明\n")

    assert list(meeting.action_items.all()) == [item]


def test_amendment_adds_new_actions_and_removes_or_doubles_none(meeting):
    publish(meeting, "- 行动项：把安装文档写完\n- 行动项：发邮件通知大家")
    amend(meeting, "- 行动项：把安装的文档写完\n- 行动项：准备下一次的会议室")

    assert sorted(ActionItem.objects.values_list("text", flat=True)) == [
        "准备下一次的会议室",
        "发邮件通知大家",
        "把安装文档写完",
    ]


def test_reading_takes_a_constant_number_of_queries(meeting, django_assert_num_queries, settings):
    settings.CODE_HOSTS = {"gitee": {"url": "https://gitee.com", "token": ""}}
    line = "- 决定：见 https://gitee.com/a/b/pulls/{0} https://gitee.com/a/b/issues/I{0}（取代 D-{0}）\n"
    text = "### 1 - 甲\n{}- 行动项：写 @a\n- Action: b -- Ben"
    for count in (1, 3):
        lines = "".join(line.format(number) for number in range(1, count + 1))
        with django_assert_num_queries(6):
            meant.reading(meeting, text.format(lines))


@pytest.mark.django_db(transaction=True)
def test_publishing_at_the_same_time_gives_no_number_twice(sig):
    meetings = [
        MeetingFactory(sig=sig, state="held", starts_at=AT + dt.timedelta(days=day))
        for day in range(4)
    ]
    for meeting in meetings:
        minutes.save_draft(
            meeting=meeting, body="- 决定：甲\n- 决定：乙", expected=0, by=None, at=AT
        )
    start, faults = threading.Barrier(len(meetings)), []

    def run(meeting):
        try:
            start.wait(timeout=30)
            minutes.publish(meeting=meeting, expected=1, by=None, at=AT)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(meeting,)) for meeting in meetings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert not faults
    assert sorted(MeetingDecision.objects.values_list("number", flat=True)) == list(range(1, 9))


# ── files ─────────────────────────────────────────────────────────────────────────────────────
FILE = """# Thursday November 5, 2026 at 16:00 GMT+8

## Agenda

* 1 - A topic

## Conference links

* None

## Attendees

* Ann Lee

## Notes

* 1 - We talked.
- Decision: adopt plan A

## Action items

* 1 - Write the guide. -- Ann Lee
* 2 - Measure it. -- Ann Lee, due 2026-12-10
* Action: tell everybody
* 决定：下次再议
"""


@pytest.mark.parametrize("publish", [True, False])
def test_file_is_read_once_for_each_line(sig, publish):
    ann = PersonFactory(name="Ann Lee")
    for _again in range(2):
        minutes_file.load(sig=sig, text=FILE, file_name="a-20261105.md", publish=publish, at=AT)

    found = {item.text: (item.owner, item.due_on) for item in ActionItem.objects.all()}
    if not publish:
        assert found == {"Write the guide.": (ann, None)}
        minutes_file.load(sig=sig, text=FILE, file_name="a-20261105.md", publish=True, at=AT)
        found = {item.text: (item.owner, item.due_on) for item in ActionItem.objects.all()}
    assert found == {
        "Write the guide.": (ann, None),
        "Measure it.": (ann, dt.date(2026, 12, 10)),
        "tell everybody": (None, None),
    }
    assert ActionItem.objects.count() == 3
    assert [row.text for row in MeetingDecision.objects.order_by("number")] == [
        "adopt plan A",
        "下次再议",
    ]
    ((_name, text),) = minutes_file.exports(sig)
    assert text == FILE
