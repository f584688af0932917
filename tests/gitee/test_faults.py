"""The client against every way a server can misbehave; waiting is written down, not done."""

import socket
import threading
import time

import pytest

from gitee import errors
from gitee.client import Client, iter_pages
from tests.fakes.faults import Fault, error
from tests.fakes.gitee_server import GiteeServer
from tests.gitee.conftest import NOW, REPO, Waits

OWNER, NAME = REPO.split("/")
EPOCH_DATE = "Fri, 15 Jan 2027 08:00:20 GMT"  # twenty seconds after NOW

PASSING = {
    "500": error(500),
    "502": error(502, body="Bad Gateway"),
    "503": error(503),
    "429": error(429),
    "403 that means a rate limit": error(403, body='{"message":"API rate limit exceeded"}'),
    "html": Fault("html"),
    "no json": Fault("not_json"),
    "cut json": Fault("cut"),
    "dropped": Fault("drop"),
    "dropped midway": Fault("drop_midway"),
}


@pytest.mark.parametrize("name", PASSING)
def test_passing_fault_is_asked_again_with_growing_pauses(name, server, client, waits):
    server.faults.next(PASSING[name], times=3)
    assert client.repository(OWNER, NAME).full_name == REPO
    assert waits.slept == [1.0, 2.0, 4.0]
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("500", errors.Unavailable),
        ("429", errors.RateLimited),
        ("html", errors.MalformedAnswer),
        ("cut json", errors.MalformedAnswer),
        ("dropped", errors.Unavailable),
        ("dropped midway", errors.Unavailable),
    ],
)
def test_lasting_fault_ends_in_its_error_after_the_last_try(name, kind, server, client, waits):
    server.faults.next(PASSING[name], times=99)
    with pytest.raises(kind) as caught:
        client.repository(OWNER, NAME)
    assert not caught.value.permanent
    assert caught.value.where == f"GET /repos/{REPO}"
    assert len(server.requests) == 5
    assert waits.slept == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 422])
def test_refusals_are_not_asked_again(status, server, client, waits):
    server.faults.next(error(status, body='{"message":"不行"}'))
    with pytest.raises(errors.GiteeError, match="不行") as caught:
        client.repository(OWNER, NAME)
    assert (caught.value.permanent, caught.value.status) == (True, status)
    assert (len(server.requests), waits.slept) == (1, [])


def test_retries_can_be_none(server, make_client):
    server.faults.next(error(500))
    with pytest.raises(errors.Unavailable):
        make_client(max_retries=0).repository(OWNER, NAME)
    assert len(server.requests) == 1


# ── being told to wait ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        (error(429, Retry_After="7"), 7.0),
        (error(429, Retry_After=EPOCH_DATE), 20.0),
        (error(503, Retry_After="9"), 9.0),
        (
            error(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(NOW) + 30)),
            30.0,
        ),
    ],
)
def test_told_wait_is_obeyed_and_never_shortened(fault, wait_s, server, client, waits):
    server.faults.next(fault)
    assert client.repository(OWNER, NAME).full_name == REPO
    assert sum(waits.slept) in (wait_s, wait_s + 1.0)


@pytest.mark.parametrize(
    "fault",
    [
        error(429, Retry_After="3600"),
        error(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(NOW) + 3600)),
    ],
)
def test_wait_beyond_the_cap_goes_to_the_caller(fault, server, client, waits):
    server.faults.next(fault)
    with pytest.raises(errors.RateLimited) as caught:
        client.repository(OWNER, NAME)
    assert caught.value.retry_after_s == 3600.0
    assert (len(server.requests), waits.slept) == (1, [])


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("retry_after", [True, False])
def test_exhausted_allowance_passes_with_its_window(
    status, retry_after, server, make_client, waits
):
    server.switches.anonymous_rate_limit = 2
    server.switches.rate_window_s = 30
    server.switches.rate_status = status
    server.switches.rate_retry_after = retry_after
    client = make_client(reserve=-1)
    for _ in range(3):
        client.repository(OWNER, NAME)
    assert len(server.requests) == 4
    assert 30.0 <= waits.now - NOW <= 31.0


def test_exhausted_allowance_without_headers_is_known_by_its_words(server, client, waits):
    server.switches.anonymous_rate_limit = 1
    server.switches.rate_headers = False
    client.repository(OWNER, NAME)
    with pytest.raises(errors.RateLimited):
        client.repository(OWNER, NAME)
    assert waits.slept == [1.0, 2.0, 4.0, 8.0]


# ── slowness and size ──────────────────────────────────────────────────────────────────────────
def test_slow_drip_of_a_body_ends_at_the_deadline(server, waits):
    """Each byte comes in time; only the whole answer does not."""
    waits.monotonic_step = 50.0
    server.faults.next(Fault("drip", drip_s=0.001), times=9)
    client = Client(server.url, clock=waits.clock(), deadline_s=120, max_retries=1)
    with pytest.raises(errors.Unavailable, match="no end after 120 s"):
        client.repository(OWNER, NAME)
    assert len(server.requests) == 2


def test_patient_deadline_lets_a_slow_drip_through(server, client):
    server.faults.next(Fault("drip", drip_s=0.0))
    assert client.repository(OWNER, NAME).full_name == REPO


def test_slow_drip_of_headers_ends_at_the_deadline(server, waits):
    server.faults.next(Fault("drip_headers", drip_s=0.02))
    client = Client(server.url, clock=waits.clock(), deadline_s=0.15, max_retries=0)
    with pytest.raises(errors.Unavailable):
        client.repository(OWNER, NAME)


def test_silence_ends_at_the_read_timeout(server, waits):
    server.faults.next(Fault("hang"))
    client = Client(server.url, clock=waits.clock(), timeout=(1, 0.1), max_retries=1)
    assert client.repository(OWNER, NAME).full_name == REPO
    assert waits.slept == [1.0]


def test_endless_answer_is_cut_at_the_size_limit(server, make_client, waits):
    server.state.add_pull(REPO, user="ann", title="长" * 5000)
    client = make_client(max_bytes=10_000)
    with pytest.raises(errors.MalformedAnswer, match="more than 10000 bytes") as caught:
        client.pulls(OWNER, NAME)
    assert (caught.value.permanent, waits.slept) == (True, [])
    assert client.repository(OWNER, NAME).full_name == REPO


@pytest.mark.parametrize("kind", ["cut", "drop_midway", "drip"])
def test_compressed_answers_break_like_plain_ones(kind, server, client):
    server.state.add_pull(REPO, user="ann", title="t")
    server.switches.gzip = True
    server.faults.next(Fault(kind, drip_s=0.0))
    assert [row.number for row in client.pulls(OWNER, NAME).rows] == [1]
    assert len(server.requests) == (1 if kind == "drip" else 2)


def test_compressed_bomb_is_cut_at_the_size_limit(server, make_client):
    server.state.add_pull(REPO, user="ann", title="t", body="0" * 5_000_000)
    with pytest.raises(errors.MalformedAnswer, match="more than 200000 bytes"):
        make_client(max_bytes=200_000).pulls(OWNER, NAME)


# ── a server that is not there ─────────────────────────────────────────────────────────────────
def test_stopped_server_is_unavailable_and_comes_back(server, client):
    client.repository(OWNER, NAME)
    server.stop()
    with pytest.raises(errors.Unavailable, match="no answer"):
        client.repository(OWNER, NAME)
    server.start()
    assert client.repository(OWNER, NAME).full_name == REPO


def test_unreachable_host_is_unavailable(waits):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(errors.Unavailable) as caught:
        Client(f"http://127.0.0.1:{port}", "s3cret", clock=waits.clock()).user("ann")
    assert "s3cret" not in str(caught.value)
    assert len(waits.slept) == 4


# ── redirects ──────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def elsewhere():
    with GiteeServer() as other:
        other.state.add_repo(REPO)
        yield other


def to(url):
    return error(302, Location=url)


def test_redirect_within_the_host_keeps_the_token(server, make_client):
    server.state.add_token("s3cret", "ann")
    server.faults.next(to(f"/api/v5/repos/{REPO}"))
    assert make_client("s3cret").repository("old", "name").full_name == REPO
    assert [request.token for request in server.requests] == ["s3cret", "s3cret"]


def test_redirect_to_another_origin_drops_the_token(server, make_client, elsewhere):
    server.state.add_token("s3cret", "ann")
    server.faults.next(to(f"{elsewhere.url}/api/v5/repos/{REPO}"))
    assert make_client("s3cret").repository("old", "name").full_name == REPO
    (request,) = elsewhere.requests
    assert "authorization" not in request.headers
    assert "s3cret" not in request.query


def test_redirects_do_not_go_on_for_ever(server, client):
    server.faults.next(to(f"/api/v5/repos/{REPO}"), times=99)
    with pytest.raises(errors.MalformedAnswer, match="too many redirects"):
        client.repository(OWNER, NAME)
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://[bad", "https://"]
)
def test_redirect_to_another_scheme_is_not_followed(target, server, client):
    server.faults.next(to(target))
    with pytest.raises(errors.MalformedAnswer, match="do not follow"):
        client.repository(OWNER, NAME)


def test_redirect_from_https_to_http_is_not_followed():
    from gitee.transport import _follow  # the emulator speaks no TLS

    with pytest.raises(errors.MalformedAnswer):
        _follow("https://h/x", "http://h/y", "GET /x")
    assert _follow("https://h/x", "/y", "GET /x") == "https://h/y"


# ── lists that misbehave ───────────────────────────────────────────────────────────────────────
def all_pulls(client):
    pages = iter_pages(lambda page: client.pulls(OWNER, NAME, page=page, per_page=10))
    return [row.number for page in pages for row in page.rows]


def test_fault_on_a_later_page_does_not_lose_or_double_a_row(server, client):
    for _ in range(35):
        server.state.add_pull(REPO, user="ann", title="t")
    pages = iter_pages(lambda page: client.pulls(OWNER, NAME, page=page, per_page=10))
    seen = [row.number for row in next(pages).rows]
    server.faults.next(Fault("cut"))
    server.faults.next(Fault("html"))
    seen += [row.number for page in pages for row in page.rows]
    assert seen == list(range(1, 36))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("duplicate", [*range(1, 11), *range(10, 21), *range(20, 26)]),
        ("shift", [*range(1, 11), *range(12, 21), *range(22, 26)]),
    ],
)
def test_sliding_rows_show_as_they_are(kind, expected, server, client):
    """The client hides nothing: what to do about rows between pages is for the sync to know."""
    for _ in range(25):
        server.state.add_pull(REPO, user="ann", title="t")
    server.faults.next(Fault(kind), times=3)
    assert all_pulls(client) == expected


def test_null_users_are_read(server, client):
    server.state.add_pull(REPO, user="ann", title="t")
    server.faults.next(Fault("null_users"))
    assert client.pulls(OWNER, NAME).rows[0].author is None


def test_storm_of_faults_still_brings_every_row(server, make_client):
    for _ in range(120):
        server.state.add_pull(REPO, user="ann", title="t")
    rates = dict.fromkeys(["500", "502", "429+1", "html", "cut", "drop", "drop_midway"], 0.05)
    server.faults.throw_dice(7, rates)
    assert all_pulls(make_client(max_retries=20)) == list(range(1, 121))
    assert len(server.requests) > 13


def test_answer_of_the_wrong_kind_is_malformed(server, client):
    server.faults.hook = lambda request: Fault("status", status=200, body='{"id": 1}')
    with pytest.raises(errors.MalformedAnswer, match="a list was expected"):
        client.pulls(OWNER, NAME)
    server.faults.hook = lambda request: Fault("status", status=200, body="[1]")
    page = client.pulls(OWNER, NAME)
    assert (page.rows, page.count) == ((), 1)
    assert "an object was expected" in page.unread[0].reason


def test_error_text_that_repeats_the_token_is_scrubbed(server, make_client):
    server.faults.next(error(400, body='{"message":"bad token s3cret in request"}'))
    with pytest.raises(errors.Refused) as caught:
        make_client("s3cret").user("ann")
    assert str(caught.value) == "GET /users/ann: 400: bad token *** in request"
    assert "s3cret" not in repr(caught.value)


# ── threads ────────────────────────────────────────────────────────────────────────────────────
def test_threads_share_few_connections(server):
    """Twelve threads, two connections: never more than two requests at a time."""
    busy, most = set(), []
    guard = threading.Lock()

    def count(request):
        with guard:
            busy.add(threading.get_ident())
            most.append(len(busy))

    real = server.handle

    def handle(request):
        count(request)
        try:
            time.sleep(0.02)  # long enough for the other threads to be here, if they could
            return real(request)
        finally:
            with guard:
                busy.discard(threading.get_ident())

    server.handle = handle
    client = Client(server.url, max_connections=2, clock=Waits().clock())
    threads = [threading.Thread(target=client.repository, args=(OWNER, NAME)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 12
    assert max(most) <= 2
    assert client.request_count == 12
