"""Starting a server from a wheel: where its programs are, which port, when it answers."""

import importlib.util
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import redis

from tests.services.process import ServiceError, free_port, stop

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0
PORT_ATTEMPTS = 3
PING_TIMEOUT_S = 2
REDIS_SILENT = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)


def package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ServiceError(
            f"The Python package {name!r} is not installed: pip install -r requirements-dev.txt,"
            " or name servers in TEST_DATABASE_URL and TEST_REDIS_URL."
        )
    return Path(spec.origin).parent


def failure(what: str, why: str, log: Path) -> ServiceError:
    tail = log.read_text(errors="replace").splitlines()[-20:] if log.exists() else []
    shown = "\n".join(f"    {line}" for line in tail) or "    (empty)"
    return ServiceError(f"{what}: {why}\n  Log {log}, last lines:\n{shown}")


def wait_for(
    what: str, process: subprocess.Popen[bytes], log: Path, ping: Callable[[], object]
) -> None:
    """Wait until `ping` answers; an early end or silence is a ServiceError with the log's tail."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            ping()
        except (psycopg2.OperationalError, *REDIS_SILENT) as error:
            if process.poll() is not None:
                raise failure(what, f"ended with status {process.returncode}", log) from error
            if time.monotonic() > deadline:
                stop(process, signal.SIGKILL, STOP_TIMEOUT_S)
                why = f"no answer within {START_TIMEOUT_S:.0f} s"
                raise failure(what, why, log) from error
            time.sleep(0.05)
        else:
            return


@contextmanager
def listening(
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
            wait_for(what, process, log, lambda port=port: ping(port))
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
