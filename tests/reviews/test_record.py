"""One record as anyone sees it: content, odd addresses, data, query counts."""

import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from members.owners import note_owners
from members.review_rule import adopt_rule
from reviews.models import OperateLog, RepositorySync, Review
from reviews.outcome import settle_pulls
from reviews.pushes import Pushed, note_many
from tests.factories import (
    AccountFactory,
    CommentFactory,
    IssueFactory,
    PullRequestFactory,
    RepositoryFactory,
    ResolutionFactory,
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


@pytest.fixture
def known(repository):
    """Comments are read, and OWNERS known."""
    RepositorySync.objects.create(repository=repository, pull_comments_cursor=at(99))
    note_owners(
        repository,
        "OWNERS",
        approvers=["wang"],
        reviewers=["liu"],
        valid_from=at(-9999),
        sha="0123456789abcdef",
    )
    return repository


def merged(repository, number=12, **more):
    return PullRequestFactory(
        repository=repository,
        number=number,
        state="merged",
        author__login=f"hua-{number}",
        merged_at=at(48),
        closed_at=at(48),
        **more,
    )


def reviewed(repository, number=12, **more):
    pull = merged(repository, number, **more)
    say(pull, "liu", "看过了\r\n/lgtm", 31)
    say(pull, "wang", "/lgtm\n/approve", 40)
    return pull


def log(pull, content, hour, action_type="set_assignee"):
    OperateLog.objects.create(
        pull=pull,
        host="gitee",
        remote_id=OperateLog.objects.count() + 1,
        action_type=action_type,
        content=content,
        login="i-robot",
        created_at=at(hour),
    )


# ── one record ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_record_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    pull = reviewed(repository, body=" ".join(f"fixes #{one + 1}" for one in range(count)))
    settle_pulls(repository, [12])
    term = RoleTermFactory(sig=repository.sig, role="maintainer")
    for hour in range(count):
        say(pull, f"reviewer-{hour}", "/lgtm", hour)
        note_many([Pushed(pull.pk, f"{hour}", at(hour), at(hour))])
        log(pull, f"添加了标签 {hour}", hour)
        IssueFactory(repository=repository, number=str(hour + 1))
        ResolutionFactory(on=pull, number=hour + 1, decided_by=term.person)
    with django_assert_num_queries(16):
        client.get("/reviews/example/one/12/")


def test_record_says_the_verdict_in_one_line_and_the_times(client, known):
    reviewed(known)
    html = client.get("/reviews/example/one/12/").content.decode()
    assert "评审通过并已合入：lgtm 2 个（需 2 个），approve 1 个（需 1 个）" in html
    assert "31 小时" in html
    assert "48 小时" in html


def test_record_says_in_words_and_hours_what_took_days(client, known):
    reviewed(known, created_at=at(-60))
    html = client.get("/reviews/example/one/12/").content.decode()
    assert "4 天（91 小时）" in html


def test_record_says_what_was_missing(client, known):
    say(merged(known), "liu", "/lgtm", 31)
    html = client.get("/reviews/example/one/12/").content.decode()
    assert "已合入，但评审不符合规则：lgtm 1 个（需 2 个）" in html
    assert "缺 1 个 lgtm" in html
    assert "缺 1 个 approve" in html


def test_record_says_plainly_that_nobodys_rights_are_known(client, repository):
    reviewed(repository)
    html = client.get("/reviews/example/one/12/").content.decode()
    assert "已合入；现有资料不足以断定评审是否符合规则：lgtm 2 个" in html
    assert "都没有记载，任何人的 lgtm 和 approve 都计入" in html


def test_record_says_by_which_owners_version_and_rule_it_was_judged(client, known):
    adopt_rule(
        known,
        lgtm_required=1,
        approve_required=1,
        required_labels=["cla/yes"],
        blocking_labels=["wip"],
        by=None,
        at=at(3),
    )
    reviewed(known, labels=["wip"])
    html = client.get("/reviews/example/one/12/").content.decode()
    assert "按当日的 OWNERS" in html
    assert "0123456789ab" in html
    assert "缺标签 cla/yes" in html
    assert "有标签 wip，不得合入" in html
    assert "起生效" in html


def test_record_says_when_a_word_counts_in_doubt_or_is_too_old(client, known):
    pull = reviewed(known)
    note_many([Pushed(pull.pk, "a" * 40, at(35), at(45))])
    html = client.get("/reviews/example/one/12/").content.decode()
    assert "此后又有新的提交推送，不计" in html
    assert "先后无法确定，仍予计入" in html
    assert "推送新的提交" in html
    assert "之间" in html


def test_record_names_who_merged_and_tells_of_labels(client, known):
    merger = AccountFactory(login="merger", person__name="合并先生")
    pull = reviewed(known, merged_by=merger, merged_by_login="merger", merge_sha="f" * 40)
    log(pull, "添加了标签 lgtm-liu", 32)
    log(pull, "指派了评审人", 33)
    log(pull, "合并了 Pull Request", 48, action_type="merged_pr")
    response = client.get("/reviews/example/one/12/")
    events = response.context["record"].events
    assert [event.kind for event in events] == [
        "opened",
        "comment",
        "label",
        "log",
        "comment",
        "merged",
    ]
    assert events[-1].account == merger
    assert "合并先生" in response.content.decode()
    assert "没有记载" not in response.content.decode()


def test_record_known_from_a_clone_only_names_its_witnesses(client, known):
    pull = merged(known, remote_id=None)
    for login in ("liu", "wang"):
        account = AccountFactory(login=login)
        Review.objects.create(
            pull=pull, account=account, is_witnessed=True, pull_updated_at=pull.updated_at
        )
    response = client.get("/reviews/example/one/12/")
    html = response.content.decode()
    assert "评审通过并已合入：lgtm 2 个" in html
    assert html.count("由合入提交的 Reviewed-by 证明") == 3
    assert "尚未（或未能）完整读取" in html
    assert "，由谁合入没有记载" in html


def test_record_links_issues_known_and_unknown(client, known):
    issue = IssueFactory(repository=known, number="I4CE7W", title="训练报错")
    reviewed(known, body="#I4CE7W #I0000")
    settle_pulls(known, [12])
    html = client.get("/reviews/example/one/12/").content.decode()
    assert f'href="{issue.get_absolute_url()}"' in html
    assert "#I0000" in html


def test_record_shows_the_resolutions_on_it(client, known):
    ResolutionFactory(on=reviewed(known), title="采用新接口")
    assert "采用新接口" in client.get("/reviews/example/one/12/").content.decode()
    data = json.loads(client.get("/reviews/example/one/12.json").content)
    assert [one["title"] for one in data["resolutions"]] == ["采用新接口"]


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
    assert "也不是名册中本仓库的 Committer 或 Maintainer" in str(
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


@pytest.mark.parametrize(("asked", "stands"), [("old/one", "example"), ("new/one", "new")])
def test_record_is_found_at_either_home(client, repository, asked, stands):
    new = RepositoryFactory(owner="new", name="one", host="gitcode", sig=repository.sig)
    repository.owner, repository.moved_to = "old", new
    repository.save()
    PullRequestFactory(repository=repository, number=12, title="在旧址")
    PullRequestFactory(repository=new, number=13, host="gitcode", title="在新址")
    for number, title in ((12, "在旧址"), (13, "在新址")):
        html = client.get(f"/reviews/{asked}/{number}/").content.decode()
        assert title in html
    PullRequestFactory(
        repository=new, number=12, host="gitcode", title="两处都有", updated_at=at(99)
    )
    title = "两处都有" if asked == "new/one" else "在旧址"
    assert title in client.get(f"/reviews/{asked}/12/").content.decode()


def test_record_with_very_many_comments_comes_in_parts_but_is_judged_whole(
    client, known, monkeypatch
):
    monkeypatch.setattr("reviews.record.COMMENTS_SHOWN", 2)
    pull = merged(known)
    for hour in range(3):
        say(pull, "zhao", f"第 {hour} 条", hour + 1)
    say(pull, "liu", "/lgtm", 9)
    settle_pulls(known, [12])
    first = client.get("/reviews/example/one/12/")
    second = client.get("/reviews/example/one/12/?part=2")
    parts = [first.context["record"], second.context["record"]]
    assert [[event.kind for event in part.events] for part in parts] == [
        ["opened", "comment", "comment"],
        ["comment", "comment", "merged"],
    ]
    assert [part.verdict.lgtm_by for part in parts] == [("liu",), ("liu",)]
    assert {part.first_review_at for part in parts} == {at(1)}
    assert 'href="?part=2"' in first.content.decode()
    assert 'href="?part=1"' in second.content.decode()


def test_record_parts_lose_no_event_between_them(client, known, monkeypatch):
    monkeypatch.setattr("reviews.record.COMMENTS_SHOWN", 2)
    pull = merged(known)
    for hour in range(5):
        say(pull, "zhao", "好", hour + 1)
    for minute in range(0, 48 * 60, 30):
        log(pull, f"添加了标签 {minute}", minute / 60)
    events = [
        event
        for part in (1, 2, 3)
        for event in client.get(f"/reviews/example/one/12/?part={part}").context["record"].events
    ]
    assert sum(event.kind == "label" for event in events) == 96
    assert sum(event.kind == "comment" for event in events) == 5


@pytest.mark.parametrize("part", ["0", "-1", "x", "", "1001", "9" * 30, "²"])
@pytest.mark.parametrize("kind", ["/", ".json"])
def test_record_has_no_other_parts(client, repository, part, kind):
    reviewed(repository)
    assert client.get(f"/reviews/example/one/12{kind}", {"part": part}).status_code == 404


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
def test_record_json_tells_who_counted_and_why_not(client, known):
    pull = reviewed(known)
    say(pull, "hua-12", "/lgtm", 20)
    data = json.loads(client.get("/reviews/example/one/12.json").content)
    assert data["schema"] == 1
    assert data["verdict"]["met"] is True
    assert data["verdict"]["conclusion"] == "met"
    assert data["verdict"]["rights"]["owners"][0]["path"] == "OWNERS"
    assert [event["kind"] for event in data["timeline"]] == [
        "opened",
        "comment",
        "comment",
        "comment",
        "merged",
    ]
    assert (data["first_review_s"], data["merge_s"]) == (31 * 3600, 48 * 3600)
    assert [(one["login"], one["reason"]) for one in data["verdict"]["lgtm"]] == [
        ("hua-12", "own"),
        ("liu", None),
        ("wang", None),
    ]
    assert data["url"] == "http://testserver/reviews/example/one/12/"
    assert client.get("/reviews/example/one/99.json").status_code == 404
