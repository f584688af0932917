"""Every page in both languages, light and dark, on a phone and a desk: no violation, no overflow."""

import itertools

import pytest
from playwright.sync_api import Browser, Page

from meetings.models import Meeting
from members.models import CharterPage, Promotion
from reviews.models import Issue
from sigportal.sample import cast
from tests.browser import axe

pytestmark = pytest.mark.django_db
LOOKS = list(itertools.product(["", "/en"], ["light", "dark"], [390, 1280]))


def offered(sig) -> Meeting:
    return Meeting.objects.get(sig=sig, comments_close_at__isnull=False)


def addresses(sig) -> list[str]:
    home = f"/sigs/{sig.slug}"
    held = Meeting.objects.filter(sig=sig, state="held").exclude(pk=offered(sig).pk).first()
    coming = Meeting.objects.filter(sig=sig, state="scheduled").last()
    assert held is not None
    assert coming is not None
    return [
        "/",
        f"{home}/members/",
        f"{home}/members/former/",
        f"{home}/charter/",
        f"{home}/charter/{CharterPage.objects.filter(sig=sig).first().slug}/",
        f"{home}/drift/",
        "/people/Lin-Bert/",
        f"{home}/promotions/",
        f"{home}/promotions/{Promotion.objects.get(state='voting').pk}/",
        f"{home}/reviews/",
        f"{home}/reviews/?author=nobody&since=2026-01-01",
        f"{home}/reviews/pulse/?period=24",
        f"{home}/reviews/exceptions/?period=24",
        f"{home}/repositories/{sig.repositories.first().pk}/",
        f"{home}/resolutions/",
        f"{home}/rfcs/",
        "/reviews/mindspore/mindformers/1/",
        f"{home}/issues/",
        f"{home}/issues/?order=waiting&unassigned=on",
        Issue.objects.first().get_absolute_url(),
        f"{home}/meetings/",
        f"{home}/meetings/{coming.pk}/",
        f"{home}/meetings/{held.pk}/",
        f"{home}/meetings/{offered(sig).pk}/",
        f"{home}/meetings/{offered(sig).pk}/minutes/comments/",
        f"{home}/meetings/{offered(sig).pk}/minutes/history/",
        f"{home}/series/",
        f"{home}/actions/",
        f"{home}/decisions/",
        f"{home}/decisions/1/",
        f"{home}/meetings/?q=冻结",
        f"{home}/meetings/?q=nothing-said",
        "/search/",
        "/search/?q=并行",
        "/decisions/",
        "/decisions/?group=roles&year=1999",
        "/decisions/?q=nothing-said",
        "/decisions/2/",
        "/sync/",
        "/time-zone/",
        "/time-zone/?q=柏林",
        "/api/",
        "/accounts/login/",
        "/accounts/signup/",
    ]


def member_addresses(sig) -> list[str]:
    home = f"/sigs/{sig.slug}"
    coming = Meeting.objects.filter(sig=sig, state="scheduled").last()
    return [
        f"{home}/my-path/",
        f"{home}/inactivity/",
        f"{home}/leaves/",
        f"{home}/promotions/new/",
        f"{home}/promotions/{Promotion.objects.get(state='voting').pk}/",
        f"{home}/meetings/{coming.pk}/",
        f"{home}/meetings/{coming.pk}/minutes/edit/",
        f"{home}/meetings/{offered(sig).pk}/",
        f"{home}/meetings/{offered(sig).pk}/minutes/comments/",
        f"{home}/meetings/{offered(sig).pk}/minutes/edit/",
        f"{home}/series/{coming.series_id}/",
        f"{home}/repositories/{sig.repositories.first().pk}/",
        f"{home}/resolutions/new/",
        "/sync/",
        "/accounts/sessions/",
        "/accounts/logout/",
    ]


def look_at(page: Page, address: str, width: int) -> None:
    response = page.goto(address)
    assert response is not None
    assert response.status == 200, address
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} overflows"
    axe(page)


@pytest.mark.parametrize(("prefix", "scheme", "width"), LOOKS)
def test_every_page_is_accessible_and_fits(
    browser: Browser, base_url, watch, sample, prefix, scheme, width
):
    context = browser.new_context(
        base_url=base_url,
        color_scheme=scheme,
        viewport={"width": width, "height": 844},
        reduced_motion="reduce",
    )
    watch.attach(context)
    page = context.new_page()
    for address in addresses(sample):
        look_at(page, prefix + address, width)
    page.goto(f"{prefix}/accounts/login/")
    page.locator("[name=login]").fill(cast.MAINTAINER)
    page.locator("[name=password]").fill(cast.PASSWORD)
    page.locator("form:has([name=password]) button[type=submit]").click()
    page.wait_for_url(lambda url: "login" not in url)
    for address in member_addresses(sample):
        look_at(page, prefix + address, width)
    context.close()
