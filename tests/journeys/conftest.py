"""Journeys start at the live server's home page, in Chinese: `page.goto("/")` is enough."""

from typing import Any

import pytest


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    return live_server.url
