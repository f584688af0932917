"""`manage.py sync` at a terminal, and a real kill -9 in the middle of it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from members.models import Contribution
from reviews.management.commands import sync as command
from reviews.models import PullRequest, RepositorySync
from reviews.sync import lease
from tests.factories import RepositoryFactory
from tests.fakes.faults import error

from .conftest import mirror

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


def test_sync_command_says_what_it_stored(host, repository, capsys):
    host.pull(0)
    call_command("sync", "example/one")
    out = capsys.readouterr().out
    assert "gitee:example/one: stored 1 pulls, 0 issues" in out
    assert "16 requests" in out


def test_sync_command_without_names_takes_every_repository_of_a_known_host(
    host, repository, capsys
):
    RepositoryFactory(host="elsewhere")
    call_command("sync")
    assert "elsewhere" not in capsys.readouterr().out


def test_sync_command_refuses_an_unknown_repository_naming_the_known(repository):
    with pytest.raises(CommandError, match=r"unknown repository 'example/two'; known: example/one"):
        call_command("sync", "example/two")


@pytest.mark.parametrize("names", [[], ["example/one"]])
def test_sync_command_without_any_repository_says_what_to_do(db, names):
    with pytest.raises(CommandError, match="import a charter first"):
        call_command("sync", *names)


def test_sync_command_fails_when_the_host_does_and_says_why(host, repository, capsys):
    host.server.faults.next(error(404), times=2)
    with pytest.raises(CommandError, match="not synced: gitee:example/one"):
        call_command("sync", "example/one")
    assert "the code host knows no such repository" in capsys.readouterr().out


def test_sync_command_goes_on_with_the_others(host, repository, capsys):
    other = RepositoryFactory(owner="example", name="absent")
    host.pull(0)
    with pytest.raises(CommandError, match=r"not synced: gitee:example/absent$"):
        call_command("sync", other.path, repository.path)
    assert PullRequest.objects.count() == 1


def test_sync_command_does_not_swallow_a_locked_database(host, repository, monkeypatch):
    def locked(*args, **options):
        raise OperationalError("database is locked")

    host.pull(0)
    monkeypatch.setattr("reviews.sync.running.store", locked)
    with pytest.raises(OperationalError, match="locked"):
        call_command("sync", "example/one")


def test_sync_command_waits_for_another_process_then_gives_up(
    host, repository, monkeypatch, capsys
):
    row = RepositorySync.objects.create(repository=repository)
    lease.take(row.pk)
    monkeypatch.setattr(command.Command, "patience_s", 0)
    with pytest.raises(CommandError):
        call_command("sync", "example/one")
    assert "another process" in capsys.readouterr().out


# ── kill -9 ───────────────────────────────────────────────────────────────────────────────────
class Gatekeeper:
    """Holds back every request after the first few until told otherwise."""

    def __init__(self, server, free):
        self.left = free
        self.reached = threading.Event()
        self.opened = threading.Event()
        server.faults.hook = self.hold

    def hold(self, request):
        if self.left == 0:
            self.reached.set()
            self.opened.wait(PATIENCE_S)
        self.left -= self.left > 0


def start_sync(host):
    """The command in a process of its own, on the database of this test."""
    name = connection.settings_dict["NAME"]
    url = os.environ.get("DATABASE_URL", "")
    database = (
        f"{url.rpartition('/')[0]}/{name}" if connection.vendor != "sqlite" else f"sqlite:///{name}"
    )
    return subprocess.Popen(
        [sys.executable, "manage.py", "sync", "example/one"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "sigportal.settings.dev",
            "DATABASE_URL": database,
            "GITEE_URL": host.server.url,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
def test_sync_killed_half_way_and_started_again_ends_in_the_same_rows(host, repository):
    for minute in range(450):
        pull = host.merged(minute)
        host.say(pull, "liu", "/lgtm\n/approve", minute + 5)
    gate = Gatekeeper(host.server, free=3)
    process = start_sync(host)
    try:
        assert gate.reached.wait(PATIENCE_S), process.communicate()
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(PATIENCE_S)
        gate.opened.set()
        host.server.faults.clear()
    assert process.returncode == -signal.SIGKILL
    row = RepositorySync.objects.get()
    assert 0 < PullRequest.objects.count() < 450
    assert row.lease_until is not None
    assert row.finished_at is None

    again = start_sync(host)
    out, err = again.communicate(timeout=PATIENCE_S)
    assert again.returncode == 0, err
    assert "stored" in out
    after_the_kill = mirror(), contributions()
    assert PullRequest.objects.count() == 450

    for model in (PullRequest, RepositorySync, Contribution):
        model.objects.all().delete()
    call_command("sync", "example/one", "--full")
    assert (mirror(), contributions()) == after_the_kill


def contributions():
    return sorted(Contribution.objects.values_list("kind", "person__accounts__login", "at", "url"))
