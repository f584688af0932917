"""A promotion as its candidate, a Maintainer, a Committer and a stranger see it, each in a real browser."""

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from members.models import Promotion
from tests.browser import axe

from .conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def plain(browser: Browser, base_url) -> Iterator[Page]:
    """A page of a browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, base_url=base_url, locale="zh-CN")
    yield context.new_page()
    context.close()


def test_candidate_finds_the_nomination_and_accepts_it(plain: Page, sample, sign_in: SignIn):
    plain.goto("/")
    sign_in(plain, "sample-chenyu")
    plain.goto(f"/sigs/{sample.slug}/promotions/")
    waiting = plain.get_by_role("row").filter(has_text="请接受或谢绝")
    waiting.get_by_role("link").first.click()

    expect(plain.get_by_text("候选人须在此前答复")).to_be_visible()
    expect(plain.get_by_text("您同意作为候选人，接下来由 Maintainer 开启表决。")).to_be_visible()
    plain.get_by_role("button", name="接受提名").click()

    expect(plain.get_by_text("您已接受提名")).to_be_visible()
    expect(plain.get_by_text("候选人接受提名")).to_be_visible()


def test_maintainer_decides_from_the_page(plain: Page, sample, sign_in: SignIn):
    """What waits, the figures and where they come from, what is still needed, the vote, the result."""
    plain.goto("/")
    sign_in(plain, "lin-bert")
    plain.goto(f"/sigs/{sample.slug}/promotions/")
    expect(plain.get_by_role("heading", name="等您处理")).to_be_visible()
    plain.get_by_role("row").filter(has_text="请投票").get_by_role("link").first.click()

    expect(plain.get_by_text("还需 1 位 Maintainer 赞成。")).to_be_visible()
    expect(plain.get_by_text("还没有投票").first).to_be_visible()
    expect(plain.get_by_text("提名时").first).to_be_visible()
    address = plain.url
    plain.get_by_text("项依据").last.click()
    plain.locator(".checklist a").last.click()
    expect(plain.get_by_role("heading", level=1)).to_be_visible()

    plain.goto(address)
    plain.get_by_label("赞成").check()
    plain.get_by_role("button", name="投票", exact=True).click()
    expect(plain.get_by_text("您的一票已记入公开记录")).to_be_visible()
    expect(plain.get_by_text("赞成已足够，其余选票不会改变结果。")).to_be_visible()
    plain.get_by_role("button", name="结束表决并计票").click()
    expect(plain.get_by_text("赞成达到规则要求，通过。")).to_be_visible()
    expect(plain.get_by_text("重新计票，结果一致。")).to_be_visible()


def test_committer_votes_by_keyboard(page: Page, sample, sign_in: SignIn):
    page.goto("/")
    sign_in(page, "renyujin")
    promotion = Promotion.objects.get(sig=sample, state="voting")
    page.goto(promotion.get_absolute_url())
    _tab_to(page, "去投票")
    page.keyboard.press("Enter")
    page.get_by_label("赞成").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("评审可靠")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("您已投“赞成”")).to_be_visible()
    expect(page.get_by_text("评审可靠").first).to_be_visible()


def _tab_to(page: Page, text: str) -> None:
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    pytest.fail(f"Tab never reached “{text}”")


def test_stranger_reads_everything_and_is_offered_nothing(plain: Page, sample):
    plain.goto(f"/sigs/{sample.slug}/promotions/?state=in_effect&kind=promote")
    plain.get_by_role("row").filter(has_text="已生效").get_by_role("link").first.click()
    expect(plain.get_by_text("重新计票，结果一致。")).to_be_visible()
    expect(plain.locator("main form")).to_have_count(0)

    plain.get_by_role("link", name="候选人今天的全部数字").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("的路径")
    expect(plain.get_by_role("link", name="自荐")).to_have_count(0)


def addresses(sig) -> list[str]:
    home = f"/sigs/{sig.slug}"
    voting = Promotion.objects.get(sig=sig, state="voting")
    decided = Promotion.objects.filter(sig=sig, state="in_effect").last()
    assert decided is not None
    return [
        f"{home}/promotions/",
        f"{home}/promotions/?state=open&person=nobody-here",
        f"{home}/promotions/?kind=emeritus",
        f"{home}/promotions/{voting.pk}/",
        f"{home}/promotions/{voting.pk}/evidence/merged_or_reviewed/",
        f"{home}/promotions/{decided.pk}/",
        f"{home}/my-path/",
        f"{home}/my-path/evidence/main_reviews/?role=maintainer",
        f"/people/{voting.person.login}/path/{sig.slug}/",
    ]


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    itertools.product(["", "/en"], ["light", "dark"], [390, 1280]),
)
def test_pages_have_no_violation_and_no_overflow(
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
    for path in addresses(sample):
        page.goto(f"{language}{path}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        axe(page)
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path
    context.close()
