"""The pages of deliveries as people meet them: no violation, no overflow, both languages, either scheme."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.browser import axe
from tests.factories import RepositoryFactory, WebhookDeliveryFactory


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("prefix", "scheme", "width"),
    [("", "light", 390), ("", "dark", 1280), ("/en", "light", 1280), ("/en", "dark", 390)],
)
def test_delivery_pages_are_accessible_and_fit(browser, live_server, watch, prefix, scheme, width):
    repository = RepositoryFactory(owner="example", name="one-with-a-rather-long-name")
    row = WebhookDeliveryFactory(
        repository=repository,
        state="dead",
        attempts=8,
        error="unavailable: GET /repos/example/one-with-a-rather-long-name/pulls/7: 502",
        body={"title": "一段相当长的标题" * 20, "head": {"sha": "ab" * 20}, "labels": ["x" * 200]},
    )
    WebhookDeliveryFactory(repository=None, path="", state="ignored", action="ping")
    client = Client()
    client.force_login(User.objects.create_user("keeper", is_superuser=True))
    cookie = client.cookies["sessionid"].value
    context = browser.new_context(
        base_url=live_server.url,
        color_scheme=scheme,
        viewport={"width": width, "height": 844},
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    watch.attach(context)
    page = context.new_page()
    for address in (
        "/sync/deliveries/",
        "/sync/deliveries/?state=received",
        row.get_absolute_url(),
    ):
        response = page.goto(f"{prefix}{address}")
        assert response.status == 200
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        axe(page)
    context.close()
