"""What becomes of a stored delivery: the host's truth, one worker at a time, retries, a visible end."""

import datetime as dt
import json
import random

import pytest
from django.utils import timezone

from gitee.client import Client, Clock
from reviews import tasks
from reviews.models import (
    Comment,
    Issue,
    PullRequest,
    Push,
    RefreshLease,
    RepositorySync,
    WebhookDelivery,
)
from reviews.webhook import delivery as deliveries
from reviews.webhook import processing
from reviews.webhook.delivery import forget_old, receive, replay
from reviews.webhook.envelope import parse, read
from reviews.webhook.processing import process
from tests.factories import PersonFactory
from tests.fakes.faults import error
from tests.reviews.conftest import NAME, at, mirror

SECRET = "the-secret-of-the-hook"
State = WebhookDelivery.State


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """Deliveries for which a message was sent; each test decides when one is worked on."""
    sent = []
    monkeypatch.setattr(
        tasks.process_delivery, "apply_async", lambda args, **options: sent.append(args[0])
    )
    return sent


@pytest.fixture
def hooks(host):
    return host.server.hooks(SECRET)


@pytest.fixture
def client_of(host):
    token = host.state.add_token("0123456789abcdef", "portal")
    return lambda: Client(host.server.url, token, clock=Clock(sleep=lambda seconds: None))


@pytest.fixture
def work(repository, client_of):
    """Take deliveries in the order given, processing each at once."""

    def work(*told, **changes):
        rows = [take(one, **changes) for one in told]
        for row in rows:
            process(row.pk, client=client_of())
        return rows

    return work


@pytest.fixture
def repo(host):
    return host.state.repo(NAME)


def take(delivery, **changes):
    """As the view does, with parts of the body forged if asked."""
    body = {**parse(delivery.body), **changes}
    headers = delivery.headers
    event = read(body, event=headers["X-Gitee-Event"], timestamp=headers["X-Gitee-Timestamp"])
    return receive(event, at=timezone.now()).delivery


def state_of(row):
    row.refresh_from_db()
    return row.state


# ── what each event brings ────────────────────────────────────────────────────────────────────
def test_merge_request_brings_the_pull_request_and_what_is_said(host, hooks, repo, work):
    pull = host.pull(0)
    host.say(pull, "liu", "看过了", 1)
    (row,) = work(hooks.pull(repo, pull, action="open"))
    assert PullRequest.objects.get().title == pull.title
    assert Comment.objects.get().body == "看过了"
    assert (state_of(row), row.attempts, row.error, row.next_try_at) == ("processed", 1, "", None)


def test_body_is_never_believed(host, hooks, repo, work):
    pull = host.pull(0)
    told = hooks.pull(repo, pull, action="merge")
    forged = {**parse(told.body)["pull_request"], "state": "merged", "title": "伪造"}
    work(told, title="伪造", state="merged", pull_request=forged)
    row = PullRequest.objects.get()
    assert (row.state, row.title) == ("open", pull.title)


def test_label_change_that_touches_no_time_is_seen(host, hooks, repo, work, run):
    pull = host.pull(0)
    run()
    host.state.label_pull(NAME, pull.number, "lgtm", by="liu", at=at(1))
    work(hooks.pull(repo, pull, action="update", desc="update_label"))
    assert PullRequest.objects.get().labels == ["lgtm"]


def test_note_edited_or_deleted_is_seen(host, hooks, repo, work):
    pull = host.pull(0)
    one, other = host.say(pull, "liu", "改前", 1), host.say(pull, "liu", "删掉的", 2)
    work(hooks.note(repo, one), hooks.note(repo, other))
    host.state.update_comment(NAME, "pull", one.id, body="改后", at=at(3))
    host.state.delete_comment(NAME, "pull", other.id)
    work(hooks.note(repo, one, action="edited"), hooks.note(repo, other, action="deleted"))
    assert Comment.objects.get().body == "改后"


def test_issue_is_seen_from_opening_to_deletion(host, hooks, repo, work):
    issue = host.issue(0)
    word = host.say_on_issue(issue, "liu", "收到", 1)
    work(hooks.issue(repo, issue, action="open"), hooks.note(repo, word))
    assert Issue.objects.get().number == issue.number
    assert Comment.objects.get().body == "收到"
    host.state.update_issue(NAME, issue.number, state="progressing", at=at(2))
    work(hooks.issue(repo, issue, action="state_change", at=at(2)))
    assert Issue.objects.get().state == "progressing"
    told = hooks.issue(repo, issue, action="delete", at=at(3))
    host.state.delete_issue(NAME, issue.number)
    work(told)
    assert not Issue.objects.exists()
    assert not Comment.objects.exists()


def test_deletion_that_did_not_happen_removes_nothing(host, hooks, repo, work):
    issue = host.issue(0)
    work(hooks.issue(repo, issue, action="open"))
    (row,) = work(hooks.issue(repo, issue, action="delete"))
    assert Issue.objects.exists()
    assert state_of(row) == "processed"


def test_push_tells_its_exact_moment(host, hooks, repo, work):
    pull = host.pull(0)
    work(hooks.pull(repo, pull, action="open", at=at(1)))
    sha = "ab" * 20
    host.state.update_pull(NAME, pull.number, head_sha=sha, at=at(5))
    work(hooks.pull(repo, pull, action="update", desc="source_branch_changed", at=at(5)))
    push = Push.objects.get()
    assert (push.sha, push.not_before, push.at) == (sha, at(5), at(5))


def test_push_of_a_head_that_the_host_does_not_show_tells_nothing(host, hooks, repo, work):
    pull = host.pull(0)
    told = hooks.pull(repo, pull, action="update", desc="source_branch_changed", at=at(5))
    row = parse(told.body)["pull_request"]
    work(told, pull_request={**row, "head": {**row["head"], "sha": "cd" * 20}})
    assert PullRequest.objects.exists()
    assert not Push.objects.exists()


def test_push_to_owners_asks_for_a_sync(host, hooks, repo, work, repository, monkeypatch):
    monkeypatch.setattr(tasks.sync_repository, "apply_async", lambda *args, **options: None)
    (row,) = work(hooks.push(repo, by="liu", changed=["OWNERS"], before="1" * 40, after="2" * 40))
    assert state_of(row) == "processed"
    assert RepositorySync.objects.get(repository=repository).requested_at is not None


def test_issues_that_are_not_read_are_left_alone(host, hooks, repo, work, repository, run):
    run()
    RepositorySync.objects.update(reads_issues=False)
    issue = host.issue(0)
    (row,) = work(hooks.issue(repo, issue, action="open"))
    assert state_of(row) == "ignored"
    assert not Issue.objects.exists()


# ── any order, copies, forgeries ──────────────────────────────────────────────────────────────
def busy_day(host, hooks, repo):
    """Every kind of event, with the deliveries Gitee would have sent, in order."""
    told = []
    one, two, three = host.pull(0), host.pull(1), host.pull(2)
    told += [hooks.pull(repo, pull, action="open", at=at(3)) for pull in (one, two, three)]
    words = [host.say(one, "liu", f"/lgtm {n}", 4 + n) for n in range(4)]
    told += [hooks.note(repo, word, at=at(8)) for word in words]
    issues = [host.issue(10 + n) for n in range(3)]
    told += [hooks.issue(repo, issue, action="open", at=at(13)) for issue in issues]
    remark = host.say_on_issue(issues[0], "wang", "收到", 14)
    told.append(hooks.note(repo, remark, at=at(14)))
    told.append(hooks.issue(repo, issues[2], action="delete", at=at(15)))
    host.state.delete_issue(NAME, issues[2].number)
    host.state.update_issue(NAME, issues[1].number, security_hole=True, at=at(16))
    told.append(hooks.issue(repo, issues[1], action="update", at=at(16)))
    host.state.update_pull(NAME, two.number, head_sha="ef" * 20, at=at(17))
    told.append(hooks.pull(repo, two, action="update", desc="source_branch_changed", at=at(17)))
    host.state.update_comment(NAME, "pull", words[0].id, body="改过了", at=at(18))
    told.append(hooks.note(repo, words[0], action="edited", at=at(18)))
    told.append(hooks.note(repo, words[1], action="deleted", at=at(19)))
    host.state.delete_comment(NAME, "pull", words[1].id)
    host.state.label_pull(NAME, one.number, "lgtm", "approved", by="liu", at=at(20))
    told.append(hooks.pull(repo, one, action="update", desc="update_label", at=at(20)))
    host.state.merge_pull(NAME, one.number, by="wang", at=at(21))
    told.append(hooks.pull(repo, one, action="merge", at=at(21)))
    host.state.update_pull(NAME, three.number, state="closed", closed_at=at(22), at=at(22))
    told.append(hooks.pull(repo, three, action="close", at=at(22)))
    return told


FORGED = {
    "title": "伪造",
    "state": "merged",
    "action_desc": "open",
    "note": "/approve",
    "issue": None,
}


@pytest.mark.parametrize("seed", range(8))
def test_any_order_with_copies_and_forgeries_ends_at_the_hosts_truth(
    host, hooks, repo, repository, client_of, run, seed
):
    dice = random.Random(seed)
    # What only a whole reading can tell: that nothing else was said.
    run()
    told = busy_day(host, hooks, repo)
    many = [(one, {}) for one in told for _ in range(dice.randint(1, 10))]
    many += [(one, FORGED) for one in dice.sample(told, 5)]
    dice.shuffle(many)
    waiting = []
    for one, changes in many:
        waiting.append(take(one, **changes).pk)
        while waiting and dice.random() < 0.5:
            process(waiting.pop(dice.randrange(len(waiting))), client=client_of())
    for pk in waiting:
        process(pk, client=client_of())
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"processed"}
    by_webhook = mirror()
    run(full=True)
    assert mirror() == by_webhook
    assert len(by_webhook["PullRequest"]) == 3
    assert len(by_webhook["Issue"]) == 1
    assert len(by_webhook["Comment"]) == 4


def test_ten_copies_are_one_row_and_one_effect(host, hooks, repo, work):
    told = hooks.pull(repo, host.pull(0), action="open")
    work(*[told] * 10)
    row = WebhookDelivery.objects.get()
    assert (row.copies, row.attempts, row.state) == (10, 1, "processed")
    assert len([path for path in host.paths if path.endswith("/pulls/1")]) == 1


def test_burst_about_one_object_is_fetched_once(host, hooks, repo, repository, client_of):
    pull = host.pull(0)
    rows = [take(hooks.note(repo, host.say(pull, "liu", f"{n}", n))) for n in range(20)]
    other = take(hooks.pull(repo, host.pull(30), action="open"))
    process(rows[7].pk, client=client_of())
    assert {state_of(row) for row in rows} == {"processed"}
    assert state_of(other) == "received"
    assert len([path for path in host.paths if path.endswith(f"/pulls/{pull.number}")]) == 1
    process(rows[3].pk, client=client_of())
    assert len([path for path in host.paths if path.endswith(f"/pulls/{pull.number}")]) == 1


# ── faults ────────────────────────────────────────────────────────────────────────────────────
def later(row):
    """As if the wait were over."""
    WebhookDelivery.objects.filter(pk=row.pk).update(
        next_try_at=timezone.now() - dt.timedelta(seconds=1)
    )


def test_fault_of_the_host_is_noted_and_tried_again_later(host, hooks, repo, work, client_of):
    host.server.faults.next(error(502), times=9)
    (row,) = work(hooks.pull(repo, host.pull(0), action="open"))
    assert (state_of(row), row.attempts) == ("received", 1)
    assert row.error.startswith("unavailable: ")
    assert row.next_try_at > timezone.now() + dt.timedelta(seconds=5)
    process(row.pk, client=client_of())
    assert state_of(row) == "received"
    assert row.attempts == 1
    host.server.faults.clear()
    later(row)
    process(row.pk, client=client_of())
    assert (state_of(row), row.attempts, row.error) == ("processed", 2, "")


def test_delivery_that_never_succeeds_ends_in_sight(host, hooks, repo, repository, client_of):
    host.server.faults.next(error(500), times=999)
    row = take(hooks.pull(repo, host.pull(0), action="open"))
    waits = []
    for _ in range(deliveries.MAX_ATTEMPTS):
        process(row.pk, client=client_of())
        row.refresh_from_db()
        if row.next_try_at:
            waits.append(row.next_try_at - timezone.now())
            later(row)
    assert (row.state, row.next_try_at) == ("dead", None)
    assert row.error.startswith("unavailable: ")
    assert waits == sorted(waits)
    assert waits[-1] < dt.timedelta(hours=1)


def test_host_that_asks_to_wait_is_waited_for(host, hooks, repo, work):
    host.server.faults.next(error(429, Retry_After="300"), times=9)
    (row,) = work(hooks.pull(repo, host.pull(0), action="open"))
    row.refresh_from_db()
    assert row.error.startswith("rate_limited: ")
    assert row.next_try_at > timezone.now() + dt.timedelta(seconds=290)


def test_host_without_an_address_is_said(host, hooks, repo, repository, settings):
    settings.CODE_HOSTS = {}
    row = take(hooks.pull(repo, host.pull(0), action="open"))
    process(row.pk)
    row.refresh_from_db()
    assert row.error.startswith("unknown_host: ")


def test_fault_of_ours_is_noted_and_raised(host, hooks, repo, repository, client_of, monkeypatch):
    def broken(*args, **more):
        raise ZeroDivisionError

    monkeypatch.setattr(processing, "refresh_pull", broken)
    row = take(hooks.pull(repo, host.pull(0), action="open"))
    with pytest.raises(ZeroDivisionError):
        process(row.pk, client=client_of())
    row.refresh_from_db()
    assert (row.state, row.error) == ("received", "internal: ZeroDivisionError")


def test_worker_killed_every_time_ends_the_delivery(host, hooks, repo, repository, client_of):
    row = take(hooks.pull(repo, host.pull(0), action="open"))
    for _ in range(deliveries.MAX_ATTEMPTS):
        assert deliveries.claim(row.pk) is not None
        later(row)
    process(row.pk, client=client_of())
    assert state_of(row) == "dead"
    assert row.error.startswith("interrupted: ")


def test_claim_is_for_one_worker_until_its_lease_runs_out(host, hooks, repo, repository):
    row = take(hooks.pull(repo, host.pull(0), action="open"))
    assert deliveries.claim(row.pk) is not None
    assert deliveries.claim(row.pk) is None
    later(row)
    assert deliveries.claim(row.pk) is not None


def test_worker_that_was_overtaken_does_not_write_the_end(host, hooks, repo, repository):
    row = take(hooks.pull(repo, host.pull(0), action="open"))
    slow = deliveries.claim(row.pk)
    later(row)
    assert deliveries.claim(row.pk) is not None
    deliveries.processed(slow)
    assert state_of(row) == "received"


def test_object_that_another_worker_fetches_is_left_for_a_moment(
    host, hooks, repo, repository, woken, work
):
    pull = host.pull(0)
    RefreshLease.objects.create(
        repository=repository,
        kind="pull",
        number=str(pull.number),
        holder="another",
        lease_until=timezone.now() + dt.timedelta(minutes=1),
    )
    (row,) = work(hooks.pull(repo, pull, action="open"))
    assert (state_of(row), row.attempts, row.error) == ("received", 0, "")
    assert row.next_try_at > timezone.now()
    assert row.pk in woken


# ── beside a sync ─────────────────────────────────────────────────────────────────────────────
def test_what_was_processed_beside_a_running_sync_is_looked_at_again(
    host, hooks, repo, work, run, client_of
):
    run()
    RepositorySync.objects.update(lease_until=timezone.now() + dt.timedelta(minutes=1))
    pull = host.pull(0)
    (row,) = work(hooks.pull(repo, pull, action="open"))
    assert state_of(row) == "processed"
    assert row.next_try_at > timezone.now() + dt.timedelta(minutes=2)
    # The sync stores a page it had read before.
    PullRequest.objects.update(labels=["stale"])
    later(row)
    RepositorySync.objects.update(lease_until=None)
    tasks.sweep_deliveries()
    process(row.pk, client=client_of())
    assert PullRequest.objects.get().labels == []
    assert (state_of(row), row.next_try_at) == ("processed", None)


# ── sweep and replay ──────────────────────────────────────────────────────────────────────────
def test_sweep_wakes_what_is_due_only(host, hooks, repo, repository, woken):
    rows = [take(hooks.pull(repo, host.pull(n), action="open")) for n in range(5)]
    WebhookDelivery.objects.filter(pk=rows[0].pk).update(state="processed")
    WebhookDelivery.objects.filter(pk=rows[1].pk).update(state="dead")
    assert deliveries.claim(rows[2].pk)
    later(rows[3])
    tasks.sweep_deliveries()
    assert sorted(woken) == [rows[3].pk, rows[4].pk]


def test_sweep_is_bounded(host, hooks, repo, repository, woken, monkeypatch):
    monkeypatch.setattr(tasks, "SWEEP_SIZE", 2)
    for n in range(3):
        take(hooks.pull(repo, host.pull(n), action="open"))
    tasks.sweep_deliveries()
    assert len(woken) == 2


def test_process_delivery_that_comes_twice_or_is_gone_does_nothing(host, hooks, repo, work):
    (row,) = work(hooks.pull(repo, host.pull(0), action="open"))
    host.server.forget_requests()
    tasks.process_delivery(row.pk)
    tasks.process_delivery(row.pk + 1)
    assert host.paths == []


@pytest.mark.parametrize("state", ["processed", "dead", "ignored"])
def test_replay_makes_due_once(host, hooks, repo, work, client_of, state):
    pull = host.pull(0)
    (row,) = work(hooks.pull(repo, pull, action="open"))
    WebhookDelivery.objects.update(state=state, attempts=8, error="unavailable: 502")
    PullRequest.objects.all().delete()
    by = PersonFactory()
    assert replay(row, by=by, at=timezone.now()) is True
    assert replay(row, by=by, at=timezone.now()) is False
    assert (state_of(row), row.attempts, row.error) == ("received", 0, "")
    process(row.pk, client=client_of())
    assert state_of(row) == "processed"
    assert PullRequest.objects.get().number == pull.number


def test_replay_finds_a_repository_that_became_known(host, hooks, repo, repository, client_of):
    repository.name = "elsewhere"
    repository.save()
    row = take(hooks.pull(repo, host.pull(0), action="open"))
    assert (row.state, row.repository) == ("ignored", None)
    repository.name = "one"
    repository.save()
    replay(row, by=None, at=timezone.now())
    process(row.pk, client=client_of())
    assert state_of(row) == "processed"
    assert PullRequest.objects.exists()


def test_replay_of_what_is_of_no_interest_is_ignored_again(
    host, hooks, repo, repository, client_of
):
    row = take(hooks.ping(repo))
    replay(row, by=None, at=timezone.now())
    process(row.pk, client=client_of())
    assert state_of(row) == "ignored"


def test_old_deliveries_go_and_dead_ones_stay(host, hooks, repo, repository, settings):
    settings.WEBHOOK_KEEP_DAYS = 30
    rows = [take(hooks.pull(repo, host.pull(n), action="open")) for n in range(4)]
    states = ["processed", "dead", "received", "ignored"]
    for row, state in zip(rows, states, strict=True):
        WebhookDelivery.objects.filter(pk=row.pk).update(
            state=state, received_at=timezone.now() - dt.timedelta(days=31)
        )
    fresh = take(hooks.pull(repo, host.pull(9), action="open"))
    assert forget_old() == 2
    kept = set(WebhookDelivery.objects.values_list("pk", flat=True))
    assert kept == {rows[1].pk, rows[2].pk, fresh.pk}


def test_no_secret_is_in_what_is_stored(host, repo, repository):
    hooks = host.server.hooks(SECRET, mode="password")
    row = take(hooks.pull(repo, host.pull(0), action="open"))
    assert SECRET not in json.dumps(row.body)
