"""Lists and records as anyone sees them: content, filters, odd addresses, query counts."""

import csv
import datetime as dt
import io
import json
import xml.etree.ElementTree as ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import RepositorySync
from tests.factories import (
    AccountFactory,
    CommentFactory,
    IssueFactory,
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


# ── the list ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_record_list_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    for number in range(1, count + 1):
        reviewed(repository, number)
    RoleTermFactory(sig=repository.sig)
    with django_assert_num_queries(6):
        response = client.get("/sigs/example/reviews/")
    assert len(response.context["rows"]) == count


def test_record_list_shows_state_author_and_who_counted(client, repository):
    reviewed(repository)
    html = client.get("/sigs/example/reviews/").content.decode()
    assert "!12" in html
    assert "已合入" in html
    assert "hua-12" in html
    assert '<td data-label="lgtm" class="num">2/2</td>' in html
    assert '<td data-label="approve" class="num">1/1</td>' in html


def test_record_list_stays_within_its_sig(client, repository):
    mine, other = PullRequestFactory(repository=repository), PullRequestFactory()
    assert mine.repository.sig != other.repository.sig
    rows = client.get("/sigs/example/reviews/").context["rows"]
    assert [row.pull for row in rows] == [mine]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [3, 2, 1]),
        ("state=merged", [1]),
        ("state=open", [3, 2]),
        ("author=HUA-1", [1]),
        ("author=@hua-1", [1]),
        ("author=nobody", []),
        ("reviewer=liu", [1]),
        ("reviewer=hua-1", []),
        ("q=2", [2]),
        ("q=!2", [2]),
        ("q=%E9%98%9F%E5%88%97", [3]),
        ("q=nothing", []),
        ("state=open&q=2", [2]),
        ("repository=example/two", [2]),
    ],
)
def test_record_list_narrows(client, repository, query, numbers):
    first = reviewed(repository, 1)
    say(first, "hua-1", "改好了", 41)
    two = RepositoryFactory(owner="example", name="two", sig=repository.sig)
    PullRequestFactory(repository=two, number=2, updated_at=at(100))
    PullRequestFactory(repository=repository, number=3, title="修正队列", updated_at=at(101))
    response = client.get(f"/sigs/example/reviews/?{query}")
    assert [row.pull.number for row in response.context["rows"]] == numbers


@pytest.mark.parametrize(
    "query", ["state=nonsense", "q=%00", "author=%00", "repository=no/such", "q=" + "x" * 200]
)
def test_record_list_says_at_the_field_what_is_wrong_with_a_filter(client, repository, query):
    PullRequestFactory(repository=repository)
    RepositoryFactory(sig=repository.sig)
    response = client.get(f"/sigs/example/reviews/?{query}")
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()


def test_record_list_pages_by_marks_without_losing_any(client, repository):
    for number in range(1, 121):
        PullRequestFactory(repository=repository, number=number, updated_at=at(number // 7))
    address, seen = "/sigs/example/reviews/?state=open", []
    while address:
        page = client.get(address).context["page"]
        seen += [pull.number for pull in page.rows]
        address = page.older and f"/sigs/example/reviews/?state=open&older={page.older}"
    assert sorted(seen) == list(range(1, 121))


@pytest.mark.parametrize("mark", ["x", "~", "2026-01-01~1", "2026-13-45T00:00:00+00:00~1"])
@pytest.mark.parametrize("place", ["reviews", "issues"])
def test_lists_refuse_marks_that_no_page_gave_out(client, repository, mark, place):
    assert client.get(f"/sigs/example/{place}/", {"older": mark}).status_code == 400


def test_empty_lists_say_what_to_do_next(client, repository):
    for place in ("reviews", "issues"):
        html = client.get(f"/sigs/example/{place}/").content.decode()
        assert 'class="empty"' in html
        assert f'href="{reverse("reviews:sync")}"' in html


def test_record_list_of_no_sig_is_not_found(client, db):
    assert client.get("/sigs/absent/reviews/").status_code == 404


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


def test_record_csv_holds_every_row_of_the_filter(client, repository):
    reviewed(repository)
    PullRequestFactory(repository=repository, number=13, title="=1+1")
    PullRequestFactory(repository=repository, number=14, state="closed")
    response = client.get("/sigs/example/reviews/records.csv?author=&state=")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["number"] for row in rows) == ["12", "13", "14"]
    by_number = {row["number"]: row for row in rows}
    assert by_number["12"]["lgtm_by"] == "liu wang"
    assert by_number["12"]["rule_met"] == "yes"
    assert by_number["13"]["title"] == "'=1+1"
    response = client.get("/sigs/example/reviews/records.csv?state=closed")
    assert b"".join(response.streaming_content).count(b"\r\n") == 2


def test_record_feed_is_atom_with_the_verdicts(client, repository, django_assert_num_queries):
    reviewed(repository)
    with django_assert_num_queries(6):
        response = client.get("/sigs/example/reviews/feed.atom?state=merged")
    feed = ElementTree.fromstring(response.content)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert response["Content-Type"].startswith("application/atom+xml")
    assert feed.find("a:entry/a:title", space).text == "!12 改动 12"
    assert "评审通过并已合入" in feed.find("a:entry/a:summary", space).text


# ── issues ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_issue_list_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    IssueFactory.create_batch(count, repository=repository)
    with django_assert_num_queries(4):
        response = client.get("/sigs/example/issues/")
    assert len(response.context["page"].rows) == count


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["I2", "I1"]),
        ("state=closed", ["I2"]),
        ("author=hua", ["I1"]),
        ("q=I2", ["I2"]),
        ("q=%23I1", ["I1"]),
        ("q=%E6%8A%A5%E9%94%99", ["I1"]),
    ],
)
def test_issue_list_narrows(client, repository, query, numbers):
    IssueFactory(repository=repository, number="I1", title="训练报错", author__login="hua")
    IssueFactory(repository=repository, number="I2", state="closed", created_at=at(9))
    rows = client.get(f"/sigs/example/issues/?{query}").context["page"].rows
    assert [issue.number for issue in rows] == numbers


@pytest.mark.parametrize("count", [1, 3])
def test_issue_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    issue = IssueFactory(repository=repository, number="I4CE7W", body="**重现步骤**")
    CommentFactory.create_batch(count, on=issue)
    with django_assert_num_queries(4):
        response = client.get("/issues/example/one/I4CE7W/")
    html = response.content.decode()
    assert "<strong>重现步骤</strong>" in html
    assert html.count("看过了") == count


def test_issue_shows_its_own_comments_only(client, repository):
    issue = IssueFactory(repository=repository, number="12")
    CommentFactory(on=PullRequestFactory(repository=repository, number=12), body="别处的话")
    assert "别处的话" not in client.get("/issues/example/one/12/").content.decode()
    assert issue.get_absolute_url() == "/issues/example/one/12/"


def test_issue_unknown_here_is_not_found(client, repository):
    assert client.get("/issues/example/one/I000/").status_code == 404
