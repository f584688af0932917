"""One worker at a time, whoever is killed, slow or impatient."""

import datetime as dt
import os
import socket
import threading

import pytest
from django.db import connection
from django.utils import timezone

from reviews.models import PullRequest, RepositorySync
from reviews.sync import lease
from reviews.sync.lease import LeaseLost
from reviews.sync.progress import Progress
from reviews.sync.run import Ending, sync

TEN_MINUTES = dt.timedelta(minutes=10)


@pytest.fixture
def row(repository):
    return RepositorySync.objects.create(repository=repository)


def run_out(row):
    RepositorySync.objects.filter(pk=row.pk).update(
        lease_until=timezone.now() - dt.timedelta(seconds=1)
    )


def test_take_gives_the_lease_to_one(row):
    assert lease.take(row.pk)
    assert lease.take(row.pk) is None


def test_take_gives_an_expired_lease_to_the_next(row):
    first = lease.take(row.pk)
    run_out(row)
    second = lease.take(row.pk)
    assert second.holder != first.holder


def test_renew_by_one_who_lost_it_writes_nothing(row):
    first = lease.take(row.pk)
    run_out(row)
    lease.take(row.pk)
    with pytest.raises(LeaseLost):
        lease.renew(first, progress={"stream": "pulls"})
    row.refresh_from_db()
    assert row.progress == {}


def test_finish_by_one_who_lost_it_changes_nothing(row):
    first = lease.take(row.pk)
    run_out(row)
    second = lease.take(row.pk)
    lease.finish(first, {})
    row.refresh_from_db()
    assert (row.lease_holder, row.result) == (second.holder, "never")


def test_finish_answers_a_request_made_before_but_not_one_made_since(row):
    for minutes, answered in ((-5, True), (5, False)):
        row.requested_at = timezone.now() + dt.timedelta(minutes=minutes)
        row.save()
        lease.finish(lease.take(row.pk), {})
        row.refresh_from_db()
        assert (row.requested_at is None) == answered


@pytest.mark.parametrize(
    ("columns", "is_due"),
    [
        ({}, True),
        ({"started_at": -100, "finished_at": -99}, True),
        ({"started_at": -5, "finished_at": -4}, False),
        ({"started_at": -5, "finished_at": -4, "requested_at": -1}, True),
        # Killed half-way: begun, never ended.
        ({"started_at": -5, "finished_at": -15}, True),
        ({"started_at": -5, "finished_at": -4, "lease_until": 1, "requested_at": -1}, False),
        ({"started_at": -100, "finished_at": -99, "lease_until": -1}, True),
    ],
)
def test_due_is_what_nobody_does_and_somebody_should(row, columns, is_due):
    now = timezone.now()
    times = {name: now + dt.timedelta(minutes=minutes) for name, minutes in columns.items()}
    RepositorySync.objects.filter(pk=row.pk).update(**times)
    assert RepositorySync.objects.due(TEN_MINUTES).exists() == is_due
    assert bool(lease.take(row.pk, due_after=TEN_MINUTES)) == is_due


def test_a_killed_holder_of_this_machine_is_recognised(row):
    taken = lease.take(row.pk)
    assert not lease.free_if_holder_died(row.pk)
    dead = f"{socket.gethostname()}/{no_such_process()}/token"
    RepositorySync.objects.update(lease_holder=dead)
    assert lease.free_if_holder_died(row.pk)
    assert lease.take(row.pk)
    assert taken.holder.startswith(f"{socket.gethostname()}/{os.getpid()}/")


def test_a_holder_elsewhere_is_left_alone(row):
    lease.take(row.pk)
    RepositorySync.objects.update(lease_holder=f"elsewhere/{no_such_process()}/token")
    assert not lease.free_if_holder_died(row.pk)


def no_such_process():
    pid = 4_000_000
    while os.path.exists(f"/proc/{pid}"):
        pid += 1
    return pid


# ── whole runs ────────────────────────────────────────────────────────────────────────────────
def test_sync_leaves_the_work_to_the_one_who_is_at_it(host, run, row):
    host.pull(0)
    lease.take(row.pk)
    assert run().ending is Ending.BUSY
    assert host.paths == []


def test_sync_overtaken_half_way_stops_before_it_writes(host, run, row):
    for minute in range(150):
        host.pull(minute)

    def overtake(progress: Progress):
        if progress.read_here == 100:
            run_out(row)
            assert lease.take(row.pk)

    outcome = run(report=overtake)
    assert outcome.ending is Ending.LOST
    assert PullRequest.objects.count() == 100


def test_sync_renews_the_lease_with_every_page(host, run, row):
    for minute in range(150):
        host.pull(minute)
    left = []

    def look(progress):
        row.refresh_from_db()
        left.append(row.lease_until - timezone.now() > lease.LEASE / 2)
        RepositorySync.objects.update(lease_until=timezone.now() + dt.timedelta(seconds=1))

    run(report=look)
    assert len(left) > 2
    assert all(left)


@pytest.mark.django_db(transaction=True)
def test_two_syncs_at_once_do_the_work_once(host, repository):
    for minute in range(150):
        host.pull(minute)
    together = threading.Barrier(2)
    endings = []

    def work():
        together.wait()
        try:
            endings.append(sync(repository, due_after=TEN_MINUTES).ending)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(endings) == [Ending.BUSY, Ending.OK]
    assert PullRequest.objects.count() == 150
    # How many there are, which, and how many by now: one worker was there.
    assert host.paths.count("/api/v5/repos/example/one/issues") == 3
