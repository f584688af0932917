"""Two scribes write the same minutes in two browsers, one of them offline for a while: nothing is lost."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from meetings import minutes
from meetings.models import Meeting
from sigportal.sample import cast
from tests.browser import Watch, axe, screenshot
from tests.factories import MeetingFactory

from .conftest import SignIn

pytestmark = pytest.mark.django_db
SAVED = re.compile("^已保存")
START = "## 纪要\n\n* 第一项：\n\n* 第二项：\n\n* 第三项：\n"
STATE = "#minutes-state"


@pytest.fixture
def meeting(sample) -> Meeting:
    held = MeetingFactory(
        sig=sample,
        title="两位记录人的例会",
        state="held",
        starts_at=dt.datetime(2026, 11, 5, 8, 0, tzinfo=dt.UTC),
    )
    minutes.save_draft(meeting=held, body=START, expected=0, by=None, at=held.starts_at)
    return held


@pytest.fixture
def other(browser: Browser, base_url: str, watch: Watch) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=base_url, locale="zh-CN", timezone_id="Asia/Shanghai")
    watch.attach(context)
    yield context
    context.close()


def opened(page: Page, meeting: Meeting, login: str, sign_in: SignIn) -> Page:
    page.goto("/")
    sign_in(page, login)
    page.goto(f"{meeting.get_absolute_url()}minutes/edit/")
    return page


def write(page: Page, after: str, words: str) -> None:
    """Put words behind a part of the text, as if typed there."""
    text = page.get_by_label("正文")
    text.fill(text.input_value().replace(after, after + words))


def body(meeting: Meeting) -> str:
    latest = minutes.latest_of(meeting)
    assert latest
    return latest.body


def test_two_scribes_one_offline_lose_nothing(
    page: Page, other: BrowserContext, watch: Watch, meeting: Meeting, sign_in: SignIn
):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    first = opened(page, meeting, cast.MAINTAINER, sign_in)
    second = opened(other.new_page(), meeting, "renyujin", sign_in)
    axe(first)

    other.set_offline(True)
    write(second, "第一项：", "离线时写的")
    expect(second.locator(STATE)).to_contain_text("连接已中断")
    write(first, "第三项：", "同时写的")
    expect(first.locator(STATE)).to_have_text(SAVED)
    write(second, "离线时写的", "，还有一句")
    other.set_offline(False)

    expect(second.locator(STATE)).to_contain_text("合并", timeout=20_000)
    both = START.replace("第一项：", "第一项：离线时写的，还有一句").replace(
        "第三项：", "第三项：同时写的"
    )
    expect(second.get_by_label("正文")).to_have_value(both)
    assert body(meeting) == both
    # The first learns of it without doing anything.
    expect(first.get_by_label("正文")).to_have_value(both, timeout=20_000)


def test_same_line_shows_both_texts_and_the_person_decides(
    page: Page, other: BrowserContext, watch: Watch, meeting: Meeting, sign_in: SignIn
):
    watch.allow("409")
    first = opened(page, meeting, cast.MAINTAINER, sign_in)
    second = opened(other.new_page(), meeting, "renyujin", sign_in)
    write(first, "第二项：", "甲的说法")
    expect(first.locator(STATE)).to_have_text(SAVED)
    write(second, "第二项：", "乙的说法")
    expect(second.locator(STATE)).to_contain_text("相同的行")

    second.get_by_role("button", name="保存草稿").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("两处修改")
    expect(second.locator("pre").first).to_contain_text("甲的说法")
    axe(second)
    write(second, "乙的说法", "；甲的说法")
    second.get_by_role("button", name="保存草稿").click()

    expect(second.get_by_text("草稿已保存")).to_be_visible()
    second.get_by_role("link", name="历史与差异").click()
    axe(second)
    assert "第二项：乙的说法；甲的说法" in body(meeting)
    assert "第二项：甲的说法\n" in meeting.minutes_revisions.get(number=2).body


def test_text_that_was_not_sent_is_offered_back_after_the_browser_was_closed(
    page: Page, context: BrowserContext, watch: Watch, meeting: Meeting, sign_in: SignIn
):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    opened(page, meeting, cast.MAINTAINER, sign_in)
    context.set_offline(True)
    write(page, "第一项：", "没有送出的一句")
    expect(page.locator(STATE)).to_contain_text("连接已中断")
    page.close()
    context.set_offline(False)
    minutes.save_draft(
        meeting=meeting, body=START + "\n别人写的\n", expected=1, by=None, at=meeting.starts_at
    )

    again = context.new_page()
    again.goto(f"{meeting.get_absolute_url()}minutes/edit/")
    expect(again.get_by_text("留有一份没有保存的文字")).to_be_visible()
    axe(again)
    again.get_by_role("button", name="恢复这份文字").click()

    expect(again.locator(STATE)).to_contain_text("合并")
    assert body(meeting) == START.replace("第一项：", "第一项：没有送出的一句") + "\n别人写的\n"
    again.reload()
    expect(again.get_by_text("留有一份没有保存的文字")).to_be_hidden()


def test_expired_session_keeps_the_text_until_the_person_is_back(
    page: Page, context: BrowserContext, watch: Watch, meeting: Meeting, sign_in: SignIn
):
    watch.allow("401|403")
    opened(page, meeting, cast.MAINTAINER, sign_in)
    context.clear_cookies(name="sessionid")
    write(page, "第二项：", "登录过期时写的")
    expect(page.locator(STATE)).to_contain_text("登录已过期")
    assert body(meeting) == START

    page.get_by_role("link", name="重新打开本页").click()
    page.get_by_label("用户名").fill(cast.MAINTAINER)
    page.get_by_label("密码").fill(cast.PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="恢复这份文字").click()

    expect(page.locator(STATE)).to_have_text(SAVED)
    assert "第二项：登录过期时写的" in body(meeting)


def test_lost_answer_is_no_conflict_with_ones_own_words(
    page: Page, watch: Watch, meeting: Meeting, sign_in: SignIn
):
    watch.allow("ERR_FAILED|/minutes/save/")
    opened(page, meeting, cast.MAINTAINER, sign_in)
    lost = []

    def stored_but_not_answered(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route("**/minutes/save/", stored_but_not_answered)
    write(page, "第一项：", "写到一半")
    expect(page.locator(STATE)).to_contain_text("连接已中断")
    write(page, "写到一半", "，写完了")

    expect(page.locator(STATE)).to_have_text(SAVED, timeout=20_000)
    expect(page.get_by_label("正文")).to_have_value(re.compile("第一项：写到一半，写完了"))
    assert "第一项：写到一半，写完了" in body(meeting)


def test_attendance_is_ticked_beside_the_text_without_disturbing_it(
    page: Page, meeting: Meeting, sign_in: SignIn
):
    opened(page, meeting, cast.MAINTAINER, sign_in)
    for width, prefix in ((390, "/en"), (1280, "")):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"{prefix}{meeting.get_absolute_url()}minutes/edit/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        axe(page)
    buttons = page.get_by_role("button", name="到会：")
    name = buttons.first.get_attribute("aria-label")
    page.get_by_label("正文").press_sequentially("一句")
    buttons.first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="到会 1 人")).to_be_visible()
    expect(buttons.first).to_have_attribute("aria-pressed", "true")
    expect(buttons.first).to_be_focused()
    expect(page.get_by_label("正文")).to_have_value(re.compile("一句"))
    expect(page.locator(STATE)).to_have_text(SAVED)
    assert name == f"到会：{meeting.attendances.get().name}"
    screenshot(page, "minutes-live")
