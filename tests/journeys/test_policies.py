"""A Maintainer tries rules out in a browser and adopts them; everybody reads what holds since when."""

import itertools

import pytest
from playwright.sync_api import Browser, Page, expect

from members.models import Policy
from tests.browser import axe

from .conftest import SignIn

pytestmark = pytest.mark.django_db


def test_maintainer_tries_rules_out_and_adopts_them(
    browser: Browser, base_url, sample, sign_in: SignIn
):
    """Without JavaScript, from the page of promotions on."""
    context = browser.new_context(java_script_enabled=False, base_url=base_url, locale="zh-CN")
    page = context.new_page()
    page.goto("/")
    sign_in(page, "lin-bert")
    page.goto(f"/sigs/{sample.slug}/policies/")
    page.get_by_role("link", name="修改 Committer 的规则").click()
    page.get_by_role("link", name="Kubernetes", exact=True).click()
    expect(page.get_by_text("表单已填入范本“Kubernetes”")).to_be_visible()

    page.get_by_label("表决时长（工作日）").fill("7")
    page.get_by_label("赞成须超过").first.fill("三分之二")
    page.get_by_label("为什么修改").fill("例会已讨论：给表决人更多时间。")
    page.get_by_role("button", name="试算谁符合条件").click()
    expect(page.get_by_text("请写成 1/2、2/3 或 65% 这样的比例。")).to_be_visible()
    page.get_by_label("赞成须超过").first.fill("2/3")
    page.get_by_role("button", name="试算谁符合条件").click()
    expect(page.get_by_role("heading", name="谁在今天符合条件")).to_be_visible()
    expect(page.get_by_text("这是试算，还没有保存。")).to_be_visible()
    before = Policy.objects.filter(sig=sample, role="committer").count()

    page.get_by_role("button", name="采用为新的一版").click()
    expect(page.get_by_text("并记入公开记录。")).to_be_visible()
    expect(page.get_by_text("7 个工作日").first).to_be_visible()
    expect(page.get_by_text("例会已讨论：给表决人更多时间。")).to_be_visible()
    assert Policy.objects.filter(sig=sample, role="committer").count() == before + 1
    page.get_by_role("link", name="全部版本").click()
    expect(page.get_by_text("现行", exact=True)).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    itertools.product(["", "/en"], ["light", "dark"], [390, 1280]),
)
def test_pages_of_rules_have_no_violation_and_no_overflow(
    browser: Browser, base_url, sample, sign_in: SignIn, language, scheme, width
):
    context = browser.new_context(
        base_url=base_url,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        locale="zh-CN",
    )
    page = context.new_page()
    page.goto("/")
    sign_in(page, "lin-bert")
    for path in ("", "committer/", "committer/qualifying/", "committer/edit/?preset=apache"):
        page.goto(f"{language}/sigs/{sample.slug}/policies/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, path
    context.close()


def test_stranger_reads_the_rules(page: Page, sample):
    page.goto(f"/sigs/{sample.slug}/policies/")
    expect(page.get_by_role("heading", name="成为 Committer")).to_be_visible()
    expect(page.get_by_role("link", name="修改 Committer 的规则")).to_have_count(0)
    page.get_by_role("link", name="今天谁符合 Committer 的条件").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("今天谁符合 Committer 的条件")
