"""What the lists never tell: deleted and hidden rows go, silent changes are mended, wrong 404s are not believed."""

import datetime as dt

import pytest
from django.utils import timezone

from gitee.client import Client, Clock
from members.models import Contribution
from reviews.models import Comment, Issue, PullRequest, RepositorySync, Review, UnreadRow
from reviews.sync import lists
from reviews.sync.run import Ending, Fault, sync
from tests.fakes.faults import error

from .conftest import NAME, at, mirror


@pytest.fixture(params=["walked", "loaded"])
def size(request, monkeypatch):
    """Lists as short ones are read first, and as long ones are."""
    if request.param == "loaded":
        monkeypatch.setattr(lists, "LARGE", 0)


@pytest.fixture
def anonymous(host, repository):
    """One sync without a token: private issues are not listed."""

    def run(**more):
        client = Client(host.server.url, clock=Clock(sleep=lambda seconds: None))
        return sync(repository, client=client, **more)

    return run


def asked(host, part):
    return [path for path in host.paths if part in path]


def reviewed():
    return [row.person.login for row in Contribution.objects.filter(kind="pull_reviewed")]


def due(repository):
    """A day has passed since the last comparison."""
    past = timezone.now() - dt.timedelta(days=2)
    RepositorySync.objects.filter(repository=repository).update(reconciled_at=past)


# ── deleted ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("size")
def test_deleted_comment_is_gone_after_the_next_sync_and_its_word_with_it(host, run):
    pull = host.merged(0)
    kept = host.say(pull, "wang", "/lgtm", 5)
    comment = host.say(pull, "liu", "/lgtm", 10)
    run()
    assert sorted(reviewed()) == ["liu", "wang"]
    host.state.delete_comment(NAME, "pull", comment.id)
    assert run().ending is Ending.OK
    assert list(Comment.objects.values_list("remote_id", flat=True)) == [kept.id]
    assert reviewed() == ["wang"]
    host.server.forget_requests()
    run()
    assert len(host.paths) == 8


@pytest.mark.usefixtures("size")
def test_deleted_pull_request_and_issue_go_with_all_that_hung_on_them(host, run):
    pull, other = host.merged(0), host.merged(60, user="zhao")
    host.say(pull, "liu", "/lgtm", 10)
    issue = host.issue(5)
    host.say_on_issue(issue, "liu", "收到", 6)
    run()
    host.state.delete_pull(NAME, pull.number)
    host.state.delete_issue(NAME, issue.number)
    run()
    assert list(PullRequest.objects.values_list("number", flat=True)) == [other.number]
    assert (Issue.objects.count(), Comment.objects.count()) == (0, 0)
    assert (Review.objects.count(), [row.person.login for row in Contribution.objects.all()]) == (
        0,
        ["zhao"],
    )


def test_deletion_made_up_for_by_a_new_row_is_found_all_the_same(host, run):
    first = host.issue(0)
    run()
    host.state.delete_issue(NAME, first.number)
    second = host.issue(100)
    run()
    assert list(Issue.objects.values_list("number", flat=True)) == [second.number]


def test_row_of_a_clone_is_never_removed(host, run, repository):
    PullRequest.objects.create(
        repository=repository,
        host="gitee",
        number=77,
        state="merged",
        title="来自合并提交",
        created_at=at(0),
        updated_at=at(0),
    )
    host.pull(1)
    run()
    run(full=True)
    assert PullRequest.objects.filter(number=77).exists()


# ── hidden ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("status", [404, 403])
@pytest.mark.parametrize("hidden", [True, False])
def test_issue_that_became_private_vanishes_for_who_has_no_token(host, anonymous, status, hidden):
    host.server.switches.private_status = status
    host.server.switches.private_comments_hidden = hidden
    issue, shown = host.issue(0), host.issue(1)
    host.say_on_issue(issue, "liu", "口令是……", 2)
    anonymous()
    assert (Issue.objects.count(), Comment.objects.count()) == (2, 1)
    host.state.update_issue(NAME, issue.number, security_hole=True, at=at(50))
    assert anonymous().ending is Ending.OK
    assert list(Issue.objects.values_list("number", flat=True)) == [shown.number]
    assert Comment.objects.count() == 0
    assert Contribution.objects.count() == 1
    host.server.forget_requests()
    anonymous()
    assert len(asked(host, "/issues")) <= 5


def test_private_issues_the_token_sees_are_no_difference(host, run):
    hidden = host.issue(0, security_hole=True)
    host.say_on_issue(hidden, "liu", "口令是……", 1)
    host.issue(2)
    run()
    host.server.forget_requests()
    run()
    assert Issue.objects.count() == 1
    # The list is not compared: what is asked is what changed, how many, and whose comment it is.
    assert len(host.paths) == 9
    assert len(asked(host, "issues/I")) == 1


def test_host_that_counts_what_it_does_not_list_is_compared_once_and_then_believed(host, anonymous):
    host.server.switches.counts_private = True
    host.issue(0)
    host.issue(1, security_hole=True)
    compared = []
    for _ in range(4):
        host.server.forget_requests()
        anonymous()
        compared.append(
            sum(
                row.params.get("sort") == "created" and row.params["per_page"] == "100"
                for row in host.server.requests
            )
        )
    assert compared == [1, 0, 0, 0]


def test_row_deleted_while_the_list_is_compared_is_gone_after_the_next_sync(host, run, monkeypatch):
    for minute in range(3):
        host.issue(minute)
    run()
    gone = host.issue(10)
    run()

    def delete(request):
        is_count = request.path.endswith("/issues") and request.params["per_page"] == "1"
        if is_count and host.state.repo(NAME).issues.get(gone.number):
            # The whole list was read by now, if it was compared at all.
            pages = [row.params.get("per_page") for row in host.server.requests]
            if "100" in pages[pages.index("100") + 1 :]:
                host.state.delete_issue(NAME, gone.number)

    host.server.faults.hook = delete
    run(full=True)
    assert Issue.objects.count() == 4
    run()
    assert Issue.objects.count() == 3


# ── not believed ──────────────────────────────────────────────────────────────────────────────
def test_one_wrong_404_deletes_nothing(host, run, monkeypatch):
    pull = host.pull(0)
    run()
    host.server.faults.next(error(404), path=f"/pulls/{pull.number}")
    hide_from_lists(host, monkeypatch, pull)
    run(full=True)
    assert PullRequest.objects.count() == 1
    assert len(asked(host, f"/pulls/{pull.number}")) == 2


def test_nothing_is_deleted_when_the_repository_does_not_answer(host, run, monkeypatch):
    pull = host.pull(0)
    run()
    hide_from_lists(host, monkeypatch, pull)

    def fault(request):
        is_single = request.path.endswith((f"/pulls/{pull.number}", NAME))
        return error(404) if is_single else None

    host.server.faults.hook = fault
    outcome = run(full=True)
    assert (outcome.ending, outcome.fault) == (Ending.FAILED, Fault.NOT_FOUND)
    assert PullRequest.objects.count() == 1


def hide_from_lists(host, monkeypatch, pull):
    shelf = host.state.repo(NAME).pulls
    ordered = shelf.ordered
    monkeypatch.setattr(
        shelf, "ordered", lambda **more: [row for row in ordered(**more) if row is not pull]
    )


# ── mended ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("size")
def test_label_that_touched_no_time_is_read_by_the_daily_comparison(host, run, repository):
    pull = host.pull(0)
    for minute in range(1, 30):
        host.pull(minute * 60)
    run()
    host.state.label_pull(NAME, pull.number, "approved", by="bot")
    run()
    assert PullRequest.objects.get(number=pull.number).labels == []
    due(repository)
    run()
    assert PullRequest.objects.get(number=pull.number).labels == ["approved"]
    row = RepositorySync.objects.get()
    assert timezone.now() - row.reconciled_at < dt.timedelta(hours=1)
    assert set(row.passes) <= {"apart", "load", "compare", "unsettled"}
    assert not row.passes.get("compare")


@pytest.mark.usefixtures("size")
def test_authors_a_first_load_was_not_told_are_learned_by_the_next_sync(host, run, repository):
    pull = host.pull(0)
    host.say(pull, "wang", "/lgtm", 5)
    host.say(host.pull(600), "liu", "/lgtm", 605)
    host.server.faults.throw_dice(1, {"null_users": 1.0})
    run()
    assert PullRequest.objects.get(number=pull.number).author_login == ""
    host.server.faults.clear()
    run()
    assert PullRequest.objects.get(number=pull.number).author_login
    assert set(Comment.objects.values_list("author_login", flat=True)) == {"wang", "liu"}


@pytest.mark.usefixtures("size")
def test_authors_nobody_knows_are_looked_for_once(host, run, repository):
    host.pull(0)
    host.server.faults.throw_dice(1, {"null_users": 1.0})
    run()
    assert RepositorySync.objects.get().reconciled_at is None
    run()
    assert RepositorySync.objects.get().reconciled_at is not None


def test_comparison_goes_on_where_it_was_cut_short(host, run, repository):
    for minute in range(450):
        host.pull(minute)
    run()
    due(repository)

    def stop(progress):
        if progress.round == 0 and progress.read_here >= 300:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(report=stop)
    assert RepositorySync.objects.get().passes["compare"]["pulls"]["page"] == 3
    host.server.forget_requests()
    run()
    pages = [
        row.params["page"]
        for row in host.server.requests
        if row.params.get("sort") == "created" and row.path.endswith("/pulls")
    ]
    assert pages == ["3", "4", "5", "1"]


@pytest.mark.parametrize(
    "switches",
    [
        {"count_headers": False},
        {"count_headers": False, "link_header": False},
        {"sort_ignored": True},
        {"direction_ignored": True},
        {"per_page_ignored": True},
        {"capital_headers": True},
        {"dashed_headers": True},
        {"since_on_pulls": False, "since_on_issues": False, "since_on_comments": False},
    ],
    ids=str,
)
def test_load_and_comparison_end_complete_on_hosts_of_every_kind(
    host, run, repository, monkeypatch, switches
):
    monkeypatch.setattr(lists, "LARGE", 0)
    for minute in range(130):
        host.pull(minute)
    issue = host.issue(7)
    comment = host.say_on_issue(issue, "liu", "收到", 9)
    for name, value in switches.items():
        setattr(host.server.switches, name, value)
    assert run().ending is Ending.OK
    assert PullRequest.objects.count() == 130
    host.state.delete_pull(NAME, 55)
    host.state.delete_comment(NAME, "issue", comment.id)
    host.state.update_pull(NAME, 60, title="改了标题", at=at(9_000))
    due(repository)
    assert run().ending is Ending.OK
    numbers = set(PullRequest.objects.values_list("number", flat=True))
    assert numbers == set(range(1, 131)) - {55}
    assert PullRequest.objects.get(number=60).title == "改了标题"
    assert not Comment.objects.exists()


# ── the first load ────────────────────────────────────────────────────────────────────────────
def test_load_ends_in_the_same_rows_and_facts_as_the_walk(host, run, monkeypatch):
    for minute in range(130):
        pull = host.merged(minute * 40)
        host.say(pull, "liu", "/lgtm\n/approve", minute * 40 + 3)
        host.say_on_issue(host.issue(minute), "wang", "收到", minute * 40)
    run()
    walked = mirror(), facts()
    for model in (RepositorySync, PullRequest, Issue, Comment, Contribution):
        model.objects.all().delete()
    monkeypatch.setattr(lists, "LARGE", 0)
    host.server.forget_requests()
    run()
    loaded = mirror()
    for name, rows in walked[0].items():
        for a, b in zip(rows, loaded[name], strict=True):
            assert a == b
    assert facts() == walked[1]
    assert any(row.params.get("sort") == "created" for row in host.server.requests)


def facts():
    rows = Contribution.objects.order_by("at", "source")
    return [(row.kind, row.person.login, row.is_main, row.title) for row in rows]


def test_load_finds_what_changed_while_it_read(host, run):
    for minute in range(250):
        host.pull(minute)
    changes = iter([lambda: host.state.update_pull(NAME, 5, title="改了标题", at=at(600))])

    def change(request):
        if request.params.get("page") == "3":
            for each in changes:
                each()

    host.server.faults.hook = change
    run()
    assert PullRequest.objects.get(number=5).title == "改了标题"
    assert RepositorySync.objects.get().pulls_cursor == at(600)


# ── unread rows ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("size")
def test_row_that_cannot_be_read_is_kept_in_sight_until_it_can(host, run, repository):
    host.pull(0)
    odd = host.pull(1, state="locked")
    host.pull(2)
    assert run().ending is Ending.OK
    assert sorted(PullRequest.objects.values_list("number", flat=True)) == [1, 3]
    row = UnreadRow.objects.get()
    assert (row.stream, row.remote_id) == ("pulls", odd.id)
    assert row.reason == "pull.state: 'locked' is none of open, closed, merged"
    assert RepositorySync.objects.get().pulls_cursor == at(2)
    assert run().ending is Ending.OK
    assert UnreadRow.objects.count() == 1
    host.state.update_pull(NAME, odd.number, state="open", at=at(1))
    due(repository)
    run()
    assert PullRequest.objects.count() == 3
    assert not UnreadRow.objects.exists()


def test_row_that_cannot_be_read_and_is_then_deleted_is_forgotten(host, run, repository):
    odd = host.pull(0, state="locked")
    run()
    assert UnreadRow.objects.count() == 1
    host.state.delete_pull(NAME, odd.number)
    due(repository)
    run()
    assert not UnreadRow.objects.exists()


# ── the owner's choices ───────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("choices", "lists_read"),
    [
        ({"reads_issues": False}, {"pulls", "pulls/comments"}),
        ({"reads_comments": False}, {"pulls", "issues"}),
        ({"reads_issues": False, "reads_comments": False}, {"pulls"}),
    ],
)
def test_lists_the_owner_does_not_want_are_not_read(host, run, repository, choices, lists_read):
    pull, issue = host.merged(0), host.issue(1)
    host.say(pull, "liu", "/lgtm", 2)
    host.say_on_issue(issue, "liu", "收到", 3)
    RepositorySync.objects.create(repository=repository, **choices)
    run()
    run(full=True)
    root = f"/api/v5/repos/{NAME}/"
    read = {path.removeprefix(root) for path in host.paths if path.endswith(("s", "comments"))}
    assert read & {"pulls", "issues", "pulls/comments", "issues/comments"} == lists_read
