"""Around a repository of the emulator: what moves, what goes away, who may see, what stands beside."""

import http.client
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tests.fakes.records import Change
from tests.gitee.conftest import REPO

DAY = datetime(2026, 3, 1, 16, tzinfo=UTC)
BASE = f"/api/v5/repos/{REPO}"
TOKEN = "t0ken"


@pytest.fixture
def get(server):
    """GET with the token (or as a stranger): (status, headers, decoded body)."""
    server.state.add_token(TOKEN, "ann")

    def ask(path, token=TOKEN, **headers):
        given = {"User-Agent": "test", **headers}
        if token:
            given["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
        connection.request("GET", path, headers=given)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, json.loads(body) if body else None

    return ask


@pytest.fixture
def pull(server):
    return server.state.add_pull(REPO, user="ann", title="t", created_at=DAY)


def at(hours):
    return DAY + timedelta(hours=hours)


# ── a pull request's own lists ─────────────────────────────────────────────────────────────────
def test_push_moves_the_head_and_the_time(server, get, pull):
    before = get(f"{BASE}/pulls/1")[2]
    server.state.push_pull(REPO, 1, by="bo", at=at(1))
    after = get(f"{BASE}/pulls/1")[2]
    assert after["head"]["sha"] != before["head"]["sha"]
    assert after["updated_at"] == "2026-03-02T01:00:00+08:00"
    server.switches.push_touches_parent = False
    server.state.push_pull(REPO, 1, by="bo", at=at(2))
    assert get(f"{BASE}/pulls/1")[2]["updated_at"] == after["updated_at"]


def test_commits_of_a_pull_request_have_an_object_for_parents(server, get, pull):
    first = get(f"{BASE}/pulls/1/commits")[2]
    assert [commit["sha"] for commit in first] == [pull.head_sha]
    old_head = pull.head_sha
    server.state.push_pull(REPO, 1, by="bo", at=at(1))
    commit = get(f"{BASE}/pulls/1/commits")[2][-1]
    assert (commit["sha"], commit["parents"]["sha"]) == (pull.head_sha, old_head)
    assert commit["author"]["login"] == "bo"


def test_files_count_lines_as_text_and_call_modified_null(server, get, pull):
    changes = [Change("a.py", additions=3), Change("b.py", "added")]
    server.state.push_pull(REPO, 1, changes=changes)
    rows = get(f"{BASE}/pulls/1/files")[2]
    assert [(row["status"], row["additions"]) for row in rows] == [(None, "3"), ("added", "1")]
    assert rows[1]["patch"]["new_file"] is True


def test_linked_issues_are_told_from_both_sides(server, get, pull):
    issue = server.state.add_issue(REPO, user="ann", title="t")
    server.state.link_issues(REPO, 1, issue.number)
    owner, name = REPO.split("/")
    other_side = f"/api/v5/repos/{owner}/issues/{issue.number}/pull_requests?repo={name}"
    assert [row["number"] for row in get(f"{BASE}/pulls/1/issues")[2]] == [issue.number]
    assert [row["number"] for row in get(other_side)[2]] == [1]


@pytest.mark.parametrize("typed", [True, False])
def test_labels_are_logged_in_both_spellings(server, get, pull, typed):
    server.switches.label_logs_typed = typed
    server.state.label_pull(REPO, 1, "lgtm", by="bo", at=at(1))
    server.state.label_pull(REPO, 1, by="bo", at=at(2))
    logs = [(log["action_type"], log["content"]) for log in get(f"{BASE}/pulls/1/operate_logs")[2]]
    assert logs == [
        ("remove_label" if typed else "set_assignee", "删除了标签 lgtm"),
        ("add_label" if typed else "set_assignee", "添加了标签 lgtm"),
    ]


@pytest.mark.parametrize("touches", [True, False])
def test_a_label_touches_the_time_or_not(server, get, pull, touches):
    server.switches.label_touches_parent = touches
    server.state.label_pull(REPO, 1, "lgtm", by="bo", at=at(1))
    hour = 1 if touches else 0
    assert get(f"{BASE}/pulls/1")[2]["updated_at"] == f"2026-03-02T0{hour}:00:00+08:00"


def test_an_edited_comment_is_later_than_it_was_written_or_not(server, get, pull):
    note = server.state.add_comment(REPO, "pull", 1, user="bo", body="x", at=at(1))
    server.state.update_comment(REPO, "pull", note.id, body="y", at=at(2))
    row = get(f"{BASE}/pulls/comments/{note.id}")[2]
    assert (row["body"], row["updated_at"]) == ("y", "2026-03-02T02:00:00+08:00")
    server.switches.edit_touches_comment = False
    server.state.update_comment(REPO, "pull", note.id, body="z", at=at(3))
    row = get(f"{BASE}/pulls/comments/{note.id}")[2]
    assert (row["body"], row["updated_at"]) == ("z", "2026-03-02T02:00:00+08:00")


# ── what goes away ─────────────────────────────────────────────────────────────────────────────
def test_deleted_rows_are_gone_singly_and_from_every_list(server, get, pull):
    issue = server.state.add_issue(REPO, user="ann", title="t")
    note = server.state.add_comment(REPO, "issue", issue.number, user="bo", body="x")
    server.state.delete_issue(REPO, issue.number)
    assert get(f"{BASE}/issues/{issue.number}")[0] == 404
    assert get(f"{BASE}/issues/comments/{note.id}")[0] == 404
    assert get(f"{BASE}/issues/comments")[2] == []


def test_issue_numbers_are_case_sensitive(server, get):
    issue = server.state.add_issue(REPO, user="ann", title="t", number="I4CE7W")
    assert get(f"{BASE}/issues/{issue.number}")[0] == 200
    assert get(f"{BASE}/issues/i4ce7w")[0] == 404


@pytest.mark.parametrize("status", [404, 403])
def test_an_issue_made_private_leaves_strangers_alone(server, get, status):
    server.switches.private_status = status
    issue = server.state.add_issue(REPO, user="ann", title="t")
    server.state.add_comment(REPO, "issue", issue.number, user="bo", body="x")
    server.state.hide_issue(REPO, issue.number)
    (row,) = get(f"{BASE}/issues")[2]
    assert row["security_hole"] is True
    assert get(f"{BASE}/issues", token=None)[2] == []
    assert get(f"{BASE}/issues/comments", token=None)[2] == []
    assert get(f"{BASE}/issues/{issue.number}", token=None)[0] == status
    server.switches.private_for_tokens = False
    assert get(f"{BASE}/issues")[2] == []
    server.switches.private_comments_hidden = False
    server.switches.counts_private = True
    assert len(get(f"{BASE}/issues/comments", token=None)[2]) == 1
    assert get(f"{BASE}/issues", token=None)[1]["total_count"] == "1"


def test_a_deleted_account_is_null_in_rows_and_unknown_by_name(server, get, pull):
    server.state.remove_user("ann")
    assert get(f"{BASE}/pulls/1")[2]["user"] is None
    assert get("/api/v5/users/ann")[0] == 404


def test_a_renamed_account_keeps_its_id_everywhere(server, get, pull):
    server.state.label_pull(REPO, 1, "lgtm", by="ann", at=at(1))
    before = get("/api/v5/users/ann")[2]["id"]
    server.state.rename_user("ann", "anna")
    assert get("/api/v5/users/ann", token=None)[0] == 404
    after = get("/api/v5/users/anna", token=None)[2]["id"]
    log = get(f"{BASE}/pulls/1/operate_logs", token=None)[2][0]["user"]
    assert before == after == log["id"]
    assert log["login"] == "anna"


def test_a_moved_repository_redirects_or_is_not_found(server, get, pull):
    server.state.move_repo(REPO, "other/place")
    status, headers, _ = get(f"{BASE}/pulls?state=all")
    target = f"{server.url}/api/v5/repos/other/place/pulls?state=all"
    assert (status, headers["Location"]) == (301, target)
    assert get("/api/v5/repos/other/place/pulls/1")[0] == 200
    server.switches.moved_status = 404
    assert get(f"{BASE}/pulls")[0] == 404


def test_names_of_places_are_compared_by_case_or_not(server, get):
    assert get(BASE.upper().replace("/API/V5/REPOS", "/api/v5/repos"))[0] == 200
    server.switches.names_case_sensitive = True
    assert get(BASE.upper().replace("/API/V5/REPOS", "/api/v5/repos"))[0] == 404


# ── what stands beside ─────────────────────────────────────────────────────────────────────────
def test_milestones_come_by_due_date(server, get):
    server.state.add_milestone(REPO, "late", due_on="2026-09-01")
    early = server.state.add_milestone(REPO, "early", due_on="2026-03-01")
    server.state.add_milestone(REPO, "done", state="closed")
    assert [row["title"] for row in get(f"{BASE}/milestones")[2]] == ["early", "late"]
    assert len(get(f"{BASE}/milestones?state=all&per_page=2")[2]) == 2
    server.state.add_pull(REPO, user="ann", title="t", milestone="early")
    assert get(f"{BASE}/pulls/1")[2]["milestone"]["number"] == early.number
    server.state.update_milestone(REPO, early.number, title="first")
    assert get(f"{BASE}/milestones/{early.number}")[2]["title"] == "first"
    server.state.delete_milestone(REPO, early.number)
    assert get(f"{BASE}/milestones/{early.number}")[0] == 404


def test_collaborators_and_their_rights(server, get):
    server.state.set_collaborator(REPO, "bo", "write")
    server.state.set_collaborator(REPO, "eve", "admin")
    rows = get(f"{BASE}/collaborators")[2]
    rights = {row["login"]: row["permissions"]["admin"] for row in rows}
    assert rights == {"bo": False, "eve": True}
    asked = {
        login: get(f"{BASE}/collaborators/{login}/permission")[2]["permission"]
        for login in ("bo", "eve", "ann")
    }
    assert asked == {"bo": "write", "eve": "admin", "ann": "read"}
    assert [get(f"{BASE}/collaborators/{login}")[0] for login in ("bo", "ann")] == [204, 404]
    assert get(f"{BASE}/collaborators", token=None)[0] == 401


def test_branches_and_labels(server, get):
    server.state.repo(REPO).branches["r/2.0"] = "a" * 40
    server.state.add_pull(REPO, user="ann", title="t", labels=["lgtm", "sig/x"])
    assert [row["name"] for row in get(f"{BASE}/branches")[2]] == ["master", "r/2.0"]
    assert get(f"{BASE}/branches/r/2.0")[2]["commit"]["sha"] == "a" * 40
    labels = get(f"{BASE}/labels")[2]
    assert [row["name"] for row in labels] == ["lgtm", "sig/x"]
    assert labels[1]["url"].endswith("sig%2Fx")


def test_the_tree_lists_every_file(server, get):
    server.state.repo(REPO).files |= {"OWNERS": b"x", "docs/OWNERS": b"y"}
    paths = [row["path"] for row in get(f"{BASE}/git/trees/master?recursive=1")[2]["tree"]]
    assert paths == ["OWNERS", "docs", "docs/OWNERS"]
    flat = [row["path"] for row in get(f"{BASE}/git/trees/master")[2]["tree"]]
    assert flat == ["OWNERS", "docs"]


def test_events_go_backwards_by_id_or_by_page(server, get):
    made = [server.state.add_event(REPO, "PushEvent", user="ann").id for _ in range(3)]
    assert [row["id"] for row in get(f"{BASE}/events?limit=2")[2]] == made[:0:-1]
    assert [row["id"] for row in get(f"{BASE}/events?limit=2&prev_id={made[1]}")[2]] == made[:1]
    server.switches.events_paged = True
    assert [row["id"] for row in get(f"{BASE}/events?page=2&per_page=2")[2]] == made[:1]


def test_the_repository_says_where_its_page_is(server, get):
    row = get(BASE)[2]
    assert row["html_url"] == f"{server.url}/{REPO}.git"


def test_answers_are_conditional_where_the_server_does_that(server, get, pull):
    assert get(f"{BASE}/pulls")[1]["ETag"] is None
    server.switches.etags = True
    tag = get(f"{BASE}/pulls")[1]["ETag"]
    assert get(f"{BASE}/pulls", **{"If-None-Match": tag})[0] == 304
    server.state.update_pull(REPO, 1, title="new")
    assert get(f"{BASE}/pulls", **{"If-None-Match": tag})[0] == 200
