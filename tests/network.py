"""Tests reach the loopback only: what would leave the machine fails, naming where it wanted to go."""

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest


class NetworkBlocked(RuntimeError):
    """A test wanted to leave the machine."""


def is_loopback(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def loopback_only(also: Iterable[str | None] = ()) -> Iterator[None]:
    """Block connections and name look-ups of this process, except to the hosts of the URLs `also`."""
    hosts = {urlsplit(url).hostname for url in also if url}
    addresses = {info[4][0] for host in hosts if host for info in socket.getaddrinfo(host, None)}

    def refuse_unless_near(host: Any) -> None:
        name = host.decode() if isinstance(host, bytes) else host or ""
        if not (is_loopback(name) or name in hosts or name in addresses):
            raise NetworkBlocked(f"a test wanted to reach {name}; only the loopback is open to it")

    def guarded(method: Any) -> Any:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6}:
                refuse_unless_near(address[0])
            return method(self, address)

        return connect

    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse_unless_near(host)
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield
