"""An emulator and a client whose waiting is written down instead of done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from gitee.client import Client, Clock
from tests.fakes.gitee_server import GiteeServer

REPO = "mindspore/example"
NOW = 1_800_000_000.0


@dataclass
class Waits:
    """The client's clock: sleeping moves it on at once; `slept` tells how long each pause was."""

    now: float = NOW
    slept: list[float] = field(default_factory=list)
    monotonic_step: float = 0.0
    monotonic: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def tick(self) -> float:
        self.monotonic += self.monotonic_step
        return self.monotonic

    def clock(self) -> Clock:
        return Clock(
            sleep=self.sleep, now=lambda: self.now, monotonic=self.tick, fraction=lambda: 1.0
        )


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def server(waits: Waits) -> Iterator[GiteeServer]:
    """With one empty repository; its rate windows follow the client's clock."""
    with GiteeServer(now=lambda: waits.now) as running:
        running.state.add_repo(REPO)
        yield running


@pytest.fixture
def make_client(server: GiteeServer, waits: Waits) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(token: str | None = None, **options: Any) -> Client:
        made.append(Client(server.url, token, clock=waits.clock(), **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()
