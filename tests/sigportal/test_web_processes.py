"""Two processes of one web server tell the same figures, and leave no folder behind."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from tests.services.process import free_port, stop

ASKED = 30
PATIENCE_S = 60
COUNT = re.compile(r'request_seconds_count\{method="GET",route="healthz",status="200"\} ([\d.]+)')


def get(port, path):
    """(status, body) over a connection of its own, so that either process may answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def wait_for(port):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return get(port, "/healthz")
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.fixture
def web(tmp_path):
    """The port of a web server of two processes as the Procfile starts it, and its temporary folder."""
    port, folder = free_port(), tmp_path / "tmp"
    folder.mkdir()
    # Of a server that was killed: no process has such a number.
    (folder / "sigportal-metrics-999999999-left").mkdir()
    words = f"sigportal.wsgi --bind 127.0.0.1:{port} --workers 2 --threads 2 --no-control-socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *words.split()],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "sigportal.settings.dev",
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "VAR_DIR": str(tmp_path / "var"),
            "TMPDIR": str(folder),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield port, folder, process
    stop(process, signal.SIGKILL, 5)


def test_figures_are_those_of_both_processes_and_go_with_them(web):
    port, folder, process = web
    wait_for(port)
    for _ in range(ASKED):
        assert get(port, "/healthz")[0] == 200
    told = [get(port, "/metrics")[1] for _ in range(8)]
    assert {COUNT.search(text)[1] for text in told} == {f"{ASKED + 1}.0"}
    # There is a database of its own here, without tables: no reason not to tell of requests.
    assert all("sigportal_database_up 0.0" in text for text in told)
    (own,) = folder.glob("sigportal-metrics-*")
    assert own.name.startswith(f"sigportal-metrics-{process.pid}-")
    stop(process, signal.SIGTERM, 30)
    assert process.returncode == 0
    assert list(folder.glob("sigportal-metrics-*")) == []
