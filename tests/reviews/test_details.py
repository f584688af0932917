"""What the lists do not tell: who merged, repository, milestones, OWNERS, accounts that are gone."""

import datetime as dt

import pytest
from django.utils import timezone

from members.models import Account, OwnersFile
from reviews.models import Milestone, OperateLog, PullRequest, Push, RepositorySync
from reviews.sync import details
from reviews.sync.run import Ending
from tests.fakes.faults import error

from .conftest import NAME, at


@pytest.fixture
def recent(monkeypatch):
    """The invented days of these tests are not long ago."""
    monkeypatch.setattr(details, "RECENT", timezone.now() - at(0) + dt.timedelta(days=9))


def asked(host):
    return [path for path in host.paths if path.endswith("operate_logs")]


def chosen(repository, **columns):
    RepositorySync.objects.filter(repository=repository).update(**columns)


# ── who merged ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("recent")
def test_details_tell_who_merged_and_when_labels_came(host, run):
    pull = host.pull(0)
    host.state.label_pull(NAME, pull.number, "approved", by="bot", at=at(20))
    host.state.merge_pull(NAME, pull.number, by="liu", at=at(30))
    run()
    assert asked(host) == []
    run()
    row = PullRequest.objects.get()
    assert (row.merged_by_login, row.merged_by.login) == ("liu", "liu")
    assert row.details_of == row.updated_at
    logs = OperateLog.objects.values_list("action_type", "content", "login", "created_at")
    assert list(logs) == [
        ("add_label", "添加了标签 approved", "bot", at(20)),
        ("merged_pr", "合并了 Pull Request", "liu", at(30)),
    ]


@pytest.mark.usefixtures("recent")
def test_details_are_asked_for_once_until_the_pull_request_changes(host, run):
    pull = host.merged(0)
    for _ in range(3):
        run()
    assert len(asked(host)) == 1
    host.state.update_pull(NAME, pull.number, title="改了标题", at=at(900))
    run()
    assert len(asked(host)) == 2
    assert OperateLog.objects.count() == 1


@pytest.mark.parametrize(("choice", "count"), [("none", 0), ("recent", 0), ("all", 2)])
def test_details_are_read_as_the_owner_chose(host, run, repository, choice, count):
    host.merged(0)
    host.pull(1)
    run()
    chosen(repository, details=choice)
    run()
    assert len(asked(host)) == count


@pytest.mark.usefixtures("recent")
def test_details_are_bounded_newest_first(host, run, monkeypatch):
    monkeypatch.setitem(details.READ_AT_ONCE, "recent", 2)
    for minute in range(4):
        host.merged(minute * 60)
    run()
    run()
    assert [path.split("/")[-2] for path in asked(host)] == ["4", "3"]
    run()
    assert PullRequest.objects.filter(details_of=None).count() == 0


@pytest.mark.usefixtures("recent")
@pytest.mark.parametrize("status", [403, 429, 500])
def test_details_that_are_refused_do_not_spoil_the_sync(host, run, status):
    host.merged(0)
    run()
    host.server.faults.next(error(status), times=9, path="operate_logs")
    assert run().ending is Ending.OK
    assert PullRequest.objects.get().details_of is None
    host.server.faults.clear()
    run()
    assert PullRequest.objects.get().merged_by_login == "liu"


@pytest.mark.usefixtures("recent")
def test_details_not_found_twice_keep_no_other_waiting(host, run):
    host.merged(0)
    run()
    host.server.faults.next(error(404), times=2, path="operate_logs")
    run()
    row = PullRequest.objects.get()
    assert (row.details_of, row.merged_by_login) == (row.updated_at, "")


# ── pushes ────────────────────────────────────────────────────────────────────────────────────
def test_push_between_two_readings_is_noted_with_both_bounds(host, run):
    pull = host.pull(0)
    run()
    assert Push.objects.count() == 0
    host.state.update_pull(NAME, pull.number, head_sha="f" * 40, at=at(45))
    run()
    push = Push.objects.get()
    assert (push.sha, push.not_before, push.at) == ("f" * 40, at(0), at(45))


# ── around the lists ──────────────────────────────────────────────────────────────────────────
def test_comparison_reads_the_repository_milestones_and_owners(host, run, repository):
    repo = host.state.repo(NAME)
    repo.files["OWNERS"] = b"approvers:\n- liu\nreviewers:\n- wang\n- zhao\n"
    run()
    row = RepositorySync.objects.get()
    assert row.facts["full_name"] == NAME
    assert row.facts["moved"] is False
    owners = OwnersFile.objects.get()
    assert (owners.path, owners.approvers, owners.reviewers) == (
        "OWNERS",
        ["liu"],
        ["wang", "zhao"],
    )
    repo.files["OWNERS"] = b"approvers: [liu, hua]\n"
    run()
    assert OwnersFile.objects.count() == 1
    run(full=True)
    assert OwnersFile.objects.order_by("valid_from").last().approvers == ["liu", "hua"]


@pytest.mark.parametrize("content", [b"- no mapping", b"approvers: [", b"\xff\xfe"])
def test_owners_that_cannot_be_read_leave_what_was_known(host, run, content, caplog):
    host.state.repo(NAME).files["OWNERS"] = b"approvers: [liu]\n"
    run()
    host.state.repo(NAME).files["OWNERS"] = content
    assert run(full=True).ending is Ending.OK
    assert OwnersFile.objects.get().approvers == ["liu"]
    assert "OWNERS" in caplog.text


def test_milestones_come_and_go(host, run, repository):
    Milestone.objects.create(repository=repository, number=9, title="旧", state="open")
    run()
    assert not Milestone.objects.filter(number=9).exists()


# ── accounts ──────────────────────────────────────────────────────────────────────────────────
def test_author_who_is_gone_stays_known_and_is_marked(host, run):
    pull = host.merged(0, user="leaver")
    host.say(pull, "liu", "/lgtm", 5)
    run()
    host.state.remove_user("leaver")
    host.state.update_pull(NAME, pull.number, title="改了标题", at=at(90))
    run()
    row = PullRequest.objects.get()
    assert (row.title, row.author_login, row.author.login) == ("改了标题", "leaver", "leaver")
    gone = Account.objects.get(login="leaver").gone_at
    assert gone is not None
    run()
    assert Account.objects.get(login="leaver").gone_at == gone
    assert Account.objects.get(login="liu").gone_at is None


def test_account_that_comes_back_is_not_gone_any_more(host, run):
    host.merged(0, user="hua")
    run()
    Account.objects.filter(login="hua").update(gone_at=timezone.now())
    run()
    assert Account.objects.get(login="hua").gone_at is None


def test_one_wrong_404_marks_nobody_as_gone(host, run):
    host.merged(0, user="hua")
    run()
    host.server.faults.next(error(404), path="/users/hua")
    Account.objects.update(gone_at=None)
    host.state.repo(NAME).pulls.get(1).user = None
    host.state.update_pull(NAME, 1, title="改了标题", at=at(90))
    run()
    assert PullRequest.objects.get().author_login == "hua"
    assert Account.objects.get(login="hua").gone_at is None
    assert host.paths.count("/api/v5/users/hua") == 2
