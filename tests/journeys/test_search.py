"""Somebody looks for what was said: from any page to the very heading of the minutes."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe

pytestmark = pytest.mark.django_db


def test_visitor_finds_what_was_said_from_any_page(page: Page, sample):
    page.goto(f"/sigs/{sample.slug}/charter/")
    field = page.get_by_role("search", name="搜索全站").get_by_label("要找的词")
    field.fill("冻结")
    field.press("Enter")

    section = page.get_by_role("region", name="纪要", exact=True)
    expect(section.locator("mark").first).to_have_text("冻结")
    axe(page)
    section.get_by_role("link", name="Notes").first.click()
    page.wait_for_url("**/meetings/*/#text-notes")
    expect(page.get_by_role("heading", name="Notes")).to_be_in_viewport()


def test_visitor_searches_the_minutes_of_a_sig(page: Page, sample):
    page.goto(f"/sigs/{sample.slug}/meetings/")
    search = page.get_by_role("search", name="搜索例会与纪要")
    search.get_by_label("搜索纪要与决定").fill("冻结 时间")
    search.get_by_role("button", name="搜索").click()

    section = page.get_by_role("region", name="纪要", exact=True)
    expect(section.locator("mark").filter(has_text="时间").first).to_be_visible()
    axe(page)
    search.get_by_label("搜索纪要与决定").fill("从未说过")
    search.get_by_role("button", name="搜索").click()
    expect(page.get_by_text("纪要里没有找到")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="搜索全站").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("搜索")
    expect(page.get_by_label("要找的词")).to_have_value("从未说过")


def test_visitor_finds_a_person_and_a_pull_request_in_english(page: Page, sample):
    page.goto("/en/")
    search = page.get_by_role("search", name="Search the whole site")
    search.get_by_label("Words to look for").fill("haibo")
    search.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Su Haibo").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Su Haibo")

    search.get_by_label("Words to look for").fill("!12")
    search.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("Pull requests")
    axe(page)
    page.get_by_role("link", name="!12").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("!12")
