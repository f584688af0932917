"""What the emulator can be filled with: a file of pull requests, the sample year, live news, hooks."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from gitee.signature import verify
from tests.fakes import cli
from tests.fakes.gitee_server import GiteeServer
from tests.fakes.live import Live
from tests.fakes.pulls_file import author_name, load_pulls, login_for
from tests.fakes.sample import SAMPLE_REPO, SAMPLE_USERS, STAR, load_sample
from tests.fakes.state import State
from tests.gitee.conftest import REPO

TODAY = datetime(2026, 6, 15, 4, tzinfo=UTC)
LINES = [
    {
        "number": 3,
        "merged_at": "2022-02-24T12:44:04+00:00",
        "merge_sha": "5" * 40,
        "committer": "王 五",
        "from": "master",
        "head": "",
        "title": "示例一",
        "commits": [{"sha": "b" * 40, "date": "2022-02-24T17:16:47+08:00", "name": "Li Si"}],
        "files": 4,
        "additions": 3,
        "deletions": 1,
    },
    {
        "number": 8,
        "merged_at": "2026-01-26T14:50:38+08:00",
        "merge_sha": "9" * 40,
        "committer": "ann",
        "author": "ann",
        "reviewed_by": ["bo", "eve"],
        "title": "示例二",
        "commits": [{"sha": "f" * 40, "date": "2026-01-24T17:08:09+08:00", "name": "Ann"}],
        "files": 5,
        "additions": 2,
        "deletions": 4,
    },
    {
        "number": 9,
        "merged_at": "2026-02-26T14:50:38+08:00",
        "merge_sha": "8" * 40,
        "committer": "ann",
        "title": "示例三",
        "files": 1,
        "additions": 1,
        "deletions": 1,
    },
]


@pytest.fixture
def pulls_file(tmp_path):
    path = tmp_path / "pulls.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in LINES))
    return path


# ── a file of pull requests ────────────────────────────────────────────────────────────────────
def test_each_line_becomes_a_merged_pull_request(pulls_file):
    state = State()
    repo = load_pulls(state, pulls_file, "o/r")
    first, second, third = repo.pulls.ordered(sort="created")
    assert (first.number, first.state, first.id) == (3, "merged", 5_000_003)
    assert (first.user, state.find_user("Li-Si").name) == ("Li-Si", "Li Si")
    assert first.created_at == datetime(2022, 2, 24, 9, 16, 47, tzinfo=UTC)
    assert first.updated_at == first.merged_at == datetime(2022, 2, 24, 12, 44, 4, tzinfo=UTC)
    assert (second.user, second.updated_at) == ("ann", second.merged_at)
    assert third.created_at == third.merged_at


def test_reviewers_become_commands_before_the_merge(pulls_file):
    repo = load_pulls(State(), pulls_file, "o/r")
    comments = repo.pull_comments.ordered()
    said = [(comment.number, comment.user, comment.body) for comment in comments]
    assert said == [("8", "bo", "/lgtm"), ("8", "eve", "/lgtm"), ("8", "eve", "/approve")]
    assert all(comment.created_at < repo.pulls.get(8).merged_at for comment in comments)


def test_two_loads_agree(pulls_file):
    def ids(state):
        repo = load_pulls(state, pulls_file, "o/r")
        return [(pull.id, state.find_user(pull.user).id) for pull in repo.pulls]

    assert ids(State()) == ids(State())


def test_what_happens_afterwards_takes_no_id_of_the_file(pulls_file):
    state = State()
    repo = load_pulls(state, pulls_file, "o/r")
    added = [state.add_pull("o/r", user="eve", title="新的") for _ in range(10)]
    assert len({pull.id for pull in repo.pulls}) == len(LINES) + len(added)


def test_bad_line_is_named(pulls_file):
    pulls_file.write_text(pulls_file.read_text() + '\n{"number": 1}\n')
    with pytest.raises(ValueError, match=r"pulls\.jsonl, line 5: KeyError\('merged_at'\)"):
        load_pulls(State(), pulls_file, "o/r")


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"author": "ann", "from": "x", "head": "y"}, "ann"),
        ({"from": "zhou", "head": "topic"}, "zhou"),
        ({"from": "master", "head": "", "commits": [{"name": "Li Si"}]}, "Li Si"),
        ({"committer": "bo"}, "bo"),
        ({}, "unknown"),
    ],
)
def test_author_name_is_found(row, name):
    assert author_name(row) == name


def test_login_follows_from_the_name():
    assert login_for("Li Si") == "Li-Si"
    assert login_for("胡一") == login_for("胡一")
    assert login_for("胡一") != login_for("胡二")
    assert login_for("胡一").isascii()


# ── the sample ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def sample():
    state = State(clock=lambda: TODAY)
    load_sample(state)
    return state


def test_sample_is_a_lively_year(sample):
    repo = sample.repo(SAMPLE_REPO)
    states = Counter(pull.state for pull in repo.pulls)
    assert states == {"merged": 48, "open": 8, "closed": 4}
    assert len(repo.issues) == 27
    assert sum("RFC" in issue.labels for issue in repo.issues) == 2
    first = min(pull.created_at for pull in repo.pulls)
    assert 355 <= (TODAY - first).days <= 366
    assert {pull.created_at.month for pull in repo.pulls} == set(range(1, 13))


def test_sample_never_reaches_into_the_future_or_out_of_order(sample):
    repo = sample.repo(SAMPLE_REPO)
    for pull in repo.pulls:
        assert pull.created_at <= pull.updated_at < TODAY
        assert pull.merged_at is None or pull.merged_at == pull.closed_at == pull.updated_at
        for comment in repo.pull_comments:
            if comment.number == str(pull.number):
                assert pull.created_at < comment.created_at <= pull.updated_at


def test_sample_is_marked_as_invented(sample):
    repo = sample.repo(SAMPLE_REPO)
    assert all(row.title.startswith("「示例」") for row in [*repo.pulls, *repo.issues])
    members = {login for login in SAMPLE_USERS if not login.startswith("sample-")}
    authors = {row.user for row in [*repo.pulls, *repo.issues]}
    # Those of the public charter write nothing but a proposal that is marked as invented.
    assert authors & members == {"hss-shuai"}
    assert all(sample.find_user(login).id == uid for login, (uid, *_) in SAMPLE_USERS.items())


def test_sample_shows_what_a_review_record_must_get_right(sample):
    repo = sample.repo(SAMPLE_REPO)
    authors = {str(pull.number): pull.user for pull in repo.pulls}
    said = list(repo.pull_comments)
    assert any(c.body == "/lgtm" and c.user == authors[c.number] for c in said), "own"
    assert any(c.body == "/lgtm cancel" for c in said), "cancelled"
    assert any(c.body == "/LGTM" and c.updated_at > c.created_at for c in said), "edited"
    assert any("\r\n/approve" in c.body for c in said), "not on the first line"
    assert any(issue.security_hole for issue in repo.issues), "private"
    assert any(pull.draft for pull in repo.pulls)


def test_sample_has_somebody_to_promote(sample):
    repo = sample.repo(SAMPLE_REPO)
    merged = {str(pull.number): pull for pull in repo.pulls if pull.state == "merged"}
    wrote = [pull for pull in merged.values() if pull.user == STAR]
    reviewed = {
        comment.number
        for comment in repo.pull_comments
        if comment.user == STAR and comment.body == "/lgtm" and comment.number in merged
    }
    assert len(reviewed) >= 6
    assert len(wrote) + len(reviewed) >= 20


def test_sample_is_the_same_for_the_same_day(sample):
    again = State(clock=lambda: TODAY)
    load_sample(again)
    mine, other = sample.repo(SAMPLE_REPO), again.repo(SAMPLE_REPO)
    assert list(mine.pulls) == list(other.pulls)
    assert list(mine.pull_comments) == list(other.pull_comments)
    assert list(mine.issues) == list(other.issues)


# ── live news ──────────────────────────────────────────────────────────────────────────────────
def test_live_brings_every_kind_of_news_and_tells_of_it(sample):
    told = []
    live = Live(sample, SAMPLE_REPO, seed=1, told=lambda event, row: told.append(event))
    events = [live.step()[0] for _ in range(30)]
    assert set(events) == {"open", "merge", "issue", "comment"}
    assert told == events


# ── webhooks ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("mode", ["signature", "password"])
def test_deliveries_prove_the_secret(server, mode):
    pull = server.state.add_pull(REPO, user="ann", title="t")
    hooks = server.hooks("s3cret", mode=mode)
    delivery = hooks.pull(server.state.repo(REPO), pull, action="open", at=TODAY)
    verify(
        secret="s3cret",
        token=delivery.headers["X-Gitee-Token"],
        timestamp=delivery.headers["X-Gitee-Timestamp"],
        at=TODAY,
    )
    body = json.loads(delivery.body)
    assert body["timestamp"] == delivery.headers["X-Gitee-Timestamp"]
    assert (body["sign"] == "") == (mode == "password")


def test_delivery_bodies_differ_from_rest_as_recorded(server):
    state, repo = server.state, server.state.repo(REPO)
    pull = state.add_pull(REPO, user="ann", title="t", labels=["lgtm"])
    issue = state.add_issue(REPO, user="ann", title="t")
    note = state.add_comment(REPO, "pull", pull.number, user="bo", body="/lgtm\r\n")
    hooks = server.hooks("s3cret")
    body = json.loads(hooks.note(repo, note).body)
    assert (body["hook_name"], body["per_iid"], body["note"]) == ("note_hooks", "!1", "/lgtm\r\n")
    assert "labels" not in body["pull_request"]
    body = json.loads(hooks.pull(repo, pull, action="merge").body)
    assert body["action_desc"] == "open"
    assert body["pull_request"]["head"]["label"] == "ann:patch-1"
    assert body["repository"]["html_url"] == f"{server.url}/{REPO}"
    body = json.loads(hooks.issue(repo, issue, action="open").body)
    assert (body["iid"], body["issue"]["state_name"]) == (issue.number, "待办的")


def test_delivery_is_posted_once(server):
    pull = server.state.add_pull(REPO, user="ann", title="t")
    delivery = server.hooks("s3cret").pull(server.state.repo(REPO), pull, action="open")
    with GiteeServer() as receiver:
        assert delivery.send(f"{receiver.url}/webhooks/gitee/") == 404
        (request,) = receiver.requests
        url = receiver.url
    assert (request.method, request.body) == ("POST", delivery.body)
    assert request.headers["x-gitee-event"] == "Merge Request Hook"
    assert delivery.send(url) == 0


# ── the command line ───────────────────────────────────────────────────────────────────────────
def build(*arguments):
    return cli.build(cli.make_parser().parse_args(["--port", "0", *arguments]))


def test_command_line_serves_the_sample_by_default():
    assert len(build().state.repo(SAMPLE_REPO).pulls) == 60


def test_command_line_sets_everything_up(pulls_file):
    server = build(
        *("--pulls", str(pulls_file), "--repo", "o/r", "--latency-ms", "50"),
        *("--token", "t0ken:bo", "--token", "other", "--client", "id:secret"),
        *("--callback", "https://p.example/cb", "--faults", "500:0.5,429+3:0.1"),
        *("--switch", "since_on_pulls=false", "--switch", "rate_limit=5000"),
        *("--switch", "anonymous_rate_limit=none"),
    )
    assert list(server.state.repos) == ["o/r"]
    assert server.latency_s == 0.05
    assert {token: grant.login for token, grant in server.state.tokens.items()} == {
        "t0ken": "bo",
        "other": "suhaibo",
    }
    assert server.oauth.apps["id"].callbacks == ("https://p.example/cb",)
    assert (server.switches.since_on_pulls, server.switches.rate_limit) == (False, 5000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--switch", "nonsense=true"], "no switch named 'nonsense'"),
        (["--switch", "rate_limit=many"], "a switch is true, false, none or a number"),
        (["--faults", "500"], "a fault is KIND:RATE"),
        (["--faults", "gremlins:0.1"], "unknown fault"),
        (["--faults", "500:2"], "a fault is KIND:RATE"),
        (["--pulls", "/nowhere.jsonl"], "No such file"),
    ],
)
def test_command_line_refuses_plainly(arguments, message, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--port", "0", *arguments])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err
