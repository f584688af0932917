"""The same delivery many times at once, and many workers at one object: one row, one effect, no deadlock."""

import json
import threading

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from gitee.client import Client, Clock
from reviews import tasks
from reviews.models import Comment, PullRequest, RefreshLease, Review, WebhookDelivery
from reviews.webhook.processing import process
from tests.reviews.conftest import NAME, at, mirror

SECRET = "the-secret-of-the-hook"
AT_ONCE = 10


def at_once(*calls):
    """Run the calls in threads that start together; whatever one raises fails the test."""
    gate, faults = threading.Barrier(len(calls)), []

    def run(call):
        try:
            gate.wait()
            call()
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


@pytest.fixture(autouse=True)
def woken(monkeypatch, settings):
    settings.GITEE_WEBHOOK_SECRET = SECRET
    sent = []
    monkeypatch.setattr(
        tasks.process_delivery, "apply_async", lambda args, **options: sent.append(args[0])
    )
    return sent


@pytest.fixture
def client_of(host):
    token = host.state.add_token("0123456789abcdef", "portal")
    return lambda: Client(host.server.url, token, clock=Clock(sleep=lambda seconds: None))


def post(delivery, **changes):
    headers = {name: value for name, value in delivery.headers.items() if name[:2] == "X-"}
    body = {**json.loads(delivery.body), **changes}
    response = Browser().post(
        "/webhooks/gitee/", json.dumps(body), content_type="application/json", headers=headers
    )
    assert response.status_code == 202


@pytest.mark.django_db(transaction=True)
def test_ten_copies_at_once_are_one_row_and_one_effect(host, repository, client_of, woken):
    pull = host.merged(0)
    host.say(pull, "liu", "/lgtm", 5)
    told = host.server.hooks(SECRET).pull(
        host.state.repo(NAME), pull, action="merge", at=timezone.now()
    )
    at_once(*[lambda: post(told)] * 9, lambda: post(told, title="伪造", state="open"))
    row = WebhookDelivery.objects.get()
    assert row.copies == AT_ONCE
    assert woken == [row.pk]
    at_once(*[lambda: process(row.pk, client=client_of())] * AT_ONCE)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("processed", 1)
    assert PullRequest.objects.get().state == "merged"
    assert Comment.objects.count() == 1
    assert Review.objects.filter(has_lgtm=True).count() == 1
    assert len([path for path in host.paths if path.endswith(f"/pulls/{pull.number}")]) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_one_object_take_turns(host, repository, client_of, woken):
    pull = host.pull(0)
    hooks, repo = host.server.hooks(SECRET), host.state.repo(NAME)
    words = [host.say(pull, "liu", f"{n}", n) for n in range(AT_ONCE)]
    for word in words:
        post(hooks.note(repo, word, at=timezone.now()))
    host.state.delete_comment(NAME, "pull", words[3].id)
    host.state.label_pull(NAME, pull.number, "lgtm", by="liu", at=at(30))
    keys = list(WebhookDelivery.objects.values_list("pk", flat=True))
    at_once(*[lambda pk=pk: process(pk, client=client_of()) for pk in keys])
    for pk in WebhookDelivery.objects.exclude(state="processed").values_list("pk", flat=True):
        WebhookDelivery.objects.filter(pk=pk).update(next_try_at=None)
        process(pk, client=client_of())
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"processed"}
    assert PullRequest.objects.get().labels == ["lgtm"]
    assert Comment.objects.count() == AT_ONCE - 1
    assert not RefreshLease.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_deliveries_beside_a_running_sync_end_at_the_hosts_truth(
    host, repository, client_of, run, woken
):
    pulls = [host.pull(minute) for minute in range(30)]
    hooks, repo = host.server.hooks(SECRET), host.state.repo(NAME)
    for pull in pulls[:AT_ONCE]:
        host.say(pull, "liu", "/lgtm", 40)
        post(hooks.pull(repo, pull, action="open", at=timezone.now()))
    keys = list(WebhookDelivery.objects.values_list("pk", flat=True))
    at_once(run, *[lambda pk=pk: process(pk, client=client_of()) for pk in keys])
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"processed"}
    beside = mirror()
    run(full=True)
    assert mirror() == beside
    assert len(beside["PullRequest"]) == 30
    assert len(beside["Comment"]) == AT_ONCE
