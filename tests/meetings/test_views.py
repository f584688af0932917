"""The pages: who sees what, who may press which button, and how many queries a list takes."""

import datetime as dt

import pytest

from ledger.models import Entry
from meetings import action, agenda, attendance, minutes
from meetings.models import ActionItem, AgendaItem, Attendance, MinutesRevision
from reviews.models import PullRequest
from tests.factories import (
    ActionItemFactory,
    MeetingFactory,
    MinutesRevisionFactory,
    PersonFactory,
    PolicyFactory,
    PromotionFactory,
    RepositoryFactory,
    SeriesFactory,
    SigFactory,
)

from .test_rules import HOSTS, SIGNED_IN, STANDINGS

AT = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
LIST = "/sigs/reading/meetings/"
ACTIONS = "/sigs/reading/actions/"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, title="十二月例会")


@pytest.fixture
def held(sig):
    return MeetingFactory(sig=sig, title="十一月例会", state="held", starts_at=AT - DAY)


def url(meeting, rest=""):
    return f"{LIST}{meeting.pk}/{rest}"


def text_of(response):
    return response.content.decode()


def said(response):
    """The messages the next page shows."""
    return [str(message) for message in response.context["messages"]]


# ── list ──────────────────────────────────────────────────────────────────────────────────────
def test_list_shows_coming_soonest_first_and_past_newest_first(client, sig):
    for days in (9, 2, -40, -3):
        MeetingFactory(sig=sig, title=f"例会 {days}", starts_at=AT + days * DAY)
    MeetingFactory(sig=sig, title="例会 held", starts_at=AT, state="held")
    MeetingFactory(title="别家的例会")

    context = client.get(LIST).context

    assert [row.meeting.title for row in context["coming"]] == ["例会 2", "例会 9"]
    assert [meeting.title for meeting in context["page"].rows] == [
        "例会 held",
        "例会 -3",
        "例会 -40",
    ]


def test_empty_list_says_what_to_do(client, sig):
    assert "还没有安排例会" in text_of(client.get(LIST))


def test_list_marks_a_holiday_and_proposes_another_day(client, sig, time_machine):
    time_machine.move_to(dt.datetime(2026, 9, 20, tzinfo=dt.UTC), tick=False)
    MeetingFactory(sig=sig, starts_at=dt.datetime(2026, 10, 1, 8, 0, tzinfo=dt.UTC))

    page = text_of(client.get(LIST))

    assert "这一天是公众假期：国庆节" in page
    assert "2026-10-08" in page
    assert "尚未公布" not in page


def test_list_says_that_a_year_is_provisional(client, sig):
    MeetingFactory(sig=sig, starts_at=dt.datetime(2027, 1, 7, 8, 0, tzinfo=dt.UTC))

    assert "放假与调休安排尚未公布" in text_of(client.get(LIST))


@pytest.mark.parametrize("who", STANDINGS)
def test_list_tells_of_drafts_to_editors_only(who, held, sign_in):
    MinutesRevisionFactory(meeting=held, state="draft", body="秘密")

    assert ("草稿" in text_of(sign_in(who).get(LIST))) == (who in HOSTS)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("who", ["anonymous", "committer"])
def test_list_takes_the_same_queries_for_one_meeting_and_three(
    who, count, sig, sign_in, django_assert_num_queries
):
    series = SeriesFactory(sig=sig)
    for number in range(count):
        MeetingFactory(sig=sig, series=series, starts_at=AT + number * DAY).agenda_items.create(
            title="议题", created_at=AT
        )
        MinutesRevisionFactory(
            meeting=MeetingFactory(sig=sig, series=series, starts_at=AT - (number + 1) * DAY)
        )
    client = sign_in(who)

    # sig, day overrides, coming, past; signed in also session, user, person, accounts, host, maintainer
    with django_assert_num_queries({"anonymous": 4, "committer": 10}[who]):
        assert client.get(LIST).status_code == 200


def test_past_is_paged_and_a_forged_mark_is_a_clear_error(client, sig):
    for number in range(23):
        MeetingFactory(sig=sig, state="held", starts_at=AT - number * DAY)

    first = client.get(LIST).context["page"]
    second = client.get(LIST, {"older": first.older}).context["page"]

    assert (len(first.rows), len(second.rows)) == (20, 3)
    assert client.get(LIST, {"older": "nonsense"}).status_code == 400


@pytest.mark.parametrize(
    "mark",
    [
        "x~1",
        "~",
        "1~2",
        "2026-01-01~1",
        "0001-01-01T00:00:00+23:59~1",
        "9999-12-31T23:59:59-23:59~1",
    ],
)
@pytest.mark.parametrize("way", ["older", "newer"])
def test_forged_page_mark_is_a_clear_error_on_every_list(client, held, mark, way):
    for address in (LIST, ACTIONS):
        assert client.get(address, {way: mark}).status_code == 400
    assert client.get(url(held, "minutes/history/"), {way: "x~1"}).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/sigs/nobody/meetings/",
        "/sigs/reading/meetings/99/",
        "/sigs/reading/meetings/99999999999999999999999/",
        "/sigs/nobody/actions/",
        "/sigs/reading/meetings/99/minutes/history/",
    ],
)
def test_what_is_not_there_is_not_found(client, sig, address):
    assert client.get(address).status_code == 404


def test_meeting_is_not_found_below_another_sig(client, meeting):
    other = SigFactory(slug="other")

    assert client.get(f"/sigs/{other.slug}/meetings/{meeting.pk}/").status_code == 404


# ── one meeting ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", STANDINGS)
def test_page_offers_each_reader_what_they_may_do(who, meeting, sign_in):
    context = sign_in(who).get(url(meeting)).context

    assert ("agenda_form" in context) == (who in SIGNED_IN)
    for form in ("move_form", "cancel_form", "attendance_form", "action_form"):
        assert (form in context) == (who in HOSTS)


def test_page_of_a_held_meeting_offers_no_agenda_and_no_move(held, sign_in):
    context = sign_in("maintainer").get(url(held)).context

    for form in ("agenda_form", "move_form", "cancel_form"):
        assert form not in context


@pytest.mark.parametrize(("days", "offered"), [(1, False), (0, True), (-3, True)])
def test_holding_is_offered_from_the_day_on(days, offered, sig, sign_in):
    meeting = MeetingFactory(sig=sig, starts_at=AT + days * DAY)

    page = text_of(sign_in("committer").get(url(meeting)))

    assert (url(meeting, "hold/") in page) == offered


def test_meeting_whose_time_is_over_waits_for_its_host(client, sig):
    MeetingFactory(sig=sig, starts_at=AT - 3 * DAY)

    assert "等待主持人标为已召开" in text_of(client.get(LIST))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("who", ["anonymous", "committer"])
def test_page_takes_the_same_queries_for_one_row_and_three(
    who, count, sig, sign_in, django_assert_num_queries
):
    meeting = MeetingFactory(sig=sig, state="held", starts_at=AT - DAY)
    policy = PolicyFactory(sig=sig)
    for number in range(count):
        someone = PersonFactory()
        meeting.agenda_items.create(
            title=f"议题 {number}",
            proposed_by=someone,
            promotion=PromotionFactory(sig=sig, policy=policy),
            created_at=AT,
        )
        meeting.attendances.create(name=someone.name, person=someone)
        ActionItemFactory(meeting=meeting, owner=someone)
        MinutesRevisionFactory(meeting=meeting, number=number + 1)
    client = sign_in(who)

    # meeting, day overrides, text, three of the digest, and with accounts: agenda, attendance, actions;
    # signed in also session, user, person, accounts, host, maintainer
    with django_assert_num_queries({"anonymous": 13, "committer": 19}[who]):
        assert client.get(url(meeting)).status_code == 200


@pytest.mark.parametrize("who", STANDINGS)
def test_draft_is_shown_to_editors_only(who, held, sign_in):
    minutes.save_draft(meeting=held, body="尚未公开的一句", expected=0, by=None, at=AT)
    client = sign_in(who)

    for address in (url(held), url(held, "minutes/history/"), LIST):
        page = text_of(client.get(address))
        assert ("尚未公开的一句" in page) == (who in HOSTS and address != LIST), address
    if who not in HOSTS:
        answer = client.get(url(held, "minutes/edit/"))
        assert answer.status_code == (302 if who == "anonymous" else 403)


@pytest.mark.parametrize("who", ["anonymous", "contributor"])
def test_history_of_the_public_has_no_draft_and_no_difference_to_one(who, held, sign_in):
    draft = minutes.save_draft(meeting=held, body="划掉的传闻", expected=0, by=None, at=AT)
    final = minutes.save_draft(meeting=held, body="定稿", expected=draft.number, by=None, at=AT)
    minutes.publish(meeting=held, expected=final.number, by=None, at=AT)
    client = sign_in(who)

    page = text_of(client.get(url(held, "minutes/history/")))

    assert "定稿" in page
    assert "划掉的传闻" not in page
    assert client.get(url(held, "minutes/history/"), {"revision": draft.number}).status_code == 404


@pytest.mark.parametrize(
    ("attack", "harmless"),
    [
        ("<script>alert(1)</script>", "<script>alert"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("[x](javascript:alert(1))", 'href="javascript'),
        ("![x](https://evil.example/track.png)", "<img"),
        ('<a href="data:text/html,x">x</a>', 'href="data:'),
        ("<style>body{display:none}</style>", "<style>body"),
        ("# <svg/onload=alert(1)>", "<svg/"),
    ],
)
def test_markdown_of_minutes_and_agenda_cannot_act(client, held, attack, harmless):
    draft = minutes.save_draft(meeting=held, body=attack, expected=0, by=None, at=AT)
    minutes.publish(meeting=held, expected=draft.number, by=None, at=AT)
    held.agenda_items.create(title=attack, body=attack, created_at=AT)
    held.attendances.create(name=attack, organization=attack)
    ActionItemFactory(meeting=held, text=attack, owner_name=attack)

    for address in (url(held), url(held, "minutes/history/"), ACTIONS):
        assert harmless not in text_of(client.get(address))


def test_minutes_keep_one_h1_a_page(client, held):
    MinutesRevisionFactory(meeting=held, body="# Thursday\n\n## Agenda\n")

    assert text_of(client.get(url(held))).count("<h1") == 1


def test_what_an_import_did_not_understand_is_shown(client, held):
    held.import_problems = [{"line": 18, "code": "todo", "values": {"name": "Notes"}}]
    held.save()

    page = text_of(client.get(url(held)))

    assert "第 18 行：" in page
    assert "Notes 一节写着 TODO" in page


# ── buttons: role by action ───────────────────────────────────────────────────────────────────
BUTTONS = {
    "move/": {"day": "2026-12-10", "clock": "16:00", "reason": "假期"},
    "cancel/": {"reason": "无议题"},
    "hold/": {},
    "attendance/": {"name": "访客"},
    "actions/": {"text": "写文档"},
    "minutes/publish/": {"expected": "1"},
}


@pytest.mark.parametrize("rest", BUTTONS)
@pytest.mark.parametrize("who", STANDINGS)
def test_buttons_of_hosts_are_closed_to_others(rest, who, meeting, sign_in):
    entries = Entry.objects.count()

    answer = sign_in(who).post(url(meeting, rest), BUTTONS[rest])

    if who == "anonymous":
        assert answer["Location"].startswith("/accounts/login/?next=/sigs/")
    else:
        assert answer.status_code == (302 if who in HOSTS else 403)
    if who not in HOSTS:
        assert Entry.objects.count() == entries
        meeting.refresh_from_db()
        assert meeting.state == "scheduled"


@pytest.mark.parametrize("who", STANDINGS)
def test_agenda_button_is_for_everyone_who_is_a_person(who, meeting, sign_in):
    answer = sign_in(who).post(url(meeting, "agenda/"), {"title": "新议题"})

    assert answer.status_code == (403 if who == "tieless" else 302)
    assert AgendaItem.objects.exists() == (who in SIGNED_IN)


@pytest.mark.parametrize("rest", [*BUTTONS, "agenda/", "agenda/1/withdraw/", "agenda/1/up/"])
def test_address_of_a_button_leads_back_to_the_meeting(rest, meeting, sign_in):
    answer = sign_in("maintainer").get(url(meeting, rest))

    assert (answer.status_code, answer["Location"]) == (302, url(meeting))


def test_forged_form_is_refused(meeting, people):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(people["maintainer"])

    assert client.post(url(meeting, "cancel/"), {"reason": "x"}).status_code == 403
    meeting.refresh_from_db()
    assert meeting.state == "scheduled"


def test_move_is_read_in_the_zone_of_the_meeting(meeting, sign_in):
    meeting.series = SeriesFactory(sig=meeting.sig, time_zone="Europe/Berlin")
    meeting.save()

    answer = sign_in("committer").post(url(meeting, "move/"), BUTTONS["move/"], follow=True)

    meeting.refresh_from_db()
    assert meeting.starts_at == dt.datetime(2026, 12, 10, 15, 0, tzinfo=dt.UTC)
    assert said(answer) == ["例会已改期，订阅的日历会随之更新。"]


@pytest.mark.parametrize(
    ("rest", "data", "field"),
    [
        ("move/", {"day": "2026-13-40", "clock": "16:00", "reason": "x"}, "move_form"),
        ("move/", {"day": "0001-01-01", "clock": "00:00", "reason": "x"}, "move_form"),
        ("move/", {"day": "9999-12-31", "clock": "23:59", "reason": "x"}, "move_form"),
        ("move/", {"day": "2026-12-10", "clock": "16:00"}, "move_form"),
        ("cancel/", {}, "cancel_form"),
        ("attendance/", {}, "attendance_form"),
        ("attendance/", {"person": "nobody-known"}, "attendance_form"),
        ("actions/", {"text": ""}, "action_form"),
        ("actions/", {"text": "x", "due_on": "soon"}, "action_form"),
        ("actions/", {"text": "x", "owner": "nobody-known"}, "action_form"),
        ("agenda/", {"title": ""}, "agenda_form"),
        ("agenda/", {"title": "x\0"}, "agenda_form"),
        ("agenda/", {"title": "x", "minutes_allotted": "-1"}, "agenda_form"),
        ("agenda/", {"title": "x", "promotion": "999"}, "agenda_form"),
        ("agenda/", {"title": "x", "pull_request": "!12"}, "agenda_form"),
        ("agenda/", {"title": "x", "pull_request": "what?"}, "agenda_form"),
    ],
)
def test_bad_input_comes_back_with_the_error_at_the_field(rest, data, field, meeting, sign_in):
    answer = sign_in("maintainer").post(url(meeting, rest), data)

    assert answer.status_code == 200
    assert answer.context[field].errors
    assert "errorlist" in text_of(answer)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("state", ["held", "cancelled"])
def test_deed_on_a_closed_meeting_is_a_message(state, sig, sign_in):
    meeting = MeetingFactory(sig=sig, state=state)

    for rest, data in (("move/", BUTTONS["move/"]), ("agenda/", {"title": "x"})):
        answer = sign_in("maintainer").post(url(meeting, rest), data, follow=True)
        assert answer.status_code == 200
        assert len(said(answer)) == 1
    assert not Entry.objects.exists()


def test_second_clicks_are_harmless(held, person, sign_in):
    client = sign_in("maintainer")
    row = attendance.add(meeting=held, name="访客", by=None, at=AT)
    item = ActionItemFactory(meeting=held)
    draft = minutes.save_draft(meeting=held, body="正文", expected=0, by=None, at=AT)
    clicks = [
        (url(held, "actions/"), {"text": "写文档"}),
        (url(held, "attendance/"), {"name": "另一位"}),
        (url(held, f"attendance/{row.pk}/remove/"), {}),
        (f"{ACTIONS}{item.pk}/close/", {"state": "done"}),
        (url(held, "minutes/publish/"), {"expected": draft.number}),
        (url(held, "hold/"), {}),
    ]
    for address, data in clicks:
        assert client.post(address, data).status_code == 302
    before = (Entry.objects.count(), ActionItem.objects.count(), Attendance.objects.count())
    for address, data in clicks:
        assert client.post(address, data).status_code == 302

    assert (
        Entry.objects.count(),
        ActionItem.objects.count(),
        Attendance.objects.count(),
    ) == before


# ── agenda ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "written",
    [
        "!12",
        "12",
        "example/one!12",
        "https://gitee.com/Example/one/pulls/12",
        "example/one/pull/12",
    ],
)
def test_item_links_a_promotion_and_a_pull_request(written, meeting, sig, sign_in):
    pull = PullRequest.objects.create(
        repository=RepositoryFactory(sig=sig, owner="example", name="one"),
        host="gitee",
        number=12,
        state="open",
        title="新接口",
        created_at=AT,
        updated_at=AT,
    )
    promotion = PromotionFactory(sig=sig)

    sign_in("stranger").post(
        url(meeting, "agenda/"),
        {"title": "讨论", "promotion": promotion.pk, "pull_request": written},
    )

    item = AgendaItem.objects.get()
    assert (item.promotion, item.pull_request) == (promotion, pull)
    assert pull.get_absolute_url() in text_of(sign_in("anonymous").get(url(meeting)))


def test_number_that_two_repositories_have_is_asked_back(meeting, sig, sign_in):
    for name in ("one", "two"):
        PullRequest.objects.create(
            repository=RepositoryFactory(sig=sig, owner="example", name=name),
            host="gitee",
            number=12,
            state="open",
            title=name,
            created_at=AT,
            updated_at=AT,
        )

    answer = sign_in("stranger").post(
        url(meeting, "agenda/"), {"title": "讨论", "pull_request": "12"}
    )

    assert answer.context["agenda_form"].errors["pull_request"]


@pytest.mark.parametrize("who", STANDINGS)
def test_withdrawing_is_for_proposer_and_hosts(who, meeting, person, sign_in):
    item = agenda.propose(meeting=meeting, title="议题", by=person["stranger"], at=AT)

    answer = sign_in(who).post(url(meeting, f"agenda/{item.pk}/withdraw/"))

    allowed = who in {*HOSTS, "stranger"}
    assert answer.status_code == (302 if allowed or who == "anonymous" else 403)
    item.refresh_from_db()
    assert (item.withdrawn_at is not None) == allowed


@pytest.mark.parametrize("who", STANDINGS)
def test_ordering_is_for_hosts(who, meeting, person, sign_in):
    for title in ("一", "二"):
        item = agenda.propose(meeting=meeting, title=title, by=person["stranger"], at=AT)

    sign_in(who).post(url(meeting, f"agenda/{item.pk}/up/"))

    order = list(meeting.agenda_items.values_list("title", flat=True))
    assert order == (["二", "一"] if who in HOSTS else ["一", "二"])


def test_item_of_another_meeting_is_not_found(meeting, sig, person, sign_in):
    other = MeetingFactory(sig=sig)
    item = agenda.propose(meeting=other, title="议题", by=person["stranger"], at=AT)

    answer = sign_in("maintainer").post(url(meeting, f"agenda/{item.pk}/withdraw/"))

    assert answer.status_code == 404


# ── minutes ───────────────────────────────────────────────────────────────────────────────────
def edit(client, meeting, body, expected, do="save", **more):
    data = {"body": body, "expected": expected, "do": do, **more}
    return client.post(url(meeting, "minutes/edit/"), data)


def test_editor_starts_from_the_template(held, sign_in):
    held.agenda_items.create(title="第一个议题", created_at=AT)

    form = sign_in("committer").get(url(held, "minutes/edit/")).context["form"]

    assert "* 第一个议题" in form.initial["body"]
    assert form.initial["expected"] == 0


def test_browser_newlines_are_kept_as_one_kind(held, sign_in):
    edit(sign_in("committer"), held, "一\r\n二\r\n", 0)

    assert MinutesRevision.objects.get().body == "一\n二\n"


def test_preview_saves_nothing(held, sign_in):
    answer = edit(sign_in("committer"), held, "**粗体**", 0, do="preview")

    assert "<strong>粗体</strong>" in text_of(answer)
    assert answer.context["form"]["body"].value() == "**粗体**"
    assert not MinutesRevision.objects.exists()


def test_stale_save_shows_both_texts_and_the_next_save_succeeds(held, sign_in):
    edit(sign_in("maintainer"), held, "起点", 0)
    edit(sign_in("maintainer"), held, "甲写的一行", 1)

    conflict = edit(sign_in("committer"), held, "乙写的一行", 1)

    assert conflict.status_code == 409
    page = text_of(conflict)
    assert "甲写的一行" in page
    assert "乙写的一行" in conflict.context["form"]["body"].value()
    assert MinutesRevision.objects.count() == 2
    expected = conflict.context["form"]["expected"].value()
    assert edit(sign_in("committer"), held, "甲写的一行\n乙写的一行", expected).status_code == 302
    assert minutes.latest_of(held).body == "甲写的一行\n乙写的一行"


def test_conflict_with_a_publication_asks_for_a_reason(held, sign_in):
    draft = minutes.save_draft(meeting=held, body="一", expected=0, by=None, at=AT)
    minutes.publish(meeting=held, expected=draft.number, by=None, at=AT)

    conflict = edit(sign_in("committer"), held, "二", draft.number)

    assert conflict.status_code == 409
    assert "reason" in conflict.context["form"].fields


def test_whole_way_from_draft_to_amendment(held, sign_in):
    client = sign_in("committer")
    edit(client, held, "正文", 0)
    client.post(url(held, "minutes/publish/"), {"expected": 1})
    without = edit(client, held, "改正", 2)
    assert without.context["form"].errors["reason"]

    edit(client, held, "改正", 2, reason="人名有误")

    page = text_of(sign_in("anonymous").get(url(held)))
    assert "改正" in page
    assert "人名有误" in page
    assert minutes.sha256("改正") in page
    history = text_of(sign_in("anonymous").get(url(held, "minutes/history/")))
    assert "<del>- 正文</del>" in history
    assert "<ins>+ 改正</ins>" in history


@pytest.mark.parametrize("expected", ["", "x", "-1"])
def test_forged_revision_number_saves_nothing(held, sign_in, expected):
    assert edit(sign_in("committer"), held, "正文", expected).status_code == 200
    assert not MinutesRevision.objects.exists()
    assert (
        sign_in("committer").post(url(held, "minutes/publish/"), {"expected": expected}).status_code
        == 400
    )


def test_publishing_before_the_meeting_is_a_message(meeting, sign_in):
    minutes.save_draft(meeting=meeting, body="正文", expected=0, by=None, at=AT)

    answer = sign_in("committer").post(
        url(meeting, "minutes/publish/"), {"expected": 1}, follow=True
    )

    assert said(answer) == ["例会标为已召开之后才能发布纪要。"]


def test_text_beyond_the_limit_comes_back_whole(held, sign_in):
    answer = edit(sign_in("committer"), held, "字" * 200_001, 0)

    assert answer.context["form"].errors["body"]
    assert len(answer.context["form"]["body"].value()) == 200_001
    assert not MinutesRevision.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_history_takes_the_same_queries_for_one_revision_and_three(
    client, held, count, django_assert_num_queries
):
    for number in range(1, count + 1):
        MinutesRevisionFactory(meeting=held, number=number, author=PersonFactory())

    # meeting, rows, accounts, the chosen one, the one before
    with django_assert_num_queries(5):
        client.get(url(held, "minutes/history/"))


@pytest.mark.parametrize("revision", ["x", "0", "99", "²", "9" * 30])
def test_history_of_no_such_revision_is_not_found(client, held, revision):
    MinutesRevisionFactory(meeting=held)

    assert client.get(url(held, "minutes/history/"), {"revision": revision}).status_code == 404


# ── action items ──────────────────────────────────────────────────────────────────────────────
def test_open_items_come_by_due_day_and_overdue_is_marked(client, meeting):
    for text, due in (("无期限", None), ("将到", "2026-12-01"), ("逾期", "2026-11-23")):
        ActionItemFactory(meeting=meeting, text=text, due_on=due)
    ActionItemFactory(meeting=meeting, text="完成的", state="done", closed_at=AT)

    answer = client.get(ACTIONS)

    assert [(row["item"].text, row["is_overdue"]) for row in answer.context["rows"]] == [
        ("逾期", True),
        ("将到", False),
        ("无期限", False),
    ]
    assert [item.text for item in answer.context["page"].rows] == ["完成的"]
    assert text_of(answer).count("已逾期") == 1


@pytest.mark.parametrize("who", ["contributor", "CONTRIBUTOR", "@contributor"])
def test_items_are_filtered_by_person(who, client, meeting, person):
    ActionItemFactory(meeting=meeting, text="我的", owner=person["contributor"])
    ActionItemFactory(meeting=meeting, text="别人的", owner=person["stranger"])

    rows = client.get(ACTIONS, {"person": who}).context["rows"]

    assert [row["item"].text for row in rows] == ["我的"]


def test_items_are_filtered_by_the_name_as_written(client, meeting):
    ActionItemFactory(meeting=meeting, text="甲", owner_name="Fay Gu")
    ActionItemFactory(meeting=meeting, text="乙", owner_name="Eve")

    rows = client.get(ACTIONS, {"person": "fay gu"}).context["rows"]

    assert [row["item"].text for row in rows] == ["甲"]
    assert client.get(ACTIONS, {"person": "\0'\"<b>"}).status_code == 200


@pytest.mark.parametrize("who", STANDINGS)
def test_closing_is_for_owner_and_maintainer(who, meeting, person, sign_in):
    item = ActionItemFactory(meeting=meeting, owner=person["contributor"])

    answer = sign_in(who).post(f"{ACTIONS}{item.pk}/close/", {"state": "done"})

    allowed = who in {"contributor", "maintainer"}
    assert answer.status_code == (302 if allowed or who == "anonymous" else 403)
    item.refresh_from_db()
    assert item.state == ("done" if allowed else "open")


def test_closing_into_no_state_is_refused(meeting, sign_in):
    item = ActionItemFactory(meeting=meeting)

    assert (
        sign_in("maintainer").post(f"{ACTIONS}{item.pk}/close/", {"state": "x"}).status_code == 400
    )


def test_closing_what_was_closed_otherwise_is_a_message(meeting, sign_in):
    item = ActionItemFactory(meeting=meeting)
    action.close(item=item, state="dropped", by=None, at=AT)

    answer = sign_in("maintainer").post(
        f"{ACTIONS}{item.pk}/close/", {"state": "done"}, follow=True
    )

    assert said(answer) == ["这个行动项的状态已是“不再跟进”。"]


@pytest.mark.parametrize("count", [1, 3])
def test_action_list_takes_the_same_queries_for_one_item_and_three(
    client, sig, count, django_assert_num_queries
):
    series = SeriesFactory(sig=sig)
    for state in ("open", "done"):
        for _number in range(count):
            meeting = MeetingFactory(sig=sig, series=series)
            ActionItemFactory(
                meeting=meeting,
                owner=PersonFactory(),
                state=state,
                closed_at=None if state == "open" else AT,
            )

    # sig; open and closed, each with accounts
    with django_assert_num_queries(5):
        client.get(ACTIONS)


# ── English ───────────────────────────────────────────────────────────────────────────────────
def test_english_pages_have_english_titles(client, sig):
    meeting = MeetingFactory(sig=sig, title="2026 年 12 月例会", title_en="December 2026 meeting")

    for address in (LIST, url(meeting)):
        assert "December 2026 meeting" in text_of(client.get(f"/en{address}"))


def test_series_are_only_looked_at_in_the_admin(sig, sign_in, people):
    """A change there would miss the ledger; Maintainers change series on the pages."""
    people["superuser"].is_staff = True
    people["superuser"].save()
    series, client = SeriesFactory(sig=sig), sign_in("superuser")
    page = f"/admin/meetings/series/{series.pk}/change/"

    assert client.get(page).status_code == 200
    for address in (page, "/admin/meetings/series/add/"):
        assert client.post(address, {"name": "另一个"}).status_code == 403
    series.refresh_from_db()
    assert series.name == "例会"
