"""The list of review records as anyone sees it: what it holds, how it narrows, pages and is exported."""

import csv
import datetime as dt
import io
import xml.etree.ElementTree as ElementTree

import pytest
from django.urls import reverse

from members.models import FormerLogin
from tests.factories import (
    AccountFactory,
    PersonFactory,
    PullRequestFactory,
    RepositoryFactory,
    ReviewFactory,
)

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
LIST = "/sigs/example/reviews/"
CSV = "/sigs/example/reviews/records.csv"
FEED = "/sigs/example/reviews/feed.atom"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def at(hour):
    return START + dt.timedelta(hours=hour)


@pytest.fixture
def repository(db):
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


@pytest.fixture
def pulls(repository):
    """Three pull requests in two repositories of the SIG, and one of another SIG."""
    two = RepositoryFactory(owner="example", name="two", sig=repository.sig)
    hua = AccountFactory(login="hua", person__name="华")
    liu = AccountFactory(login="liu", person__name="刘")
    first = PullRequestFactory(
        repository=repository,
        number=1,
        title="修复图算融合 Bug",
        state="merged",
        verdict="met",
        lgtm_count=2,
        approve_count=1,
        author=hua,
        merged_at=at(48),
        labels=["kind/bug", "ＲＦＣ"],
    )
    second = PullRequestFactory(
        repository=two,
        number=2,
        title="Add 100% coverage",
        author=liu,
        updated_at=at(100),
        labels=["lgtm"],
    )
    third = PullRequestFactory(
        repository=repository,
        number=3,
        title="修正队列_长度",
        author=liu,
        state="merged",
        verdict="unmet",
        merged_at=at(72),
        updated_at=at(101),
    )
    elsewhere = PullRequestFactory(number=1, title="修复图算融合 Bug", author=hua, updated_at=at(9))
    for pull in (first, second, elsewhere):
        ReviewFactory(pull=pull, account=liu, pull_updated_at=pull.updated_at, has_lgtm=True)
    return {"first": first, "second": second, "third": third, "hua": hua, "liu": liu}


def numbers(response):
    return [pull.number for pull in response.context["page"].rows]


# ── the page ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [1, 3])
def test_record_list_takes_a_fixed_number_of_queries(
    client, repository, count, django_assert_num_queries
):
    PullRequestFactory.create_batch(count, repository=repository)
    RepositoryFactory(sig=repository.sig)
    with django_assert_num_queries(5):
        response = client.get(LIST)
    assert len(numbers(response)) == count


def test_record_list_takes_seven_queries_with_every_filter(
    client, pulls, django_assert_num_queries
):
    query = {
        "q": "图算",
        "state": "merged",
        "verdict": "met",
        "repository": "example/one",
        "author": "hua",
        "reviewer": "liu",
        "label": "kind/bug",
        "dated": "merged",
        "since": "2026-03-01",
        "until": "2026-03-31",
    }
    with django_assert_num_queries(7):
        response = client.get(LIST, query)
    assert numbers(response) == [1]


def test_record_list_shows_state_verdict_author_and_what_counted(client, pulls):
    html = client.get(f"{LIST}?q=!1").content.decode()
    assert "!1" in html
    assert "已合入" in html
    assert "符合规则" in html
    assert "华" in html
    assert '<td data-label="lgtm" class="num">2</td>' in html
    assert '<td data-label="approve" class="num">1</td>' in html


def test_record_list_stays_within_its_sig(client, pulls):
    assert numbers(client.get(LIST)) == [3, 2, 1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [3, 2, 1]),
        ({"state": "merged"}, [3, 1]),
        ({"state": "open"}, [2]),
        ({"verdict": "met"}, [1]),
        ({"verdict": "pending"}, [2]),
        ({"state": "merged", "verdict": "unmet"}, [3]),
        ({"author": "HUA"}, [1]),
        ({"author": "@hua"}, [1]),
        ({"reviewer": "liu"}, [2, 1]),
        ({"reviewer": "hua"}, []),
        ({"reviewer": "liu", "author": "hua"}, [1]),
        ({"reviewer": "liu", "state": "open"}, [2]),
        ({"reviewer": "liu", "dated": "merged"}, [1]),
        ({"label": "kind/bug"}, [1]),
        ({"label": "KIND/BUG"}, [1]),
        ({"label": "rfc"}, [1]),
        ({"label": "kind"}, []),
        ({"label": "lgtm", "repository": "example/one"}, []),
        ({"repository": "example/two"}, [2]),
        ({"since": "2026-03-06"}, [3, 2]),
        ({"until": "2026-03-05"}, [1]),
        ({"dated": "merged"}, [3, 1]),
        ({"dated": "merged", "since": "2026-03-05"}, [3]),
        ({"dated": "merged", "until": "2026-03-04"}, [1]),
        ({"dated": "merged", "since": "2026-03-04", "until": "2026-03-05"}, [3, 1]),
    ],
)
def test_record_list_narrows(client, pulls, query, expected):
    response = client.get(LIST, query)
    assert numbers(response) == expected
    assert response.context["form"].errors == {}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("2", [2]),
        ("!2", [2]),
        ("#2", [2]),
        ("100", [2]),
        ("!100", []),
        ("队列", [3]),
        ("修", [3, 1]),
        ("融", [1]),
        ("图算融合", [1]),
        ("融合图算", []),
        ("算 bug", [1]),
        ("ＢＵＧ", [1]),
        ("cover", [2]),
        ("coverage!", []),
        ("hua", [1]),
        ("%", [2]),
        ("0%", [2]),
        ("_", [3]),
        ("列_长", [3]),
        ("'", []),
        ('"', []),
        ('") OR *', []),
        ("\\", []),
        ("nothing", []),
        ("   ", [3, 2, 1]),
    ],
)
def test_record_list_finds_by_words(client, pulls, question, expected):
    assert numbers(client.get(LIST, {"q": question})) == expected


def test_record_list_knows_a_person_by_every_login(client, pulls):
    other = AccountFactory(host="github", login="hua-gh", person=pulls["hua"].person)
    FormerLogin.objects.create(account=other, login="hua-old")
    moved = PullRequestFactory(
        repository=pulls["first"].repository, number=9, author=other, updated_at=at(200)
    )
    # One reviewer under both accounts: the pull request is listed once.
    for account in (other, pulls["hua"]):
        ReviewFactory(pull=pulls["second"], account=account, pull_updated_at=at(100))
    for login in ("hua", "hua-gh", "Hua-Old"):
        assert numbers(client.get(LIST, {"author": login})) == [moved.number, 1]
        assert numbers(client.get(LIST, {"reviewer": login})) == [2]


def test_record_list_of_a_day_follows_the_zone_of_the_sig(client, pulls):
    PullRequestFactory(
        repository=pulls["first"].repository,
        number=8,
        updated_at=dt.datetime(2026, 4, 1, 16, 30, tzinfo=dt.UTC),
    )
    assert numbers(client.get(LIST, {"since": "2026-04-02", "until": "2026-04-02"})) == [8]
    assert numbers(client.get(LIST, {"since": "2026-04-01", "until": "2026-04-01"})) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "nonsense"}, "state"),
        ({"verdict": "nonsense"}, "verdict"),
        ({"q": "\0"}, "q"),
        ({"q": "x" * 200}, "q"),
        ({"author": "\0"}, "author"),
        ({"author": "nobody"}, "author"),
        ({"reviewer": "nobody"}, "reviewer"),
        ({"label": "\0"}, "label"),
        ({"repository": "no/such"}, "repository"),
        ({"dated": "created"}, "dated"),
        ({"since": "2026-02-30"}, "since"),
        ({"since": "0001-01-01"}, "since"),
        ({"until": "9999-12-31"}, "until"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until"),
    ],
)
def test_record_list_tells_at_the_field_what_is_wrong_and_lists_nothing(
    client, pulls, query, field
):
    response = client.get(LIST, query)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert numbers(response) == []
    html = response.content.decode()
    assert 'class="errorlist"' in html
    assert "有条件填写有误" in html
    for address in (CSV, FEED):
        refused = client.get(address, query)
        assert refused.status_code == 400
        assert refused.content.decode().startswith(f"{field}: ")


def test_record_list_says_when_nothing_fits_and_leads_back(client, pulls):
    html = client.get(LIST, {"q": "nothing"}).content.decode()
    assert "没有符合条件的内容" in html
    assert f'href="{LIST}"' in html


def test_record_list_without_any_record_says_what_to_do(client, repository):
    html = client.get(LIST).content.decode()
    assert 'class="empty"' in html
    assert f'href="{reverse("reviews:sync")}"' in html


def test_record_list_of_no_sig_is_not_found(client, db):
    assert client.get("/sigs/absent/reviews/").status_code == 404


@pytest.mark.parametrize("query", [{"state": "open"}, {"q": "改动"}, {"author": "hua"}, {}])
def test_record_list_pages_by_marks_and_back_without_losing_any(client, repository, query):
    hua = AccountFactory(login="hua")
    two = RepositoryFactory(sig=repository.sig)
    for number in range(1, 121):
        place = two if number % 3 else repository
        PullRequestFactory(repository=place, number=number, author=hua, updated_at=at(number // 7))
    pages, mark = [], {}
    while mark is not None:
        page = client.get(LIST, {**query, **mark}).context["page"]
        pages.append([pull.pk for pull in page.rows])
        mark = {"older": page.older} if page.older else None
    assert [len(rows) for rows in pages] == [50, 50, 20]
    assert len({pk for rows in pages for pk in rows}) == 120
    back = client.get(LIST, {**query, "newer": page.newer}).context["page"]
    assert [pull.pk for pull in back.rows] == pages[1]
    first = client.get(LIST, {**query, "newer": back.newer}).context["page"]
    assert [pull.pk for pull in first.rows] == pages[0]
    assert first.newer is None


@pytest.mark.parametrize(
    "mark",
    [
        "x",
        "~",
        "2026-01-01~1",
        "2026-13-45T00:00:00+00:00~1",
        "2026-01-01T00:00:00+00:00~0",
        f"2026-01-01T00:00:00+00:00~{10**30}",
    ],
)
@pytest.mark.parametrize("place", ["reviews", "issues"])
def test_lists_refuse_marks_that_no_page_gave_out(client, repository, mark, place):
    assert client.get(f"/sigs/example/{place}/", {"older": mark}).status_code == 400


def test_record_list_keeps_the_filter_in_its_other_forms(client, pulls):
    html = client.get(LIST, {"q": "图算", "state": "", "verdict": "met"}).content.decode()
    query = "?q=%E5%9B%BE%E7%AE%97&amp;verdict=met"
    assert f'href="{CSV}{query}"' in html
    assert f'href="{FEED}{query}"' in html


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────
def table(response):
    text = b"".join(response.streaming_content)
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


def test_record_csv_holds_every_row_of_the_filter_in_order(client, pulls):
    rows = table(client.get(CSV))
    assert [row["number"] for row in rows] == ["3", "2", "1"]
    assert rows[2]["verdict"] == "met"
    assert rows[2]["lgtm_by"] == "liu"
    assert rows[2]["labels"] == "kind/bug ＲＦＣ"
    assert [row["number"] for row in table(client.get(CSV, {"reviewer": "liu"}))] == ["2", "1"]
    assert [row["number"] for row in table(client.get(CSV, {"dated": "merged"}))] == ["3", "1"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_record_csv_lets_no_cell_begin_like_a_formula(client, repository, start):
    evil = f"{start}1+1"
    author = AccountFactory(login=evil)
    PullRequestFactory(
        repository=repository,
        title=evil,
        author=author,
        labels=[evil],
        merged_by_login=evil,
        html_url=evil,
    )
    (row,) = table(client.get(CSV))
    for name in ("title", "author", "labels", "merged_by", "original"):
        assert row[name].startswith(f"'{start}"), name


def test_record_csv_reads_in_chunks(client, repository, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("reviews.export.CHUNK", 2)
    PullRequestFactory.create_batch(5, repository=repository)
    # SIG, repositories, the rows, and the reviews of each chunk.
    with django_assert_num_queries(6):
        assert len(table(client.get(CSV))) == 5


# ── Atom ──────────────────────────────────────────────────────────────────────────────────────
def test_record_feed_is_atom_with_lasting_names(client, pulls, django_assert_num_queries):
    with django_assert_num_queries(3):
        response = client.get(FEED, {"verdict": "met"})
    feed = ElementTree.fromstring(response.content)
    assert response["Content-Type"].startswith("application/atom+xml")
    (entry,) = feed.findall("a:entry", ATOM)
    assert entry.find("a:title", ATOM).text == "!1 修复图算融合 Bug"
    assert entry.find("a:id", ATOM).text == "tag:testserver,2026:gitee/example/one!1"
    assert "符合规则" in entry.find("a:summary", ATOM).text
    assert [node.get("term") for node in entry.findall("a:category", ATOM)] == [
        "kind/bug",
        "ＲＦＣ",
    ]
    links = {node.get("rel"): node.get("href") for node in feed.findall("a:link", ATOM)}
    assert links == {
        "alternate": "http://testserver/sigs/example/reviews/?verdict=met",
        "self": "http://testserver/sigs/example/reviews/feed.atom?verdict=met",
    }


def test_record_feed_names_an_entry_alike_in_every_language(client, pulls):
    ids = [
        [node.text for node in ElementTree.fromstring(page).findall("a:entry/a:id", ATOM)]
        for page in (client.get(FEED).content, client.get(f"/en{FEED}").content)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


def test_record_feed_survives_what_xml_cannot_hold_and_authors_who_are_gone(client, repository):
    PullRequestFactory(
        repository=repository, title="a\x01b\ufffe", author=None, author_login="", labels=["\x02c"]
    )
    feed = ElementTree.fromstring(client.get(FEED).content)
    assert feed.find("a:entry/a:title", ATOM).text.endswith(" ab")
    assert feed.find("a:author/a:name", ATOM).text


def test_record_list_of_a_person_with_nothing_is_empty_and_no_error(client, pulls):
    PersonFactory(account__login="quiet")
    response = client.get(LIST, {"author": "quiet"})
    assert response.context["form"].errors == {}
    assert numbers(response) == []
