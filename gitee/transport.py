"""One careful request: bounded in time, size, redirects and retries, polite to the server, mute about tokens."""

import logging
import random
import socket
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from gitee import errors, pacing
from gitee.allowance import Allowance
from gitee.answers import Answer, read_json

logger = logging.getLogger(__name__)

USER_AGENT = "sigportal/0.1"  # Gitee answers 403 to a request without one
REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 5
CHUNK_BYTES = 64 * 1024

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where we give up, in seconds and bytes; `reserve` is how much of the allowance stays unused.

    `wait_s` is the longest we sleep because the server asks for it; beyond, the caller is told.
    """

    connect_s: float = 5.0
    read_s: float = 30.0
    answer_s: float = 120.0
    answer_bytes: int = 32 * 1024 * 1024
    retries: int = 4
    wait_s: float = 60.0
    reserve: int = 10


@dataclass(frozen=True, slots=True)
class Clock:
    """The passing of time and the dice, so that tests need not wait; `now` is epoch seconds."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    fraction: Callable[[], float] = random.random


class Transport:
    """Sends requests below one base address. Safe to share between threads."""

    def __init__(
        self,
        root: str,
        token: str | None,
        *,
        session: requests.Session,
        bounds: Bounds,
        clock: Clock,
        allowance: Allowance,
        connections: int,
    ) -> None:
        self.root = root
        self._origin = _origin(root)
        self._token = _clean_token(token)
        self._session = session
        self._bounds = bounds
        self._clock = clock
        self._allowance = allowance
        self._connections = connections
        self._lock = threading.Lock()
        self.request_count = 0

    def __repr__(self) -> str:
        return f"<Transport {self.root}>"

    @property
    def budget(self) -> pacing.Budget | None:
        return self._allowance.budget

    def get(self, path: str, params: Params | None = None) -> tuple[Any, Mapping[str, str]]:
        """Decoded JSON and headers of `root + path`. Raises `GiteeError`; retries what may pass."""
        where = f"GET {path}"
        for attempt in range(self._bounds.retries + 1):
            self._keep_reserve(where)
            try:
                with self._slot(where):
                    answer = self._exchange(self.root + path, params, where)
                return read_json(answer, where=where, now=self._clock.now()), answer.headers
            except errors.GiteeError as error:
                error.message = self._scrub(error.message)
                error.args = (error.message,)
                self._pause_or_raise(error, attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Decoded JSON of the answer to one write; `body` goes as JSON. Raises `GiteeError`.

        Sent once: after an answer that did not come nobody knows whether it was done, so whoever
        asks again must look first. A redirect is an error, for a write must not go elsewhere.
        """
        where = f"{method} {path}"
        self._keep_reserve(where)
        try:
            with self._slot(where):
                answer = self._write(method, self.root + path, body, where)
            return read_json(answer, where=where, now=self._clock.now())
        except errors.GiteeError as error:
            error.message = self._scrub(error.message)
            error.args = (error.message,)
            if error.retry_after_s is not None:
                self._hold(error.retry_after_s)
            raise

    def _pause_or_raise(self, error: errors.GiteeError, attempt: int) -> None:
        """Sleeps before the next attempt, or lets the error go when another makes no sense."""
        wait_s = pacing.backoff_s(attempt, fraction=self._clock.fraction())
        if error.retry_after_s is not None:
            # Jitter on top: many clients told the same second must not come back in the same second.
            wait_s = error.retry_after_s + min(wait_s, 1.0)
            self._hold(error.retry_after_s)
        last = attempt >= self._bounds.retries
        if error.permanent or last or wait_s > self._bounds.wait_s:
            raise error
        logger.warning("%s; asking again in %.1f s", error, wait_s)
        self._clock.sleep(wait_s)

    def _hold(self, wait_s: float) -> None:
        """What the server said to one, it meant for all with this token."""
        now = self._clock.now()
        self._allowance.hold(now + wait_s)
        self._allowance.tell_others(now + wait_s, now=now)

    def _slot(self, where: str) -> AbstractContextManager[None]:
        return self._allowance.slot(self._connections, timeout_s=self._bounds.answer_s, where=where)

    def _keep_reserve(self, where: str) -> None:
        """Waits, or raises `RateLimited`, while the allowance is used up to the reserve or on hold."""
        wait_s = self._allowance.wait_s(reserve=self._bounds.reserve, now=self._clock.now())
        if wait_s > self._bounds.wait_s:
            left = f"{self.budget.remaining} requests left" if self.budget else "asked to wait"
            message = f"{left}, kept in reserve"
            raise errors.RateLimited(message, where=where, retry_after_s=wait_s)
        if wait_s > 0:
            self._clock.sleep(wait_s)

    def _exchange(self, url: str, params: Params | None, where: str) -> Answer:
        deadline = self._clock.monotonic() + self._bounds.answer_s
        try:
            for _ in range(MAX_REDIRECTS + 1):
                response = self._open(url, params)
                target = response.headers.get("location")
                if response.status_code not in REDIRECTS or not target:
                    return self._read(response, deadline, where)
                response.close()
                url, params = _follow(url, target, where), None
        except zlib.error:
            raise errors.MalformedAnswer("cannot be unpacked", where=where) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # The library's own text repeats the whole address; its kind says enough.
            raise errors.Unavailable(f"no answer ({type(error).__name__})", where=where) from None
        raise errors.MalformedAnswer("too many redirects", where=where, permanent=True)

    def _write(self, method: str, url: str, body: Mapping[str, Any], where: str) -> Answer:
        deadline = self._clock.monotonic() + self._bounds.answer_s
        try:
            response = self._open(url, None, method=method, body=body)
            if response.status_code in REDIRECTS:
                response.close()
                raise errors.MalformedAnswer("moved elsewhere", where=where, permanent=True)
            return self._read(response, deadline, where)
        except zlib.error:
            raise errors.MalformedAnswer("cannot be unpacked", where=where) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise errors.Unavailable(f"no answer ({type(error).__name__})", where=where) from None

    def _open(
        self,
        url: str,
        params: Params | None,
        *,
        method: str = "GET",
        body: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        # Only to the host it was issued by: a redirect elsewhere goes without.
        if self._token and _origin(url) == self._origin:
            headers["Authorization"] = f"Bearer {self._token}"
        with self._lock:
            self.request_count += 1
        timeout = (self._bounds.connect_s, self._bounds.read_s)
        return self._session.request(
            method,
            url,
            params=params,
            json=body,
            headers=headers,
            timeout=timeout,
            stream=True,
            allow_redirects=False,
        )

    def _read(self, response: requests.Response, deadline: float, where: str) -> Answer:
        """The whole body, unless it takes too long or grows too large."""
        try:
            body = b"".join(self._chunks(response, deadline, where))
        except BaseException:
            response.close()
            raise
        response.raw.release_conn()
        self._learn(response)
        return Answer(response.status_code, response.headers, body)

    def _chunks(self, response: requests.Response, deadline: float, where: str) -> list[bytes]:
        chunks: list[bytes] = []
        size, most = 0, self._bounds.answer_bytes
        unpack = _unpacker(response.headers.get("content-encoding"))
        # read1 returns what one receive brought; read would wait for a full chunk, however slow. And
        # undecoded, for urllib3 goes on receiving until a whole block can be unpacked.
        while received := response.raw.read1(CHUNK_BYTES, decode_content=False):
            chunks.append(unpack(received, most + 1 - size))
            size += len(chunks[-1])
            if size > most:
                limit = f"more than {most} bytes"
                raise errors.MalformedAnswer(limit, where=where, permanent=True)
            if self._clock.monotonic() > deadline:
                slow = f"no end after {self._bounds.answer_s:g} s"
                raise errors.Unavailable(slow, where=where)
        return chunks

    def _learn(self, response: requests.Response) -> None:
        self._allowance.learn(pacing.read_budget(response.headers))

    def _scrub(self, text: str) -> str:
        return text.replace(self._token, "***") if self._token else text


def _unpacker(encoding: str | None) -> Callable[[bytes, int], bytes]:
    """From received bytes to at most so many real ones; anything but gzip passes as it is."""
    if (encoding or "").lower() != "gzip":
        return lambda received, most: received
    gzip = zlib.decompressobj(wbits=31)
    return gzip.decompress


def make_session(*, max_connections: int, answer_s: float) -> requests.Session:
    """A session without proxies, .netrc, cookies or retries of its own, and few connections."""
    session = _Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(max_connections=max_connections, answer_s=answer_s)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: redirects are followed by us, and one that is no address must not raise in there."""
        return None


class _Adapter(HTTPAdapter):
    """At most so many connections to a host, and a watchdog on each answer's headers.

    The read timeout counts from byte to byte: a server sending its headers one byte at a time would
    hold us for ever, and nothing above sees those bytes.
    """

    def __init__(self, *, max_connections: int, answer_s: float) -> None:
        super().__init__(pool_connections=2, pool_maxsize=max_connections, pool_block=True)
        self.poolmanager.pool_classes_by_scheme = _watched_pools(answer_s)


def _watched_pools(answer_s: float) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def getresponse(self) -> Any:
            return _watched(self.sock, answer_s, super().getresponse)

    class Secure(HTTPSConnection):
        def getresponse(self) -> Any:
            return _watched(self.sock, answer_s, super().getresponse)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _watched(sock: socket.socket, answer_s: float, wait: Callable[[], Any]) -> Any:
    watchdog = threading.Timer(answer_s, _cut, [sock])
    watchdog.daemon = True
    watchdog.start()
    try:
        return wait()
    finally:
        watchdog.cancel()


def _cut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        logger.debug("the connection was gone before its deadline")


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    default = 443 if parts.scheme == "https" else 80
    return parts.scheme, parts.hostname or "", parts.port or default


def _follow(url: str, target: str, where: str) -> str:
    """The address a redirect names; never from https to anything else, never to another scheme."""
    try:
        followed = urljoin(url, target)
        scheme, host, _ = _origin(followed)
    except ValueError:
        scheme, host = "", ""
    allowed = ("https",) if url.startswith("https:") else ("https", "http")
    if scheme not in allowed or not host:
        raise errors.MalformedAnswer("a redirect we do not follow", where=where, permanent=True)
    return followed


def _clean_token(token: str | None) -> str:
    cleaned = (token or "").strip()
    if not (cleaned.isascii() and cleaned.isprintable()) or " " in cleaned:
        raise ValueError("the access token holds characters that no header can carry")
    return cleaned
