"""The socket side of the emulator: keep-alive HTTP/1.1, one write an answer, faults of the wire."""

import contextlib
import gzip
import socket
import sys
import threading
import time
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.faults import Fault
from tests.fakes.wire import Reply, Request, reply_html

HTML_ERROR = "<!DOCTYPE html><html><head><title>Gitee</title></head><body>访问出错了</body></html>"
SMALL_BYTES = 1024  # not worth compressing


class Hub(ThreadingHTTPServer):
    """Knows its open connections, so that stopping it really takes the server away."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], app: Any) -> None:
        super().__init__(address, Handler)
        self.app = app
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        self.stopping.set()
        with self._guard:
            for connection in self._open:
                _shutdown(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One segment an answer: without it the last small packet waits for an acknowledgement.
    disable_nagle_algorithm = True
    server: Hub

    def answer(self) -> None:
        request = self._read()
        fault, reply = self.server.app.handle(request)
        if self.server.app.switches.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            reply = _compressed(reply)
        if self.server.app.latency_s:
            time.sleep(self.server.app.latency_s)
        if fault is None:
            self._write(reply)
        else:
            self._misbehave(fault, reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    def log_message(self, *args: Any) -> None:
        """Silent: the request log of the server tells more."""

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length) if length else b""
        return Request(self.command, parts.path, parts.query, headers, body)

    def _head(self, reply: Reply) -> bytes:
        phrase = HTTPStatus(reply.status).phrase if reply.status in _KNOWN else "Unknown"
        lines = [
            f"HTTP/1.1 {reply.status} {phrase}",
            "Server: gitee-emulator",
            f"Content-Type: {reply.content_type}",
            f"Content-Length: {len(reply.body)}",
            "X-Request-Id: 0123456789abcdef0123456789abcdef",
            *(f"{name}: {value}" for name, value in reply.headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")

    def _write(self, reply: Reply) -> None:
        body = b"" if self.command == "HEAD" else reply.body
        self.wfile.write(self._head(reply) + body)

    def _misbehave(self, fault: Fault, reply: Reply) -> None:
        """A wrong but whole answer keeps the connection; the other faults end it."""
        whole = {
            "status": lambda: _error(fault),
            "html": lambda: reply_html(HTML_ERROR),
            "not_json": lambda: Reply(200, b"OK"),
            "cut": lambda: replace(reply, body=reply.body[: len(reply.body) // 2]),
        }
        if fault.kind in whole:
            self._write(whole[fault.kind]())
            return
        self.close_connection = True
        self._break_off(fault, reply)
        _shutdown(self.connection)

    def _break_off(self, fault: Fault, reply: Reply) -> None:
        if fault.kind == "drop_midway":
            self.wfile.write(self._head(reply) + reply.body[: len(reply.body) // 2])
        elif fault.kind == "drip":
            self.wfile.write(self._head(reply))
            self._drip(reply.body, fault.drip_s)
        elif fault.kind == "drip_headers":
            self._drip(self._head(reply) + reply.body, fault.drip_s)
        elif fault.kind == "hang":
            self.server.stopping.wait()
        # "drop": nothing at all is said.

    def _drip(self, data: bytes, pause_s: float) -> None:
        for position in range(len(data)):
            self.wfile.write(data[position : position + 1])
            self.server.app.dripped += 1
            if self.server.stopping.wait(pause_s):
                return


def _compressed(reply: Reply) -> Reply:
    if len(reply.body) < SMALL_BYTES:
        return reply
    headers = {**reply.headers, "Content-Encoding": "gzip"}
    return replace(reply, body=gzip.compress(reply.body, 1), headers=headers)


_KNOWN = {status.value for status in HTTPStatus}


def _error(fault: Fault) -> Reply:
    reply = reply_html(fault.body or HTML_ERROR, status=fault.status)
    if fault.body and fault.body.startswith(("{", "[")):
        reply.content_type = "application/json; charset=utf-8"
    reply.headers.update(fault.headers)
    return reply


def _shutdown(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was quicker
        connection.shutdown(socket.SHUT_RDWR)
