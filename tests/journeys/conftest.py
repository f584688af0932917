"""Journeys start at the live server's home page, in Chinese: `page.goto("/")` is enough."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from members.models import Sig
from sigportal.sample import cast, story
from tests.fakes.sample import load_sample

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignIn = Callable[["Page", str], None]


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    return live_server.url


@pytest.fixture
def sample(live_server: Any, gitee_server: Any) -> Sig:
    """The sample SIG as `make run` loads it, its history mirrored from the emulator."""
    load_sample(gitee_server.state)
    call_command("load_sample", verbosity=0)
    return Sig.objects.get(slug=story.SLUG)


@pytest.fixture
def sign_in() -> SignIn:
    """Signs in on the page's own form and comes back to where the page was."""

    def _sign_in(page: "Page", username: str) -> None:
        page.get_by_role("link", name="登录", exact=True).first.click()
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(cast.PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.get_by_role("button", name="退出").wait_for()

    return _sign_in
