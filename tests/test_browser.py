"""The browser of the tests hears what goes wrong on a page, and axe speaks up."""

import pytest
from django.http import HttpResponse
from django.urls import path

from tests import browser

CLEAN = """<!doctype html><html lang="zh-Hans"><head><title>决议</title></head>
<body><main><h1>决议</h1>%s</main></body></html>"""
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src *"
BODIES = {
    "clean": "",
    "inline-script": "<script>document.title = 'x'</script>",
    "inline-style": '<p style="color: red">红</p>',
    "foreign": '<img src="http://localhost:9/logo.png" alt="">',
    "missing": '<img src="/nowhere.png" alt="">',
    "unnamed": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
}


def show(request, name):
    return HttpResponse(CLEAN % BODIES[name], headers={"Content-Security-Policy": POLICY})


def not_found(request, exception):
    """Plain, so that these tests do not hang on the portal's own page."""
    return HttpResponse("404", status=404)


handler404 = not_found
urlpatterns = [path("pages/<slug:name>/", show)]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def faults(page, watch, live_server):
    """Opens a page; returns what the watch noted, and allows it, since it was meant."""

    def faults(name):
        page.goto(f"{live_server.url}/pages/{name}/")
        page.wait_for_load_state("networkidle")
        noted = "\n".join(fault for fault in watch.faults if "favicon" not in fault)
        watch.allow("")
        return noted

    return faults


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("inline-script", "Content Security Policy"),
        ("inline-style", "Content Security Policy"),
        ("foreign", "request to another origin: GET http://localhost:9/logo.png"),
        ("missing", "status 404: GET"),
    ],
)
def test_watch_hears_what_a_page_does_wrong(faults, name, said):
    assert said in faults(name)


def test_watch_is_silent_on_a_clean_page(faults):
    assert faults("clean") == ""


def test_watch_leaves_an_allowed_hosts_own_pages_to_it(page, watch, gitee_server):
    watch.allow_origin(gitee_server.url)
    page.goto(f"{gitee_server.url}/nowhere")
    page.wait_for_load_state("networkidle")
    assert watch.faults == []


def test_watch_leaves_out_what_a_journey_allows(live_server):
    watch = browser.Watch(live_server.url)
    watch.note("status 404: GET /a")
    watch.note("status 500: GET /b")
    watch.allow("status 404")
    assert watch.remaining() == ["status 500: GET /b"]


def test_browser_shows_chinese_at_the_sigs_time(faults, page):
    faults("clean")
    assert page.evaluate("navigator.language") == "zh-CN"
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert zone == "Asia/Shanghai"


def test_axe_passes_a_clean_page(faults, page):
    faults("clean")
    browser.axe(page)


def test_axe_names_the_rule_and_the_element(faults, page):
    faults("unnamed")
    with pytest.raises(AssertionError, match=r"(?s)image-alt: .*<img"):
        browser.axe(page)
    browser.axe(page, without=["image-alt"])


def test_ensure_says_how_when_the_named_browser_is_none(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(RuntimeError, match="CHROMIUM=/nowhere/chromium is not a program"):
        browser.ensure()


def test_ensure_fails_plainly_when_nothing_can_be_installed(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "find_chromium", lambda: None)
    attempts = []
    monkeypatch.setattr(browser, "_attempt", attempts.append)
    with pytest.raises(RuntimeError, match=r"(?s)none could be installed.*apt-get install"):
        browser.ensure()
    assert [command[-3:] for command in attempts][-1] == ["playwright", "install", "chromium"]
