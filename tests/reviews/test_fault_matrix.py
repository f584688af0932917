"""Whatever the host does wrong, alone or all at once: a sync that says OK has mirrored it truly."""

import itertools
import logging
import time
from contextlib import contextmanager

import pytest

from gitee.client import Client, Clock
from gitee.errors import Unavailable
from gitee.transport import Transport
from reviews.models import PullRequest, RepositorySync
from reviews.sync import lists
from reviews.sync.run import Ending, sync
from tests.fakes.churn import Churn
from tests.fakes.faults import Fault, named_fault
from tests.fakes.switches import Switches
from tests.fakes.truth import newest
from tests.reviews.conftest import NAME
from tests.reviews.crowd import crowd
from tests.reviews.truth import differences

TOKEN = "0123456789abcdef0123456789abcdef"
LIMIT_S = 0.3
# What a call may last beyond its limit on a machine that is busy. A fault would hold it for minutes.
GRACE_S = 10.0
MAX_RUNS = 12
LISTS = ("pulls", "issues", "pull_comments", "issue_comments")

# Each is an answer that fails, or that is plainly not what was asked for.
PLAIN = [
    "500",
    "502",
    "503+1",
    "429",
    "429+1",
    "403+0",
    "404",
    "html",
    "cut",
    "not_json",
    "drop",
    "drop_midway",
    "repeat",
    "since_ignored",
    "sort_ignored",
    "direction_ignored",
    "no_counts",
]
# Each keeps a connection until the limit is over.
SLOW = ["drip", "drip_headers", "hang"]
# Each is a well-formed lie: only reading again, later, tells.
LIES = ["shift", "duplicate", "null_users", "unreadable"]


@pytest.fixture
def host(gitee_server):
    crowd(gitee_server.state, NAME)
    gitee_server.state.add_token(TOKEN, "portal")
    return gitee_server


@pytest.fixture
def calls(monkeypatch):
    """Seconds that each exchange with the host took."""
    lasted = []
    exchange = Transport._exchange

    def timed(self, *args):
        start = time.monotonic()
        try:
            return exchange(self, *args)
        finally:
            lasted.append(time.monotonic() - start)

    monkeypatch.setattr(Transport, "_exchange", timed)
    return lasted


@pytest.fixture
def go(host, repository, calls):
    """One run with small limits and a clock that does not sleep; I8 is looked at after each."""

    def run(**more):
        client = Client(
            host.url,
            TOKEN,
            timeout=(LIMIT_S, LIMIT_S),
            deadline_s=LIMIT_S,
            clock=Clock(sleep=lambda seconds: None),
        )
        outcome = sync(repository, client=client, **more)
        check_cursors(repository, host)
        return outcome

    return run


@pytest.fixture
def way(request, monkeypatch):
    """Both ways of a first reading: by time, and by creation with several pages at a time."""
    monkeypatch.setattr(lists, "LARGE", {"walked": 10_000, "loaded": 50}[request.param])


both_ways = pytest.mark.parametrize("way", ["walked", "loaded"], indirect=True)


def check_cursors(repository, host):
    """No cursor is beyond what the host has; that all before it is stored, the end of a test shows."""
    row = RepositorySync.objects.get(repository=repository)
    for name, latest in newest(host.state, NAME).items():
        cursor = getattr(row, f"{name}_cursor")
        assert cursor is None or latest is None or cursor <= latest, name


def until_ok(go, **more):
    """The endings of the runs it took; fails when it never ends well."""
    endings = []
    for _ in range(MAX_RUNS):
        endings.append(go(**more).ending)
        if endings[-1] is Ending.OK:
            return endings
    raise AssertionError(f"never OK: {endings}")


def happen(host, *, seed=5, times=40):
    """News since the last sync: rows changed, new, and gone."""
    churn = Churn(host.state, NAME, seed=seed)
    for _ in range(times):
        churn.step()


@contextmanager
def nothing_leaks(host, caplog):
    """No token in any log record, its arguments and traceback included, nor in any address."""
    with caplog.at_level(logging.DEBUG):
        yield
    shown = "\n".join(
        f"{record.getMessage()} {record.args!r} {record.exc_text} {record.exc_info}"
        for record in caplog.records
    )
    assert TOKEN not in shown + caplog.text
    assert host.requests
    assert all(TOKEN not in f"{request.path}?{request.query}" for request in host.requests)
    assert all(TOKEN in request.headers["authorization"] for request in host.requests)
    stored = [f"{row.error} {row.progress}" for row in RepositorySync.objects.all()]
    assert TOKEN not in "".join(stored)


def assert_equal(repository, host):
    assert differences(repository, host.state) == []


# ── each alone ─────────────────────────────────────────────────────────────────────────────────
@both_ways
@pytest.mark.parametrize("kind", PLAIN)
def test_each_fault_alone_ends_in_the_truth(host, repository, go, calls, caplog, kind, way):
    with nothing_leaks(host, caplog):
        host.faults.throw_dice(3, {kind: 0.3})
        until_ok(go)
        assert_equal(repository, host)
        happen(host)
        until_ok(go)
        host.faults.clear()
    until_ok(go)
    assert_equal(repository, host)
    assert max(calls) < LIMIT_S + GRACE_S


@pytest.mark.parametrize("kind", SLOW)
def test_no_call_outlasts_its_limit(host, repository, go, calls, caplog, kind):
    with nothing_leaks(host, caplog):
        host.faults.next(Fault(kind, drip_s=0.02), times=2)
        until_ok(go)
    assert_equal(repository, host)
    assert LIMIT_S * 0.5 < max(calls) < LIMIT_S + GRACE_S


@pytest.mark.parametrize("packed", [True, False])
def test_a_dripping_answer_is_given_up_byte_by_byte(host, packed):
    """Each look at the clock is a second later: after five the call must end, packed or not."""
    host.switches.gzip = packed
    host.faults.next(Fault("drip", drip_s=0.01))
    seconds = itertools.count()
    clock = Clock(monotonic=lambda: float(next(seconds)))
    client = Client(host.url, deadline_s=5.0, max_retries=0, clock=clock)
    with client, pytest.raises(Unavailable):
        client.pulls(*NAME.split("/"))
    assert host.dripped < 50


@pytest.mark.parametrize("kind", LIES)
def test_a_lie_is_set_right_when_the_host_is_honest_again(host, repository, go, kind):
    host.faults.throw_dice(4, {kind: 0.3})
    until_ok(go)
    happen(host)
    until_ok(go)
    host.faults.clear()
    until_ok(go, full=True)
    assert_equal(repository, host)


# ── for good ───────────────────────────────────────────────────────────────────────────────────
SWITCHES = {
    "no since": {f"since_on_{name}": False for name in ("pulls", "issues", "comments")},
    "no sort": {"sort_ignored": True},
    "no direction": {"direction_ignored": True},
    "no since, no direction": {"since_on_pulls": False, "direction_ignored": True},
    "no counts": {"count_headers": False},
    "no links": {"link_header": False},
    "neither": {"count_headers": False, "link_header": False},
    "capital": {"capital_headers": True},
    "dashed": {"dashed_headers": True, "link_header": False},
    "page of twenty": {"per_page_ignored": True},
    "counts what it hides": {"counts_private": True, "private_for_tokens": False},
    "hides but shows comments": {"private_comments_hidden": False, "private_for_tokens": False},
    "parents untouched": {"comment_touches_parent": False},
    "plain": {"gzip": False},
    "old rows": {"comment_type_field": False, "draft_field": False, "reviewer_flags": False},
    "fork gone": {"head_repo_null": True},
    "logs of 2020": {"label_logs_typed": False},
    "conditional": {"etags": True},
}


@pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES)
def test_each_way_a_host_may_be_ends_in_the_truth(host, repository, go, switches):
    for name, value in switches.items():
        assert getattr(Switches(), name) != value, "a switch at its default shows nothing"
        setattr(host.switches, name, value)
    until_ok(go)
    assert_equal(repository, host)
    happen(host)
    until_ok(go, full=True)
    assert_equal(repository, host)


def test_what_is_made_private_or_deleted_is_gone_after_one_ordinary_sync(host, repository, go):
    """Also where it just vanishes: no row says so, only the count."""
    host.switches.private_for_tokens = False
    until_ok(go)
    repo = host.state.repo(NAME)
    issue = next(row for row in repo.issues if row.comments)
    host.state.hide_issue(NAME, issue.number)
    host.state.delete_comment(NAME, "pull", next(iter(repo.pull_comments)).id)
    until_ok(go)
    assert_equal(repository, host)


def test_a_row_that_nobody_can_read_costs_no_other(host, repository, go):
    pull = host.state.repo(NAME).pulls.get(7)
    host.state.unreadable.add(pull.id)
    assert go().ending is Ending.OK
    lost = differences(repository, host.state)
    assert [line.split(" is ")[0] for line in lost] == [f"pulls {pull.id}"]
    host.state.unreadable.clear()
    until_ok(go)
    until_ok(go, full=True)
    assert_equal(repository, host)


# ── while people work, and all at once ─────────────────────────────────────────────────────────
@both_ways
@pytest.mark.parametrize("seed", range(4))
def test_rows_that_move_between_pages_are_not_lost(host, repository, go, seed, way):
    """What was there before and is there after must be here, whatever happened in between."""
    host.before = Churn(host.state, NAME, seed=seed, rate=0.8, limit=60)
    until_ok(go)
    host.before.stop()
    until_ok(go)
    assert_equal(repository, host)


@both_ways
@pytest.mark.parametrize("seed", range(4))
def test_everything_at_once_ends_in_the_truth(host, repository, go, calls, caplog, seed, way):
    rates = dict.fromkeys(PLAIN, 0.02) | dict.fromkeys(["drip", "hang"], 0.01)
    with nothing_leaks(host, caplog):
        host.faults.throw_dice(seed, rates)
        host.before = Churn(host.state, NAME, seed=seed, rate=0.3, limit=40)
        until_ok(go)
        host.before.stop()
        until_ok(go)
        host.faults.clear()
    until_ok(go)
    assert_equal(repository, host)
    assert max(calls) < LIMIT_S + GRACE_S


def test_a_renamed_account_is_followed_and_a_deleted_one_remembered(host, repository, go):
    """Rows are not touched by either; a whole reading tells. Who is gone keeps the name we knew."""
    until_ok(go)
    host.state.rename_user("hua", "hua-lin")
    host.state.remove_user("liu")
    until_ok(go, full=True)
    logins = set(PullRequest.objects.values_list("author_login", flat=True))
    assert logins == {"hua-lin", "liu", "chen", "wang", "zhao"}
    assert differences(repository, host.state, ignoring="author_login") == []


def test_a_second_sync_of_a_quiet_host_writes_nothing(host, repository, go):
    until_ok(go)
    assert set(go().progress.written.values()) == {0}


def test_named_faults_are_all_in_the_matrix():
    """A fault that the emulator learns must be tried here as well."""
    from tests.fakes.faults import ROWS, WIRE

    tried = {named_fault(name).kind for name in (*PLAIN, *SLOW, *LIES)}
    assert tried == {*WIRE, *ROWS}
