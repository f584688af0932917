"""The page 评审概况: its sentences, pictures and tables, in both languages."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.factories import (
    AccountFactory,
    PersonFactory,
    PullRequestFactory,
    RepositoryFactory,
    ReviewFactory,
    RoleTermFactory,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/sigs/example/reviews/pulse/"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def repository():
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


def reviewed(repository, *reviewers, number=None):
    at = timezone.now()
    more = {"number": number} if number else {}
    pull = PullRequestFactory(
        repository=repository,
        state="merged",
        created_at=at - 9 * HOUR,
        first_review_at=at - 6 * HOUR,
        merged_at=at,
        **more,
    )
    for reviewer in reviewers:
        ReviewFactory(pull=pull, account=reviewer)
    return pull


def test_pulse_page_says_who_waits_who_reviews_and_how_long_it_takes(client, repository):
    stranger = AccountFactory(person=PersonFactory(name="外人", account=None), login="stranger")
    committer = RoleTermFactory(sig=repository.sig).person.accounts.get()
    for _ in range(3):
        reviewed(repository, stranger)
    reviewed(repository, committer, AccountFactory())
    waits = PullRequestFactory(
        repository=repository, created_at=timezone.now() - 50 * HOUR, title="等了两天"
    )
    html = client.get(ADDRESS).content.decode()
    assert "有 1 个开放的拉取请求还没有人评审" in html
    assert waits.title in html
    assert '<td data-label="已等天数" class="num">2</td>' in html
    assert "最忙的两位评审人承担了 80%。" in html
    assert "不在名册" in html
    assert "Committer" in html
    assert "从提交到首次评审的中位时间（小时）" in html
    assert '<td class="num">3 小时</td>' in html
    assert html.count('role="img"') == 3


def test_pulse_page_of_nothing_says_so(client, repository):
    html = client.get(ADDRESS).content.decode()
    assert "没有拉取请求在等待首次评审" in html
    assert "还没有人评审" in html
    assert "这一时期没有合入的拉取请求" in html
    assert "<svg" not in html


def test_pulse_page_with_one_reviewer_does_not_speak_of_two(client, repository):
    reviewed(repository, AccountFactory())
    assert "计入的评审全部由一位评审人给出" in client.get(ADDRESS).content.decode()


def test_pulse_page_ids_of_pictures_are_unique(client, repository):
    reviewed(repository, AccountFactory())
    html = client.get(ADDRESS).content.decode()
    for chart in ("chart-first", "chart-merge", "chart-merged"):
        assert html.count(f'id="{chart}-title"') == 1
        assert html.count(f'id="{chart}-desc"') == 1
        assert f'aria-labelledby="{chart}-title {chart}-desc"' in html


def test_pulse_page_narrows_to_a_period_and_a_repository(client, repository):
    other = RepositoryFactory(sig=repository.sig, owner="example", name="two")
    reviewed(repository, AccountFactory())
    reviewed(other, AccountFactory())
    page = client.get(ADDRESS).context["page"]
    assert (len(page.months), page.merged.total) == (12, 2)
    page = client.get(ADDRESS, {"period": "24", "repository": "example/two"}).context["page"]
    assert (len(page.months), page.merged.total) == (24, 1)
    assert len(page.loads) == 1


@pytest.mark.parametrize("params", [{"period": "7"}, {"repository": "no/such"}, {"period": "\0"}])
def test_pulse_page_tells_a_filter_it_does_not_know(client, repository, params):
    RepositoryFactory(sig=repository.sig)
    response = client.get(ADDRESS, params)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_pulse_page_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    for _ in range(count):
        reviewed(repository, AccountFactory())
        PullRequestFactory(repository=repository)
        RoleTermFactory(sig=repository.sig)
    with django_assert_num_queries(13):
        client.get(ADDRESS)
    with django_assert_num_queries(9):
        client.get(ADDRESS)


@pytest.mark.parametrize(
    ("table", "header", "cells"),
    [
        ("months", "month,merged", ",1,1,10800,32400"),
        ("load", "name,login,role", "'=名,reviewer,,1,1,0"),
        ("waiting", "repository,number", "example/one,9,'=等"),
    ],
)
def test_pulse_csv_has_the_tables(client, repository, table, header, cells):
    reviewer = AccountFactory(person=PersonFactory(name="=名", account=None), login="reviewer")
    reviewed(repository, reviewer)
    PullRequestFactory(repository=repository, number=9, title="=等")
    response = client.get(f"{ADDRESS}{table}.csv")
    text = b"".join(response.streaming_content).decode()
    assert response["Content-Type"].startswith("text/csv")
    assert text.startswith(f"\ufeff{header}")
    assert cells in text


def test_pulse_csv_of_no_such_table_is_not_found(client, repository):
    assert client.get(f"{ADDRESS}secrets.csv").status_code == 404
    assert client.get("/sigs/nowhere/reviews/pulse/").status_code == 404
