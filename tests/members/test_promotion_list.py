"""The list of promotions: narrowed, followed, taken along; deadlines in days."""

import csv
import datetime as dt
import io
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from members.promotion_list import days_left

from .cast import AT, make_cast, user_of
from .test_promotion_pages import text_of

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def three(cast):
    """One open, one in effect, one a removal that failed."""
    return [
        cast.promotion("voting", nominated_at=AT),
        cast.promotion("in_effect", nominated_at=AT - dt.timedelta(days=1), role="maintainer"),
        cast.promotion(
            "rejected",
            nominated_at=AT - dt.timedelta(days=2),
            person=cast.committer,
            kind="remove",
        ),
    ]


def address(cast, name="promotion-list"):
    return reverse(f"members:{name}", args=[cast.sig.slug])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"state": "open"}, [0]),
        ({"state": "voting"}, [0]),
        ({"state": "rejected"}, [2]),
        ({"role": "maintainer"}, [1]),
        ({"kind": "remove"}, [2]),
        ({"person": "Candidate"}, [0, 1]),
        ({"person": "@committer"}, [2]),
        ({"person": "candidate", "state": "in_effect"}, [1]),
        ({"kind": "emeritus"}, []),
    ],
)
def test_list_is_narrowed_alike_as_page_table_and_feed(cast, three, client, asked, found):
    wanted = [three[index] for index in found]
    page = client.get(address(cast), asked)
    assert [row.promotion for row in page.context["rows"]] == wanted
    assert page.context["groups"] == []
    body = b"".join(client.get(address(cast, "promotion-csv"), asked).streaming_content)
    table = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert [row["number"] for row in table] == [str(promotion.pk) for promotion in wanted]
    feed = ElementTree.fromstring(client.get(address(cast, "promotion-feed"), asked).content)
    links = [entry.find(f"{ATOM}link").get("href") for entry in feed.findall(f"{ATOM}entry")]
    assert [link.rsplit("/", 2)[1] for link in links] == [str(promotion.pk) for promotion in wanted]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"state": "king"}, "king"),
        ({"role": "x"}, "x"),
        ({"kind": "x"}, "x"),
        ({"person": "nobody-here"}, "没有账号为“nobody-here”的成员"),
    ],
)
def test_list_says_at_the_field_what_it_does_not_know(cast, three, client, asked, sentence):
    page = client.get(address(cast), asked)
    assert page.status_code == 200
    assert sentence in text_of(page)
    assert page.context["rows"] == []
    for name in ("promotion-csv", "promotion-feed"):
        answer = client.get(address(cast, name), asked)
        assert (answer.status_code, sentence in answer.content.decode()) == (400, True)


def test_list_narrowed_to_nothing_says_what_to_do(cast, client):
    assert "换一个条件" in text_of(client.get(address(cast), {"state": "expired"}))


def test_list_narrowed_is_paged_and_keeps_the_filter(cast, client):
    for number in range(25):
        cast.promotion("rejected", nominated_at=AT + dt.timedelta(days=number))
    first = client.get(address(cast), {"state": "rejected"})
    assert len(first.context["rows"]) == 20
    assert "state=rejected&amp;older=" in first.content.decode()


def test_table_holds_the_outcome(cast, client):
    cast.promotion(
        "rejected",
        reason="=HYPERLINK()",
        outcome={"in_favour": 1, "against": 2, "abstained": 0, "entitled": 4},
    )
    body = b"".join(client.get(address(cast, "promotion-csv")).streaming_content)
    (row,) = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    assert (row["in_favour"], row["against"], row["abstained"], row["entitled"]) == tuple("1204")
    assert (row["login"], row["state"], row["policy_version"]) == ("candidate", "rejected", "1")
    assert row["reason"] == "'=HYPERLINK()"
    assert row["nominated_at"] == "2026-03-02T04:00:00Z"


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("promotion-csv", 5), ("promotion-feed", 4)])
def test_ways_to_take_along_have_a_constant_number_of_queries(
    cast, client, number, name, queries, django_assert_num_queries
):
    for _ in range(number):
        cast.promotion("rejected")
    with django_assert_num_queries(queries):
        answer = client.get(address(cast, name))
        b"".join(answer.streaming_content if answer.streaming else [])


def test_feed_tells_each_state_of_a_promotion_once(cast, client):
    promotion = cast.promotion("nominated")

    def ids():
        feed = ElementTree.fromstring(client.get(address(cast, "promotion-feed")).content)
        return [entry.find(f"{ATOM}id").text for entry in feed.findall(f"{ATOM}entry")]

    before = ids()
    assert ids() == before
    promotion.state = "voting"
    promotion.save()
    assert ids() != before


@pytest.mark.parametrize(
    ("due", "text"),
    [
        # 15:59 UTC is a minute before midnight in Shanghai.
        ("2026-03-02T15:59", "今天截止"),
        ("2026-03-02T16:01", "还有 1 天"),
        ("2026-03-09T15:59", "还有 7 天"),
        ("2026-03-02T04:00", "期限已到"),
    ],
)
def test_days_left_are_those_of_the_sigs_calendar(cast, due, text):
    assert days_left(dt.datetime.fromisoformat(due + "+00:00"), cast.sig, AT) == text


def test_list_puts_first_what_is_due_first(cast, client):
    late = cast.promotion("voting", voting_closes_at=dt.datetime(2998, 1, 1, tzinfo=dt.UTC))
    soon = cast.promotion(
        "voting", role="maintainer", voting_closes_at=dt.datetime(2997, 1, 1, tzinfo=dt.UTC)
    )
    client.force_login(user_of(cast.committer))
    waiting = client.get(address(cast)).context["groups"][0]
    assert [row.promotion for row in waiting.rows] == [soon, late]


@pytest.mark.parametrize("name", ["promotion-list", "promotion-csv", "promotion-feed"])
def test_list_does_not_read_the_evidence(cast, client, name, django_assert_max_num_queries):
    for state in ("voting", "rejected"):
        cast.promotion(state, evidence={"items": []})
    with django_assert_max_num_queries(20) as queries:
        answer = client.get(address(cast, name))
        b"".join(answer.streaming_content if answer.streaming else [])
    asked = [query["sql"] for query in queries.captured_queries]
    assert any("members_promotion" in sql for sql in asked)
    assert not any('"members_promotion"."evidence"' in sql for sql in asked)
