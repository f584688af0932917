"""Exceptions: what each lacked by the rule of its day, and that nobody is accused for want of knowledge."""

import datetime as dt
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from members.review_rule import adopt_rule
from reviews.unmet import lacks
from tests.factories import AccountFactory, PersonFactory, PullRequestFactory, RepositoryFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
FEED = "/sigs/example/reviews/exceptions/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def repository():
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


def merged(repository, *, ago=DAY, verdict="unmet", **more):
    return PullRequestFactory(
        repository=repository,
        state="merged",
        verdict=verdict,
        merged_at=timezone.now() - ago,
        **more,
    )


def page(client, **params):
    return client.get("/sigs/example/reviews/exceptions/", params)


@pytest.mark.parametrize(
    ("counts", "labels", "said"),
    [
        ((1, 1), ["ok"], ["缺 1 个 lgtm"]),
        ((0, 0), ["OK"], ["缺 2 个 lgtm", "缺 1 个 approve"]),
        ((2, 1), [], ["缺标签 ok"]),
        ((3, 1), ["ok", "Stop"], ["带有标签 stop"]),
        ((2, 1), ["ok"], []),
    ],
)
def test_lacks_says_what_was_missing(repository, counts, labels, said):
    repository.required_labels, repository.blocking_labels = ["ok"], ["stop"]
    pull = merged(repository, lgtm_count=counts[0], approve_count=counts[1], labels=labels)
    assert lacks(pull, repository) == said


def test_exceptions_page_says_by_whom_and_what_by_the_rule_of_the_day(client, repository):
    merger = AccountFactory(person=PersonFactory(name="王并", account=None), login="merger")
    merged(repository, ago=9 * DAY, lgtm_count=1, approve_count=1, merged_by=merger, number=7)
    at = timezone.now() - 5 * DAY
    adopt_rule(repository, lgtm_required=3, approve_required=0, by=None, at=at)
    merged(repository, lgtm_count=2, approve_count=0, merged_by_login="someone", number=8)
    rows = page(client).context["rows"]
    html = page(client).content.decode()
    assert [(row.pull.number, row.lacks) for row in rows] == [
        (8, ["缺 1 个 lgtm"]),
        (7, ["缺 1 个 lgtm"]),
    ]
    assert "王并" in html
    assert "someone" in html


def test_exceptions_page_shows_merged_and_unmet_ones_of_the_period_only(client, repository):
    shown = merged(repository)
    for verdict in ("met", "pending", "unknown", "unknown"):
        merged(repository, verdict=verdict)
    PullRequestFactory(repository=repository, verdict="unmet", state="closed")
    old = merged(repository, ago=600 * DAY)
    merged(RepositoryFactory())
    response = page(client)
    assert [row.pull for row in response.context["rows"]] == [shown]
    assert "另有 2 个合入的拉取请求资料不足" in response.content.decode()
    longer = page(client, period="24").context["rows"]
    assert [row.pull for row in longer] == [shown, old]


def test_exceptions_page_narrows_to_a_repository(client, repository):
    other = RepositoryFactory(sig=repository.sig, owner="example", name="two")
    merged(repository)
    wanted = merged(other)
    rows = page(client, repository="example/two").context["rows"]
    assert [row.pull for row in rows] == [wanted]
    assert len(page(client, repository="example/none").context["rows"]) == 2


def test_exceptions_page_pages_by_the_moment_of_the_merge(client, repository):
    for number in range(53):
        merged(repository, ago=(number + 1) * DAY, number=100 + number)
    first = page(client)
    second = page(client, older=first.context["page"].older)
    numbers = [row.pull.number for row in (*first.context["rows"], *second.context["rows"])]
    assert numbers == list(range(100, 153))
    assert page(client, older="nonsense").status_code == 400


def test_exceptions_page_without_any_says_so(client, repository):
    assert "这一时期没有例外" in page(client).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_exceptions_page_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    for _ in range(count):
        merged(repository, merged_by=AccountFactory())
    with django_assert_num_queries(7):
        page(client)


def test_exceptions_csv_has_every_row_and_no_formula(client, repository):
    for number in range(3):
        merged(repository, number=number + 1, title="=1+1", lgtm_count=1, approve_count=1)
    response = client.get("/sigs/example/reviews/exceptions.csv")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("\ufeffrepository,number,title")
    assert "'=1+1" in lines[1]
    assert "缺 1 个 lgtm" in lines[1]


def test_exceptions_feed_tells_what_was_missing(client, repository):
    merged(repository, lgtm_count=1, approve_count=1, number=7)
    merged(repository, verdict="unknown", number=8)
    feed = client.get("/sigs/example/reviews/exceptions/feed.atom").content.decode()
    assert "缺 1 个 lgtm" in feed
    assert "/reviews/example/one/7/" in feed
    assert "/reviews/example/one/8/" not in feed
    assert client.get("/sigs/nowhere/reviews/exceptions/feed.atom").status_code == 404


def test_exceptions_feed_survives_what_xml_cannot_hold_and_authors_who_are_gone(client, repository):
    merged(repository, title="a\x01b", author=None, author_login="", labels=["\x02c"], number=7)
    pages = [client.get(f"{language}{FEED}").content for language in ("", "/en")]
    feeds = [ElementTree.fromstring(page) for page in pages]
    assert feeds[0].findtext(f"{ATOM}entry/{ATOM}title").endswith(" ab")
    assert feeds[0].findtext(f"{ATOM}author/{ATOM}name")
    names = {feed.findtext(f"{ATOM}entry/{ATOM}id") for feed in feeds}
    assert names == {"tag:testserver,2026:exception/gitee/example/one!7"}


@pytest.mark.parametrize("address", ["exceptions/feed.atom", "exceptions.csv", "pulse/load.csv"])
def test_file_of_an_address_nobody_understands_is_refused(client, repository, address):
    response = client.get(f"/sigs/example/reviews/{address}?period=99")
    assert response.status_code == 400
    assert response.content.decode().startswith("period: ")
