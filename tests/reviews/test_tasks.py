"""What beat and broker do: find what is due, wake, and never do it twice."""

import datetime as dt

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from reviews import tasks
from reviews.models import PullRequest, RepositorySync
from reviews.sync.request import request_sync
from tests.factories import RepositoryFactory


@pytest.fixture
def woken(monkeypatch):
    """Repositories for which a message was sent, instead of running them in place."""
    sent = []
    monkeypatch.setattr(
        tasks.sync_repository, "apply_async", lambda args, **options: sent.append(args[0])
    )
    return sent


def finished(repository, minutes_ago):
    now = timezone.now()
    return RepositorySync.objects.create(
        repository=repository,
        result="ok",
        started_at=now - dt.timedelta(minutes=minutes_ago + 1),
        finished_at=now - dt.timedelta(minutes=minutes_ago),
    )


def test_sweep_wakes_what_is_due_longest_waiting_first(repository, woken):
    fresh, stale, staler = (RepositoryFactory() for _ in range(3))
    finished(fresh, 1)
    finished(stale, 60)
    finished(staler, 90)
    tasks.sweep_syncs()
    assert sorted(woken) == sorted([repository.pk, staler.pk, stale.pk])
    assert woken.index(staler.pk) < woken.index(stale.pk)
    assert RepositorySync.objects.filter(repository=repository).exists()


@pytest.mark.parametrize(
    ("interval_s", "minutes_ago", "is_due"),
    [(None, 9, False), (None, 11, True), (60, 2, True), (3600, 50, False), (3600, 61, True)],
)
def test_sweep_keeps_to_the_interval_the_owner_chose(
    repository, woken, interval_s, minutes_ago, is_due
):
    row = finished(repository, minutes_ago)
    row.interval_s = interval_s
    row.save()
    tasks.sweep_syncs()
    assert woken == ([repository.pk] if is_due else [])


def test_sweep_leaves_hosts_without_an_address_alone(repository, woken):
    RepositoryFactory(host="elsewhere")
    tasks.sweep_syncs()
    assert woken == [repository.pk]


def test_sweep_is_bounded(repository, woken, monkeypatch):
    RepositoryFactory.create_batch(3)
    monkeypatch.setattr(tasks, "SWEEP_SIZE", 2)
    tasks.sweep_syncs()
    assert len(woken) == 2


def test_sync_repository_that_comes_twice_finds_nothing_to_do(host, repository):
    host.pull(0)
    tasks.sync_repository(repository.pk)
    assert PullRequest.objects.count() == 1
    host.server.forget_requests()
    tasks.sync_repository(repository.pk)
    assert host.paths == []


def test_sync_repository_that_is_gone_is_no_error(db, caplog):
    tasks.sync_repository(12345)
    assert "12345" in caplog.text


def test_request_sync_makes_it_due_and_wakes_a_worker_after_the_commit(
    repository, woken, django_capture_on_commit_callbacks
):
    finished(repository, 1)
    with django_capture_on_commit_callbacks(execute=True):
        request_sync(repository, by=None, at=timezone.now())
        assert woken == []
    assert woken == [repository.pk]
    assert RepositorySync.objects.due(dt.timedelta(minutes=10)).exists()


def test_request_sync_survives_a_broker_that_is_down(
    repository, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def refuse(*args, **options):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.sync_repository, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        request_sync(repository, by=None, at=timezone.now())
    assert "no broker" in caplog.text
    assert RepositorySync.objects.get().requested_at


def test_request_sync_is_answered_by_the_next_run(host, repository, woken):
    request_sync(repository, by=None, at=timezone.now())
    tasks.sync_repository(repository.pk)
    assert RepositorySync.objects.get().requested_at is None
