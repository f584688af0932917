"""The whole portal as processes of our own, each of which can be killed and started again."""

import logging
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.gitee_server import GiteeServer
from tests.services import postgresql, valkey
from tests.services.folder import run_folder
from tests.services.process import dies_with_parent, free_port
from tests.services.starting import wait_for

ROOT = Path(__file__).resolve().parents[2]
# What was committed must survive a kill: written at once, as in production.
POSTGRES = {**postgresql.POSTGRES_SETTINGS, "synchronous_commit": "on"}
START_TIMEOUT_S = 60.0
PATIENCE_S = 90.0


class Stuck(Exception):
    """Something did not come true in time."""


def until(what: str, is_so: Callable[[], bool], *, timeout_s: float = PATIENCE_S) -> float:
    """Waits until `is_so()`; the seconds it took. Raises Stuck."""
    start = time.monotonic()
    while not is_so():
        if time.monotonic() - start > timeout_s:
            raise Stuck(f"{what}: not within {timeout_s:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - start


@dataclass
class Program:
    """A process (with its children) that is killed and started again with the same command."""

    spawn: Callable[[], subprocess.Popen[bytes]]
    is_up: Callable[[subprocess.Popen[bytes]], None]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Waits until it answers."""
        self.process = self.spawn()
        self.is_up(self.process)

    def kill(self) -> None:
        """kill -9, the children too."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def restart(self) -> None:
        self.kill()
        self.start()


@dataclass
class Stage:
    host: GiteeServer
    programs: dict[str, Program]
    web: str
    var: Path

    def kill(self, name: str) -> None:
        self.programs[name].kill()

    def start(self, name: str) -> None:
        self.programs[name].start()

    def status_of(self, path: str, *, timeout_s: float = 20.0) -> int:
        """Of one page; 0 when nobody answers in time."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.web}{path}", timeout=timeout_s) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@contextmanager
def stage(*, beats: int = 2, workers: int = 2) -> Iterator[Stage]:
    """Database, broker, emulator, workers, beats and web, with an empty migrated database.

    This process's Django is set up for the same database. Everything ends with the block.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(run_folder())
        host = stack.enter_context(GiteeServer(latency_s=0.005))
        cluster, pg_port = postgresql.make(folder, POSTGRES), free_port()
        cache, cache_port = valkey.make(folder), free_port()
        database = _server(cluster, pg_port)
        programs = {"database": database, "redis": _server(cache, cache_port)}
        stack.callback(_kill_all, programs)
        for program in programs.values():
            program.start()
        var, web_port = folder.path / "var", free_port()
        var.mkdir()
        urls = {
            "DATABASE_URL": cluster.create_database(pg_port, "portal"),
            "REDIS_URL": cache.url(cache_port),
        }
        environ = _environment(host.url, var, urls)
        set_up_django(environ)
        programs |= _portal(environ, var, web_port, beats=beats, workers=workers)
        for name, program in programs.items():
            if name not in ("database", "redis"):
                program.start()
        yield Stage(host, programs, f"http://127.0.0.1:{web_port}", var)


def _kill_all(programs: dict[str, Program]) -> None:
    for program in reversed(programs.values()):
        program.kill()


def _environment(host_url: str, var: Path, urls: Mapping[str, str]) -> dict[str, str]:
    return {
        **urls,
        "GITEE_URL": host_url,
        "GITEE_TOKEN": "",
        "VAR_DIR": str(var),
        "DJANGO_SETTINGS_MODULE": "scripts.drill.settings",
        # Only what is asked for, new or interrupted is due: so that nothing happens by itself.
        "SYNC_INTERVAL_S": "3600",
    }


def set_up_django(environ: Mapping[str, str]) -> None:
    os.environ.update(environ)
    import django  # only now do the settings lead to the drill's own database
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.WARNING)  # what this process does is told in verdicts
    call_command("migrate", verbosity=0, interactive=False)


def _server(made: postgresql.Cluster | valkey.Server, port: int) -> Program:
    def is_up(process: subprocess.Popen[bytes]) -> None:
        wait_for(type(made).__name__, process, made.log, lambda: made.ping(port))

    return Program(lambda: made.spawn(port), is_up)


def _portal(
    environ: Mapping[str, str], var: Path, port: int, *, beats: int, workers: int
) -> dict[str, Program]:
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "sigportal"]
    pool = ["--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle"]
    gunicorn = [sys.executable, "-m", "gunicorn", "sigportal.wsgi", "--bind", f"127.0.0.1:{port}"]
    commands = {"web": [*gunicorn, "--workers", "2", "--threads", "4", "--no-control-socket"]}
    for n in range(workers):
        name = f"drill{n}@localhost"
        commands[f"worker-{n}"] = [*celery, "worker", "--hostname", name, "-l", "warning", *pool]
    for n in range(beats):
        schedule = ["--pidfile=", "--schedule", str(var / f"schedule-{n}")]
        commands[f"beat-{n}"] = [*celery, "beat", "-l", "warning", *schedule]
    return {
        name: _process(name, command, environ, var, port if name == "web" else None)
        for name, command in commands.items()
    }


def _process(
    name: str, command: list[str], environ: Mapping[str, str], var: Path, port: int | None
) -> Program:
    def spawn() -> subprocess.Popen[bytes]:
        with (var / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGKILL),
            )

    def is_up(process: subprocess.Popen[bytes]) -> None:
        if port is not None:
            until(f"{name} answers", lambda: _answers(port), timeout_s=START_TIMEOUT_S)

    return Program(spawn, is_up)


def _answers(port: int) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/", timeout=10):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
