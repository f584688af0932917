"""Anyone, signed in to nothing, finds who reviewed a pull request, in either language."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe

pytestmark = pytest.mark.django_db


def test_visitor_finds_the_review_record_of_a_pull_request(page: Page, sample):
    page.goto("/")
    page.get_by_role("link", name="评审记录", exact=True).click()
    page.get_by_label("状态").select_option(label="已合入")
    page.get_by_role("button", name="筛选").click()
    row = page.get_by_role("row").nth(1)
    title = row.get_by_role("link").first.inner_text()
    row.get_by_role("link").first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(page.get_by_text("计入").first).to_be_visible()
    expect(page.get_by_text("首次评审用时", exact=True)).to_be_visible()
    axe(page)


def test_visitor_reads_who_runs_the_sig_in_english(page: Page, sample):
    page.goto("/")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/")
    page.get_by_role("link", name="Members", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Members")
    expect(page.get_by_text("He Qinglin").first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    axe(page)
    page.get_by_role("link", name="Meetings", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Meetings")


def test_visitor_reads_the_roster_of_a_past_day(page: Page, sample):
    page.goto(f"/sigs/{sample.slug}/members/")
    page.get_by_label("日期").fill("2025-07-01")
    page.get_by_role("button", name="查看").click()

    expect(page.get_by_text("Su Haibo").first).to_be_visible()
    expect(page.get_by_text("2025-07-01").first).to_be_visible()


def test_visitor_is_asked_to_sign_in_and_comes_back(page: Page, sample):
    page.goto(f"/sigs/{sample.slug}/my-path/")
    page.get_by_label("用户名").fill("sample-linxia")
    page.get_by_label("密码").fill("sig-sample")
    page.get_by_role("button", name="登录", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("我的路径")
