"""A text that is offered for comment, seen from everywhere that reads or writes minutes (I9)."""

import datetime as dt

import pytest
from django.core.management import call_command

from meetings import attendance, minutes, offering, search
from meetings.models import ActionItem, MeetingDecision, MinutesComment
from members.models import Contribution
from tests.factories import MeetingFactory

AT = dt.datetime(2026, 12, 4, 2, 0, tzinfo=dt.UTC)
BODY = "# 十二月例会\n\n## Notes\n\n### 1 - 发布\n\n说了征询的话\n\n- 决定：三月发布\n- 行动项：写说明 @maintainer\n"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def offered(sig, person):
    """Revision 2 is out for comment; a Contributor was there."""
    meeting = MeetingFactory(sig=sig, title="十二月例会", state="held")
    came = person["contributor"]
    attendance.add(meeting=meeting, name=came.name, person=came, by=None, at=AT)
    minutes.save_draft(meeting=meeting, body=BODY, expected=0, by=None, at=AT)
    offering.offer(meeting=meeting, until=dt.date(2026, 12, 9), expected=1, by=None, at=AT)
    return meeting


def url(meeting, rest=""):
    return f"/sigs/reading/meetings/{meeting.pk}/{rest}"


def text_of(response):
    return response.content.decode()


def publish(meeting):
    latest = minutes.latest_of(meeting)
    return minutes.publish(meeting=meeting, expected=latest.number, by=None, at=AT)


# ── what only minutes proper reach, and do reach once they are published ──────────────────────
def test_export_leaves_it_out_until_it_is_published(offered, tmp_path):
    call_command("export_minutes", "reading", str(tmp_path))
    assert list(tmp_path.iterdir()) == []

    publish(offered)
    call_command("export_minutes", "reading", str(tmp_path))

    (path,) = tmp_path.iterdir()
    assert "征询" in path.read_text()


@pytest.mark.parametrize("address", ["/", "/sigs/reading/"])
def test_home_lists_published_minutes_only(address, offered, client):
    def listed():
        home = client.get(address, follow=True).context["home"]
        return [revision.meeting for revision in home.minutes]

    assert listed() == []
    publish(offered)
    assert listed() == [offered]


def test_search_finds_published_minutes_only(offered, client):
    for address in ("/sigs/reading/meetings/?q=征询", "/search/?q=征询"):
        assert "说了" not in text_of(client.get(address))
    assert not search.passages("征询")

    publish(offered)

    assert search.passages("征询")
    for address in ("/sigs/reading/meetings/?q=征询", "/search/?q=征询"):
        assert "说了" in text_of(client.get(address))


def test_api_has_no_minutes_until_they_are_published(offered, client):
    address = f"/api/v1/sigs/reading/meetings/{offered.pk}"
    before = client.get(address)
    assert before.status_code == 200
    assert "征询" not in text_of(before)
    assert before.json()["has_minutes"] is False

    publish(offered)

    after = client.get(address)
    assert after.json()["has_minutes"] is True
    assert "征询" in text_of(after)


def test_attendance_decisions_and_action_items_count_from_publication(offered):
    def counted():
        return [
            Contribution.objects.filter(kind="meeting_attended").count(),
            MeetingDecision.objects.count(),
            ActionItem.objects.count(),
        ]

    assert counted() == [0, 0, 0]
    publish(offered)
    assert counted() == [1, 1, 1]


# ── what writes drafts goes on doing so, and what is offered stays as it is ───────────────────
def test_autosave_after_an_offer_makes_a_private_draft(offered, client, sign_in):
    answer = sign_in("committer").post(
        url(offered, "minutes/save/"), {"body": f"{BODY}又一句\n", "expected": 2}
    )

    assert answer.json()["number"] == 3
    assert minutes.latest_of(offered).state == "draft"
    assert minutes.readable_of(offered).number == 2
    assert "又一句" not in text_of(sign_in("anonymous").get(url(offered)))


def test_autosave_of_the_offered_text_adds_nothing(offered, sign_in):
    answer = sign_in("committer").post(url(offered, "minutes/save/"), {"body": BODY, "expected": 2})

    assert answer.json()["number"] == 2
    assert minutes.latest_of(offered).is_offered


def test_digest_goes_into_a_private_draft(sig, offered, sign_in):
    MeetingFactory(
        sig=sig, title="十一月例会", state="held", starts_at=offered.starts_at - dt.timedelta(28)
    )
    sign_in("committer").post(url(offered, "digest/"))

    latest = minutes.latest_of(offered)
    assert (latest.number, latest.state) == (3, "draft")
    assert "## 进展摘要" in latest.body
    assert "## 进展摘要" not in minutes.readable_of(offered).body


def test_noted_line_goes_into_a_private_draft(offered, sign_in):
    sign_in("committer").post(url(offered, "minutes/decision/"), {"text": "四月再议"})

    assert "四月再议" in minutes.latest_of(offered).body
    assert "四月再议" not in minutes.readable_of(offered).body


# ── what the pages say of who can read it ─────────────────────────────────────────────────────
LEADS = {
    "none": "征求意见或发布之前只有可以编辑的人看得到",
    "offered": "公开的征求意见稿不变，改动在更新征求意见稿或发布之前只有可以编辑的人看得到",
    "taken_back": "征求意见或发布之前只有可以编辑的人看得到",
    "published": "保存就是发布一次修订，须写明理由",
}


@pytest.mark.parametrize("stage", LEADS)
def test_page_for_editing_says_who_reads_what_is_saved(stage, offered, sig, sign_in):
    meeting = offered
    if stage == "none":
        meeting = MeetingFactory(sig=sig, state="held")
    if stage == "taken_back":
        offering.take_back(meeting=offered, reason="重写", by=None, at=AT)
    if stage == "published":
        publish(offered)

    page = text_of(sign_in("committer").get(url(meeting, "minutes/edit/")))

    assert [key for key, words in LEADS.items() if words in page] == [
        key for key, words in LEADS.items() if words == LEADS[stage]
    ]


@pytest.mark.parametrize("rest", ["minutes/save/", "minutes/edit/"])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BODY, "文字没有改动，与公开的征求意见稿一致。"),
        ("又一句", "草稿已保存，更新征求意见稿或发布之前只有可以编辑的人看得到。"),
    ],
)
def test_saved_text_is_said_to_be_public_or_not_as_it_is(body, said, rest, offered, sign_in):
    client = sign_in("committer")
    client.post(url(offered, rest), {"body": body, "expected": 2, "do": "save"})

    page = client.get(url(offered))

    assert [str(message) for message in page.context["messages"]] == [said]


def test_remarks_are_only_looked_at_in_the_admin(offered, person, people, sign_in):
    people["superuser"].is_staff = True
    people["superuser"].save()
    client = sign_in("superuser")
    remark = MinutesComment.objects.create(
        meeting=offered,
        revision=minutes.readable_of(offered),
        author=person["stranger"],
        body="有误",
        created_at=AT,
    )
    page = f"/admin/meetings/minutescomment/{remark.pk}/change/"

    assert client.get(page).status_code == 200
    assert client.get("/admin/meetings/minutescomment/").status_code == 200
    for address in (page, "/admin/meetings/minutescomment/add/", page.replace("change", "delete")):
        assert client.post(address, {"body": "无误"}).status_code == 403
    remark.refresh_from_db()
    assert remark.body == "有误"
