"""Requests that are wrong in one or several ways, made of the portal's own addresses and fields.

Its imports need Django set up, see `scripts.drill.stage`: import this module inside the stage.
"""

import os
import random
import re
import socket
import string
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote_from_bytes, urlsplit

from django import forms
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from gitee.signature import sign
from tests.members.cast import make_cast, user_of

TIMEOUT_S = 30.0
CSRF = "c" * 32
KINDS = ("path", "query", "method", "header", "cookie", "form", "webhook", "api", "wire")
METHODS = (
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"PATCH",
    b"OPTIONS",
    b"TRACE",
    b"get",
    b"M-SEARCH",
)
# Values that numbers, dates, names and texts are not.
VALUES = (
    b"", b"\0", b"a\0b", b"\xff\xfe", b"\xed\xa0\x80", b"0", b"-1", b"1", b"9" * 400, b"9223372036854775808",
    b"1e309", b"NaN", b"-inf", b"0x10", "٣".encode(), "²".encode(), "９".encode(), b"2026-13-45",
    b"0001-01-01", b"9999-12-31", b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59.999999-12:00",
    b"2026-02-30T25:61", "٢٠٢٦-٠١-٠١".encode(), b"../../etc/passwd", b"<script>alert(1)</script>",
    b"'\"; DROP TABLE x; --", b"a" * 3000, b"\r\nSet-Cookie: a=b", b"%", b"null", b"[]", b"{}", b"[[[[",
    b"true", b"1,2,,", b",", "\u202e例会\u0301".encode(), "名".encode() * 700, b"{{ 7 }}", b"%s%n", b"_" * 200,
    b"eyJhIjoxfQ", b"//evil.example/", b"javascript:x", b"Asia/Nowhere", b"/etc/localtime", b"a@b@c\r\nBcc: d",
)  # fmt: skip
PARAMETERS = (
    "q", "page", "after", "before", "cursor", "limit", "on", "from", "to", "since", "until", "state", "sort",
    "order", "kind", "role", "person", "author", "reviewer", "repository", "label", "verdict", "tz", "format",
    "next", "month", "days", "meeting", "sig", "text", "field", "at",
)  # fmt: skip
HEADERS = (
    "Host", "Accept-Language", "Accept", "Accept-Encoding", "Cookie", "Referer", "Origin", "Range",
    "If-None-Match", "If-Modified-Since", "Content-Type", "Content-Length", "X-Request-ID", "X-Forwarded-For",
    "X-Forwarded-Host", "X-Forwarded-Proto", "Authorization", "HX-Request", "HX-Current-URL", "HX-Boosted",
    "X-CSRFToken", "X-HTTP-Method-Override", "Upgrade", "Connection", "User-Agent", "X_Y", "Forwarded",
)  # fmt: skip
COOKIES = (
    "sessionid",
    "csrftoken",
    "django_language",
    "messages",
    "tz",
    "timezone",
    "time_zone",
    "x",
)
BODIES = (
    b"", b"{", b"null", b"[]", b'"x"', b"1e999", b"[" * 3000, b'{"a":' * 2000, b"\xff\xfe{}", b"{}",
    b'{"hook_name":[],"repository":7}', b'{"repository":{"path_with_namespace":null}}', b"<x/>", b"\0" * 50,
)  # fmt: skip
TYPES = (
    b"application/json", b"application/x-www-form-urlencoded", b"multipart/form-data", b"multipart/form-data; boundary=",
    b"multipart/form-data; boundary=x", b"text/plain; charset=utf-7", b"application/json; charset=nonsense", b"", b"\xff",
)  # fmt: skip


@dataclass(frozen=True)
class Odd:
    """`routes` are Django's own spellings of the addresses, `fields` the names of the forms' fields."""

    host: str
    port: int
    routes: tuple[str, ...]
    fields: tuple[str, ...]
    known: dict[str, tuple[bytes, ...]]
    session: bytes

    @classmethod
    def prepared(cls, web: str) -> Self:
        """With a small SIG in the database and a maintainer of it signed in."""
        cast = make_cast()
        promotion = cast.promotion("voting")
        client = Client()
        client.force_login(user_of(cast.maintainers[0]))
        session = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
        known = {
            "slug": (cast.sig.slug.encode(), b"committer", b"accept"),
            "login": (b"maintainer-0", b"candidate"),
            "owner": (cast.repository.owner.encode(),),
            "name": (cast.repository.name.encode(),),
            "": (str(promotion.pk).encode(), b"1", b"7"),
        }
        at = urlsplit(web)
        return cls(
            at.hostname or "",
            at.port or 80,
            tuple(_routes(get_resolver().url_patterns)),
            tuple(sorted(_fields(forms.BaseForm))),
            known,
            session.encode(),
        )

    def request(self, dice: random.Random) -> bytes:
        """One request as bytes; the same dice, the same request."""
        make: Callable[[random.Random], bytes] = getattr(self, f"_odd_{dice.choice(KINDS)}")
        return make(dice)

    def send(self, raw: bytes) -> int:
        """The status; 0 when the connection was closed without an answer, -1 when none came in time."""
        with socket.create_connection((self.host, self.port), timeout=TIMEOUT_S) as line:
            try:
                line.sendall(raw)
                # No more is coming, whatever was promised.
                line.shutdown(socket.SHUT_WR)
                answer = _all_of(line)
            except TimeoutError:
                return -1
            except OSError:  # cut while we were sending: as good a refusal as any
                return 0
        found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
        return int(found[1]) if found else 0

    # ── what is odd about it ──────────────────────────────────────────────────────────────────
    def _odd_path(self, dice: random.Random) -> bytes:
        path = self._address(dice, odd=0.7)
        return self._plain(dice, b"GET", _scratched(dice, path) if dice.random() < 0.3 else path)

    def _odd_query(self, dice: random.Random) -> bytes:
        path = self._address(dice, odd=0.1) + b"?" + self._pairs(dice, (*PARAMETERS, *self.fields))
        return self._plain(dice, b"GET", path)

    def _odd_method(self, dice: random.Random) -> bytes:
        method = dice.choice((*METHODS, b"\xff", b"A" * 300, b""))
        return self._plain(dice, method, self._address(dice, odd=0.1))

    def _odd_header(self, dice: random.Random) -> bytes:
        lines = [name.encode() + b": " + self._value(dice) for name in dice.sample(HEADERS, 3)]
        return self._plain(dice, dice.choice(METHODS), self._address(dice, odd=0.1), *lines)

    def _odd_cookie(self, dice: random.Random) -> bytes:
        pairs = [name.encode() + b"=" + self._value(dice) for name in dice.sample(COOKIES, 4)]
        cookie = b"Cookie: " + dice.choice((b"; ", b";;", b",", b"=")).join(pairs)
        return self._plain(dice, b"GET", self._address(dice, odd=0.1), cookie)

    def _odd_form(self, dice: random.Random) -> bytes:
        """Mostly with the right token: else no form would ever see it."""
        token = dice.choice((CSRF.encode(), CSRF.encode(), CSRF.encode(), b"", b"x" * 32, b"\xff"))
        body = b"csrfmiddlewaretoken=" + token + b"&" + self._pairs(dice, self.fields, at_most=12)
        kind = TYPES[1] if dice.random() < 0.8 else dice.choice(TYPES)
        cookie = b"Cookie: csrftoken=" + CSRF.encode() + b"; " + self.session
        lines = (cookie, b"Content-Type: " + kind, b"Content-Length: %d" % len(body))
        return self._plain(dice, b"POST", self._address(dice, odd=0.1), *lines, body=body)

    def _odd_webhook(self, dice: random.Random) -> bytes:
        """Half of them from somebody who knows the secret."""
        timestamp = str(int(time.time() * 1000))
        token = sign(os.environ["GITEE_WEBHOOK_SECRET"], timestamp).encode()
        stamp = timestamp.encode()
        if dice.random() < 0.5:
            token, stamp = self._value(dice), self._value(dice)
        body = dice.choice((*BODIES, b'{"repository":%s}' % dice.choice(BODIES)))
        lines = (
            b"X-Gitee-Token: " + token,
            b"X-Gitee-Timestamp: " + stamp,
            b"X-Gitee-Event: " + dice.choice((b"Note Hook", b"Push Hook", self._value(dice))),
            b"Content-Type: " + (TYPES[0] if dice.random() < 0.8 else dice.choice(TYPES)),
            b"Content-Length: %d" % (len(body) + dice.choice((0, 0, 0, 5, -1) if body else (0,))),
        )
        return self._plain(dice, b"POST", b"/webhooks/gitee/", *lines, body=body)

    def _odd_api(self, dice: random.Random) -> bytes:
        routes = [route for route in self.routes if route.startswith("api/")]
        path = (
            self._filled(dice, dice.choice(routes), odd=0.3) + b"?" + self._pairs(dice, PARAMETERS)
        )
        return self._plain(dice, dice.choice(METHODS[:3]), path, b"Accept: " + self._value(dice))

    def _odd_wire(self, dice: random.Random) -> bytes:
        """Something that is no HTTP any more, or breaks off."""
        whole = self._odd_form(dice)
        return dice.choice(
            (
                whole[: dice.randrange(1, len(whole))],
                _scratched(dice, whole),
                whole.replace(b"HTTP/1.1", dice.choice((b"HTTP/9.9", b"HTTP/", b"SIP/2.0", b""))),
                whole.replace(b"\r\n", dice.choice((b"\n", b"\r", b"\r\n ", b"\0\r\n"))),
                whole.replace(b"Content-Length", b"Transfer-Encoding: chunked\r\nX-Other"),
                dice.randbytes(dice.randint(1, 500)) + b"\r\n\r\n",
            )
        )

    # ── of what it is made ────────────────────────────────────────────────────────────────────
    def _plain(
        self, dice: random.Random, method: bytes, path: bytes, *lines: bytes, body: bytes = b""
    ) -> bytes:
        """Values may hold line breaks: then more headers come of them, which is meant."""
        head = [
            method + b" " + path + b" HTTP/1.1",
            b"Host: %s:%d" % (self.host.encode(), self.port),
        ]
        signed_in = dice.random() < 0.3 and not any(line.startswith(b"Cookie") for line in lines)
        head += [b"Cookie: " + self.session] if signed_in else []
        return b"\r\n".join([*head, b"Connection: close", *lines, b"", body])

    def _address(self, dice: random.Random, *, odd: float) -> bytes:
        language = dice.choice((b"", b"", b"/en"))
        return language + self._filled(dice, dice.choice(self.routes), odd=odd)

    def _filled(self, dice: random.Random, route: str, *, odd: float) -> bytes:
        """The address with something in each of its places: with the chance `odd` what never is there."""

        def fill(match: re.Match[str]) -> str:
            known = self.known.get(match[1], self.known[""])
            value = dice.choice(VALUES if dice.random() < odd else known)
            return quote_from_bytes(value, safe="/" if dice.random() < 0.5 else "")

        return b"/" + re.sub(r"<(?:\w+:)?(\w+)>", fill, route).encode()

    def _pairs(self, dice: random.Random, names: Iterable[str], *, at_most: int = 5) -> bytes:
        named = list(names)
        pairs = [
            dice.choice(named).encode() + b"=" + quote_from_bytes(self._value(dice)).encode()
            for _ in range(dice.randint(1, at_most))
        ]
        return dice.choice((b"&", b"&", b"&", b";", b"&&", b"&%zz=%&")).join(pairs)

    def _value(self, dice: random.Random) -> bytes:
        return dice.choice(VALUES) if dice.random() < 0.9 else dice.randbytes(dice.randint(1, 60))


def _scratched(dice: random.Random, text: bytes) -> bytes:
    """A byte of it changed, left out or put in."""
    at = dice.randrange(len(text))
    return text[:at] + dice.choice((b"", b"\0", b"%", b"\xff", b" ", b"\\", b"//")) + text[at + 1 :]


def _all_of(line: socket.socket) -> bytes:
    """The beginning of the answer, when all of it has come."""
    beginning = b""
    while part := line.recv(65536):
        beginning = beginning if len(beginning) > 100 else beginning + part
    return beginning


def _routes(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterable[str]:
    """Every address below; signing out is left alone, or soon nobody would be signed in."""
    for pattern in patterns:
        route = before + _spelled(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif "logout" not in route:
            yield route


def _spelled(pattern: str) -> str:
    """A regular expression, as the Django admin has some, made an address; the language is left out."""
    plain = "" if pattern == "en/" else pattern
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", plain)
    return "".join(
        letter for letter in named if letter in string.printable and letter not in "^$\\"
    )


def _fields(form: type[forms.BaseForm]) -> set[str]:
    own = set(getattr(form, "base_fields", ()))
    return own.union(*(_fields(heir) for heir in form.__subclasses__()))
