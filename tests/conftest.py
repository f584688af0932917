"""What holds for every test: one engine, no network beyond the loopback, no skip for want of either.

The engine is the one DATABASE_URL names (SQLite without it). `make test` says in TEST_ENGINE which
one it means, and CI=true or TEST_ENGINE turns every skip into a failure.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation

from tests import network
from tests.browser import HOW, LAUNCH_ARGS, Watch, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.fakes.gitee_server import GiteeServer

# Playwright's synchronous API keeps an event loop in the tests' thread, where Django then refuses
# to query although nothing there is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
STRICT = os.environ.get("CI") == "true" or "TEST_ENGINE" in os.environ


# ── engines and skips ─────────────────────────────────────────────────────────────────────────
def pytest_sessionstart() -> None:
    """A run that means PostgreSQL must never pass on SQLite, nor one that means Valkey without."""
    wanted = os.environ.get("TEST_ENGINE")
    if wanted and wanted != connection.vendor:
        pytest.exit(f"TEST_ENGINE={wanted}, but DATABASE_URL leads to {connection.vendor}.", 4)
    if wanted == "postgresql" and not os.environ.get("REDIS_URL"):
        pytest.exit("TEST_ENGINE=postgresql, but there is no REDIS_URL.", 4)


def pytest_report_header() -> str:
    cache = "Redis or Valkey" if os.environ.get("REDIS_URL") else "none"
    return f"engine: {connection.vendor}, broker: {cache}, browser: {find_chromium() or 'none'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`@pytest.mark.engine("postgresql")`: only on that engine; the other run leaves it out."""
    kept, left_out = [], []
    for item in items:
        mark = item.get_closest_marker("engine")
        (left_out if mark and mark.args[0] != connection.vendor else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    report = yield
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped; here every test must run: {report.longrepr}"
    return report


# ── network ───────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    with network.loopback_only(also=(os.environ.get("REDIS_URL"),)):
        yield


# ── database ──────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A SQLite file of this process alone, so that runs side by side do not share one."""
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connections.settings["default"]["TEST"]["NAME"] = str(path)
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_ledger() -> Iterator[None]:
    """The ledger's triggers refuse the flush after a transactional test: step aside for it only."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        from ledger import triggers

        triggers.drop(self.connection)
        try:
            flush(self, sql_list)
        finally:
            triggers.create(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_without_triggers)
        yield


@pytest.fixture(autouse=True)
def _nothing_kept_from_the_last_test() -> None:
    """Keys of the cache hold numbers of rows, and the next test's rows have the same numbers."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _language_of_the_next_test() -> Iterator[None]:
    """A request for an English page leaves its thread in English: no other test shall notice."""
    yield
    translation.deactivate()


# ── the code host ─────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def gitee_server(settings: Any) -> Iterator["GiteeServer"]:
    """The emulator on a free port; the settings lead the client, OAuth and webhooks to it."""
    from tests.fakes.gitee_server import GiteeServer

    server = GiteeServer()
    server.start()
    settings.GITEE_URL = server.url
    settings.CODE_HOSTS = {**settings.CODE_HOSTS, "gitee": {"url": server.url, "token": ""}}
    provider = {**settings.SOCIALACCOUNT_PROVIDERS["gitee"], "GITEE_URL": server.url}
    settings.SOCIALACCOUNT_PROVIDERS = {**settings.SOCIALACCOUNT_PROVIDERS, "gitee": provider}
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    directives = {**directives, "form-action": ["'self'", server.url]}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}
    yield server
    server.stop()


# ── the browser ───────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = find_chromium()
    if path is None:
        pytest.fail(f"No browser was found.\n{HOW}", pytrace=False)
    return {**browser_type_launch_args, "executable_path": path, "args": LAUNCH_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture
def watch(live_server: Any) -> Iterator[Watch]:
    """Fails the test for any console error, CSP violation, failed or foreign request of its pages."""
    watch = Watch(live_server.url)
    yield watch
    faults = watch.remaining()
    assert not faults, "The browser complained:\n  " + "\n  ".join(faults)


@pytest.fixture
def context(context: "BrowserContext", watch: Watch) -> "BrowserContext":
    watch.attach(context)
    return context
