"""kill -9 at any moment of a sync, and two workers at once: nothing lost, nothing done twice."""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.db import connection

from members.models import Repository
from reviews import tasks
from reviews.models import Comment, Issue, PullRequest, RepositorySync
from reviews.sync.run import Ending, sync
from tests.factories import RepositoryFactory
from tests.fakes.churn import Churn
from tests.fakes.gitee_server import GiteeServer
from tests.reviews.conftest import NAME
from tests.reviews.crowd import crowd
from tests.reviews.truth import differences, passed_over

pytestmark = pytest.mark.django_db(transaction=True)
SEEDS = range(4)
# Long enough for the first load by creation, several pages at a time.
LARGE = {"pulls": 320, "issues": 30, "words": 520}
KILLS_A_SEED = 2
HANG_S = 120.0  # a safety net, nothing is measured by it


@pytest.fixture
def host(gitee_server):
    crowd(gitee_server.state, NAME, **LARGE)
    return gitee_server


@pytest.fixture
def repository(host):
    owner, _, name = NAME.partition("/")
    return RepositoryFactory(owner=owner, name=name)


@pytest.fixture
def command(host, tmp_path):
    """Starts a real `manage.py sync` of this run's database."""
    environ = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "GITEE_URL": host.url,
        "GITEE_TOKEN": "",
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "sigportal.settings.dev",
    }
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "manage.py", "sync", NAME],
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


class Killer:
    """Kills the process at the n-th request it makes, or a moment later, amid what follows."""

    def __init__(self, dice, others):
        self.dice = dice
        self.others = others
        self.process = None
        self.left = 0
        self.timers = []

    def aim(self, process):
        self.process = process
        self.left = self.dice.randint(1, 8)

    def __call__(self, request):
        self.others(request)
        self.left -= 1
        if self.left == 0:
            wait_s = self.dice.choice([0.0, self.dice.uniform(0, 0.08)])
            timer = threading.Timer(wait_s, self.process.kill)
            self.timers.append(timer)
            timer.start()

    def stop(self):
        self.left = 0
        for timer in self.timers:
            timer.join()


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_any_point_the_next_run_completes_it(host, repository, command, seed):
    """Each seed kills twice while people go on working, then lets a run end."""
    churn = Churn(host.state, NAME, seed=seed, rate=0.3, limit=20, deletes=False)
    host.before = killer = Killer(random.Random(seed), churn)
    host.latency_s = 0.01
    ended = []
    for _ in range(KILLS_A_SEED):
        process = command()
        killer.aim(process)
        process.communicate(timeout=HANG_S)
        ended.append(process.returncode)
        killer.stop()
        assert passed_over(repository, host.state) == []
    assert -signal.SIGKILL in ended, "no kill came in time: this tried nothing"
    churn.stop()
    last = command()
    said = last.communicate(timeout=HANG_S)[0]
    assert last.returncode == 0, said
    assert differences(repository, host.state) == []
    assert not RepositorySync.objects.get(repository=repository).is_running(dt.datetime.now(dt.UTC))


def test_a_killed_workers_place_is_taken_when_its_lease_has_run_out(host, repository, command):
    """What the sweep finds: a lease nobody renews. Until its end nobody else may write."""
    host.before = killer = Killer(random.Random(5), lambda request: None)
    process = command()
    killer.aim(process)
    process.communicate(timeout=HANG_S)
    killer.stop()
    assert process.returncode == -signal.SIGKILL
    assert sync(repository).ending is Ending.BUSY
    RepositorySync.objects.update(lease_until=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1))
    tasks.sync_repository(repository.pk)
    assert differences(repository, host.state) == []


# ── two at once ────────────────────────────────────────────────────────────────────────────────
def at_once(*calls):
    """Runs them in threads that set off together; what they return, in order."""
    barrier = threading.Barrier(len(calls))

    def set_off(call):
        barrier.wait(HANG_S)
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(set_off, calls))


def asked(server):
    """How often each question was put."""
    return Counter(f"{request.path}?{request.query}" for request in server.requests)


@pytest.fixture
def lone_questions(settings):
    """What one worker alone asks about the same repository."""
    with GiteeServer() as server:
        crowd(server.state, NAME, **LARGE)
        settings.CODE_HOSTS = {"lone": {"url": server.url, "token": ""}}
        owner, _, name = NAME.partition("/")
        alone = RepositoryFactory(owner=owner, name=name, host="lone")
        assert sync(alone).ending is Ending.OK
        questions = asked(server)
    Repository.objects.filter(pk=alone.pk).delete()
    return questions


def test_four_workers_with_the_same_message_do_it_once(lone_questions, host, repository, settings):
    settings.CODE_HOSTS = {repository.host: {"url": host.url, "token": ""}}
    day = dt.timedelta(days=1)
    endings = at_once(*[lambda: sync(repository, due_after=day).ending] * 4)
    assert Counter(endings) == {Ending.OK: 1, Ending.BUSY: 3}
    assert asked(host) == lone_questions
    assert differences(repository, host.state) == []


def test_two_beats_and_all_their_messages_do_it_once(
    lone_questions, host, repository, settings, monkeypatch
):
    settings.CODE_HOSTS = {repository.host: {"url": host.url, "token": ""}}
    messages = []
    monkeypatch.setattr(
        tasks.sync_repository, "apply_async", lambda args, **options: messages.append(args[0])
    )
    at_once(tasks.sweep_syncs, tasks.sweep_syncs)
    assert set(messages) == {repository.pk}
    before = counts()
    at_once(*[lambda: tasks.sync_repository(repository.pk)] * max(2, len(messages)))
    tasks.sync_repository(repository.pk)
    assert RepositorySync.objects.count() == 1
    assert asked(host) == lone_questions
    assert counts() != before
    assert differences(repository, host.state) == []


def test_two_commands_at_once_leave_each_row_once(host, repository, command):
    """The second waits for the first and then finds little to read."""
    both = [command(), command()]
    said = [process.communicate(timeout=HANG_S)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert differences(repository, host.state) == []


def counts():
    return [model.objects.count() for model in (PullRequest, Issue, Comment)]
