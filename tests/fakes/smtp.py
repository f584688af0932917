"""A mail server on the loopback that keeps what it takes and can refuse, for tests of mail."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Callable
from email.message import EmailMessage


class SmtpServer:
    """`messages` in the order they were taken. Faults: see the attributes; all may change while it runs."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        # Answers instead of "250" to RCPT, by address; and to every DATA.
        self.refused: dict[str, str] = {}
        self.data_answer = "250 taken"
        # Called when a message was taken, before the sender hears of it.
        self.taken: Callable[[EmailMessage], None] = lambda message: None
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """As EMAIL_URL names it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    owner: SmtpServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed leaves a broken connection: that is what these tests do."""


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        owner = self.server.owner  # type: ignore[attr-defined]
        self.answer("220 test")
        for raw in self.rfile:
            line = raw.decode("utf-8", "replace").strip()
            word = line.upper()
            if word.startswith("QUIT"):
                self.answer("221 bye")
                return
            if word.startswith("RCPT"):
                to = line.partition("<")[2].partition(">")[0]
                self.answer(owner.refused.get(to, "250 ok"))
            elif word == "DATA":
                self.answer("354 go on")
                self.take(owner)
            else:
                self.answer("250 ok")

    def take(self, owner: SmtpServer) -> None:
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw[1:] if raw.startswith(b"..") else raw)
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        if owner.data_answer.startswith("2"):
            owner.messages.append(message)  # type: ignore[arg-type]
            owner.taken(message)  # type: ignore[arg-type]
        self.answer(owner.data_answer)

    def answer(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")
