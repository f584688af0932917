"""kill -9 while notices are sent: each arrives, and what comes twice bears the same Message-ID."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.db.models.functions import Now

from members.models import Notice
from members.notices.about import about_promotion
from members.notices.mail import message_id
from members.notices.outbox import tell_all
from members.notices.sending import send_due
from tests.factories import PersonFactory
from tests.fakes.smtp import SmtpServer
from tests.members.cast import AT, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
HANG_S = 120.0  # a safety net, nothing is measured by it
PEOPLE = 12


@pytest.fixture
def smtp(settings):
    server = SmtpServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.stop()


@pytest.fixture
def told():
    """A decision that twelve people are told: nothing makes it stale."""
    promotion = make_cast().promotion("rejected")
    people = [PersonFactory(email=f"person-{n}@example.test") for n in range(PEOPLE)]
    more = {"kind": "promotion.decided", "data": about_promotion(promotion), "at": AT}
    tell_all(key="promotion:1:decided", people=people, **more)
    return {message_id(key) for key in Notice.objects.values_list("key", flat=True)}


@pytest.fixture
def command(smtp, tmp_path):
    """Starts a real `manage.py send_notices` of this run's database."""
    environ = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "EMAIL_URL": smtp.url,
        "SITE_URL": django_settings.SITE_URL,
        "NOTIFY_URLS": "",
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "sigportal.settings.dev",
    }
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "manage.py", "send_notices"],
            cwd=django_settings.BASE_DIR,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def database_url():
    """The database of this test run, as another process may name it."""
    to = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{to['NAME']}"
    user, password = quote(to["USER"], safe=""), quote(to["PASSWORD"], safe="")
    return f"postgres://{user}:{password}@{to['HOST']}:{to['PORT']}/{to['NAME']}"


def leases_run_out():
    Notice.objects.filter(state="waiting").update(next_try_at=Now())


@pytest.mark.parametrize("seed", range(2))
def test_killed_between_sending_and_marking_everything_arrives(smtp, told, command, seed):
    """The process dies right after the server took a message, twice; then one runs to its end."""
    dice = random.Random(seed)
    for _ in range(2):
        process = command()
        left = [dice.randint(1, 4)]

        def kill(message, process=process, left=left):
            left[0] -= 1
            if left[0] == 0:
                process.kill()
                process.wait()

        smtp.taken = kill
        process.communicate(timeout=HANG_S)
        assert process.returncode == -signal.SIGKILL
        smtp.taken = lambda message: None
        leases_run_out()
    last = command()
    said = last.communicate(timeout=HANG_S)[0]
    assert last.returncode == 0, said
    assert set(smtp.ids) == told
    repeats = len(smtp.ids) - len(told)
    assert repeats == 2, "each kill repeats the one message it cut off, and no other"
    assert not Notice.objects.exclude(state="sent").exists()
    assert "example.test" not in said


def test_a_killed_workers_notice_waits_for_the_end_of_its_lease(smtp, told, command):
    process = command()
    smtp.taken = lambda message: process.kill()
    process.communicate(timeout=HANG_S)
    smtp.taken = lambda message: None
    send_due()
    assert Notice.objects.filter(state="sent").count() == PEOPLE - 1
    assert send_due() == 0
    leases_run_out()
    assert send_due() == 1
    assert set(smtp.ids) == told


def test_two_workers_at_once_send_each_notice_once(smtp, told):
    def work(_number):
        try:
            return send_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        tried = list(pool.map(work, range(4)))
    assert sum(tried) == PEOPLE
    assert Counter(smtp.ids) == Counter(told)
