"""A Committer speaks, stands aside and comes back; a Maintainer records what a meeting changed: no JavaScript."""

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.models import Entry
from members.models import Promotion, RoleTerm
from sigportal.sample import cast
from tests.browser import axe

from .conftest import SignIn

pytestmark = pytest.mark.django_db
LOOKS = list(itertools.product(["", "/en"], ["light", "dark"], [390, 1280]))


@pytest.fixture
def plain(browser: Browser, base_url) -> Iterator[Page]:
    """A page of a browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, base_url=base_url, locale="zh-CN")
    yield context.new_page()
    context.close()


def test_committer_speaks_stands_aside_and_comes_back(plain: Page, sample, sign_in: SignIn):
    plain.goto("/")
    sign_in(plain, "renyujin")
    promotion = Promotion.objects.get(sig=sample, state="voting")
    plain.goto(promotion.get_absolute_url())
    plain.get_by_label("发言").fill("评审很细，支持。")
    plain.get_by_role("button", name="发言").click()
    expect(plain.get_by_text("评审很细，支持。")).to_be_visible()
    plain.get_by_role("button", name="撤回这条发言").click()
    expect(plain.get_by_text("发言已撤回")).to_be_visible()

    plain.get_by_label("回避理由").fill("与候选人同组")
    plain.get_by_role("button", name="回避", exact=True).click()
    expect(plain.get_by_text("您已回避")).to_be_visible()
    expect(plain.get_by_role("button", name="投票", exact=True)).to_have_count(0)
    plain.get_by_role("button", name="收回回避").click()
    expect(plain.get_by_role("button", name="投票", exact=True)).to_be_visible()
    assert Entry.objects.filter(action="promotion.rejoined").count() == 1


def test_maintainer_records_what_a_meeting_changed(page: Page, sample, sign_in: SignIn):
    page.goto("/")
    sign_in(page, cast.MAINTAINER)
    address = f"/sigs/{sample.slug}/members/refresh/"
    for prefix, scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        assert page.goto(prefix + address).status == 200
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        axe(page)
    page.goto(address)
    term = RoleTerm.objects.filter(sig=sample, role="committer", ended_on=None).first()
    page.get_by_label("决定的会议").fill("2026-03-05 例会，第 2 项")
    page.get_by_label(f"{term.person.name} 的职责").fill("推理与部署")
    page.get_by_role("button", name="保存改动").click()
    expect(page.get_by_text("1 人的职责或负责仓库已更新")).to_be_visible()
    term.refresh_from_db()
    assert term.duty == "推理与部署"
