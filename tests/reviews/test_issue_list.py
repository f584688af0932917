"""Issues as anyone sees them: the list for triage, its CSV and feed, and one issue."""

import csv
import datetime as dt
import io
import xml.etree.ElementTree as ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import IssueLink
from tests.factories import (
    AccountFactory,
    CommentFactory,
    IssueFactory,
    PullRequestFactory,
    RepositoryFactory,
)

LIST = "/sigs/example/issues/"
CSV = "/sigs/example/issues/issues.csv"
FEED = "/sigs/example/issues/feed.atom"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def repository(db):
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


def ago(days):
    return timezone.now() - dt.timedelta(days=days)


@pytest.fixture
def issues(repository):
    """I1 waits longest, I2 is answered and assigned, I3 is closed, I4 new in another repository."""
    two = RepositoryFactory(owner="example", name="two", sig=repository.sig)
    hua = AccountFactory(login="hua", person__name="华")
    AccountFactory(login="liu", person__name="刘")
    first = IssueFactory(
        repository=repository,
        number="I1AAAA",
        title="训练报错",
        author=hua,
        created_at=ago(40),
        labels=["kind/bug"],
    )
    second = IssueFactory(
        repository=repository,
        number="I2BBBB",
        title="Docs typo",
        state="progressing",
        created_at=ago(20),
        answered_at=ago(19),
        assignee_login="Liu",
        milestone="B030",
    )
    third = IssueFactory(
        repository=repository,
        number="I3CCCC",
        title="训练很慢",
        state="closed",
        created_at=ago(10),
        closed_at=ago(7),
    )
    IssueFactory(repository=two, number="I4DDDD", title="[RFC] 新接口", created_at=ago(1))
    IssueFactory(title="别的 SIG 的训练问题")
    return {"first": first, "second": second, "third": third, "hua": hua}


def numbers(response):
    return [issue.number[:2] for issue in response.context["page"].rows]


# ── the list ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_issue_list_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    for issue in IssueFactory.create_batch(count, repository=repository):
        CommentFactory(on=issue)
    with django_assert_num_queries(6):
        response = client.get(LIST)
    assert len(numbers(response)) == count


def test_issue_list_takes_eight_queries_with_every_filter(
    client, issues, django_assert_num_queries
):
    CommentFactory(on=issues["second"])
    query = {
        "q": "docs",
        "state": "progressing",
        "author": issues["second"].author_login,
        "assignee": "liu",
        "milestone": "b030",
        "age": "3",
        "order": "waiting",
        "repository": "example/one",
    }
    with django_assert_num_queries(8):
        response = client.get(LIST, query)
    assert numbers(response) == ["I2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["I4", "I3", "I2", "I1"]),
        ({"state": "closed"}, ["I3"]),
        ({"repository": "example/two"}, ["I4"]),
        ({"author": "hua"}, ["I1"]),
        ({"assignee": "liu"}, ["I2"]),
        ({"assignee": "hua"}, []),
        ({"unassigned": "on"}, ["I4", "I3", "I1"]),
        ({"unanswered": "on"}, ["I4", "I1"]),
        ({"unanswered": "on", "state": "closed"}, ["I3"]),
        ({"label": "Kind/Bug"}, ["I1"]),
        ({"milestone": "b030"}, ["I2"]),
        ({"milestone": "b03"}, []),
        ({"age": "0"}, ["I4", "I3", "I2", "I1"]),
        ({"age": "15"}, ["I2", "I1"]),
        ({"order": "waiting"}, ["I1", "I2", "I4"]),
        ({"order": "waiting", "state": "closed"}, ["I3"]),
        ({"order": "waiting", "unanswered": "on"}, ["I1", "I4"]),
        ({"q": "I2BBBB"}, ["I2"]),
        ({"q": "#i1aaaa"}, ["I1"]),
        ({"q": "#I1"}, ["I1"]),
        ({"q": "训练"}, ["I3", "I1"]),
        ({"q": "慢"}, ["I3"]),
        ({"q": "rfc"}, ["I4"]),
        ({"q": "训练 报错"}, ["I1"]),
    ],
)
def test_issue_list_narrows_and_orders(client, issues, query, expected):
    response = client.get(LIST, query)
    assert numbers(response) == expected
    assert response.context["form"].errors == {}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "nonsense"}, "state"),
        ({"age": "-1"}, "age"),
        ({"age": "99999999999"}, "age"),
        ({"age": "x"}, "age"),
        ({"order": "x"}, "order"),
        ({"assignee": "nobody"}, "assignee"),
        ({"milestone": "\0"}, "milestone"),
        ({"assignee": "hua", "unassigned": "on"}, "unassigned"),
    ],
)
def test_issue_list_tells_at_the_field_what_is_wrong_and_lists_nothing(
    client, issues, query, field
):
    response = client.get(LIST, query)
    assert list(response.context["form"].errors) == [field]
    assert numbers(response) == []
    for address in (CSV, FEED):
        refused = client.get(address, query)
        assert refused.status_code == 400
        assert refused.content.decode().startswith(f"{field}: ")


def test_issue_list_finds_an_assignee_by_another_login_of_the_person(client, issues):
    AccountFactory(host="github", login="hua-gh", person=issues["hua"].person)
    IssueFactory(repository=issues["first"].repository, number="I5", assignee_login="Hua-GH")
    assert numbers(client.get(LIST, {"assignee": "hua"})) == ["I5"]


def test_issue_list_tells_age_and_the_last_answer_of_somebody_else(client, issues):
    first = issues["first"]
    CommentFactory(on=first, author=issues["hua"], created_at=ago(2))
    CommentFactory(on=first, author__login="i-robot", created_at=ago(3))
    answer = CommentFactory(on=first, author__login="wang", created_at=ago(5))
    CommentFactory(on=first, author__login="zhao", created_at=ago(9))
    CommentFactory(on=PullRequestFactory(repository=first.repository, number=1))
    lines = client.get(LIST).context["lines"]
    told = {line.issue.number[:2]: (line.days, line.last_answer_at) for line in lines}
    assert told == {
        "I1": (40, answer.created_at),
        "I2": (20, None),
        "I3": (3, None),
        "I4": (1, None),
    }


def test_issue_list_waiting_longest_pages_forward_and_back(client, repository):
    for day in range(120):
        IssueFactory(repository=repository, number=f"I{day:03d}", created_at=ago(day // 7))
    query, pages, mark = {"order": "waiting"}, [], {}
    while mark is not None:
        page = client.get(LIST, {**query, **mark}).context["page"]
        pages.append([issue.pk for issue in page.rows])
        mark = {"newer": page.newer} if page.newer else None
    assert [len(rows) for rows in pages] == [50, 50, 20]
    assert len({pk for rows in pages for pk in rows}) == 120
    oldest = client.get(LIST, query).context["page"].rows
    assert oldest[0].created_at < oldest[-1].created_at
    back = client.get(LIST, {**query, "older": page.older}).context["page"]
    assert [issue.pk for issue in back.rows] == pages[1]
    first = client.get(LIST, {**query, "older": back.older}).context["page"]
    assert [issue.pk for issue in first.rows] == pages[0]
    assert first.older is None


def test_issue_list_without_any_issue_says_what_to_do(client, repository):
    html = client.get(LIST).content.decode()
    assert 'class="empty"' in html
    assert f'href="{reverse("reviews:sync")}"' in html


def test_issue_csv_holds_every_row_of_the_filter_safely(client, issues):
    IssueFactory(repository=issues["first"].repository, number="I9", title="=1+1", milestone="@x")
    text = b"".join(client.get(CSV, {"order": "waiting"}).streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["number"][:2] for row in rows] == ["I9", "I1", "I2", "I4"]
    assert (rows[0]["title"], rows[0]["milestone"]) == ("'=1+1", "'@x")
    assert (rows[2]["assignee"], rows[1]["labels"]) == ("Liu", "kind/bug")
    assert rows[1]["answered_at"] == ""


def test_issue_feed_is_atom_with_lasting_names(client, issues):
    feed = ElementTree.fromstring(client.get(FEED, {"unanswered": "on"}).content)
    ids = [node.text for node in feed.findall("a:entry/a:id", ATOM)]
    assert ids == [
        "tag:testserver,2026:gitee/example/two%23I4DDDD",
        "tag:testserver,2026:gitee/example/one%23I1AAAA",
    ]
    assert "还没有答复" in feed.find("a:entry/a:summary", ATOM).text


# ── one issue ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_issue_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    issue = IssueFactory(repository=repository, number="I4CE7W", body="**重现步骤**")
    CommentFactory.create_batch(count, on=issue)
    for pull in PullRequestFactory.create_batch(count, repository=repository):
        IssueLink.objects.create(pull=pull, repository=repository, number="I4CE7W")
    with django_assert_num_queries(8):
        response = client.get("/issues/example/one/I4CE7W/")
    html = response.content.decode()
    assert "<strong>重现步骤</strong>" in html
    assert html.count("看过了") == count


def test_issue_shows_the_pull_requests_that_name_it(client, repository):
    issue = IssueFactory(repository=repository, number="I4CE7W")
    elsewhere = PullRequestFactory(title="在别处修复")
    IssueLink.objects.create(pull=elsewhere, repository=repository, number="I4CE7W")
    other = PullRequestFactory(repository=repository, title="无关改动")
    IssueLink.objects.create(pull=other, repository=repository, number="I0OTHER")
    html = client.get(issue.get_absolute_url()).content.decode()
    assert f'href="{elsewhere.get_absolute_url()}"' in html
    assert elsewhere.repository.path in html
    assert "无关改动" not in html


def test_issue_shows_its_own_comments_only(client, repository):
    issue = IssueFactory(repository=repository, number="12")
    CommentFactory(on=PullRequestFactory(repository=repository, number=12), body="别处的话")
    assert "别处的话" not in client.get("/issues/example/one/12/").content.decode()
    assert issue.get_absolute_url() == "/issues/example/one/12/"


def test_issue_unknown_here_is_not_found(client, repository):
    assert client.get("/issues/example/one/I000/").status_code == 404
