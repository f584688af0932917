"""The sync page and its button: what it says in each state, who may press, what pressing twice does."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from reviews import tasks
from reviews.models import RepositorySync
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
    with django_assert_num_queries(1):
        client.get("/sync/")


def test_sync_page_without_any_repository_says_what_to_do(client, db):
    assert 'class="empty"' in client.get("/sync/").content.decode()
