"""A decision or an action item noted by a form is a line of the draft, and nobody's text is lost."""

import datetime as dt

import pytest
from django.urls import reverse

from meetings import minutes, noting
from meetings.models import MinutesRevision
from tests.factories import AgendaItemFactory, MeetingDecisionFactory, MeetingFactory

AT = dt.datetime(2026, 12, 3, 10, 0, tzinfo=dt.UTC)
ROLES = ("anonymous", "tieless", "stranger", "contributor", "former", "committer", "maintainer")


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, state="held")


@pytest.fixture
def item(meeting):
    return AgendaItemFactory(meeting=meeting, title="发布计划", title_en="Release plan")


def url(name, meeting):
    return reverse(f"meetings:{name}", args=[meeting.sig.slug, meeting.pk])


def post(client, meeting, kind="decision", **data):
    return client.post(url(f"{kind}-note", meeting), {"text": "采用方案甲", **data})


def body(meeting):
    return minutes.latest_of(meeting).body


def test_decision_is_noted_below_its_item(sign_in, meeting, item, person):
    answer = post(sign_in("committer"), meeting, item=item.pk)

    assert answer.url == url("minutes-edit", meeting)
    assert "### 1 - 发布计划\n\n- 决定：采用方案甲\n" in body(meeting)
    revision = minutes.latest_of(meeting)
    assert (revision.number, revision.state, revision.author) == (1, "draft", person["committer"])


def test_decision_names_what_it_supersedes(sign_in, meeting):
    MeetingDecisionFactory(meeting=MeetingFactory(sig=meeting.sig, starts_at=AT), number=3)
    post(sign_in("committer"), meeting, supersedes="d-3")

    assert "- 决定：采用方案甲（取代 D-3）" in body(meeting)


@pytest.mark.parametrize("written", ["D-4", "四", "D-", "9" * 30, "-1"])
def test_decision_that_is_not_there_is_refused(sign_in, meeting, written):
    answer = post(sign_in("committer"), meeting, supersedes=written)

    assert answer.status_code == 200
    assert "采用方案甲" in answer.content.decode()
    assert not MinutesRevision.objects.exists()


def test_action_is_noted_with_owner_and_day(sign_in, meeting, item, person):
    post(
        sign_in("committer"),
        meeting,
        "action",
        item=item.pk,
        owner=person["maintainer"].pk,
        due_on="2026-12-31",
    )
    post(sign_in("committer"), meeting, "action", text="发邮件", other="Stranger")

    assert "### 1 - 发布计划\n\n- 行动项：采用方案甲 @maintainer 2026-12-31\n" in body(meeting)
    assert "## Action items\n\n- 行动项：发邮件 @stranger\n" in body(meeting)


@pytest.mark.parametrize(
    "data",
    [
        {"owner": "maintainer", "other": "stranger"},
        {"other": "nobody"},
        {"due_on": "2026-02-30"},
        {"text": ""},
        {"item": "999999"},
        {"item": "x"},
    ],
)
def test_action_that_cannot_be_understood_is_refused(sign_in, meeting, person, data):
    if data.get("owner"):
        data = {**data, "owner": person[data["owner"]].pk}
    answer = post(sign_in("committer"), meeting, "action", **data)

    assert answer.status_code == 200
    assert "has-errors" in answer.content.decode() or "errorlist" in answer.content.decode()
    assert not MinutesRevision.objects.exists()


def test_item_of_another_meeting_is_no_choice(sign_in, meeting):
    other = AgendaItemFactory(meeting=MeetingFactory(sig=meeting.sig))
    post(sign_in("committer"), meeting, item=other.pk)

    assert not MinutesRevision.objects.exists()


@pytest.mark.parametrize("kind", ["decision", "action"])
@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_edit_notes(sign_in, meeting, kind, role):
    answer = post(sign_in(role), meeting, kind)

    allowed = role in ("committer", "maintainer")
    assert MinutesRevision.objects.exists() == allowed
    expected = 302 if allowed or role == "anonymous" else 403
    assert answer.status_code == expected


@pytest.mark.parametrize("kind", ["decision", "action"])
def test_address_leads_back_to_the_page(sign_in, meeting, kind):
    answer = sign_in("committer").get(url(f"{kind}-note", meeting))

    assert answer.url == url("minutes-edit", meeting)


def test_line_goes_onto_what_others_saved(sign_in, meeting, item, person):
    minutes.save_draft(
        meeting=meeting,
        body="## Notes\n\n### 1 - 发布计划\n\n甲写的话\n",
        expected=0,
        by=person["maintainer"],
        at=AT,
    )
    post(sign_in("committer"), meeting, item=item.pk)

    assert body(meeting) == "## Notes\n\n### 1 - 发布计划\n\n甲写的话\n\n- 决定：采用方案甲\n"


def test_open_block_of_code_takes_no_line(sign_in, meeting):
    minutes.save_draft(meeting=meeting, body="```\n代码", expected=0, by=None, at=AT)
    answer = post(sign_in("committer"), meeting)

    assert "代码块" in answer.content.decode()
    assert body(meeting) == "```\n代码"


def test_published_minutes_take_no_line_and_offer_no_form(sign_in, meeting):
    minutes.save_draft(meeting=meeting, body="正文", expected=0, by=None, at=AT)
    minutes.publish(meeting=meeting, expected=1, by=None, at=AT)
    client = sign_in("committer")
    answer = post(client, meeting)

    assert answer.status_code == 200
    assert body(meeting) == "正文"
    assert (
        url("decision-note", meeting)
        not in client.get(url("minutes-edit", meeting)).content.decode()
    )


def test_conflict_keeps_what_was_typed_and_says_so(sign_in, meeting, monkeypatch):
    def refuse(**_data):
        raise minutes.Conflict(None, "")

    monkeypatch.setattr(noting, "decision", refuse)
    html = post(sign_in("committer"), meeting).content.decode()

    assert "请再按一次" in html
    assert 'value="采用方案甲"' in html


def test_script_gets_the_forms_and_the_facts(sign_in, meeting, item):
    client = sign_in("committer")
    answer = client.post(
        url("decision-note", meeting),
        {"text": "采用方案甲", "item": item.pk},
        headers={"HX-Request": "true"},
    )
    html = answer.content.decode()

    assert html.lstrip().startswith('<div id="minutes-lines" class="stack">')
    assert 'id="minutes-live" data-number="1"' in html
    assert 'hx-swap-oob="true"' in html
    assert "1 条决定" in html
    assert "决定已记入纪要草稿。" in html


def test_aside_says_what_will_be_recorded_and_what_is_unclear(sign_in, meeting):
    text = "- 决定：采用甲\n- 行动项：写 @committer 2026-12-31\n- 行动项：写 @nobody\n- 决定：乙（取代 D-9）"
    minutes.save_draft(meeting=meeting, body=text, expected=0, by=None, at=AT)
    client = sign_in("committer")
    for name in ("minutes-edit", "minutes-live"):
        html = client.get(url(name, meeting)).content.decode()

        assert "2 条决定" in html
        assert "2 个行动项" in html
        assert "第 2 行，行动项：写 · Committer" in html
        assert "第 3 行：无法确定“@nobody”是哪位成员" in html
        assert "第 4 行：没有编号为 D-9 的决定" in html
        assert "hx-swap-oob" not in html


def test_english_page_writes_english_lines(sign_in, meeting, item):
    sign_in("committer").post(
        "/en" + url("decision-note", meeting), {"text": "Use plan A", "item": item.pk}
    )

    assert "### 1 - 发布计划\n\n- Decision: Use plan A\n" in body(meeting)
