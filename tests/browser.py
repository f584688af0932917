"""The browser of the tests: finding or installing it, watching its pages, asking axe about them.

python -m tests.browser ensure     find a browser with Chinese fonts, install it, or say how
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
LAUNCH_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DEBIAN_PACKAGES = ["chromium", "fontconfig", "fonts-noto-cjk"]
HOW = (
    "The journeys need Chromium, and Chinese fonts to draw the pages. Any of these will do:\n"
    "  Debian, Ubuntu:  sudo apt-get install chromium fontconfig fonts-noto-cjk\n"
    "  elsewhere:       .venv/bin/playwright install chromium\n"
    "  already there:   CHROMIUM=/path/to/chromium make test"
)
SCREENSHOTS = Path("var/screenshots")


# ── finding ───────────────────────────────────────────────────────────────────────────────────
def find_chromium() -> str | None:
    """Path of a browser: $CHROMIUM, one on PATH, or Playwright's own; None when there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or _playwrights_own()


def _playwrights_own() -> str | None:
    default = Path.home() / ".cache" / "ms-playwright"
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or default)
    found = [*cache.glob("chromium-*/chrome-linux*/chrome")]
    found += cache.glob("chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium")
    return str(max(found)) if found else None


def has_chinese_font() -> bool:
    """Without fontconfig there is nobody to ask, and the desktop will have its own fonts."""
    if not shutil.which("fc-list"):
        return sys.platform != "linux"
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout)


def ensure() -> str:
    """Path of a browser that can draw Chinese, installed when need be. Raises RuntimeError."""
    if os.environ.get("CHROMIUM") and not find_chromium():
        raise RuntimeError(f"CHROMIUM={os.environ['CHROMIUM']} is not a program.\n{HOW}")
    if not (find_chromium() and has_chinese_font()):
        _install()
    found = find_chromium()
    if not found:
        raise RuntimeError(f"No browser was found, and none could be installed.\n{HOW}")
    if not has_chinese_font():
        raise RuntimeError(f"No Chinese font was found, and none could be installed.\n{HOW}")
    return found


def _install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write(f"Installing {' and '.join(DEBIAN_PACKAGES)} with apt-get ...\n")
        options = ["-qq", "-o", "DPkg::Lock::Timeout=120"]
        _attempt(["apt-get", *options, "update"])
        _attempt(
            ["apt-get", *options, "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]
        )
    if not find_chromium():
        sys.stderr.write("Installing Chromium with Playwright ...\n")
        _attempt([sys.executable, "-m", "playwright", "install", "chromium"])


def _attempt(command: list[str]) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    if done.returncode != 0:
        sys.stderr.write(f"{' '.join(command)}: failed with status {done.returncode}\n")


# ── watching ──────────────────────────────────────────────────────────────────────────────────
@dataclass
class Watch:
    """Notes whatever goes wrong in a browser context: a clean page makes no noise at all.

    A journey that means to meet an error says so before: `watch.allow(r"404")`; one that signs in
    with another host names it: `watch.allow_origin(gitee_server.url)`.
    """

    origin: str
    faults: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.allow_origin(self.origin)

    def allow(self, pattern: str) -> None:
        self.allowed.append(re.compile(pattern))

    def allow_origin(self, url: str) -> None:
        self.origins.add(origin_of(url))

    def attach(self, context: "BrowserContext") -> None:
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.note(f"uncaught error: {error.error}"))
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)

    def note(self, fault: str) -> None:
        self.faults.append(fault)

    def remaining(self) -> list[str]:
        return [fault for fault in self.faults if not any(p.search(fault) for p in self.allowed)]

    def _ours(self, url: str | None) -> bool:
        """What an allowed host's own pages do wrong is not the portal's fault."""
        return not url or origin_of(url) == origin_of(self.origin) or not self._allowed(url)

    def _allowed(self, url: str) -> bool:
        return origin_of(url) in self.origins

    def _on_console(self, message: "ConsoleMessage") -> None:
        # Chromium reports violations of the Content-Security-Policy as console errors.
        if message.type in {"error", "warning", "assert"} and self._ours(
            message.location.get("url")
        ):
            self.note(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _on_request(self, request: "Request") -> None:
        over_network = urlsplit(request.url).scheme in {"http", "https", "ws", "wss"}
        if over_network and not self._allowed(request.url):
            self.note(f"request to another origin: {request.method} {request.url}")

    def _on_failure(self, request: "Request") -> None:
        # Leaving a page cancels what it was still fetching; that is no fault of the page.
        if request.failure != "net::ERR_ABORTED" and self._ours(request.url):
            self.note(f"request failed: {request.method} {request.url}: {request.failure}")

    def _on_response(self, response: "Response") -> None:
        if response.status >= 400 and self._ours(response.url):
            self.note(f"status {response.status}: {response.request.method} {response.url}")


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


# ── asking ────────────────────────────────────────────────────────────────────────────────────
def axe(page: "Page", *, without: Iterable[str] = ()) -> None:
    """Assert that axe finds no violation on the page as it stands; `without` names rules left out."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {rule: {"enabled": False} for rule in without}
    violations = Axe().run(page, options={"rules": rules}).response["violations"]
    assert not violations, f"axe on {page.url}:\n" + "\n".join(map(_described, violations))


def _described(violation: dict) -> str:
    places = "".join(f"\n      {node['html'][:160]}" for node in violation["nodes"][:5])
    return f"  {violation['id']}: {violation['help']}{places}"


def screenshot(page: "Page", name: str) -> Path:
    """Save the whole page as var/screenshots/NAME.png, for a person to look at."""
    path = SCREENSHOTS / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True)
    return path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.browser", description=__doc__)
    parser.add_argument("action", choices=["ensure"])
    parser.parse_args(arguments)
    try:
        sys.stdout.write(f"Browser: {ensure()}\n")
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
