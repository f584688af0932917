"""The emulator is strict where Gitee's behaviour is known: these tests keep it so."""

import gzip
import http.client
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tests.fakes.faults import Faults, named_fault
from tests.fakes.state import State, issue_number
from tests.fakes.wire import Request
from tests.gitee.conftest import REPO

DAY = datetime(2026, 3, 1, 16, tzinfo=UTC)
BASE = f"/api/v5/repos/{REPO}"


@pytest.fixture
def get(server):
    """GET with raw control of the request line and headers: (status, headers, decoded body)."""

    def ask(path, headers=None, method="GET"):
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
        connection.request(method, path, headers={"User-Agent": "test", **(headers or {})})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        is_json = "json" in answer.headers["Content-Type"] and body
        return answer.status, answer.headers, json.loads(body) if is_json else body

    return ask


def fill(server, count=45):
    for n in range(count):
        server.state.add_pull(REPO, user="ann", title=f"t{n}", created_at=DAY + timedelta(hours=n))


def ids(answer):
    return [row["number"] for row in answer[2]]


# ── transport ──────────────────────────────────────────────────────────────────────────────────
def test_missing_user_agent_is_403(server):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
    connection.putrequest("GET", BASE, skip_accept_encoding=True)
    connection.endheaders()
    assert connection.getresponse().status == 403
    connection.close()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/api/v5/nothing", "404 Not Found"),
        ("/api/v5/repos/no/body", "404 Project Not Found"),
        (f"{BASE}/pulls/1", "404 Not Found"),
        (f"{BASE}/pulls/one", "404 Not Found"),
        (f"{BASE}/pulls?sort=created&order=asc", "404 Not Found: unknown parameter order"),
        (f"{BASE}/issues/comments?state=all", "404 Not Found: unknown parameter state"),
        (f"{BASE}?page=1", "404 Not Found: unknown parameter page"),
        ("/api/v5/users/nobody", "404 User Not Found"),
    ],
)
def test_unknown_paths_and_parameters_are_404_in_gitees_shape(get, path, message):
    status, _, body = get(path)
    assert (status, body) == (404, {"message": message})


def test_paths_outside_the_api_are_html(get):
    status, headers, _ = get(f"/repos/{REPO}")
    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_other_methods_are_405(get):
    assert get(f"{BASE}/pulls", method="DELETE")[0] == 405


@pytest.mark.parametrize(
    "query",
    ["state=locked", "sort=title", "direction=up", "page=x", "per_page=-1", "since=yesterday"],
)
def test_bad_values_are_400(get, query):
    status, _, body = get(f"{BASE}/pulls?{query}")
    assert status == 400
    assert body["message"].startswith(query.split("=")[0])


def test_since_with_a_bare_plus_is_400(get):
    """An unencoded plus arrives as a blank: the client's mistake must show."""
    assert get(f"{BASE}/pulls?since=2026-03-01T00:00:00+08:00")[0] == 400
    assert get(f"{BASE}/pulls?since=2026-03-01T00:00:00%2B08:00")[0] == 200


# ── lists ──────────────────────────────────────────────────────────────────────────────────────
def test_defaults_are_open_newest_first_twenty_a_page(server, get):
    fill(server)
    server.state.update_pull(REPO, 45, state="closed", at=DAY)
    assert ids(get(f"{BASE}/pulls")) == list(range(44, 24, -1))


def test_per_page_is_a_hundred_at_most(server, get):
    fill(server, 120)
    assert len(ids(get(f"{BASE}/pulls?per_page=500"))) == 100


def test_page_past_the_end_is_empty(server, get):
    fill(server)
    status, headers, body = get(f"{BASE}/pulls?page=9")
    assert (status, body, headers["total_count"], headers["total_page"]) == (200, [], "45", "3")


def test_headers_tell_totals_and_neighbours(server, get):
    fill(server)
    _, headers, _ = get(f"{BASE}/pulls?page=2&access_token=t&state=all", {})
    assert headers["total_count"] is None  # that token is not known: 401 has no totals
    _, headers, _ = get(f"{BASE}/pulls?state=all&page=2")
    assert (headers["total_count"], headers["total_page"]) == ("45", "3")
    address = f"{server.url}{BASE}/pulls?state=all&page="
    assert headers["Link"] == (
        f'<{address}3>; rel="next", <{address}3>; rel="last",'
        f' <{address}1>; rel="prev", <{address}1>; rel="first"'
    )


def test_link_repeats_a_token_of_the_query(server, get):
    fill(server)
    server.state.add_token("t0ken", "ann")
    assert "access_token=t0ken" in get(f"{BASE}/pulls?access_token=t0ken")[1]["Link"]


@pytest.mark.parametrize(
    ("switch", "value", "gone"),
    [
        ("count_headers", False, "total_count"),
        ("link_header", False, "Link"),
    ],
)
def test_headers_can_be_missing(server, get, switch, value, gone):
    fill(server)
    setattr(server.switches, switch, value)
    assert gone not in get(f"{BASE}/pulls")[1]


def test_single_objects_have_no_paging_headers(server, get):
    fill(server, 1)
    assert not {"total_count", "link"} & {name.lower() for name in get(f"{BASE}/pulls/1")[1]}


def test_states_are_apart(server, get):
    fill(server, 3)
    server.state.merge_pull(REPO, 1, by="bo", at=DAY)
    server.state.update_pull(REPO, 2, state="closed", at=DAY)
    found = {s: ids(get(f"{BASE}/pulls?state={s}")) for s in ("open", "closed", "merged", "all")}
    assert found == {"open": [3], "closed": [2], "merged": [1], "all": [3, 2, 1]}


def test_sorting_and_since_go_by_update_time(server, get):
    fill(server, 3)
    server.state.update_pull(REPO, 1, title="new", at=DAY + timedelta(days=9))
    assert ids(get(f"{BASE}/pulls?sort=updated&direction=asc")) == [2, 3, 1]
    assert ids(get(f"{BASE}/pulls?sort=updated&direction=desc")) == [1, 3, 2]
    assert ids(get(f"{BASE}/pulls?sort=created&direction=asc")) == [1, 2, 3]
    assert ids(get(f"{BASE}/pulls?since=2026-03-11T00:00:00%2B08:00")) == [1]
    # Inclusive to the second.
    assert ids(get(f"{BASE}/pulls?direction=asc&since=2026-03-02T02:00:00%2B08:00")) == [1, 3]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("author=bo", [2]),
        ("assignee=eve", [3]),
        ("base=r1", [2]),
        ("head=topic", [3]),
        ("head=ann:topic", [3]),
        ("head=bo:topic", []),
        ("labels=a,b", [2]),
    ],
)
def test_pulls_can_be_filtered(server, get, query, numbers):
    server.state.add_pull(REPO, user="ann", title="t", labels=["a"])
    server.state.add_pull(REPO, user="bo", title="t", base_ref="r1", labels=["a", "b"])
    server.state.add_pull(REPO, user="ann", title="t", head_ref="topic", assignees=["eve"])
    assert ids(get(f"{BASE}/pulls?{query}")) == numbers


def test_times_are_written_in_gitees_zone(server, get):
    fill(server, 1)
    row = get(f"{BASE}/pulls/1")[2]
    assert row["created_at"] == "2026-03-02T00:00:00+08:00"


def test_missing_file_is_an_empty_list(server, get):
    assert get(f"{BASE}/contents/OWNERS")[::2] == (200, [])


def test_merge_state_is_a_status(server, get):
    fill(server, 2)
    server.state.merge_pull(REPO, 1, by="bo", at=DAY)
    assert [get(f"{BASE}/pulls/{n}/merge")[0] for n in (1, 2)] == [204, 404]


def test_operate_logs_are_newest_first_and_issues_have_theirs_below_the_owner(server, get):
    fill(server, 1)
    server.state.label_pull(REPO, 1, "lgtm", "approved", by="bot", at=DAY)
    server.state.merge_pull(REPO, 1, by="bo", at=DAY + timedelta(days=1))
    types = [log["action_type"] for log in get(f"{BASE}/pulls/1/operate_logs")[2]]
    assert types == ["merged_pr", "add_label", "add_label"]
    issue = server.state.add_issue(REPO, user="ann", title="t")
    server.state.add_log(REPO, "issue", issue.number, by="ann", action="x", text="y", at=DAY)
    owner, name = REPO.split("/")
    path = f"/api/v5/repos/{owner}/issues/{issue.number}/operate_logs"
    assert len(get(f"{path}?repo={name}")[2]) == 1
    assert get(path)[0] == 404


# ── rows ───────────────────────────────────────────────────────────────────────────────────────
def test_rows_of_2020_lack_the_newer_fields(server, get):
    fill(server, 1)
    server.state.update_pull(REPO, 1, assignees=["bo"])
    server.state.add_comment(REPO, "pull", 1, user="bo", body="x")
    pull = get(f"{BASE}/pulls/1")[2]
    assert pull["draft"] is False
    assert pull["assignees"][0]["accept"] is False
    assert get(f"{BASE}/pulls/comments")[2][0]["comment_type"] == "pr_comment"
    server.switches.draft_field = False
    server.switches.reviewer_flags = False
    server.switches.comment_type_field = False
    pull = get(f"{BASE}/pulls?state=all")[2][0]
    assert "draft" not in pull
    assert "accept" not in pull["assignees"][0]
    assert "comment_type" not in get(f"{BASE}/pulls/comments")[2][0]


def test_cached_rows_follow_every_change(server, get):
    fill(server, 1)
    first = get(f"{BASE}/pulls")[2][0]
    assert first["user"]["login"] == "ann"
    server.state.rename_user("ann", "anna")
    server.state.update_pull(REPO, 1, title="new")
    second = get(f"{BASE}/pulls")[2][0]
    assert (second["user"]["login"], second["title"]) == ("anna", "new")
    assert second["user"]["id"] == first["user"]["id"]
    server.state.remove_user("anna")
    assert get(f"{BASE}/pulls")[2][0]["user"] is None
    server.state.delete_pull(REPO, 1)
    assert get(f"{BASE}/pulls")[2] == []


def test_assignees_follow_a_rename_and_leave_with_their_account(server, get):
    fill(server, 1)
    server.state.add_user("bo")
    server.state.update_pull(REPO, 1, assignees=["bo"])
    server.state.rename_user("bo", "bobby")
    assert [user["login"] for user in get(f"{BASE}/pulls/1")[2]["assignees"]] == ["bobby"]
    server.state.remove_user("bobby")
    assert get(f"{BASE}/pulls/1")[2]["assignees"] == []


def test_large_answers_come_compressed_to_those_who_take_it(server, get):
    fill(server, 5)
    assert get(f"{BASE}/pulls")[1]["Content-Encoding"] is None
    asked = {"Accept-Encoding": "gzip", "Connection": "close"}
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
    connection.request("GET", f"{BASE}/pulls", headers={"User-Agent": "test", **asked})
    answer = connection.getresponse()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.read()))) == 5
    connection.close()


def test_comment_counts_and_touches_its_parent_or_not(server, get):
    issue = server.state.add_issue(REPO, user="ann", title="t", created_at=DAY)
    server.state.add_comment(
        REPO, "issue", issue.number, user="bo", body="x", at=DAY + timedelta(1)
    )
    row = get(f"{BASE}/issues/{issue.number}")[2]
    assert (row["comments"], row["updated_at"]) == (1, "2026-03-03T00:00:00+08:00")
    server.switches.comment_touches_parent = False
    last = server.state.add_comment(
        REPO, "issue", issue.number, user="bo", body="y", at=DAY + timedelta(2)
    )
    row = get(f"{BASE}/issues/{issue.number}")[2]
    assert (row["comments"], row["updated_at"]) == (2, "2026-03-03T00:00:00+08:00")
    server.state.delete_comment(REPO, "issue", last.id)
    assert get(f"{BASE}/issues/{issue.number}")[2]["comments"] == 1
    assert [note["body"] for note in get(f"{BASE}/issues/comments")[2]] == ["x"]


def test_private_issue_and_its_comments_hide_from_strangers(server, get):
    issue = server.state.add_issue(REPO, user="ann", title="t", security_hole=True)
    note = server.state.add_comment(REPO, "issue", issue.number, user="bo", body="x")
    server.state.add_token("t0ken", "ann")
    paths = [f"{BASE}/issues/{issue.number}", f"{BASE}/issues/comments/{note.id}"]
    signed = {"Authorization": "Bearer t0ken"}
    assert [get(path)[0] for path in paths] == [404, 404]
    assert [get(path, signed)[0] for path in paths] == [200, 200]
    for path in (f"{BASE}/issues", f"{BASE}/issues/comments"):
        assert get(path)[2] == []
        assert len(get(path, signed)[2]) == 1


def test_issue_numbers_look_like_gitees():
    assert issue_number(7295389) == "I4CD5P"


def test_user_ids_follow_from_the_login():
    first, second = State().add_user("ann"), State().add_user("ann")
    assert first.id == second.id
    state = State()
    assert state.add_user("Ann") is state.add_user("ann")


def test_second_connections_use_keep_alive(server):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
    for _ in range(2):
        connection.request("GET", BASE, headers={"User-Agent": "test"})
        sock = connection.sock
        connection.getresponse().read()
        assert connection.sock is sock
    connection.close()


def test_pages_of_items_can_be_looked_at(server, get):
    fill(server, 1)
    server.state.add_comment(REPO, "pull", 1, user="bo", body="<b>/lgtm</b>")
    status, _, body = get(f"/{REPO}/pulls/1")
    assert status == 200
    assert "&lt;b&gt;/lgtm" in body.decode()
    assert get(f"/{REPO}/pulls/2")[0] == 404
    assert get(f"/{REPO}/issues/I0")[0] == 404


# ── faults ─────────────────────────────────────────────────────────────────────────────────────
def thrown(seed):
    faults = Faults()
    faults.throw_dice(seed, {"500": 0.3, "drop": 0.2})
    asked = Request("GET", "/x", "", {})
    return [fault.kind if (fault := faults.for_request(asked)) else "" for _ in range(50)]


def test_dice_repeat_with_their_seed():
    assert thrown(1) == thrown(1)
    assert thrown(1) != thrown(2)
    assert set(thrown(1)) == {"", "status", "drop"}


def test_script_waits_for_its_path():
    faults = Faults()
    faults.next(named_fault("html"), path="/pulls")
    assert faults.for_request(Request("GET", "/issues", "", {})) is None
    assert faults.for_request(Request("GET", "/pulls", "", {})).kind == "html"
    assert faults.for_request(Request("GET", "/pulls", "", {})) is None


def test_named_fault_reads_status_and_wait():
    fault = named_fault("429+3")
    assert (fault.status, dict(fault.headers)) == (429, {"Retry-After": "3"})
    with pytest.raises(ValueError, match="unknown fault"):
        named_fault("gremlins")
