"""A host runs one meeting from its agenda to what it decided, the minutes with the keyboard alone."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from meetings import minutes
from meetings.models import Meeting, MeetingDecision
from sigportal.sample import cast
from tests.browser import axe
from tests.factories import MeetingFactory

from .conftest import SignIn

pytestmark = pytest.mark.django_db
SAVED = re.compile("^已保存")
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def meeting(sample) -> Meeting:
    """In a quarter of an hour: its agenda is open, and it can be held once it began."""
    starts_at = timezone.now() + HOUR / 4
    return MeetingFactory(sig=sample, title="从头到尾的例会", starts_at=starts_at)


def go(page: Page, name: str, key: str = "Enter") -> None:
    """Tab until the element of this id has the focus, then press a key."""
    for _step in range(150):
        if page.evaluate("document.activeElement.id") == name:
            page.keyboard.press(key)
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach #{name}")


def type_into(page: Page, name: str, words: str) -> None:
    go(page, name, "End")
    page.keyboard.insert_text(words)


def test_host_runs_a_whole_meeting(page: Page, meeting: Meeting, sign_in: SignIn):
    page.goto("/")
    sign_in(page, cast.MAINTAINER)
    _set_the_agenda(page, meeting)
    _begin(meeting)
    _hold(page, meeting)
    _write(page, meeting)
    _publish(page, meeting)
    _find_again(page, meeting)


def _set_the_agenda(page: Page, meeting: Meeting) -> None:
    page.goto(meeting.get_absolute_url())
    page.get_by_text("提出议题", exact=True).first.click()
    page.locator("#agenda_title").fill("发布计划")
    page.locator("#agenda_title").press("Enter")
    expect(page.get_by_text("议题已加入议程。")).to_be_visible()
    page.get_by_role("button", name="现在公布议程").click()
    expect(page.get_by_text("议程已公布")).to_be_visible()


def _begin(meeting: Meeting) -> None:
    """The clock of the server cannot be moved, so the meeting is."""
    begun = timezone.now() - HOUR
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=begun, ends_at=begun + HOUR)


def _hold(page: Page, meeting: Meeting) -> None:
    page.goto(meeting.get_absolute_url())
    page.get_by_role("button", name=re.compile("已召开")).click()
    expect(page.get_by_text("例会已标为已召开")).to_be_visible()


def _write(page: Page, meeting: Meeting) -> None:
    """Keyboard only, from the address on."""
    page.goto(f"{meeting.get_absolute_url()}minutes/edit/")
    text = page.get_by_label("正文")
    expect(text).to_have_value(re.compile("### 1 - 发布计划"))
    go(page, "id_body", "Control+Home")
    for _line in range(text.input_value().split("### 1 - 发布计划")[0].count("\n")):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.insert_text("\n\n大家谈了一小时。")
    expect(page.locator("#minutes-state")).to_have_text(SAVED)

    go(page, "decision-summary")
    go(page, "decision_item", "ArrowDown")
    type_into(page, "decision_text", "三月发布")
    go(page, "decision-note")
    expect(page.get_by_text("决定已记入纪要草稿。")).to_be_visible()
    expect(text).to_have_value(re.compile("大家谈了一小时。\n\n- 决定：三月发布\n"), timeout=20_000)

    go(page, "action-summary")
    go(page, "action_item", "ArrowDown")
    type_into(page, "action_text", "写发布说明")
    type_into(page, "action_other", "sample-linxia")
    go(page, "action-note")
    expect(page.get_by_text("行动项已记入纪要草稿。")).to_be_visible()
    expect(page.locator("#minutes-live")).to_contain_text("1 条决定")
    expect(page.locator("#minutes-live")).to_contain_text("1 个行动项")
    axe(page)

    here = page.get_by_role("button", name=re.compile("^到会：")).first
    go(page, here.get_attribute("id") or "", "Space")
    expect(page.get_by_role("heading", name="到会 1 人")).to_be_visible()


def _publish(page: Page, meeting: Meeting) -> None:
    page.goto(meeting.get_absolute_url())
    page.get_by_role("button", name="发布纪要").click()
    expect(page.get_by_text("纪要已发布，内容哈希已写入公开记录。")).to_be_visible()
    latest = minutes.latest_of(meeting)
    assert latest
    assert latest.is_public


def _find_again(page: Page, meeting: Meeting) -> None:
    decision = MeetingDecision.objects.get(meeting=meeting)
    assert decision.agenda_item
    assert decision.agenda_item.title == "发布计划"
    page.get_by_role("link", name=decision.label, exact=True).first.click()
    expect(page.get_by_role("heading", name=f"会议决定 {decision.label}")).to_be_visible()
    expect(page.locator("main")).to_contain_text("三月发布")
    expect(page.locator("main")).to_contain_text("发布计划")
    axe(page)

    page.goto("/decisions/")
    expect(page.locator("main")).to_contain_text(f"会议决定 {decision.label}：三月发布")

    page.goto("/people/sample-linxia/actions/")
    expect(page.get_by_role("link", name="写发布说明")).to_be_visible()
