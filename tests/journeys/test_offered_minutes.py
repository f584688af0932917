"""Minutes from a draft over remarks to publication, and what a visitor can see of them at each step."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from meetings.models import Meeting
from sigportal.sample import cast
from tests.browser import axe
from tests.factories import MeetingFactory

from .conftest import SignIn

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
SECRET, PASSAGE = "还没商定的一句", "大家同意三月发布"
FIRST = f"# 纪要\n\n## Notes\n\n* {PASSAGE}\n"


@pytest.fixture
def meeting(sample) -> Meeting:
    """Held two hours ago; a Contributor writes it."""
    return MeetingFactory(
        sig=sample,
        title="征询意见的例会",
        state="held",
        starts_at=timezone.now() - 2 * HOUR,
        scribe=cast.person(cast.CONTRIBUTOR),
    )


@pytest.fixture
def desk(browser: Browser, base_url, watch, sign_in: SignIn):
    """A browser of their own for each person; closed with the test."""
    opened: list[BrowserContext] = []

    def _desk(who: str | None) -> Page:
        context = browser.new_context(base_url=base_url)
        watch.attach(context)
        opened.append(context)
        page = context.new_page()
        page.goto("/")
        if who:
            sign_in(page, who)
        return page

    yield _desk
    for context in opened:
        context.close()


def raw(page: Page, meeting: Meeting) -> dict[str, str]:
    """The source of everything that tells of the meeting, as this browser gets it."""
    place, home = meeting.get_absolute_url(), f"/sigs/{meeting.sig.slug}"
    addresses = [
        place,
        f"/en{place}",
        f"{place}minutes/history/",
        *(f"{place}minutes/history/?revision={number}" for number in range(1, 5)),
        f"{place}minutes/comments/",
        f"{place}minutes/edit/",
        f"{place}minutes/live/",
        f"{home}/",
        f"{home}/meetings/",
        f"{home}/meetings/minutes.atom",
        f"{home}/meetings/feed.atom",
        f"{home}/meetings/?q=商定",
        f"{place.rstrip('/')}.ics",
        "/search/?q=商定",
        f"/api/v1{place.rstrip('/')}",
        f"/api/v1{home}/meetings",
        "/decisions/",
        "/ledger.jsonl",
    ]
    return {address: page.request.get(address).text() for address in addresses}


def holding(page: Page, meeting: Meeting, words: str) -> list[str]:
    return [key for key, text in raw(page, meeting).items() if words in text]


def test_minutes_are_offered_remarked_on_settled_and_published(meeting: Meeting, desk):
    scribe, visitor = desk(cast.CONTRIBUTOR), desk(None)
    _write(scribe, meeting, FIRST)
    assert holding(visitor, meeting, PASSAGE) == []

    _offer(scribe, meeting)
    _write(scribe, meeting, f"{FIRST}\n{SECRET}\n")
    assert holding(visitor, meeting, SECRET) == []
    assert meeting.get_absolute_url() in holding(visitor, meeting, PASSAGE)

    _remark(desk("sample-zhouming"), meeting)
    _settle_and_publish(desk(cast.MAINTAINER), meeting)
    _read(visitor, meeting)


def _write(page: Page, meeting: Meeting, body: str) -> None:
    page.goto(f"{meeting.get_absolute_url()}minutes/edit/")
    page.get_by_label("正文").fill(body)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿已保存")).to_be_visible()


def _offer(page: Page, meeting: Meeting) -> None:
    page.locator("summary", has_text="征求意见").click()
    page.get_by_role("button", name="公开征求意见").click()
    expect(page.get_by_text("纪要已公开征求意见")).to_be_visible()


def _remark(page: Page, meeting: Meeting) -> None:
    """From the list, as somebody who came by: an unknown passage first, then the right one."""
    page.goto(f"/sigs/{meeting.sig.slug}/meetings/")
    row = page.get_by_role("row").filter(has_text=meeting.title)
    row.get_by_role("link", name="征求意见中").click()
    expect(page.get_by_text("征求意见稿，尚非正式纪要")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(SECRET)
    page.get_by_label("意见", exact=True).last.fill("四月更稳妥")
    page.get_by_label("针对的文字").fill("没有的一句")
    page.get_by_role("button", name="提交意见").click()
    expect(page.get_by_text("征求意见稿中没有这段文字")).to_be_visible()
    axe(page)
    page.get_by_label("针对的文字").fill(PASSAGE)
    page.get_by_role("button", name="提交意见").click()
    expect(page.get_by_text("意见已提交")).to_be_visible()
    expect(page.locator("blockquote")).to_have_text(PASSAGE)


def _settle_and_publish(page: Page, meeting: Meeting) -> None:
    page.goto(meeting.get_absolute_url())
    page.get_by_role("link", name="去处理").click()
    page.locator("summary", has_text="处理").click()
    page.get_by_label("不采纳").check()
    page.get_by_label("答复").fill("会上定的是三月")
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_text("意见已处理")).to_be_visible()
    axe(page)
    page.goto(meeting.get_absolute_url())
    page.get_by_role("button", name="发布纪要").click()
    expect(page.get_by_text("纪要已发布")).to_be_visible()


def _read(page: Page, meeting: Meeting) -> None:
    """What was only a draft is public now, and so is what became of the remark."""
    page.goto(meeting.get_absolute_url())
    expect(page.get_by_text(SECRET)).to_be_visible()
    expect(page.get_by_text("尚非正式纪要")).to_have_count(0)
    page.get_by_role("link", name=re.compile("征求意见时的 1 条意见")).click()
    expect(page.get_by_text("会上定的是三月")).to_be_visible()
    expect(page.get_by_role("button", name="提交意见")).to_have_count(0)
    axe(page)
