import inspect
from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from gitee.client import Client, client_for, iter_pages
from gitee.errors import Forbidden, MalformedAnswer, MalformedRow, NotFound, RateLimited
from tests.fakes.faults import error
from tests.gitee.conftest import NOW, REPO

OWNER, NAME = REPO.split("/")
DAY = datetime(2026, 3, 1, tzinfo=UTC)


def numbers(client, **options):
    pages = iter_pages(lambda page: client.pulls(OWNER, NAME, page=page, **options))
    return [row.number for page in pages for row in page.rows]


@pytest.fixture
def pulls(server):
    """250 pull requests, a day apart; number n was last updated on the day 250 - n."""
    for n in range(250):
        server.state.add_pull(
            REPO,
            user="ann",
            title=f"t{n}",
            created_at=DAY + timedelta(days=n),
            updated_at=DAY + timedelta(days=500 - n),
        )


# ── lists ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("pulls")
@pytest.mark.parametrize("headers", [True, False])
def test_pulls_come_in_ascending_update_order_to_the_last_page(server, client, headers):
    server.switches.count_headers = server.switches.link_header = headers
    assert numbers(client) == list(range(250, 0, -1))
    assert client.request_count == 3


@pytest.mark.usefixtures("pulls")
def test_pulls_can_come_by_creation_descending(client):
    assert numbers(client, sort="created", direction="desc") == list(range(250, 0, -1))
    assert numbers(client, sort="created") == list(range(1, 251))


@pytest.mark.usefixtures("pulls")
def test_page_tells_totals_and_the_next(client):
    page = client.pulls(OWNER, NAME, page=2)
    assert (len(page.rows), page.page, page.total_pages, page.total_count) == (100, 2, 3, 250)
    assert page.next_page == 3


@pytest.mark.usefixtures("pulls")
def test_since_keeps_rows_updated_at_or_after_it(server, client):
    since = DAY + timedelta(days=500 - 3)
    assert numbers(client, since=since) == [4, 3, 2, 1]
    assert server.requests[-1].params["since"] == "2027-07-11T08:00:00+08:00"


@pytest.mark.usefixtures("pulls")
def test_server_that_ignores_since_sends_everything(server, client):
    server.switches.since_on_pulls = False
    assert len(numbers(client, since=DAY + timedelta(days=497))) == 250


def test_since_without_a_zone_is_refused(client):
    with pytest.raises(ValueError, match="time zone"):
        client.pulls(OWNER, NAME, since=DAY.replace(tzinfo=None))
    assert client.request_count == 0


@pytest.mark.usefixtures("pulls")
def test_server_that_ignores_per_page_still_gives_every_row(server, client):
    server.switches.per_page_ignored = True
    server.switches.count_headers = server.switches.link_header = False
    assert len(numbers(client)) == 250


@pytest.mark.usefixtures("pulls")
def test_server_that_ignores_page_is_noticed(server, client):
    server.switches.page_ignored = True
    server.switches.count_headers = server.switches.link_header = False
    with pytest.raises(MalformedAnswer, match="repeats"):
        numbers(client)


@pytest.mark.usefixtures("pulls")
def test_one_state_is_one_list(server, client):
    server.state.merge_pull(REPO, 3, by="bo", at=DAY)
    assert numbers(client, state="merged") == [3]
    assert len(numbers(client, state="open")) == 249


def test_issues_and_both_comment_lists_are_read(server, client):
    pull = server.state.add_pull(REPO, user="ann", title="t")
    issue = server.state.add_issue(REPO, user="bo", title="问题", labels=["kind/bug"])
    server.state.add_comment(REPO, "pull", pull.number, user="bo", body="/lgtm\r\n", path="a.py")
    server.state.add_comment(REPO, "issue", issue.number, user="ann", body="收到")
    (read,) = client.issues(OWNER, NAME).rows
    assert (read.number, read.labels, read.author.login) == (issue.number, ("kind/bug",), "bo")
    (on_pull,) = client.pull_comments(OWNER, NAME).rows
    assert (on_pull.kind, on_pull.number, on_pull.body) == ("pull", "1", "/lgtm\r\n")
    assert on_pull.path == "a.py"
    (on_issue,) = client.issue_comments(OWNER, NAME).rows
    assert (on_issue.kind, on_issue.number, on_issue.body) == ("issue", issue.number, "收到")
    assert on_issue.html_url.startswith(f"{server.url}/{REPO}/issues/{issue.number}#note_")


def test_comments_of_one_item_come_alone(server, client):
    for _ in range(2):
        server.state.add_pull(REPO, user="ann", title="t")
        issue = server.state.add_issue(REPO, user="ann", title="t")
        server.state.add_comment(REPO, "issue", issue.number, user="bo", body=issue.number)
    for number in (1, 2):
        server.state.add_comment(REPO, "pull", number, user="bo", body=str(number))
    assert [row.body for row in client.comments_of_pull(OWNER, NAME, 2).rows] == ["2"]
    rows = client.comments_of_issue(OWNER, NAME, issue.number).rows
    assert [row.body for row in rows] == [issue.number]


# ── single objects ─────────────────────────────────────────────────────────────────────────────
def test_single_objects_are_read(server, client):
    server.state.add_pull(REPO, user="ann", title="t", milestone="v1")
    issue = server.state.add_issue(REPO, user="ann", title="t")
    server.state.merge_pull(REPO, 1, by="bo")
    assert client.repository(OWNER, NAME).full_name == REPO
    assert client.user("ann").login == "ann"
    assert client.issue(OWNER, NAME, issue.number).remote_id == issue.id
    pull = client.pull(OWNER, NAME, 1)
    assert (pull.state, pull.milestone, pull.merged_at) == ("merged", "v1", pull.closed_at)


def test_operate_logs_tell_who_merged_oldest_first(server, client):
    server.state.add_pull(REPO, user="ann", title="t")
    server.state.label_pull(REPO, 1, "lgtm", by="bot", at=DAY)
    server.state.merge_pull(REPO, 1, by="bo", at=DAY + timedelta(days=1))
    logs = client.pull_operate_logs(OWNER, NAME, 1)
    assert [(log.action, log.author.login) for log in logs] == [
        ("add_label", "bot"),
        ("merged_pr", "bo"),
    ]


def test_file_content_is_decoded_and_a_missing_file_is_none(server, client):
    server.state.repo(REPO).files["docs/OWNERS"] = "approvers:\n- 安\n".encode()
    file = client.file_content(OWNER, NAME, "docs/OWNERS", ref="master")
    assert file.content.decode() == "approvers:\n- 安\n"
    assert client.file_content(OWNER, NAME, "OWNERS") is None


def test_folder_is_no_file(server, client):
    server.state.repo(REPO).files["docs/OWNERS"] = b"x"
    with pytest.raises(MalformedAnswer, match="folder"):
        client.file_content(OWNER, NAME, "docs")


def test_missing_things_are_not_found_and_asked_for_once(client):
    for ask in (
        lambda: client.repository(OWNER, "nothing"),
        lambda: client.pull(OWNER, NAME, 99),
        lambda: client.issue(OWNER, NAME, "I0"),
        lambda: client.user("nobody"),
        lambda: client.pulls(OWNER, "nothing"),
    ):
        with pytest.raises(NotFound) as caught:
            ask()
        assert caught.value.permanent
    assert client.request_count == 5


def test_private_issue_says_so(server, make_client):
    server.state.add_issue(REPO, user="ann", title="t", security_hole=True)
    server.state.add_token("t0ken", "ann")
    assert make_client().issues(OWNER, NAME).rows == ()
    assert [row.private for row in make_client("t0ken").issues(OWNER, NAME).rows] == [True]


def test_deleted_author_is_none(server, client):
    server.state.add_pull(REPO, user="ann", title="t")
    assert client.pull(OWNER, NAME, 1).author.login == "ann"
    server.state.remove_user("ann")
    assert client.pull(OWNER, NAME, 1).author is None


def test_row_that_cannot_be_understood_is_told_beside_the_others(server, client):
    server.state.add_pull(REPO, user="ann", title="t", created_at=DAY)
    odd = server.state.add_pull(REPO, user="ann", title="t", state="locked", created_at=DAY)
    page = client.pulls(OWNER, NAME, state="all")
    assert [row.number for row in page.rows] == [1]
    (unread,) = page.unread
    assert (unread.remote_id, unread.updated_at, page.count) == (odd.id, DAY, 2)
    assert unread.reason == "pull.state: 'locked' is none of open, closed, merged"


def test_malformed_object_tells_where_and_which(server, client):
    pull = server.state.add_pull(REPO, user="ann", title="t", state="locked")
    with pytest.raises(
        MalformedRow, match=rf"GET /repos/{REPO}/pulls/1 \(id {pull.id}\).*pull\.state"
    ):
        client.pull(OWNER, NAME, 1)
    assert client.request_count == 1


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_names_that_climb_to_another_address_are_refused(client, part):
    with pytest.raises(ValueError, match="not a name"):
        client.repository(OWNER, part)
    with pytest.raises(ValueError, match="not a name"):
        client.file_content(OWNER, NAME, f"docs/{part}")


def test_names_are_escaped(server, client):
    with pytest.raises(NotFound):
        client.repository("a/b", "c?d")
    assert server.requests[-1].path == "/api/v5/repos/a%2Fb/c%3Fd"


# ── tokens and headers ─────────────────────────────────────────────────────────────────────────
def test_token_goes_in_the_header_only(server, make_client):
    server.state.add_token("s3cret-token", "ann")
    client = make_client(" s3cret-token\n")
    client.pulls(OWNER, NAME, since=DAY)
    assert {request.headers["authorization"] for request in server.requests} == {
        "Bearer s3cret-token"
    }
    assert not any("s3cret" in request.path + request.query for request in server.requests)
    assert "s3cret" not in repr(client) + repr(vars(client))


def test_no_token_sends_no_authorization(server, client):
    client.repository(OWNER, NAME)
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize("token", ["密", "a b", "a\nb", "a\x00b"])
def test_token_no_header_can_carry_is_refused_at_once(token):
    with pytest.raises(ValueError, match="access token") as caught:
        Client("https://host.example", token)
    assert token not in str(caught.value)


def test_user_agent_is_always_sent(server, client):
    client.repository(OWNER, NAME)
    assert server.requests[0].headers["user-agent"].startswith("sigportal/")


def test_wrong_and_expired_tokens_are_forbidden(server, make_client):
    server.state.add_token("old", "ann", expires_at=DAY - timedelta(days=999))
    for token, text in (("wrong", "401 Unauthorized"), ("old", "expired")):
        with pytest.raises(Forbidden, match=text):
            make_client(token).repository(OWNER, NAME)
    assert len(server.requests) == 2


def test_anonymous_client_is_forbidden_where_tokens_are_required(server, client):
    server.switches.anonymous_reads = False
    with pytest.raises(Forbidden):
        client.repository(OWNER, NAME)


def test_environment_proxies_are_not_trusted(client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert client.repository(OWNER, NAME).full_name == REPO


def test_one_connection_serves_many_requests(server, client, monkeypatch):
    opened = []
    accept = server._hub.process_request
    monkeypatch.setattr(
        server._hub, "process_request", lambda *args: (opened.append(1), accept(*args))
    )
    for _ in range(5):
        client.repository(OWNER, NAME)
    assert len(opened) == 1


# ── budget ─────────────────────────────────────────────────────────────────────────────────────
def test_budget_is_read_from_the_headers(server, client):
    server.switches.anonymous_rate_limit = 60
    client.repository(OWNER, NAME)
    assert (client.budget.limit, client.budget.remaining) == (60, 59)


def test_reserve_is_kept_without_asking_the_server(server, make_client):
    server.switches.anonymous_rate_limit = 5
    client = make_client(reserve=3)
    client.repository(OWNER, NAME)
    client.repository(OWNER, NAME)
    with pytest.raises(RateLimited, match="reserve") as caught:
        client.repository(OWNER, NAME)
    assert len(server.requests) == 2
    assert not caught.value.permanent
    assert caught.value.retry_after_s == 3600.0


def test_short_window_is_waited_for(server, make_client, waits):
    server.switches.anonymous_rate_limit = 5
    server.switches.rate_window_s = 40
    client = make_client(reserve=3)
    for _ in range(3):
        client.repository(OWNER, NAME)
    assert waits.slept == [40.0]
    assert waits.now == NOW + 40


def test_no_rate_headers_mean_no_limit(server, make_client):
    client = make_client(reserve=10_000)
    for _ in range(3):
        client.repository(OWNER, NAME)
    assert client.budget is None


def test_clients_of_one_token_share_what_the_server_said(server, waits):
    server.switches.anonymous_rate_limit = 5
    clock = waits.clock()
    first, second = (Client(server.url, clock=clock, reserve=3) for _ in range(2))
    first.repository(OWNER, NAME)
    second.repository(OWNER, NAME)
    for client in (first, second):
        with pytest.raises(RateLimited, match="reserve"):
            client.repository(OWNER, NAME)
    assert len(server.requests) == 2
    assert Client(server.url, "0ther", clock=clock).budget is None


def test_clients_of_one_token_wait_together(server, waits):
    clock = waits.clock()
    first, second = (Client(server.url, clock=clock, max_retries=0) for _ in range(2))
    server.faults.next(error(429, Retry_After="30"))
    with pytest.raises(RateLimited):
        first.repository(OWNER, NAME)
    second.repository(OWNER, NAME)
    assert waits.slept == [30.0]


# ── making one ─────────────────────────────────────────────────────────────────────────────────
def test_client_for_reads_the_settings(server):
    hosts = {"gitee": {"url": server.url + "/", "token": "t0ken"}}
    server.state.add_token("t0ken", "ann")
    with override_settings(CODE_HOSTS=hosts), client_for("gitee") as client:
        assert client.repository(OWNER, NAME).full_name == REPO
    assert server.requests[0].token == "t0ken"


def test_client_for_names_the_hosts_it_knows():
    with (
        override_settings(CODE_HOSTS={"gitee": {"url": "https://host.example"}}),
        pytest.raises(LookupError, match=r"'gitcode'.*known: gitee"),
    ):
        client_for("gitcode")


@pytest.mark.parametrize("url", ["", "gitee.com", "ftp://h", "https://", "https://user:pw@h"])
def test_base_address_is_checked(url):
    with pytest.raises(ValueError, match="not the address"):
        Client(url)


@pytest.mark.parametrize(
    "url", ["https://h", "https://h/", "https://h/api/v5", "https://h/api/v5/"]
)
def test_base_address_may_come_with_the_api_path(url):
    assert Client(url).base_url == "https://h"


def test_lists_share_their_options():
    """The sync treats the four lists alike."""
    lists = [Client.issue_comments, Client.pull_comments]
    wider = [Client.issues, Client.pulls]
    (narrow,) = {str(inspect.signature(each).parameters.keys()) for each in lists}
    (wide,) = {str(inspect.signature(each).parameters.keys()) for each in wider}
    assert narrow == wide.replace("'state', ", "")
