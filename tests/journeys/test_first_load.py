"""What a first visit transfers: the page, its sheet, its scripts and the icon, compressed, in bytes."""

import re

import brotli
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client

from meetings.models import Meeting
from sigportal.compression import BROTLI_QUALITY
from tests.journeys.test_pages import addresses

pytestmark = pytest.mark.django_db
MOST = 60 * 1024
LOADED = re.compile(r'<(?:link rel="(?:icon|stylesheet)" href|script src)="(/static/[^"]+)"')


def loaded_by(page: str) -> list[str]:
    return LOADED.findall(page)


def weight_of(path: str) -> int:
    found = finders.find(path.removeprefix(settings.STATIC_URL))
    assert found, path
    with open(found, "rb") as file:
        return len(brotli.compress(file.read()))


def test_first_load_is_small_on_every_page(sample):
    client, weights = Client(), {}
    for path in [*addresses(sample), *("/en" + path for path in addresses(sample))]:
        page = client.get(path).content
        loaded = loaded_by(page.decode())
        assert any(name.endswith(".css") for name in loaded), path
        sizes = [len(brotli.compress(page, quality=BROTLI_QUALITY)), *map(weight_of, loaded)]
        weights[path] = sum(sizes)
    heavy = {path: weight for path, weight in weights.items() if weight > MOST}
    assert not heavy


def test_htmx_is_loaded_only_where_a_page_renews_itself(sample):
    client, scene = Client(), Meeting.objects.get(sig=sample, comments_close_at__isnull=False)
    client.force_login(User.objects.get(username="lin-bert"))
    told = {
        path: client.get(path).content.decode()
        for path in [*addresses(sample), "/sync/", f"{scene.get_absolute_url()}minutes/edit/"]
    }
    for path, page in told.items():
        renews = " hx-get=" in page or " hx-post=" in page
        assert any("htmx" in name for name in loaded_by(page)) == renews, path
    assert any(" hx-get=" in page for page in told.values())
