"""The pages of deliveries: who sees which, what they say of each state, replaying, query counts."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from reviews import tasks
from reviews.models import WebhookDelivery
from tests.factories import (
    PersonFactory,
    RepositoryFactory,
    RoleTermFactory,
    WebhookDeliveryFactory,
)

LIST = "/sync/deliveries/"
PAST = dt.date(2020, 1, 1)


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    sent = []
    monkeypatch.setattr(
        tasks.process_delivery, "apply_async", lambda args, **options: sent.append(args[0])
    )
    return sent


@pytest.fixture
def repository(db):
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


def someone(who, repository):
    user = User.objects.create_user(
        f"user-{who}", is_superuser=who == "superuser", is_staff=who == "staff"
    )
    person = PersonFactory(user=user)
    role = {"maintainer": "maintainer", "former maintainer": "maintainer"}.get(who, "committer")
    if who in {"committer", "maintainer", "former maintainer"}:
        ended_on = timezone.now().date() - dt.timedelta(days=2)
        RoleTermFactory(
            person=person,
            sig=repository.sig,
            role=role,
            started_on=PAST,
            ended_on=ended_on if who.startswith("former") else None,
        )
    if who == "maintainer elsewhere":
        RoleTermFactory(person=person, role="maintainer", started_on=PAST)
    return user


# ── who ───────────────────────────────────────────────────────────────────────────────────────
WHO = [
    ("stranger", None),
    ("committer", None),
    ("former maintainer", None),
    ("maintainer elsewhere", 0),
    ("maintainer", 1),
    ("staff", 2),
    ("superuser", 2),
]


@pytest.mark.parametrize(("who", "seen"), WHO)
def test_deliveries_show_to_administrators_and_maintainers_of_the_sig(
    client, repository, who, seen, woken
):
    row = WebhookDeliveryFactory(repository=repository, state="dead")
    unknown = WebhookDeliveryFactory(repository=None, path="some/where", state="ignored")
    client.force_login(someone(who, repository))
    response = client.get(LIST)
    assert response.status_code == (403 if seen is None else 200)
    if seen is not None:
        assert len(response.context["rows"]) == seen
    denied = 403 if seen is None else 404
    for each, needed in ((row, 1), (unknown, 2)):
        may = seen is not None and seen >= needed
        url = each.get_absolute_url()
        assert client.get(url).status_code == (200 if may else denied)
        assert client.post(f"{url}replay/").status_code == (302 if may else denied)
        each.refresh_from_db()
        assert (each.state == "received") is may


def test_deliveries_lead_strangers_to_signing_in(client, repository):
    row = WebhookDeliveryFactory(repository=repository, state="dead")
    for url in (LIST, row.get_absolute_url()):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"].endswith(f"?next={url}")
    assert client.post(f"{row.get_absolute_url()}replay/").status_code == 302
    row.refresh_from_db()
    assert row.state == "dead"


def test_replay_needs_a_post(client, repository):
    client.force_login(someone("superuser", repository))
    row = WebhookDeliveryFactory(repository=repository, state="dead")
    assert client.get(f"{row.get_absolute_url()}replay/").status_code == 405


@pytest.mark.parametrize(("who", "shown"), [("stranger", False), ("maintainer", True)])
def test_sync_page_links_to_deliveries_for_who_may_see_them(client, repository, who, shown):
    client.force_login(someone(who, repository))
    assert (LIST in client.get("/sync/").content.decode()) is shown


# ── list ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("who", "queries"), [("superuser", 6), ("maintainer", 7)])
def test_delivery_list_takes_a_fixed_number_of_queries(
    client, repository, count, who, queries, django_assert_num_queries
):
    for _ in range(count):
        WebhookDeliveryFactory(repository=repository)
    client.force_login(someone(who, repository))
    with django_assert_num_queries(queries):
        assert len(client.get(LIST).context["rows"]) == count


def test_delivery_list_pages_newest_first(client, repository):
    start = timezone.now()
    rows = [
        WebhookDeliveryFactory(repository=repository, received_at=start - dt.timedelta(minutes=n))
        for n in range(60)
    ]
    client.force_login(someone("superuser", repository))
    first = client.get(LIST)
    assert [shown.row for shown in first.context["rows"]] == rows[:50]
    older = client.get(LIST, {"older": first.context["page"].older})
    assert [shown.row for shown in older.context["rows"]] == rows[50:]
    assert client.get(LIST, {"older": "nonsense"}).status_code == 400


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"state": "dead"}, 1),
        ({"event": "issue_hooks"}, 2),
        ({"state": "dead", "event": "issue_hooks"}, 0),
        ({"state": "nonsense"}, 3),
        ({"repository": "99999999999999999999"}, 3),
    ],
)
def test_delivery_list_is_narrowed(client, repository, query, count):
    WebhookDeliveryFactory(repository=repository, state="dead")
    WebhookDeliveryFactory.create_batch(2, hook_name="issue_hooks", state="processed")
    client.force_login(someone("superuser", repository))
    response = client.get(LIST, query)
    assert len(response.context["rows"]) == count
    for name in ("state", "event", "repository"):
        assert f'name="{name}"' in response.content.decode()
    assert len(client.get(LIST, {"repository": repository.pk}).context["rows"]) == 1


def test_empty_list_says_what_to_do(client, repository):
    client.force_login(someone("superuser", repository))
    assert "/webhooks/gitee/" in client.get(LIST).content.decode()
    assert "查看全部" in client.get(LIST, {"state": "dead"}).content.decode()


# ── what it says ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"state": "dead", "error": "unavailable: GET /x: 502"},
            ["处理失败", "代码平台没有回应。已不再自动重试。", "502"],
        ),
        (
            {"state": "received", "error": "forbidden: no"},
            ["待处理", "检查访问令牌。稍后会自动重试。"],
        ),
        ({"state": "dead", "error": "nonsense"}, ["门户内部出错"]),
        ({"state": "ignored", "action": "ping"}, ["无需处理", "测试"]),
        ({"state": "ignored", "repository": None}, ["没有登记这个仓库"]),
        ({"state": "ignored"}, ["不涉及门户保存的内容"]),
        ({"state": "processed"}, ["已处理", "重新处理"]),
        ({"body": {"title": "<script>alert(1)</script>"}}, ["&lt;script&gt;alert(1)"]),
        ({"body": {"long": ["x" * 2000] * 50}}, ["\n…"]),
    ],
)
def test_delivery_detail_says_it_in_plain_words(client, repository, columns, words):
    row = WebhookDeliveryFactory(**{"repository": repository, **columns})
    client.force_login(someone("superuser", repository))
    text = client.get(row.get_absolute_url()).content.decode()
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(
    ("kind", "number", "url"),
    [
        ("pull", "7", "/reviews/example/one/7/"),
        ("issue", "I4CE7W", "/issues/example/one/I4CE7W/"),
        ("owners", "master", ""),
        ("", "", ""),
    ],
)
def test_delivery_links_to_what_it_is_about(client, repository, kind, number, url):
    row = WebhookDeliveryFactory(repository=repository, subject_kind=kind, subject_number=number)
    client.force_login(someone("superuser", repository))
    assert client.get(row.get_absolute_url()).context["shown"].subject_url == url


def test_replay_twice_is_once(client, repository, woken, django_capture_on_commit_callbacks):
    row = WebhookDeliveryFactory(repository=repository, state="dead", attempts=8)
    client.force_login(someone("maintainer", repository))
    with django_capture_on_commit_callbacks(execute=True):
        for words in ("已重新排队", "已在等待"):
            response = client.post(f"{row.get_absolute_url()}replay/", follow=True)
            assert words in response.content.decode()
    assert woken == [row.pk]
    assert WebhookDelivery.objects.get().state == "received"
