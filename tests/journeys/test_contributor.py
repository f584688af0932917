"""A contributor puts a topic on the next meeting's agenda and reads the last one's minutes."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe

from .conftest import SignIn

pytestmark = pytest.mark.django_db


def test_contributor_adds_an_agenda_item_and_reads_published_minutes(
    page: Page, sample, sign_in: SignIn
):
    page.goto("/")
    sign_in(page, "sample-linxia")
    page.goto("/")
    page.get_by_role("link", name="看议程，提议题").click()
    page.get_by_text("提出议题").click()
    page.get_by_role("textbox", name="议题").fill("断点续训的兼容性")
    page.get_by_role("spinbutton", name="预计分钟").fill("20")
    page.get_by_role("button", name="加入议程").click()

    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="断点续训的兼容性")).to_contain_text(
        "20 分钟"
    )
    axe(page)

    page.get_by_role("link", name="例会", exact=True).click()
    held = page.get_by_role("row").filter(has_text="已发布").first
    held.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="纪要")).to_be_visible()
    expect(page.get_by_text("已讨论，结论见行动项。").first).to_be_visible()
    axe(page)


def test_contributor_sees_their_own_path(page: Page, sample, sign_in: SignIn):
    page.goto("/")
    sign_in(page, "sample-linxia")
    page.goto(f"/sigs/{sample.slug}/my-path/")

    expect(page.get_by_role("heading", level=1)).to_have_text("我的路径")
    expect(page.get_by_text("担任主要评审人的拉取请求").first).to_be_visible()
    axe(page)


def test_sign_in_with_the_code_host_ends_as_the_person_known_by_its_number(
    page: Page, sample, gitee_server, watch
):
    watch.allow_origin(gitee_server.url)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="用 Gitee 账号登录").click()
    page.get_by_role("link", name="Lin-Bert", exact=True).click()

    expect(page.get_by_role("link", name="He Qinglin").first).to_be_visible()


def test_whole_way_to_the_agenda_by_keyboard(page: Page, sample, sign_in: SignIn):
    """Tab and Enter only, from the skip link to the sent form."""
    page.goto("/")
    sign_in(page, "sample-linxia")
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#content")
    _tab_to(page, "看议程，提议题")
    page.keyboard.press("Enter")
    page.wait_for_url("**/meetings/*/**")
    _tab_to(page, "提出议题")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("只用键盘提出的议题")
    page.keyboard.press("Enter")

    expect(page.get_by_role("listitem").filter(has_text="只用键盘提出的议题")).to_be_visible()


def _tab_to(page: Page, text: str) -> None:
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    pytest.fail(f"Tab never reached “{text}”")
