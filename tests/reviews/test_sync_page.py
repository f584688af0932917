"""The sync page and its button: what it says in each state, who may press, what pressing twice does."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from reviews import tasks
from reviews.models import RepositorySync, UnreadRow, WebhookDelivery
from reviews.rules import can_request_sync, requestable
from tests.factories import PersonFactory, RepositoryFactory, RoleTermFactory

PAST = dt.date(2020, 1, 1)


@pytest.fixture
def repository(db):
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch):
    monkeypatch.setattr(tasks.sync_repository, "apply_async", lambda *args, **options: None)


def someone(who, repository):
    """A user who is `who` to the repository's SIG."""
    user = User.objects.create_user(f"user-{who}", is_superuser=who == "superuser")
    person = PersonFactory(user=user)
    sig = repository.sig
    if who in {"contributor", "committer", "maintainer"}:
        RoleTermFactory(person=person, sig=sig, role=who, started_on=PAST)
    if who == "former maintainer":
        RoleTermFactory(
            person=person,
            sig=sig,
            role="maintainer",
            started_on=PAST,
            ended_on=timezone.now().date() - dt.timedelta(days=2),
        )
    if who == "maintainer elsewhere":
        RoleTermFactory(person=person, role="maintainer", started_on=PAST)
    return user


WHO_MAY = [
    ("stranger", False),
    ("contributor", False),
    ("committer", False),
    ("former maintainer", False),
    ("maintainer elsewhere", False),
    ("maintainer", True),
    ("superuser", True),
]


@pytest.mark.parametrize(("who", "may"), WHO_MAY)
def test_can_request_sync(repository, who, may):
    user = someone(who, repository)
    assert can_request_sync(user, repository) is may
    assert (repository.pk in requestable(user, [repository], timezone.now())) is may


@pytest.mark.parametrize(("who", "may"), WHO_MAY)
def test_sync_button_shows_to_and_works_for_the_same_people(client, repository, who, may):
    client.force_login(someone(who, repository))
    shown = "立即同步" in client.get("/sync/").content.decode()
    response = client.post(f"/sync/{repository.pk}/request/")
    assert shown is may
    assert response.status_code == (302 if may else 403)
    assert RepositorySync.objects.filter(requested_at__isnull=False).exists() is may


def test_sync_request_of_someone_not_signed_in_leads_to_signing_in(client, repository):
    assert "立即同步" not in client.get("/sync/").content.decode()
    response = client.post(f"/sync/{repository.pk}/request/")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/sync/")
    assert not RepositorySync.objects.exists()


def test_sync_request_twice_is_harmless_and_said(client, repository):
    client.force_login(someone("maintainer", repository))
    for _ in range(2):
        response = client.post(f"/sync/{repository.pk}/request/", follow=True)
        assert "已请求同步 example/one" in response.content.decode()
    assert RepositorySync.objects.count() == 1


def test_sync_request_by_get_or_for_nothing_is_refused(client, repository):
    client.force_login(someone("maintainer", repository))
    assert client.get(f"/sync/{repository.pk}/request/").status_code == 405
    assert client.post("/sync/999999/request/").status_code == 404


def test_sync_request_without_the_form_s_token_is_refused(repository):
    client = Client(enforce_csrf_checks=True)
    client.force_login(someone("maintainer", repository))
    assert client.post(f"/sync/{repository.pk}/request/").status_code == 403


# ── what it says ──────────────────────────────────────────────────────────────────────────────
NOW = dt.timedelta()
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("columns", "state", "words"),
    [
        (None, "never", "尚未同步"),
        ({"requested_at": -MINUTE}, "requested", "等待同步"),
        ({"started_at": -MINUTE, "lease_until": MINUTE}, "running", "正在同步"),
        ({"started_at": -MINUTE, "lease_until": -MINUTE}, "interrupted", "稍后会继续"),
        (
            {
                "started_at": -2 * MINUTE,
                "finished_at": -MINUTE,
                "succeeded_at": -MINUTE,
                "result": "ok",
            },
            "ok",
            "1 分钟前",
        ),
        (
            {
                "started_at": -2 * MINUTE,
                "finished_at": -MINUTE,
                "result": "failed",
                "fault": "not_found",
            },
            "failed",
            "代码平台上找不到这个仓库",
        ),
    ],
)
def test_sync_page_says_how_each_repository_stands(client, repository, columns, state, words):
    now = timezone.now()
    if columns is not None:
        values = {
            name: now + value if isinstance(value, dt.timedelta) else value
            for name, value in columns.items()
        }
        RepositorySync.objects.create(repository=repository, **values)
    response = client.get("/sync/")
    assert [row.state for row in response.context["rows"]] == [state]
    assert words in response.content.decode()
    polls = 'hx-trigger="every 2s"' in response.content.decode()
    assert polls is (state in {"running", "requested"})


def test_sync_page_shows_progress_and_counts(client, repository):
    RepositorySync.objects.create(
        repository=repository,
        started_at=timezone.now(),
        lease_until=timezone.now() + MINUTE,
        progress={"stream": "pulls", "read_here": 300, "total": 4379},
        counts={"pulls": 250, "issues": 3, "comments": 41},
    )
    html = client.get("/sync/").content.decode()
    assert "正在读取拉取请求：300/4379" in html
    assert '<progress max="4379" value="300"' in html
    assert ">250</td>" in html


def row_of(client, repository, **columns):
    """What the page knows of a repository that ended a sync well, but for `columns`."""
    values = {"result": "ok", "finished_at": timezone.now(), "succeeded_at": timezone.now()}
    RepositorySync.objects.create(repository=repository, **{**values, **columns})
    (row,) = client.get("/sync/").context["rows"]
    return row


@pytest.mark.parametrize(
    ("interval_s", "age_s", "stale"),
    [(None, 1190, False), (None, 1300, True), (60, 110, False), (60, 130, True)],
)
def test_sync_page_marks_data_older_than_two_intervals(
    client, repository, settings, interval_s, age_s, stale
):
    settings.SYNC_INTERVAL_S = 600
    at = timezone.now() - dt.timedelta(seconds=age_s)
    row = row_of(client, repository, succeeded_at=at, interval_s=interval_s)
    assert row.is_stale is stale
    assert ("已过时" in client.get("/sync/").content.decode()) is stale


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"finished_at": -2 * MINUTE}, "8 分钟后"),
        ({"finished_at": -2 * MINUTE, "interval_s": 3600}, "58 分钟后"),
        ({"finished_at": -11 * MINUTE}, "即将开始"),
        ({"finished_at": -2 * MINUTE, "requested_at": -MINUTE}, "即将开始"),
        ({"finished_at": -2 * MINUTE, "started_at": -MINUTE, "lease_until": MINUTE}, ""),
    ],
)
def test_sync_page_says_when_the_next_one_is_due(client, repository, settings, columns, words):
    settings.SYNC_INTERVAL_S = 600
    now = timezone.now()
    values = {
        name: now + value if isinstance(value, dt.timedelta) else value
        for name, value in columns.items()
    }
    assert row_of(client, repository, **values).next_due == words


def test_sync_page_lists_what_could_not_be_read_with_the_reason(client, repository):
    for number in range(3):
        UnreadRow.objects.create(
            repository=repository,
            stream="pulls" if number else "issues",
            remote_id=number,
            reason="number: missing",
            first_seen_at=timezone.now(),
            last_seen_at=timezone.now(),
        )
    row = row_of(client, repository)
    html = client.get("/sync/").content.decode()
    assert (row.unread_count, [unread.count for unread in row.unread]) == (3, [2, 1])
    assert "3 条记录无法解读" in html
    assert "拉取请求：number: missing（2）" in html


@pytest.mark.parametrize(("who", "may"), WHO_MAY)
def test_sync_page_shows_technical_details_to_those_who_may_act(client, repository, who, may):
    client.force_login(someone(who, repository))
    row_of(client, repository, result="failed", fault="unavailable", error="HTTP 502 at page 3")
    html = client.get("/sync/").content.decode()
    assert "代码平台暂时没有回应" in html
    assert ("HTTP 502 at page 3" in html) is may


def test_sync_page_says_what_was_spent_and_what_is_left(client, repository):
    row_of(client, repository, progress={"requests": 41, "remaining": 4959})
    html = client.get("/sync/").content.decode()
    assert "上次发出 41 次请求" in html
    assert "平台还允许 4959 次" in html


@pytest.mark.parametrize(
    ("news", "delivery", "hint"),
    [
        (None, None, ""),
        (-MINUTE, None, "从未收到推送通知"),
        (-MINUTE, -2 * MINUTE, ""),
        (-MINUTE, -dt.timedelta(days=4), "已有 4 天没有收到推送通知"),
        # A quiet repository sends none.
        (-dt.timedelta(days=30), -dt.timedelta(days=30, hours=1), ""),
    ],
)
def test_sync_page_notices_when_deliveries_do_not_come(client, repository, news, delivery, hint):
    now = timezone.now()
    client.force_login(someone("maintainer", repository))
    if delivery is not None:
        WebhookDelivery.objects.create(
            repository=repository,
            hook_name="Note Hook",
            fingerprint="1",
            received_at=now + delivery,
        )
    cursor = now + news if news is not None else None
    row = row_of(client, repository, issue_comments_cursor=cursor)
    assert row.webhook_hint.startswith(hint)
    assert bool(row.webhook_hint) is bool(hint)
    client.logout()
    assert "推送通知" not in client.get("/sync/").content.decode()


@pytest.mark.parametrize(("who", "may"), WHO_MAY)
def test_sync_request_for_a_whole_comparison(client, repository, who, may):
    row_of(client, repository, reconciled_at=timezone.now())
    client.force_login(someone(who, repository))
    assert ("完整核对 example/one" in client.get("/sync/").content.decode()) is may
    response = client.post(f"/sync/{repository.pk}/request/", {"recheck": "1"})
    row = RepositorySync.objects.get()
    assert response.status_code == (302 if may else 403)
    assert (row.reconciled_at is None, row.requested_at is not None) == (may, may)


def test_sync_page_says_when_no_host_is_set_up(client, repository):
    repository.host = "elsewhere"
    repository.save()
    client.force_login(someone("maintainer", repository))
    html = client.get("/sync/").content.decode()
    assert "尚未配置这个代码平台的地址" in html
    assert "立即同步" not in html


def test_sync_page_gives_htmx_the_table_only(client, repository):
    page = client.get("/sync/")
    fragment = client.get("/sync/", headers={"HX-Request": "true"})
    assert "<html" in page.content.decode()
    assert fragment.content.decode().strip().startswith('<div id="sync-table"')
    assert "HX-Request" in fragment["Vary"]
    assert "no-store" in fragment["Cache-Control"]


@pytest.mark.parametrize("count", [1, 3])
def test_sync_page_takes_a_fixed_number_of_queries(client, db, count, django_assert_num_queries):
    RepositoryFactory.create_batch(count)
    with django_assert_num_queries(2):
        client.get("/sync/")


def test_sync_page_without_any_repository_says_what_to_do(client, db):
    assert 'class="empty"' in client.get("/sync/").content.decode()
