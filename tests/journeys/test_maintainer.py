"""A maintainer decides on a promotion without opening another page, and the roster changes."""

import pytest
from playwright.sync_api import Browser, Page, expect

from members.models import Promotion, RoleTerm
from tests.browser import axe

from .conftest import SignIn

pytestmark = pytest.mark.django_db


def test_maintainer_approves_a_promotion_and_the_roster_changes(
    page: Page, sample, sign_in: SignIn
):
    page.goto("/")
    sign_in(page, "lin-bert")
    page.goto("/")
    page.get_by_role("link", name="示例·林夏：晋升 Committer").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("示例·林夏：晋升 Committer")
    expect(page.get_by_text("还需 1 位 Maintainer 赞成。")).to_be_visible()
    axe(page)
    page.get_by_label("赞成").check()
    page.get_by_label("表决理由").fill("评审认真，同意。")
    page.get_by_role("button", name="投票").click()

    expect(page.get_by_text("评审认真，同意。").first).to_be_visible()
    page.get_by_role("button", name="计票").click()
    expect(page.get_by_text("已通过").first).to_be_visible()
    page.get_by_role("button", name="生效").click()
    expect(page.get_by_text("已生效").first).to_be_visible()
    axe(page)

    page.get_by_role("link", name="成员", exact=True).click()
    committers = page.locator("section").filter(has=page.get_by_role("heading", name="Committer"))
    expect(committers.get_by_text("示例·林夏")).to_be_visible()
    expect(committers.get_by_text("示例：数据集与断点续训负责人")).to_be_visible()
    term = RoleTerm.objects.get(person__accounts__login="sample-linxia", role="committer")
    assert term.entry_seq is not None
    assert [r.path for r in term.repositories.all()] == ["mindspore/mindformers"]


def test_candidate_cannot_vote_on_their_own_promotion(page: Page, sample, sign_in: SignIn):
    page.goto("/")
    sign_in(page, "sample-linxia")
    page.goto(Promotion.objects.get(state="voting").get_absolute_url())

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="投票")).to_have_count(0)


def test_vote_works_without_javascript(browser: Browser, base_url, sample, sign_in: SignIn):
    context = browser.new_context(java_script_enabled=False, base_url=base_url, locale="zh-CN")
    page = context.new_page()
    page.goto("/")
    sign_in(page, "renyujin")
    page.goto(Promotion.objects.get(state="voting").get_absolute_url())
    page.get_by_label("弃权").check()
    page.get_by_role("button", name="投票").click()

    expect(page.get_by_role("button", name="改票")).to_be_visible()
    context.close()


def test_vote_on_a_promotion_closed_meanwhile_says_so(page: Page, sample, sign_in: SignIn):
    page.goto("/")
    sign_in(page, "renyujin")
    page.goto(Promotion.objects.get(state="voting").get_absolute_url())
    page.get_by_label("赞成").check()
    Promotion.objects.filter(state="voting").update(state="withdrawn")
    page.get_by_role("button", name="投票").click()

    expect(page.get_by_role("status")).to_contain_text("已撤回")
