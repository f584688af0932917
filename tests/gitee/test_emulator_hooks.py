"""Deliveries of every event, in the shapes that were recorded, also about what is gone already."""

import json
from datetime import UTC, datetime

import pytest

from tests.gitee.conftest import REPO

DAY = datetime(2026, 3, 1, 16, tzinfo=UTC)


@pytest.fixture
def repo(server):
    return server.state.repo(REPO)


@pytest.fixture
def pull(server):
    return server.state.add_pull(REPO, user="ann", title="t", labels=["lgtm"], created_at=DAY)


@pytest.fixture
def hooks(server):
    return server.hooks("secret")


def body_of(delivery):
    return json.loads(delivery.body)


@pytest.mark.parametrize(
    ("action", "desc", "told"),
    [
        ("update", "source_branch_changed", "source_branch_changed"),
        ("update", "update_label", "update_label"),
        ("merge", "", "open"),
    ],
)
def test_pull_deliveries_say_what_happened(repo, pull, hooks, action, desc, told):
    body = body_of(hooks.pull(repo, pull, action=action, desc=desc))
    assert (body["action"], body["action_desc"]) == (action, told)
    assert body["source_repo"]["project"]["path_with_namespace"] == "ann/example"
    assert set(body["pull_request"]["labels"][0]) == {"id", "name", "color"}


@pytest.mark.parametrize("action", ["comment", "edited", "deleted"])
def test_note_deliveries_outlive_their_comment(server, repo, pull, hooks, action):
    note = server.state.add_comment(REPO, "pull", 1, user="bo", body="/lgtm\r\n", at=DAY)
    server.state.delete_comment(REPO, "pull", note.id)
    body = body_of(hooks.note(repo, note, action=action))
    assert (body["action"], body["note"], body["per_iid"]) == (action, "/lgtm\r\n", "!1")
    assert body["comment"]["html_url"].endswith(f"/pulls/1#note_{note.id}")
    assert "labels" not in body["pull_request"]
    assert body["issue"] is None


def test_a_deleted_issue_is_told_with_its_last_state(server, repo, hooks):
    server.state.add_milestone(REPO, "v1", due_on="2026-06-01")
    issue = server.state.add_issue(REPO, user="ann", title="t", milestone="v1")
    note = server.state.add_comment(REPO, "issue", issue.number, user="bo", body="x")
    server.state.delete_issue(REPO, issue.number)
    body = body_of(hooks.issue(repo, issue, action="delete"))
    assert (body["action"], body["iid"], body["milestone"]) == ("delete", issue.number, "v1")
    assert body["issue"]["milestone"]["due_on"] == "2026-06-01"
    body = body_of(hooks.note(repo, note, action="deleted"))
    assert (body["issue"], body["noteable_id"]) == (None, 0)


def test_a_push_of_many_commits_has_none(repo, hooks):
    many = body_of(hooks.push(repo, by="ann", after="a" * 40))
    assert (many["commits"], many["commits_more_than_ten"], many["created"]) == (None, True, True)
    one = body_of(hooks.push(repo, by="ann", before="b" * 40, after="a" * 40, changed=["OWNERS"]))
    assert one["commits"][0]["modified"] == ["OWNERS"]
    assert (one["ref"], one["created"], one["deleted"]) == ("refs/heads/master", False, False)


def test_a_ping_looks_like_a_push(repo, hooks):
    ping = hooks.ping(repo)
    assert (ping.headers["X-Gitee-Ping"], ping.headers["X-Gitee-Event"]) == ("true", "push_hooks")
    assert body_of(ping)["hook_name"] == "push_hooks"


def test_the_old_spelling_names_the_hook_in_the_header(server, repo, pull):
    delivery = server.hooks("secret", old_spelling=True).pull(repo, pull, action="open")
    assert delivery.headers["X-Gitee-Event"] == "merge_request_hooks"
