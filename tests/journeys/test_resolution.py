"""A maintainer decides on an RFC; anyone reads it on the issue and in the register; later it changes."""

import datetime as dt

import pytest
from playwright.sync_api import Browser, Page, expect

from members.models import Account
from reviews.models import Issue, Resolution, Rfc
from reviews.rfc import note_rfcs
from tests.browser import axe
from tests.factories import IssueFactory

from .conftest import SignIn

pytestmark = pytest.mark.django_db
TITLE = "示例：统一检查点的格式"


@pytest.fixture
def rfc(sample) -> Issue:
    """An RFC, still a draft, of a contributor."""
    issue = IssueFactory(
        repository=sample.repositories.first(),
        remote_id=99_000_001,  # far from those of the sample
        number="IRFC01",
        title=TITLE,
        labels=["RFC"],
        body="## 动机\n\n现在有两种格式。",
        author=Account.objects.get(login="sample-linxia"),
        created_at=dt.datetime(2026, 10, 1, 2, 0, tzinfo=dt.UTC),
    )
    note_rfcs(issue.repository, [issue.number])
    return issue


def record(page: Page, title: str, outcome: str, reasons: str) -> None:
    page.get_by_label("标题").fill(title)
    page.get_by_label(outcome, exact=True).check()
    page.get_by_label("理由").fill(reasons)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"预览决议：{title}")
    axe(page)
    page.get_by_role("button", name="写入公开记录").click()
    expect(page.get_by_role("status")).to_contain_text("已写入公开记录")


def test_maintainer_decides_an_rfc_and_later_supersedes_the_decision(
    page: Page, browser: Browser, base_url, rfc: Issue, sign_in: SignIn
):
    page.goto("/")
    sign_in(page, "lin-bert")
    page.goto(rfc.get_absolute_url())
    page.get_by_role("button", name="送交评审").click()
    expect(page.get_by_role("status")).to_contain_text("评审中")
    axe(page)

    page.get_by_role("link", name="记录决议").click()
    axe(page)
    record(page, "采用统一的检查点格式", "接受", "两轮讨论，**没有异议**。")
    expect(page.get_by_role("heading", level=1)).to_have_text("第 3 号决议：采用统一的检查点格式")
    axe(page)

    visitor = browser.new_context(java_script_enabled=False, base_url=base_url, locale="zh-CN")
    reader = visitor.new_page()
    reader.goto(rfc.get_absolute_url())
    expect(reader.get_by_text("已接受").first).to_be_visible()
    reader.get_by_role("link", name="采用统一的检查点格式").click()
    expect(reader.get_by_text("没有异议")).to_be_visible()
    expect(reader.get_by_role("link", name="记录取代它的决议")).to_have_count(0)
    reader.get_by_role("link", name="第 ").filter(has_text="条").click()
    expect(reader.get_by_text("第 3 号决议（接受）：采用统一的检查点格式")).to_be_visible()

    page.get_by_role("link", name="记录取代它的决议").click()
    expect(page.get_by_label("取代第几号决议")).to_have_value("3")
    record(page, "暂缓统一格式", "暂缓", "发现与旧版本不兼容，重新讨论。")

    reader.goto(f"{Resolution.objects.get(number=3).get_absolute_url()}")
    expect(reader.get_by_text("这份决议已不再有效")).to_be_visible()
    reader.get_by_role("link", name="第 4 号决议：暂缓统一格式").first.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("第 4 号决议：暂缓统一格式")
    reader.goto(rfc.get_absolute_url())
    expect(reader.get_by_text("评审中").first).to_be_visible()
    visitor.close()
    assert Rfc.objects.get(issue=rfc).state == "in_review"


def test_record_pressed_twice_is_one_resolution(page: Page, rfc: Issue, sign_in: SignIn):
    page.goto("/")
    sign_in(page, "lin-bert")
    page.goto(f"{rfc.get_absolute_url()}")
    page.get_by_role("link", name="记录决议").click()
    page.get_by_label("标题").fill("暂缓")
    page.get_by_label("暂缓", exact=True).check()
    page.get_by_label("理由").fill("等下一次例会。")
    page.get_by_role("button", name="预览").click()
    page.get_by_role("button", name="写入公开记录").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("第 3 号决议：暂缓")
    page.go_back()
    page.get_by_role("button", name="写入公开记录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("第 3 号决议：暂缓")
    assert Resolution.objects.filter(title="暂缓").count() == 1


def test_visitor_walks_through_resolutions_and_rfcs(page: Page, sample, rfc: Issue):
    page.goto(f"/sigs/{sample.slug}/reviews/")
    page.get_by_role("link", name="决议", exact=True).click()
    expect(page.get_by_role("link", name="示例：采用新的检查点格式")).to_be_visible()
    axe(page)
    page.goto(f"/sigs/{sample.slug}/issues/")
    page.get_by_role("link", name="RFC", exact=True).click()
    expect(page.get_by_role("heading", name="草案")).to_be_visible()
    axe(page)
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    expect(page.get_by_role("button", name="送交评审")).to_have_count(0)
