"""A contributor abroad sees the right hour: before and after the clocks change, with a script and without."""

import datetime as dt

import icalendar
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from meetings.models import Meeting
from tests.factories import MeetingFactory, SigFactory

from .conftest import SignIn

pytestmark = pytest.mark.django_db
# 16:00 in Shanghai, in the weeks in which clocks go back in Berlin and in New York.
FOUR_O_CLOCK = {
    dt.date(2099, 10, 22): {"Europe/Berlin": "10:00", "America/New_York": "04:00"},
    dt.date(2099, 10, 29): {"Europe/Berlin": "09:00", "America/New_York": "04:00"},
    dt.date(2099, 11, 5): {"Europe/Berlin": "09:00", "America/New_York": "03:00"},
}
CASES = [(day, zone, clock) for day, zones in FOUR_O_CLOCK.items() for zone, clock in zones.items()]


@pytest.fixture
def sig(live_server):
    return SigFactory(time_zone="Asia/Shanghai")


def meeting_on(sig, day):
    starts_at = dt.datetime.combine(day, dt.time(8), dt.UTC)
    return MeetingFactory(sig=sig, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1))


@pytest.mark.parametrize(("day", "zone", "clock"), CASES)
def test_browser_abroad_shows_its_own_hour(browser: Browser, base_url, sig, day, zone, clock):
    meeting = meeting_on(sig, day)
    context = browser.new_context(base_url=base_url, locale="zh-CN", timezone_id=zone)
    page = context.new_page()

    for path in (meeting.get_absolute_url(), f"/en{meeting.get_absolute_url()}"):
        page.goto(path)
        lead = page.locator("h1 + .lead")
        expect(lead).to_contain_text("16:00")
        expect(lead.locator(".own-time")).to_contain_text(clock)
    context.close()


@pytest.mark.parametrize(("day", "zone", "clock"), CASES)
def test_chosen_zone_is_shown_without_javascript(browser: Browser, base_url, sig, day, zone, clock):
    meeting = meeting_on(sig, day)
    context = browser.new_context(base_url=base_url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(meeting.get_absolute_url())
    page.get_by_role("link", name="时区").click()
    page.locator("select[name=zone]").select_option(zone)
    page.get_by_role("button", name="使用这个时区").click()

    page.goto(meeting.get_absolute_url())
    lead = page.locator("h1 + .lead")
    expect(lead).to_contain_text("16:00")
    expect(lead.locator(".own-time")).to_contain_text(clock)
    context.close()


def test_own_calendar_opens_at_the_same_instant(page: Page, sample, sign_in: SignIn):
    """A calendar program shows the hour of its own zone; the file holds the instant."""
    meeting = Meeting.objects.filter(sig=sample, starts_at__gt=timezone.now()).earliest("starts_at")
    page.goto("/")
    sign_in(page, "hss-shuai")
    page.goto("/people/me/calendar/")
    page.get_by_role("button", name="生成地址").click()

    file = page.request.get(page.locator("main a.mono").get_attribute("href"))
    events = icalendar.Calendar.from_ical(file.text()).walk("VEVENT")
    (event,) = [event for event in events if str(event["UID"]) == meeting.uid]
    assert event.decoded("DTSTART").astimezone(dt.UTC) == meeting.starts_at
