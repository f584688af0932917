"""Whose turn it is, in a browser: the scribe of one meeting writes it, and the host gives it back."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from meetings.models import Meeting
from sigportal.sample import cast
from tests.browser import axe
from tests.factories import MeetingFactory

from .conftest import SignIn

pytestmark = pytest.mark.django_db


def test_contributor_named_scribe_writes_this_meeting_and_no_other(
    page: Page, sample, sign_in: SignIn
):
    """A Contributor is the first among the sample's writers; another meeting has nobody."""
    mine = Meeting.objects.filter(scribe__accounts__login="sample-linxia").earliest("starts_at")
    other = MeetingFactory(sig=sample, starts_at=timezone.now() + dt.timedelta(days=2))
    page.goto("/")
    sign_in(page, "sample-linxia")

    page.goto(mine.get_absolute_url())
    duties = page.locator("#duties")
    expect(duties.get_by_text("林夏")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="编辑纪要").click()
    page.locator("[name=body]").fill("# 纪要\n\n由记录人写下。\n")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("由记录人写下。").first).to_be_visible()
    assert mine.minutes_revisions.latest("number").author == mine.scribe

    page.goto(other.get_absolute_url())
    expect(page.get_by_role("link", name="编辑纪要")).to_have_count(0)
    assert page.request.get(f"{other.get_absolute_url()}minutes/edit/").status == 403


def test_host_gives_a_meeting_back_and_the_next_one_has_it(page: Page, sample, sign_in: SignIn):
    meeting = Meeting.objects.filter(host__accounts__login="suhaibo").earliest("starts_at")
    page.goto("/")
    sign_in(page, "suhaibo")

    page.goto(meeting.get_absolute_url())
    page.get_by_text("这次不行").click()
    page.get_by_label("不便的原因").fill("出差")
    page.get_by_role("button", name="交还主持").click()

    expect(page.get_by_role("status")).to_contain_text("已交还，这次改由")
    meeting.refresh_from_db()
    assert meeting.host == cast.person("hss-shuai")


def test_maintainer_edits_the_rotation(page: Page, sample, sign_in: SignIn):
    series = sample.series.get()
    page.goto("/")
    sign_in(page, cast.MAINTAINER)

    page.goto(f"/sigs/{sample.slug}/series/{series.pk}/")
    page.locator("#host_seat_person").fill("lin-bert")
    page.get_by_role("button", name="加入主持名单").click()
    expect(page.get_by_role("status")).to_contain_text("轮值名单已更新")
    axe(page)
    hosts = page.locator("#rotation ol").first.locator("li")
    expect(hosts).to_have_count(4)
    hosts.last.get_by_role("button", name="上移").click()
    expect(hosts.nth(2).get_by_role("button", name="下移")).to_be_visible()
    hosts.first.get_by_role("button", name="移出").click()
    expect(hosts).to_have_count(3)

    ahead = Meeting.objects.filter(series=series, starts_at__gt=timezone.now()).order_by(
        "starts_at"
    )
    assert [one.host.login for one in ahead[:3]] == ["hss-shuai", "Lin-Bert", "renyujin"]
