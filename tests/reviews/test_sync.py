"""One sync over HTTP against the emulator: what is stored, what a second one writes, what survives."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gitee.client import Client
from members.models import Contribution
from reviews.models import Comment, Issue, PullRequest, RepositorySync
from reviews.sync import running
from reviews.sync.run import Ending, Fault, sync
from tests.fakes.faults import Fault as HttpFault
from tests.fakes.faults import error

from .conftest import NAME, at, mirror

MIRROR_TABLES = [model._meta.db_table for model in (PullRequest, Issue, Comment, Contribution)]


def fill(host):
    """Two merged pull requests with their reviews, an open one, an issue with a comment."""
    first = host.merged(0)
    host.say(first, "liu", "/lgtm", 10)
    host.say(first, "wang", "看过了\r\n/lgtm\r\n/approve", 20)
    second = host.merged(100, user="liu")
    host.say(second, "liu", "/lgtm", 110)
    host.pull(200, user="zhao")
    issue = host.issue(50, user="qian")
    host.say_on_issue(issue, "liu", "复现了", 60)


def facts():
    rows = Contribution.objects.order_by("at", "source")
    return [(row.kind, row.person.login, row.is_main) for row in rows]


def forget_everything():
    for model in (RepositorySync, PullRequest, Issue, Comment, Contribution):
        model.objects.all().delete()


# ── what is stored ────────────────────────────────────────────────────────────────────────────
def test_sync_stores_what_the_host_has(host, run, repository):
    fill(host)
    outcome = run()
    assert outcome.ending is Ending.OK
    assert outcome.progress.written == {
        "pulls": 3,
        "issues": 1,
        "pull_comments": 3,
        "issue_comments": 1,
    }
    pull = PullRequest.objects.get(number=1)
    assert (pull.state, pull.title, pull.author_login) == ("merged", "改动 0", "hua")
    assert (pull.created_at, pull.merged_at) == (at(0), at(30))
    assert pull.author.person.login == "hua"
    assert pull.repository == repository
    assert Comment.objects.get(author_login="wang").body == "看过了\r\n/lgtm\r\n/approve"
    assert Issue.objects.get().title == "问题 50"


def test_sync_tells_the_members_room_what_people_did(host, run, repository):
    fill(host)
    run()
    assert facts() == [
        ("pull_merged", "hua", False),
        ("pull_reviewed", "liu", False),
        ("pull_reviewed", "wang", True),
        ("issue_opened", "qian", False),
        ("pull_merged", "liu", False),
    ]
    fact = Contribution.objects.get(kind="pull_reviewed", is_main=True)
    assert fact.url == "/reviews/example/one/1/"
    assert (fact.at, fact.sig, fact.repository) == (at(30), repository.sig, repository)


def test_sync_takes_a_review_back_that_does_not_count_after_all(host, run):
    pull = host.merged(0)
    comment = host.say(pull, "liu", "/lgtm", 10)
    run()
    assert ("pull_reviewed", "liu", False) in facts()
    host.state.update_comment(NAME, "pull", comment.id, body="/lgtm 误发", at=at(90))
    run()
    assert facts() == [("pull_merged", "hua", False)]


def test_sync_makes_the_one_who_remarked_most_a_main_reviewer_too(host, run):
    pull = host.merged(0)
    for minute, body in enumerate(["这里为何？", "还有这里", "/lgtm"]):
        host.say(pull, "liu", body, minute)
    host.say(pull, "wang", "/lgtm\n/approve", 20)
    host.say(pull, "zhao", "/lgtm", 21)
    run()
    reviewed = Contribution.objects.filter(kind="pull_reviewed")
    assert {row.person.login: row.is_main for row in reviewed} == {
        "liu": True,
        "wang": True,
        "zhao": False,
    }


def test_sync_ends_in_the_same_facts_whichever_list_is_read_first(host, run, monkeypatch):
    fill(host)
    run()
    expected = facts()
    forget_everything()
    monkeypatch.setattr(running, "STREAMS", running.STREAMS[::-1])
    run()
    assert facts() == expected


# ── a second time ─────────────────────────────────────────────────────────────────────────────
def test_sync_a_second_time_writes_nothing_into_the_mirror(host, run):
    fill(host)
    run()
    before = mirror()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        outcome = run()
    writes = [
        query["sql"]
        for query in queries
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
        and any(f'"{table}"' in query["sql"] for table in MIRROR_TABLES)
    ]
    assert writes == []
    assert outcome.progress.written_in_all == 0
    assert mirror() == before


def test_sync_when_idle_asks_each_list_what_changed_and_how_long_it_is(host, run):
    fill(host)
    run()
    host.server.forget_requests()
    run()
    asked = sorted((row.path, row.params["per_page"]) for row in host.server.requests)
    assert len(asked) == len(set(asked)) == 8


def test_sync_reads_again_what_changed_only(host, run):
    fill(host)
    run()
    host.state.update_pull(NAME, 3, title="改了标题", at=at(10_000))
    outcome = run()
    assert outcome.progress.written_in_all == 1
    assert PullRequest.objects.get(number=3).title == "改了标题"


def test_sync_finds_a_row_that_became_visible_late(host, run):
    host.pull(100)
    run()
    host.pull(95)
    assert run().progress.written["pulls"] == 1
    assert PullRequest.objects.count() == 2


@pytest.mark.parametrize("full", [False, True])
def test_sync_mends_what_was_lost_here(host, run, full):
    fill(host)
    run()
    PullRequest.objects.get(number=1).delete()
    run(full=full)
    assert PullRequest.objects.filter(number=1).exists()


def test_sync_follows_a_renamed_login_to_the_same_person(host, run):
    host.merged(0, user="hua")
    run()
    person = PullRequest.objects.get().author.person
    host.state.rename_user("hua", "hua-new")
    run(full=True)
    pull = PullRequest.objects.get()
    assert (pull.author_login, pull.author.person) == ("hua-new", person)
    assert Contribution.objects.filter(kind="pull_merged").count() == 1


def test_sync_completes_a_row_read_from_a_clone(host, run, repository):
    pull = host.merged(0)
    PullRequest.objects.create(
        repository=repository,
        host="gitee",
        number=pull.number,
        state="merged",
        title="来自合并提交",
        created_at=at(-60),
        updated_at=at(-60),
    )
    run()
    row = PullRequest.objects.get()
    assert (row.remote_id, row.title) == (pull.id, "改动 0")


def test_sync_gives_a_renamed_repository_its_rows(host, run, repository):
    host.merged(0)
    run()
    other = type(repository).objects.create(sig=repository.sig, owner="example", name="old")
    PullRequest.objects.update(repository=other)
    run(full=True)
    assert PullRequest.objects.get().repository == repository


# ── odd rows ──────────────────────────────────────────────────────────────────────────────────
def test_sync_stores_rows_whose_author_is_gone(host, run):
    pull = host.merged(0, user="gone")
    host.say(pull, "gone", "/lgtm", 5)
    host.state.remove_user("gone")
    assert run().ending is Ending.OK
    assert (PullRequest.objects.get().author, PullRequest.objects.get().author_login) == (None, "")
    assert facts() == []


def test_sync_stores_a_row_sent_twice_once(host, run):
    for minute in range(5):
        host.pull(minute)
    host.server.faults.next(HttpFault("duplicate"), times=2, path="/pulls")
    run()
    assert PullRequest.objects.count() == 5


def test_sync_with_robots_gives_them_no_contribution(host, run):
    pull = host.merged(0, user="i-robot")
    host.say(pull, "i-robot", "/lgtm\n/approve", 5)
    host.issue(1, user="mindspore-ci-bot")
    run()
    assert facts() == []


def test_sync_cuts_what_is_too_long_and_leaves_out_what_no_browser_should_follow(host, run):
    host.pull(0, head_ref="x" * 400)
    host.state.update_pull(NAME, 1, title="长" * 600, at=at(1))
    assert run().ending is Ending.OK
    pull = PullRequest.objects.get()
    assert (len(pull.title), len(pull.head_ref)) == (500, 300)


# ── private issues ────────────────────────────────────────────────────────────────────────────
def test_sync_stores_no_private_issue_nor_what_is_said_on_it(host, run):
    hidden = host.issue(0, security_hole=True)
    host.say_on_issue(hidden, "liu", "口令是……", 1)
    shown = host.issue(2)
    host.say_on_issue(shown, "liu", "收到", 3)
    run()
    assert list(Issue.objects.values_list("number", flat=True)) == [shown.number]
    assert list(Comment.objects.values_list("body", flat=True)) == ["收到"]
    assert Contribution.objects.count() == 1


def test_sync_removes_an_issue_that_became_private(host, run):
    issue = host.issue(0)
    host.say_on_issue(issue, "liu", "口令是……", 1)
    run()
    assert (Issue.objects.count(), Comment.objects.count(), len(facts())) == (1, 1, 1)
    host.state.update_issue(NAME, issue.number, security_hole=True, at=at(50))
    run()
    assert (Issue.objects.count(), Comment.objects.count(), facts()) == (0, 0, [])


# ── hosts that misbehave ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "switches",
    [
        {"since_on_pulls": False},
        {"count_headers": False},
        {"count_headers": False, "link_header": False},
        {"since_on_pulls": False, "count_headers": False, "link_header": False},
        {"head_repo_null": True, "draft_field": False, "comment_type_field": False},
    ],
    ids=str,
)
def test_sync_reaches_the_same_rows_on_hosts_of_every_kind(host, run, switches):
    for minute in range(250):
        host.pull(minute)
    for name, value in switches.items():
        setattr(host.server.switches, name, value)
    assert run().ending is Ending.OK
    assert PullRequest.objects.count() == 250
    host.state.update_pull(NAME, 7, title="改了标题", at=at(9_000))
    assert run().progress.written_in_all == 1
    assert run().progress.written_in_all == 0


def test_sync_goes_on_through_passing_errors(host, run):
    for minute in range(250):
        host.pull(minute)
    faults = (error(500), error(429), HttpFault("html"), HttpFault("cut"), HttpFault("drop"))
    due = {2 * place + 1: fault for place, fault in enumerate(faults)}
    host.server.faults.hook = lambda request: due.pop(len(host.paths), None)
    assert run().ending is Ending.OK
    assert PullRequest.objects.count() == 250
    assert not due


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (error(404), Fault.NOT_FOUND),
        (error(403), Fault.FORBIDDEN),
        (error(401), Fault.FORBIDDEN),
        (error(403, X_RateLimit_Remaining="0"), Fault.RATE_LIMITED),
        (error(429), Fault.RATE_LIMITED),
        (error(503), Fault.UNAVAILABLE),
        (HttpFault("drop"), Fault.UNAVAILABLE),
        (HttpFault("html"), Fault.MALFORMED),
    ],
    ids=str,
)
def test_sync_says_plainly_what_went_wrong_and_keeps_what_it_has(host, run, fault, found):
    for minute in range(250):
        host.pull(minute)
    pages = iter(range(100))
    host.server.faults.hook = lambda request: fault if next(pages) >= 2 else None
    outcome = run()
    row = RepositorySync.objects.get()
    assert (outcome.ending, outcome.fault) == (Ending.FAILED, found)
    assert (row.result, row.fault) == ("failed", found)
    assert row.get_fault_display()
    assert row.lease_until is None
    assert row.succeeded_at is None
    assert PullRequest.objects.count() == row.counts["pulls"] >= 100
    host.server.faults.clear()
    assert run().ending is Ending.OK
    row.refresh_from_db()
    assert (row.result, row.fault, row.error) == ("ok", "", "")
    assert PullRequest.objects.count() == 250


def test_sync_of_a_host_nobody_set_up_says_so(repository):
    repository.host = "elsewhere"
    repository.save()
    outcome = sync(repository)
    assert (outcome.ending, outcome.fault) == (Ending.FAILED, Fault.UNKNOWN_HOST)
    assert "elsewhere" in RepositorySync.objects.get().error


def test_sync_keeps_tokens_out_of_addresses_and_rows(host, repository, settings):
    settings.CODE_HOSTS = {"gitee": {"url": host.server.url, "token": "s3cret-token"}}
    host.server.faults.next(error(404), path="/pulls")
    sync(repository)
    assert all("s3cret" not in str(request.path) for request in host.server.requests)
    assert "s3cret" not in RepositorySync.objects.get().error


# ── interruptions ─────────────────────────────────────────────────────────────────────────────
def test_sync_interrupted_by_a_fault_of_ours_resumes_to_the_same_rows(host, run, monkeypatch):
    fill(host)
    for minute in range(300, 650):
        host.pull(minute)
    pages = iter(range(100))

    def break_on_third(*args, **options):
        if next(pages) == 2:
            raise RuntimeError("broken")
        return store(*args, **options)

    store = running.store
    monkeypatch.setattr(running, "store", break_on_third)
    with pytest.raises(RuntimeError, match="broken"):
        run()
    row = RepositorySync.objects.get()
    assert (row.result, row.fault, row.lease_until) == ("failed", Fault.INTERNAL, None)
    stored = PullRequest.objects.count()
    assert 0 < stored < 353
    monkeypatch.undo()
    assert run().ending is Ending.OK
    resumed = mirror()
    forget_everything()
    run()
    assert mirror() == resumed
    assert PullRequest.objects.count() == 353


def test_sync_never_moves_a_cursor_past_a_row_that_is_not_stored(host, run):
    """I8, looked at after every page and when the run breaks off in the middle."""
    fill(host)
    for minute in range(300, 650):
        host.pull(minute)

    def look(progress):
        row = RepositorySync.objects.get()
        numbers = set(PullRequest.objects.values_list("number", flat=True))
        if row.pulls_cursor:
            behind = {
                pull.number
                for pull in host.state.repo(NAME).pulls
                if pull.updated_at <= row.pulls_cursor
            }
            assert behind <= numbers
        if progress.read["pulls"] >= 300:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(report=look)
    row = RepositorySync.objects.get()
    assert (row.fault, row.lease_until) == (Fault.INTERRUPTED, None)
    # A load by creation knows no cursor before its end.
    assert row.pulls_cursor is None
    assert row.passes["load"]["pulls"]["page"] == 3


def test_sync_moves_the_cursor_and_the_rows_together_or_not_at_all(host, run, monkeypatch):
    for minute in range(150):
        host.pull(minute)

    def break_off(*args, **columns):
        raise RuntimeError("broken")

    monkeypatch.setattr(running.leases, "renew", break_off)
    with pytest.raises(RuntimeError):
        run()
    assert PullRequest.objects.count() == 0
    assert RepositorySync.objects.get().pulls_cursor is None


@pytest.mark.django_db(transaction=True)
def test_sync_sends_no_request_inside_a_transaction(host, repository, monkeypatch):
    fill(host)
    inside = []
    get = Client._list

    def watched(self, *args):
        inside.append(connection.in_atomic_block)
        return get(self, *args)

    monkeypatch.setattr(Client, "_list", watched)
    sync(repository)
    assert inside
    assert not any(inside)


def test_sync_ends_though_something_always_happens(host, run):
    host.pull(0)
    ticks = iter(range(1, 10_000))

    def touch(request):
        if "/pulls" in request.path and "comments" not in request.path:
            minute = next(ticks)
            host.state.update_pull(NAME, 1, title=f"第 {minute} 版", at=at(minute))

    host.server.faults.hook = touch
    assert run().ending is Ending.OK
    assert len(host.paths) < 25


def test_sync_reports_every_page(host, run):
    for minute in range(250):
        host.pull(minute)
    seen = []
    run(report=lambda progress: seen.append((progress.stream, progress.read_here, progress.total)))
    assert seen[0] == ("pulls", 100, 250)
    assert seen[2][0] == "pulls"
    assert seen[2][1] >= 250
    progress = RepositorySync.objects.get().progress
    assert progress["requests"] == len(host.paths)


def test_sync_takes_the_cursor_from_the_host_not_from_our_clock(host, run):
    host.pull(0)
    run()
    row = RepositorySync.objects.get()
    assert row.pulls_cursor == at(0)
    assert row.succeeded_at - at(0) > dt.timedelta(days=1)
