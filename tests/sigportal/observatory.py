"""Mozilla's published rules for what headers are worth, for the tests: MDN, HTTP Observatory, Tests & Scoring.

https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring (read November 2026). What only a
look from outside can tell is left out: certificates, and the list of preloaded hosts (worth 5 more).
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from http.cookies import SimpleCookie

BONUS_FROM = 90
SIX_MONTHS_S = 15_768_000
BROAD = {"*", "http:", "https:", "data:", "blob:", "'unsafe-inline'", "http://*", "https://*"}
PRIVATE_REFERRERS = {
    "no-referrer",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
}


def score(headers: Mapping[str, str], cookies: SimpleCookie, page: str) -> tuple[int, list[str]]:
    """Points of an HTTPS answer, and which rules gave or took some."""
    csp = policy_of(headers.get("Content-Security-Policy", ""))
    given = [
        _csp(csp),
        _cookies(cookies),
        _sharing(headers.get("Access-Control-Allow-Origin", "")),
        _transport(headers.get("Strict-Transport-Security", "")),
        _referrer(headers.get("Referrer-Policy", "")),
        _integrity(page),
        _sniffing(headers.get("X-Content-Type-Options", "")),
        _frames(csp, headers.get("X-Frame-Options", "")),
        _resource(headers.get("Cross-Origin-Resource-Policy", "")),
    ]
    points = 100 + sum(points for points, _rule in given if points < 0)
    if points >= BONUS_FROM:
        points += sum(points for points, _rule in given if points > 0)
    return max(points, 0), [rule for points, rule in given if points]


def policy_of(header: str) -> dict[str, set[str]]:
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name.lower(): set(sources) for name, *sources in parts}


def _csp(csp: dict[str, set[str]]) -> tuple[int, str]:
    if not csp:
        return -25, "csp-not-implemented"
    scripts = csp.get("script-src", csp.get("default-src", {"*"}))
    objects = csp.get("object-src", csp.get("default-src", {"*"}))
    if (scripts | objects) & BROAD:
        return -20, "csp-implemented-with-unsafe-inline"
    if any(source.startswith("http:") for sources in csp.values() for source in sources):
        return -20, "csp-implemented-with-insecure-scheme"
    if "'unsafe-eval'" in scripts:
        return -10, "csp-implemented-with-unsafe-eval"
    if csp.get("style-src", csp.get("default-src", {"*"})) & BROAD:
        return 0, "csp-implemented-with-unsafe-inline-in-style-src-only"
    if csp.get("default-src") == {"'none'"}:
        return 10, "csp-implemented-with-no-unsafe-default-src-none"
    return 5, "csp-implemented-with-no-unsafe"


def _cookies(cookies: SimpleCookie) -> tuple[int, str]:
    if not cookies:
        return 0, "cookies-not-found"
    if not all(cookie["secure"] for cookie in cookies.values()):
        return -40, "cookies-session-without-secure-flag"
    if not all(cookie["httponly"] for cookie in cookies.values()):
        return -30, "cookies-session-without-httponly-flag"
    if not all(cookie["samesite"] in ("Lax", "Strict") for cookie in cookies.values()):
        return -20, "cookies-samesite-flag-invalid"
    return 5, "cookies-secure-with-httponly-sessions-and-samesite"


def _sharing(allowed: str) -> tuple[int, str]:
    """Public access without credentials costs nothing."""
    return 0, "cross-origin-resource-sharing-public" if allowed else "not-implemented"


def _transport(header: str) -> tuple[int, str]:
    age = re.search(r"max-age=(\d+)", header)
    if age is None:
        return -20, "hsts-not-implemented"
    if int(age[1]) < SIX_MONTHS_S:
        return -10, "hsts-implemented-max-age-less-than-six-months"
    return 0, "hsts-implemented-max-age-at-least-six-months"


def _referrer(header: str) -> tuple[int, str]:
    if not header:
        return 0, "referrer-policy-not-implemented"
    if header in PRIVATE_REFERRERS:
        return 5, "referrer-policy-private"
    return -5, "referrer-policy-unsafe"


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.found.append(dict(attrs))


def _integrity(page: str) -> tuple[int, str]:
    scripts = _Scripts()
    scripts.feed(page)
    sources = [(row.get("src") or "", row.get("integrity")) for row in scripts.found]
    foreign = [sri for src, sri in sources if re.match(r"(https?:)?//", src)]
    if foreign and not all(foreign):
        return -5, "sri-not-implemented-but-external-scripts-loaded-securely"
    if sources and all(sri for _src, sri in sources):
        return 5, "sri-implemented-and-all-scripts-loaded-securely"
    return 0, "sri-not-implemented-but-all-scripts-loaded-from-secure-origin"


def _sniffing(header: str) -> tuple[int, str]:
    if header == "nosniff":
        return 0, "x-content-type-options-nosniff"
    return -5, "x-content-type-options-not-implemented"


def _frames(csp: dict[str, set[str]], header: str) -> tuple[int, str]:
    if "frame-ancestors" in csp and not csp["frame-ancestors"] & BROAD:
        return 5, "x-frame-options-implemented-via-csp"
    if header in ("DENY", "SAMEORIGIN"):
        return 0, "x-frame-options-sameorigin-or-deny"
    return -20, "x-frame-options-not-implemented"


def _resource(header: str) -> tuple[int, str]:
    points = {"": 0, "same-origin": 10, "same-site": 10}.get(header, -20)
    return points, f"corp-implemented-with-{header}" if header else "corp-not-implemented"
