"""One object made equal to the host's now: comments that went, objects that went, and what 404 proves."""

import datetime as dt

import pytest
from django.utils import timezone

from gitee.client import Client, Clock
from gitee.errors import GiteeError, MalformedAnswer
from members.models import Contribution
from reviews.models import Comment, Issue, PullRequest, RefreshLease
from reviews.sync import refresh
from reviews.sync.refresh import RefreshBusy, RefreshLost, refresh_issue, refresh_pull
from tests.factories import PullRequestFactory
from tests.fakes.faults import error
from tests.reviews.conftest import NAME, at, mirror


@pytest.fixture
def client(host):
    token = host.state.add_token("0123456789abcdef", "portal")
    return Client(host.server.url, token, clock=Clock(sleep=lambda seconds: None))


def said():
    return sorted(Comment.objects.values_list("body", flat=True))


# ── brought up to date ────────────────────────────────────────────────────────────────────────
def test_refresh_pull_reads_what_was_never_seen(host, repository, client):
    pull = host.merged(0)
    host.say(pull, "liu", "/lgtm", 5)
    refresh_pull(repository, pull.number, client=client)
    row = PullRequest.objects.get()
    assert (row.number, row.state, row.title) == (pull.number, "merged", pull.title)
    assert said() == ["/lgtm"]
    assert Contribution.objects.filter(kind="pull_reviewed").count() == 1


def test_refresh_equals_a_sync(host, repository, client, run):
    pull, other = host.pull(0), host.pull(1)
    host.say(pull, "liu", "看过了", 2)
    run()
    host.say(pull, "liu", "/lgtm", 3)
    host.state.label_pull(NAME, pull.number, "lgtm", by="liu", at=at(4))
    refresh_pull(repository, pull.number, client=client)
    refreshed = mirror()
    run(full=True)
    assert mirror() == refreshed
    assert {row["number"] for row in refreshed["PullRequest"]} == {pull.number, other.number}


def test_refresh_takes_label_changes_that_touch_no_time(host, repository, client, run):
    pull = host.pull(0)
    run()
    host.state.label_pull(NAME, pull.number, "approved", by="liu", at=at(1))
    refresh_pull(repository, pull.number, client=client)
    assert PullRequest.objects.get().labels == ["approved"]


def test_refresh_reads_all_pages(host, repository, client):
    pull = host.pull(0)
    for minute in range(230):
        host.say(pull, "liu", f"{minute}", minute)
    refresh_pull(repository, pull.number, client=client)
    assert Comment.objects.count() == 230


def test_refresh_removes_comments_that_went_and_takes_back_what_they_proved(
    host, repository, client, run
):
    pull = host.merged(0)
    word = host.say(pull, "liu", "/lgtm", 5)
    host.say(pull, "wang", "/lgtm", 6)
    run()
    assert Contribution.objects.filter(kind="pull_reviewed").count() == 2
    host.state.delete_comment(NAME, "pull", word.id)
    refresh_pull(repository, pull.number, client=client)
    assert Comment.objects.get().author_login == "wang"
    assert Contribution.objects.filter(kind="pull_reviewed").count() == 1


def test_refresh_leaves_what_is_said_elsewhere_alone(host, repository, client, run):
    pull, other, issue = host.pull(0), host.pull(1), host.issue(2)
    host.say(other, "liu", "别处", 3)
    host.say_on_issue(issue, "liu", "问题里", 4)
    run()
    refresh_pull(repository, pull.number, client=client)
    assert said() == ["别处", "问题里"]


def test_refresh_issue_takes_edits_and_deletions(host, repository, client, run):
    issue = host.issue(0)
    gone = host.say_on_issue(issue, "liu", "删掉的", 1)
    edited = host.say_on_issue(issue, "liu", "改前", 2)
    run()
    host.state.delete_comment(NAME, "issue", gone.id)
    host.state.update_comment(NAME, "issue", edited.id, body="改后", at=at(5))
    host.state.update_issue(NAME, issue.number, state="closed", at=at(6))
    refresh_issue(repository, issue.number, client=client)
    assert said() == ["改后"]
    assert Issue.objects.get().state == "closed"


def test_refresh_twice_writes_nothing_the_second_time(
    host, repository, client, django_assert_max_num_queries
):
    pull = host.pull(0)
    host.say(pull, "liu", "看过了", 1)
    refresh_pull(repository, pull.number, client=client)
    before = mirror()
    refresh_pull(repository, pull.number, client=client)
    assert mirror() == before
    assert not RefreshLease.objects.exists()


def test_repository_whose_comments_are_not_read_keeps_to_that(host, repository, client, run):
    pull = host.pull(0)
    host.say(pull, "liu", "看过了", 1)
    run()
    Comment.objects.all().delete()
    repository.sync.reads_comments = False
    repository.sync.save()
    refresh_pull(repository, pull.number, client=client)
    assert said() == []


# ── gone ──────────────────────────────────────────────────────────────────────────────────────
def test_pull_that_is_gone_is_removed_with_all_it_proved(host, repository, client, run):
    pull, other = host.merged(0), host.merged(1)
    for each in (pull, other):
        host.say(each, "liu", "/lgtm", 5)
    run()
    host.state.delete_pull(NAME, pull.number)
    refresh_pull(repository, pull.number, client=client)
    assert PullRequest.objects.get().number == other.number
    assert Comment.objects.get().number == str(other.number)
    sources = Contribution.objects.values_list("source", flat=True)
    assert {source.split(":")[1] for source in sources} == {f"{NAME}!{other.number}"}


def test_issue_that_is_gone_is_removed_with_all_it_proved(host, repository, client, run):
    issue = host.issue(0)
    host.say_on_issue(issue, "liu", "看过了", 1)
    run()
    assert Contribution.objects.exists()
    host.state.delete_issue(NAME, issue.number)
    refresh_issue(repository, issue.number, client=client)
    assert not Issue.objects.exists()
    assert not Comment.objects.exists()
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("may_see", [True, False])
def test_issue_that_became_private_is_removed(host, repository, client, run, may_see):
    issue = host.issue(0)
    host.say_on_issue(issue, "liu", "漏洞细节", 1)
    run()
    host.state.update_issue(NAME, issue.number, security_hole=True, at=at(2))
    stranger = Client(host.server.url, clock=Clock(sleep=lambda seconds: None))
    refresh_issue(repository, issue.number, client=client if may_see else stranger)
    assert not Issue.objects.exists()
    assert not Comment.objects.exists()


def test_one_404_does_not_remove(host, repository, client, run):
    pull = host.pull(0)
    run()
    host.server.faults.next(error(404), path=f"/pulls/{pull.number}", times=1)
    refresh_pull(repository, pull.number, client=client)
    assert PullRequest.objects.exists()


def test_repository_that_is_gone_removes_nothing(host, repository, client, run):
    pull = host.pull(0)
    host.say(pull, "liu", "看过了", 1)
    run()
    del host.state.repos[NAME]
    with pytest.raises(GiteeError):
        refresh_pull(repository, pull.number, client=client)
    assert PullRequest.objects.exists()
    assert Comment.objects.exists()


def test_404_of_the_comments_removes_none(host, repository, client, run):
    pull = host.pull(0)
    host.say(pull, "liu", "看过了", 1)
    run()
    host.server.faults.next(error(404), path="/comments", times=9)
    with pytest.raises(GiteeError):
        refresh_pull(repository, pull.number, client=client)
    assert said() == ["看过了"]


def test_pull_of_a_clone_that_the_host_never_had_stays(host, repository, client):
    PullRequestFactory(repository=repository, number=3, remote_id=None)
    refresh_pull(repository, 3, client=client)
    assert PullRequest.objects.exists()


def test_comment_that_slipped_between_two_pages_stays(host, repository, client, run, monkeypatch):
    """While the pages are read, one that was read already is deleted: another slides up."""
    pull = host.pull(0)
    comments = [host.say(pull, "liu", f"{minute:03}", minute) for minute in range(150)]
    run()
    whole, count = client.comments_of_pull, []

    def read(*args, page, **more):
        if page == 2 and not count:
            count.append(1)
            host.state.delete_comment(NAME, "pull", comments[5].id)
        return whole(*args, page=page, **more)

    monkeypatch.setattr(client, "comments_of_pull", read)
    refresh_pull(repository, pull.number, client=client)
    assert said() == [row.body for row in comments if row is not comments[5]]


def test_answer_about_another_object_is_refused(host, repository, client, monkeypatch):
    pull, other = host.pull(0), host.pull(1)
    right = client.pull
    monkeypatch.setattr(client, "pull", lambda *place: right(*place[:2], other.number))
    with pytest.raises(MalformedAnswer):
        refresh_pull(repository, pull.number, client=client)
    assert not PullRequest.objects.exists()


# ── one at a time ─────────────────────────────────────────────────────────────────────────────
def lease(repository, number, seconds):
    return RefreshLease.objects.create(
        repository=repository,
        kind="pull",
        number=str(number),
        holder="another",
        lease_until=timezone.now() + dt.timedelta(seconds=seconds),
    )


def test_object_that_another_worker_fetches_is_left_to_it(host, repository, client):
    pull = host.pull(0)
    held = lease(repository, pull.number, 60)
    with pytest.raises(RefreshBusy):
        refresh_pull(repository, pull.number, client=client)
    assert RefreshLease.objects.get() == held
    assert not PullRequest.objects.exists()
    refresh_pull(repository, host.pull(1).number, client=client)


def test_lease_of_a_killed_worker_runs_out(host, repository, client):
    pull = host.pull(0)
    lease(repository, pull.number, -1)
    refresh_pull(repository, pull.number, client=client)
    assert PullRequest.objects.exists()


def test_worker_that_was_overtaken_writes_nothing(host, repository, client, monkeypatch):
    pull = host.pull(0)
    right = client.pull

    def overtaken(*place):
        RefreshLease.objects.update(holder="another")
        return right(*place)

    monkeypatch.setattr(client, "pull", overtaken)
    with pytest.raises(RefreshLost):
        refresh_pull(repository, pull.number, client=client)
    assert not PullRequest.objects.exists()
    assert RefreshLease.objects.get().holder == "another"


def test_lease_is_given_back_after_a_fault(host, repository, client):
    pull = host.pull(0)
    host.server.faults.next(error(500), times=99)
    with pytest.raises(GiteeError):
        refresh_pull(repository, pull.number, client=client)
    assert not RefreshLease.objects.exists()


def test_lease_lasts_longer_than_one_answer_of_a_patient_client():
    assert dt.timedelta(seconds=120) < refresh.LEASE
