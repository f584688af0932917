"""What meetings decided can be found again: the list, each page, the feed, the table, and from records."""

import csv
import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from django.urls import reverse

from meetings import minutes
from meetings.models import MeetingDecision
from members.mentions import mentions_of
from tests.factories import (
    AgendaItemFactory,
    IssueFactory,
    MeetingDecisionFactory,
    MeetingFactory,
    MinutesRevisionFactory,
    PromotionFactory,
    PullRequestFactory,
    RepositoryFactory,
    ResolutionFactory,
    RfcFactory,
    SigFactory,
)

AT = dt.datetime(2026, 12, 3, 10, 0, tzinfo=dt.UTC)
LIST = "/sigs/reading/decisions/"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def meeting(sig):
    return MeetingFactory(sig=sig, state="held", title="十二月例会", title_en="December")


def html(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def publish(meeting, body):
    minutes.save_draft(meeting=meeting, body=body, expected=0, by=None, at=AT)
    return minutes.publish(meeting=meeting, expected=1, by=None, at=AT)


def superseded(sig):
    """D-1, superseded by D-2 of the next meeting."""
    publish(MeetingFactory(sig=sig, state="held", title="十一月", starts_at=AT), "- 决定：采用甲")
    later = MeetingFactory(sig=sig, state="held", starts_at=AT + dt.timedelta(days=30))
    publish(later, "- 决定：采用乙（取代 D-1）")


# ── list ──────────────────────────────────────────────────────────────────────────────────────
def test_list_shows_newest_first_with_links_both_ways(client, sig):
    superseded(sig)
    page = html(client, LIST)

    assert page.index("采用乙") < page.index("采用甲")
    assert "<s>采用甲</s>" in page
    assert f'<a href="{LIST}1/">取代 D-1</a>' in page
    assert f'<a href="{LIST}2/">已被 D-2 取代</a>' in page


def test_list_is_of_its_sig(client, sig):
    MeetingDecisionFactory(meeting=MeetingFactory(sig=SigFactory()), text="别处的决定")

    assert "别处的决定" not in html(client, LIST)
    assert client.get("/sigs/nowhere/decisions/").status_code == 404


def test_empty_list_says_what_to_do(client, sig):
    assert "这里还没有会议决定" in html(client, LIST)


@pytest.mark.parametrize(
    ("year", "shown"),
    [
        ("", {"甲", "乙"}),
        ("2026", {"甲"}),
        ("2027", {"乙"}),
        ("2025", {"甲", "乙"}),
        ("x", {"甲", "乙"}),
    ],
)
def test_list_is_narrowed_by_the_year_in_the_zone_of_the_sig(client, sig, year, shown):
    for number, text, at in (
        (1, "甲", dt.datetime(2026, 12, 31, 15, 59, tzinfo=dt.UTC)),
        (2, "乙", dt.datetime(2026, 12, 31, 16, 0, tzinfo=dt.UTC)),
    ):
        MeetingDecisionFactory(
            meeting=MeetingFactory(sig=sig), number=number, text=f"决定{text}", decided_at=at
        )
    page = html(client, f"{LIST}?year={year}")

    assert {text for text in "甲乙" if f"决定{text}" in page} == shown


def test_list_pages_by_number(client, sig, meeting):
    for number in range(1, 53):
        MeetingDecisionFactory(meeting=meeting, number=number)
    page = client.get(LIST).context["page"]
    older = client.get(LIST, {"older": page.older}).context["page"]

    assert [row.number for row in page.rows] == list(range(52, 2, -1))
    assert [row.number for row in older.rows] == [2, 1]
    assert client.get(LIST, {"older": "x"}).status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_a_constant_number_of_queries(client, sig, count, django_assert_num_queries):
    first = MeetingDecisionFactory(meeting=MeetingFactory(sig=sig), number=100)
    for number in range(count):
        meeting = MeetingFactory(sig=sig)
        item = AgendaItemFactory(meeting=meeting)
        MeetingDecisionFactory(
            meeting=meeting, number=number + 1, agenda_item=item, supersedes=first
        )
    with django_assert_num_queries(4):
        client.get(LIST)


# ── one ───────────────────────────────────────────────────────────────────────────────────────
def test_page_tells_where_it_came_from_and_what_became_of_it(client, sig):
    superseded(sig)
    page = html(client, f"{LIST}1/")

    assert "会议决定 D-1" in page
    assert "十一月" in page
    assert "作出决定" in page
    assert "被取代 <span" in page
    assert f'href="{LIST}2/"' in page


def test_page_links_what_it_is_about(client, sig, meeting):
    repository = RepositoryFactory(sig=sig)
    row = MeetingDecisionFactory(
        meeting=meeting,
        number=7,
        text="<b>见</b> https://example.test/a",
        agenda_item=AgendaItemFactory(meeting=meeting, title="发布计划"),
        promotion=PromotionFactory(sig=sig),
        pull_request=PullRequestFactory(repository=repository),
        issue=IssueFactory(repository=repository),
    )
    page = html(client, f"{LIST}7/")

    assert "&lt;b&gt;见" in page
    assert "发布计划" in page
    for about in (row.promotion, row.pull_request, row.issue, meeting):
        assert f'href="{about.get_absolute_url()}' in page


def test_withdrawn_decision_keeps_its_page(client, sig, meeting):
    publish(meeting, "- 决定：采用甲")
    minutes.amend(meeting=meeting, body="没有了", expected=2, reason="更正", by=None, at=AT)
    page = html(client, f"{LIST}1/")

    assert "它不再有效" in page
    assert "<s>采用甲</s>" in page
    assert "已随纪要更正撤下" in html(client, LIST)


@pytest.mark.parametrize("number", ["2", "99999999999999999999"])
def test_number_that_was_never_given_is_not_found(client, sig, meeting, number):
    MeetingDecisionFactory(meeting=meeting, number=1)

    assert client.get(f"{LIST}{number}/").status_code == 404


def test_register_leads_to_the_page(client, sig, meeting):
    publish(meeting, "- 决定：采用甲")
    page = html(client, "/decisions/")

    assert "会议决定 D-1：采用甲" in page
    assert f'href="{LIST}1/"' in page


# ── feed, table ───────────────────────────────────────────────────────────────────────────────
def test_feed_is_atom_with_lasting_names(client, sig, meeting, settings):
    settings.SITE_URL = "https://portal.example.test"
    publish(meeting, "- 决定：采用甲")
    for prefix in ("", "/en"):
        root = ET.fromstring(client.get(f"{prefix}{LIST}feed.atom").content)
        (entry,) = root.findall(f"{ATOM}entry")

        assert entry.find(f"{ATOM}id").text == "tag:portal.example.test,2026:decision/reading/1"
        assert entry.find(f"{ATOM}summary").text.startswith("采用甲")


def test_table_holds_all_and_no_formula(client, sig, meeting):
    MeetingDecisionFactory(meeting=meeting, number=1, text="=1+1")
    MeetingDecisionFactory(
        meeting=meeting, number=2, supersedes=MeetingDecision.objects.get(number=1)
    )
    answer = client.get(f"{LIST}decisions.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))

    assert [row["number"] for row in rows] == ["D-2", "D-1"]
    assert rows[0]["supersedes"] == "D-1"
    assert rows[1]["superseded_by"] == "D-2"
    assert not rows[1]["text"].startswith("=")
    assert rows[1]["decided_on"] == "2026-12-03"


# ── on other pages ────────────────────────────────────────────────────────────────────────────
def test_meeting_lists_what_it_decided(client, sig, meeting):
    publish(meeting, "- 决定：采用甲\n- 决定：采用乙")
    page = html(client, meeting.get_absolute_url())

    assert f'<a class="mono" href="{LIST}1/">D-1</a>' in page
    assert "采用乙" in page[page.index('id="decisions-title"') :]
    assert LIST in html(client, "/sigs/reading/meetings/")


def records(sig):
    """A promotion, a pull request, an issue and a resolution, each with the page that shows it."""
    repository = RepositoryFactory(sig=sig, owner="example", name="one")
    issue = IssueFactory(repository=repository, number="I4CE7W")
    pull = PullRequestFactory(repository=repository, number=12)
    return {
        "promotion": (PromotionFactory(sig=sig), None),
        "pull_request": (pull, None),
        "issue": (issue, None),
        "resolution": (pull, ResolutionFactory(sig=sig, pull=pull)),
    }


@pytest.mark.parametrize("name", ["promotion", "pull_request", "issue", "resolution"])
def test_record_shows_the_meetings_that_spoke_of_it(client, sig, name):
    row, page_of = records(sig)[name]
    field = "pull_request" if name == "resolution" else name
    announced = MeetingFactory(sig=sig, title="谈到它的例会", state="held")
    AgendaItemFactory(meeting=announced, **{field: row})
    MinutesRevisionFactory(meeting=announced)
    decided = MeetingFactory(sig=sig, title="作决定的例会", state="held")
    decision = MeetingDecisionFactory(meeting=decided, number=5, **{field: row})
    coming = MeetingFactory(sig=sig, title="要谈它的例会")
    AgendaItemFactory(meeting=coming, **{field: row})
    silent = [
        AgendaItemFactory(meeting=MeetingFactory(sig=sig, title="撤下了它"), withdrawn_at=AT),
        AgendaItemFactory(meeting=MeetingFactory(sig=sig, title="取消的例会", state="cancelled")),
    ]
    for item in silent:
        setattr(item, field, row)
        item.save()
    page = html(client, (page_of or row).get_absolute_url())

    assert f'href="{announced.get_absolute_url()}#minutes"' in page
    assert f'href="{decided.get_absolute_url()}#agenda"' in page
    assert f'href="{decision.get_absolute_url()}">D-5</a>' in page
    assert "要谈它的例会" in page
    assert "尚未召开" in page
    assert "撤下了它" not in page
    assert "取消的例会" not in page


def test_rfc_shows_the_agenda_that_filled_itself_with_it(client, sig):
    rfc = RfcFactory(issue=IssueFactory(repository=RepositoryFactory(sig=sig)))
    meeting = MeetingFactory(sig=sig, title="评审 RFC 的例会")
    AgendaItemFactory(meeting=meeting, kind="rfc", subject_key=f"rfc:{rfc.pk}")

    assert "评审 RFC 的例会" in html(client, rfc.issue.get_absolute_url())


@pytest.mark.parametrize("count", [1, 3])
def test_mentions_take_two_queries(sig, count, django_assert_num_queries):
    pull = PullRequestFactory(repository=RepositoryFactory(sig=sig))
    for number in range(count):
        meeting = MeetingFactory(sig=sig)
        AgendaItemFactory(meeting=meeting, pull_request=pull)
        MeetingDecisionFactory(meeting=meeting, number=number + 1, pull_request=pull)
    with django_assert_num_queries(2):
        assert len(mentions_of(pull)) == count


@pytest.mark.parametrize(
    "written",
    [
        "#I4CE7W",
        "I4CE7W 写错",
        "example/one#I4CE7W",
        "https://gitee.com/example/one/issues/I4CE7W",
        "https://portal.example.test/issues/example/one/I4CE7W/",
        "!12",
    ],
)
def test_agenda_item_is_about_an_issue(client, sign_in, sig, settings, written):
    settings.SITE_URL = "https://portal.example.test"
    repository = RepositoryFactory(sig=sig, owner="example", name="one")
    issue = IssueFactory(repository=repository, number="I4CE7W")
    PullRequestFactory(repository=repository, number=12)
    meeting = MeetingFactory(sig=sig)
    address = reverse("meetings:agenda-add", args=[sig.slug, meeting.pk])
    answer = sign_in("stranger").post(address, {"title": "议题", "issue": written})

    if written in ("I4CE7W 写错", "!12"):
        assert answer.status_code == 200
        assert not meeting.agenda_items.exists()
    else:
        assert meeting.agenda_items.get().issue == issue
        assert f'href="{issue.get_absolute_url()}"' in html(client, meeting.get_absolute_url())
