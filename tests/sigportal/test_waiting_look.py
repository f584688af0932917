"""The page of what waits as people meet it: no violation, no overflow, both languages, either scheme."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.browser import axe

from .test_waiting import crowded

LOOKS = [("", "light", 390), ("/en", "dark", 1280)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("prefix", "scheme", "width"), LOOKS)
def test_waiting_page_is_accessible_and_fits(browser, live_server, prefix, scheme, width):
    person = crowded(2)
    person.user = User.objects.create_user("reader")
    person.save()
    client = Client()
    client.force_login(person.user)
    size = {"width": width, "height": 844}
    context = browser.new_context(base_url=live_server.url, color_scheme=scheme, viewport=size)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    assert page.goto(f"{prefix}/people/me/").status == 200
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    axe(page)
    context.close()
