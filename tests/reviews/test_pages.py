"""One record as anyone sees it: content, odd addresses, data, query counts."""

import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import RepositorySync
from tests.factories import (
    AccountFactory,
    CommentFactory,
    PullRequestFactory,
    RepositoryFactory,
    RoleTermFactory,
)

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def at(hour):
    return START + dt.timedelta(hours=hour)


@pytest.fixture
def repository(db):
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


def say(pull, login, body, hour, **more):
    account = AccountFactory._meta.model.objects.filter(login=login).first()
    account = account or AccountFactory(login=login, person__name=f"{login} 先生")
    return CommentFactory(on=pull, author=account, body=body, created_at=at(hour), **more)


def reviewed(repository, number=12, **more):
    pull = PullRequestFactory(
        repository=repository,
        number=number,
        state="merged",
        author__login=f"hua-{number}",
        merged_at=at(48),
        closed_at=at(48),
        **more,
    )
    say(pull, "liu", "看过了\r\n/lgtm", 31)
    say(pull, "wang", "/lgtm\n/approve", 40)
    return pull


# ── one record ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_record_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    pull = PullRequestFactory(repository=repository, number=12)
    for hour in range(count):
        say(pull, f"reviewer-{hour}", "/lgtm", hour)
    with django_assert_num_queries(5):
        client.get("/reviews/example/one/12/")


def test_record_says_the_verdict_in_one_line_and_the_times(client, repository):
    reviewed(repository)
    html = client.get("/reviews/example/one/12/").content.decode()
    assert "评审通过并已合入：lgtm 2 个（需 2 个），approve 1 个（需 1 个）" in html
    assert "31 小时" in html
    assert "48 小时" in html


def test_record_says_why_a_word_did_not_count(client, repository):
    pull = reviewed(repository)
    say(pull, "hua-12", "/lgtm", 20)
    say(pull, "zhao", "/lgtm", 60)
    edited = say(pull, "qian", "/lgtm", 33)
    edited.updated_at = at(34)
    edited.save()
    html = client.get("/reviews/example/one/12/").content.decode()
    assert "作者本人给出的不计" in html
    assert "在合入或关闭之后给出，不计" in html
    assert "评论发出后被修改过，不计" in html


def test_record_counts_approve_by_the_roster_of_the_day(client, repository):
    pull = reviewed(repository)
    RoleTermFactory(sig=pull.repository.sig, role="maintainer", started_on=dt.date(2026, 3, 1))
    record = client.get("/reviews/example/one/12/").context["record"]
    assert record.verdict.approve_by == ()
    assert not record.verdict.met
    assert "当日名册中不是本仓库的 Committer 或 Maintainer" in str(
        next(mark.reason for event in record.events for mark in event.marks if mark.reason)
    )


def test_record_timeline_is_in_order_of_time_and_ends_with_the_merge(client, repository):
    reviewed(repository)
    record = client.get("/reviews/example/one/12/").context["record"]
    assert [(event.kind, event.login) for event in record.events] == [
        ("opened", "hua-12"),
        ("comment", "liu"),
        ("comment", "wang"),
        ("merged", ""),
    ]


def test_record_renders_what_people_wrote_safely(client, repository):
    pull = PullRequestFactory(
        repository=repository,
        number=12,
        body="# 标题\n<script>alert(1)</script>\n[x](javascript:1)",
    )
    say(pull, "liu", "<img src=x onerror=alert(1)>**好**", 1)
    html = client.get("/reviews/example/one/12/").content.decode()
    assert "<script>alert" not in html
    assert "onerror=alert(1)&gt;" in html or "onerror" not in html
    assert 'javascript:1"' not in html
    assert "<strong>好</strong>" in html
    assert html.count("<h1") == 1


def test_record_links_to_the_original_and_to_its_data(client, repository):
    reviewed(repository, html_url="https://gitee.com/example/one/pulls/12")
    html = client.get("/reviews/example/one/12/").content.decode()
    assert 'href="https://gitee.com/example/one/pulls/12"' in html
    assert 'href="/reviews/example/one/12.json"' in html


def test_record_of_an_author_who_is_gone_still_stands(client, repository):
    PullRequestFactory(repository=repository, number=12, author=None)
    assert client.get("/reviews/example/one/12/").status_code == 200


def test_record_is_found_whatever_the_case_of_its_address(client, repository):
    reviewed(repository)
    assert client.get("/reviews/Example/ONE/12/").status_code == 200


def test_record_with_very_many_comments_is_cut_but_judged_whole(client, repository, monkeypatch):
    monkeypatch.setattr("reviews.record.COMMENTS_SHOWN", 2)
    pull = PullRequestFactory(repository=repository, number=12)
    for hour in range(3):
        say(pull, f"reviewer-{hour}", "好", hour)
    say(pull, "liu", "/lgtm", 9)
    record = client.get("/reviews/example/one/12/").context["record"]
    assert record.is_cut
    assert len(record.events) == 3
    assert record.verdict.lgtm_by == ("liu",)


@pytest.mark.parametrize("number", [13, 10**9, 10**30])
def test_record_unknown_here_says_to_sync(client, repository, number):
    RepositorySync.objects.create(repository=repository, succeeded_at=timezone.now())
    response = client.get(f"/reviews/example/one/{number}/")
    assert response.status_code == 404
    assert f'href="{reverse("reviews:sync")}"' in response.content.decode()


def test_record_of_a_repository_nobody_looks_after_says_so(client, db):
    response = client.get("/reviews/who/knows/1/")
    assert response.status_code == 404
    assert "不归本门户的任何 SIG 管理" in response.content.decode()


def test_record_in_english_has_its_address_below_en(client, repository):
    reviewed(repository)
    assert client.get("/en/reviews/example/one/12/").status_code == 200


# ── data ──────────────────────────────────────────────────────────────────────────────────────
def test_record_json_tells_who_counted_and_why_not(client, repository):
    pull = reviewed(repository)
    say(pull, "hua-12", "/lgtm", 20)
    data = json.loads(client.get("/reviews/example/one/12.json").content)
    assert data["verdict"]["met"] is True
    assert [(one["login"], one["reason"]) for one in data["verdict"]["lgtm"]] == [
        ("hua-12", "own"),
        ("liu", None),
        ("wang", None),
    ]
    assert data["url"] == "http://testserver/reviews/example/one/12/"
    assert client.get("/reviews/example/one/99.json").status_code == 404
