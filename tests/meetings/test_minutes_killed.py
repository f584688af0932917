"""The web process is killed in the middle of a hundred saves: what it acknowledged is in the history."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import requests
from django.conf import settings
from django.db import connection

from meetings.models import MinutesRevision
from tests.factories import MeetingFactory

SAVES, KILLS = 100, 4
PATIENCE_S = 60


class Web:
    """gunicorn as in production, on a port of its own and the test's database."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "sigportal.wsgi", "--workers", "2"]
        command += ["--threads", "4", "--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        environ = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "sigportal.settings.test",
        }
        # A group of its own: the workers die with their parent, and nobody else does.
        self.process = subprocess.Popen(command, env=environ, start_new_session=True)
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                if requests.get(f"{self.url}/static/icon.svg", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError("gunicorn did not come up")

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def database_url() -> str:
    """Of the database that this test runs on, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    user = f"{quote(found['USER'])}:{quote(found['PASSWORD'], safe='')}"
    return f"postgres://{user}@{quote(found['HOST'], safe='')}:{found['PORT']}/{found['NAME']}"


@pytest.fixture
def web(transactional_db) -> Iterator[Web]:
    web = Web()
    yield web
    web.kill()


@pytest.mark.django_db(transaction=True)
def test_killed_web_process_loses_no_acknowledged_save(web, sig, sign_in):
    meeting = MeetingFactory(sig=sig, state="held")
    client = sign_in("committer")
    browser = requests.Session()
    browser.cookies.set("sessionid", client.cookies[settings.SESSION_COOKIE_NAME].value)
    address = f"{web.url}/sigs/reading/meetings/{meeting.pk}/minutes/"
    page = browser.get(f"{address}edit/", timeout=30).text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token, page[:500]
    acknowledged: dict[int, str] = {}
    kills: list[threading.Timer] = []

    body, expected = "", 0
    for number in range(SAVES):
        body += f"* 第 {number} 行\n"
        if number % (SAVES // KILLS) == SAVES // KILLS - 1:
            # While this very save is under way, a little later each time.
            kills.append(threading.Timer(0.004 * len(kills), web.kill))
            kills[-1].start()
        # As the page's script: what was not answered is sent again, the same.
        answer = sent(web, browser, f"{address}save/", body, expected, token[1])
        assert answer.status_code == 200, answer.text
        expected = answer.json()["number"]
        acknowledged[expected] = body

    for kill in kills:
        kill.join()
    history = dict(MinutesRevision.objects.values_list("number", "body"))
    assert len(kills) == KILLS
    assert len(acknowledged) == SAVES
    assert history == acknowledged


def sent(
    web: Web, browser: requests.Session, address: str, body: str, expected: int, token: str
) -> requests.Response:
    data = {"body": body, "expected": expected, "csrfmiddlewaretoken": token}
    while True:
        try:
            return browser.post(address, data, timeout=30)
        except requests.RequestException:
            web.process.wait()
            web.start()
