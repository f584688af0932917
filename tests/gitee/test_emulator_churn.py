"""The emulator's host at work: changes between pages, faults that overlook a question, the truth of it."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.fakes import cli
from tests.fakes.churn import Churn
from tests.fakes.faults import Fault, named_fault
from tests.fakes.truth import newest, truth
from tests.reviews.crowd import crowd

NAME = "example/crowd"
BASE = f"/api/v5/repos/{NAME}"


@pytest.fixture
def get(server):
    crowd(server.state, NAME)

    def ask(path):
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
        connection.request("GET", path, headers={"User-Agent": "test"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, json.loads(body)

    return ask


def test_crowds_and_what_happens_in_them_repeat_with_their_seed(server):
    def told(name):
        crowd(server.state, name, seed=3)
        churn = Churn(server.state, name, seed=4)
        for _ in range(50):
            churn.step()
        rows = truth(server.state, name)
        return [(row["updated_at"], row["author_login"]) for row in rows["pulls"].values()]

    assert told("example/a") == told("example/b")


def test_churn_happens_between_pages_until_it_is_stopped(server, get):
    server.before = Churn(server.state, NAME, limit=3)
    before = truth(server.state, NAME)
    for _ in range(3):
        get(f"{BASE}/pulls")
    assert truth(server.state, NAME) != before
    server.before.stop()
    before = truth(server.state, NAME)
    get(f"{BASE}/pulls")
    assert truth(server.state, NAME) == before


def test_the_truth_leaves_out_what_is_private(server, get):
    repo = server.state.repo(NAME)
    private = [issue for issue in repo.issues if issue.security_hole]
    assert len(private) == 1
    assert private[0].comments > 0
    shown, whole = truth(server.state, NAME), truth(server.state, NAME, private=True)
    assert whole["issues"].keys() - shown["issues"].keys() == {private[0].id}
    hidden = whole["issue_comments"].keys() - shown["issue_comments"].keys()
    assert len(hidden) == private[0].comments
    assert newest(server.state, NAME)["pulls"] == max(row.updated_at for row in repo.pulls)


@pytest.mark.parametrize(
    ("kind", "query", "like"),
    [
        ("since_ignored", "sort=updated&since=2099-01-01T00:00:00%2B08:00", "sort=updated"),
        ("sort_ignored", "sort=updated&direction=asc", "direction=asc"),
        ("direction_ignored", "sort=updated&direction=asc", "sort=updated"),
    ],
)
def test_a_question_can_be_overlooked_once_or_for_good(server, get, kind, query, like):
    ids = lambda query: [row["id"] for row in get(f"{BASE}/pulls?state=all&{query}")[2]]  # noqa: E731
    right, other = ids(query), ids(like)
    assert right != other
    server.faults.next(Fault(kind))
    assert ids(query) == other
    assert ids(query) == right
    if kind != "since_ignored":
        setattr(server.switches, kind, True)
        assert ids(query) == other


def test_totals_can_be_missing_once_and_rows_twice(server, get):
    server.faults.next(Fault("no_counts"))
    assert get(f"{BASE}/pulls")[1]["total_count"] is None
    server.faults.next(Fault("repeat"))
    ids = [row["id"] for row in get(f"{BASE}/pulls")[2]]
    assert ids[-2:] == ids[-4:-2]


def test_totals_are_spelled_in_three_ways(server, get):
    server.switches.link_header = False
    names = lambda: {name for name, _ in get(f"{BASE}/pulls")[1].items() if "otal" in name}  # noqa: E731
    assert names() == {"total_count", "total_page"}
    server.switches.capital_headers = True
    assert names() == {"Total_count", "Total_page"}
    server.switches.dashed_headers = True
    assert names() == {"Total-Count", "Total-Page"}


def test_rows_can_be_unreadable_once_or_until_repaired(server, get):
    server.faults.next(Fault("unreadable"))
    assert {"id": "?"} in get(f"{BASE}/pulls")[2]
    pull = server.state.repo(NAME).pulls.get(5)
    server.state.unreadable.add(pull.id)
    assert get(f"{BASE}/pulls/5")[2]["created_at"] is None
    server.state.unreadable.clear()
    assert get(f"{BASE}/pulls/5")[2]["created_at"]


def test_a_limit_can_be_told_by_403_and_a_wrong_404_is_json(server, get):
    server.faults.next(named_fault("403+0"))
    status, headers, _ = get(f"{BASE}/pulls")
    assert (status, headers["X-RateLimit-Remaining"]) == (403, "0")
    server.faults.next(named_fault("404"))
    assert get(f"{BASE}/pulls")[2] == {"message": "404 Not Found"}


def test_command_line_mixes_faults_and_churn():
    words = ["--port", "0", "--churn", "0.5", "--faults", "403+0:0.1,since_ignored:0.2,drip:0.01"]
    server = cli.build(cli.make_parser().parse_args(words))
    assert isinstance(server.before, Churn)
    assert set(server.faults._rates) == {"403+0", "since_ignored", "drip"}
