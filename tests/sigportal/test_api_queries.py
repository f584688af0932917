"""What the API costs: a constant number of questions whatever the rows, each in the order of an index."""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import record
from meetings.models import AgendaItem, Attendance, MeetingDecision
from members.models import Ballot, Endorsement, RoleTerm, Statement
from reviews.models import RepositorySync
from tests import factories as make

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 5, 1, 2, 3, tzinfo=dt.UTC)
ONE = "/api/v1/sigs/one"
PLACE = "/api/v1/repositories/gitee/example/place"


@pytest.fixture
def sig():
    return make.SigFactory(slug="one")


@pytest.fixture
def place(sig):
    return make.RepositoryFactory(sig=sig, name="place")


@pytest.fixture
def lin():
    return make.PersonFactory(account__login="lin")


def add_row(sig, place, lin) -> None:
    """One more of everything, with other people each time."""
    someone = make.PersonFactory()
    other = make.RepositoryFactory(sig=sig)
    RepositorySync.objects.create(repository=other)
    term = make.RoleTermFactory(sig=sig, person=someone)
    term.repositories.add(place)
    make.RoleTermFactory(sig=make.SigFactory(), person=lin).repositories.add(place)
    pull = make.PullRequestFactory(repository=place)
    make.IssueFactory(repository=place)
    make.ResolutionFactory(on=pull, decided_by=someone)
    make.MeetingFactory(sig=sig, series=make.SeriesFactory(sig=sig))
    make.PromotionFactory(
        sig=sig, policy=make.PolicyFactory(sig=sig, version=pull.number, adopted_by=someone)
    )
    make.ContributionFactory(
        person=lin, sig=make.SigFactory(), repository=place, source=f"{pull.number}"
    )
    make.ActionItemFactory(meeting__sig=sig, owner=someone)
    data = {"sig": sig.slug, "number": pull.number, "title": "决定", "outcome": "accepted"}
    record.append(
        actor=someone.actor, action="resolution.adopted", subject="resolution:1", data=data, at=AT
    )


LISTS = {
    "/api/v1/sigs": 1,
    "/api/v1/people": 2,
    "/api/v1/people/lin/terms": 5,
    "/api/v1/people/lin/contributions": 3,
    f"{ONE}/repositories": 2,
    f"{ONE}/roster": 4,
    f"{ONE}/terms": 4,
    f"{ONE}/policies": 3,
    f"{ONE}/promotions": 5,
    f"{ONE}/pulls": 4,
    f"{ONE}/issues": 4,
    f"{ONE}/resolutions": 3,
    f"{ONE}/meetings": 2,
    f"{ONE}/actions": 3,
    f"{PLACE}/pulls": 2,
    "/api/v1/sync": 2,
    "/api/v1/ledger": 1,
    "/api/v1/decisions": 3,
}


def asked(client, address) -> list[str]:
    """The SQL of one request."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
        return [query["sql"] for query in queries.captured_queries]


@pytest.mark.parametrize(("address", "count"), LISTS.items())
def test_list_asks_a_constant_number_of_questions(client, sig, place, lin, address, count):
    add_row(sig, place, lin)
    one = asked(client, address)
    for _more in range(2):
        add_row(sig, place, lin)
    three = asked(client, address)

    assert len(client.get(address).json()["items"]) >= 3
    assert (len(one), len(three)) == (count, count)


def test_every_list_of_the_document_is_counted():
    from sigportal.api.v1 import api

    named = {address.replace(ONE, "/api/v1/sigs/{slug}") for address in LISTS}
    named = {
        address.replace(PLACE, "/api/v1/repositories/{host}/{owner}/{name}") for address in named
    }
    named = {address.replace("/lin/", "/{login}/") for address in named}
    paths = api.get_openapi_schema()["paths"]
    shown = {
        path
        for path, operations in paths.items()
        if 'List"' in json.dumps(operations["get"]["responses"]["200"])
    }
    assert named == shown


# ── one of each ───────────────────────────────────────────────────────────────────────────────
def test_promotion_asks_a_constant_number_of_questions(client, sig):
    row = make.PromotionFactory(sig=sig)
    address = f"{ONE}/promotions/{row.pk}"

    def more():
        person = make.PersonFactory()
        Ballot.objects.create(promotion=row, voter=person, choice=1, cast_at=AT)
        Statement.objects.create(promotion=row, author=person, body="话", at=AT)
        Endorsement.objects.create(promotion=row, person=person, at=AT)

    more()
    one = asked(client, address)
    more()
    more()
    assert (len(one), len(asked(client, address))) == (12, 12)


def test_meeting_asks_a_constant_number_of_questions(client, sig):
    row = make.MeetingFactory(sig=sig, state="held", host=make.PersonFactory())
    make.MinutesRevisionFactory(meeting=row)
    address = f"{ONE}/meetings/{row.pk}"

    def more(number):
        person = make.PersonFactory()
        pull = make.PullRequestFactory()
        AgendaItem.objects.create(
            meeting=row, title="议题", proposed_by=person, created_at=AT, pull_request=pull
        )
        Attendance.objects.create(meeting=row, person=person, name=person.name)
        MeetingDecision.objects.create(
            sig=sig, meeting=row, number=number, text="决定", decided_at=AT
        )
        make.ActionItemFactory(meeting=row, owner=person)

    more(1)
    one = asked(client, address)
    more(2)
    more(3)
    assert (len(one), len(asked(client, address))) == (10, 10)


def test_record_asks_a_constant_number_of_questions(client, place):
    pull = make.PullRequestFactory(repository=place, number=12)
    address = f"{PLACE}/pulls/12"

    def more():
        make.ReviewFactory(pull=pull)
        make.CommentFactory(on=pull, body="/lgtm")
        make.ResolutionFactory(on=pull)

    more()
    one = asked(client, address)
    more()
    more()
    assert (len(one), len(asked(client, address))) == (15, 15)


# ── order ─────────────────────────────────────────────────────────────────────────────────────
def plan_of(sql: str) -> str:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Few rows are always sorted; whether an index could give the order is asked here.
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"{explain} {sql}")
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


def is_sorted_by_hand(plan: str) -> bool:
    """Rows of equal keys may be sorted among themselves."""
    if connection.vendor == "postgresql":
        return bool(re.search(r"(?<!Incremental )Sort  \(", plan))
    return "TEMP B-TREE FOR ORDER BY" in plan


# /sync is one bounded page; the two lists over several repositories are merged from a run through an
# index each, which tests/reviews looks at.
MERGED = ("/api/v1/sync", f"{ONE}/pulls", f"{ONE}/issues")


@pytest.mark.parametrize("address", [one for one in LISTS if one not in MERGED])
def test_list_is_read_off_an_index(client, sig, place, lin, address):
    for _row in range(3):
        add_row(sig, place, lin)
    pages = [sql for sql in asked(client, f"{address}?limit=2") if "LIMIT 3" in sql]

    assert pages
    assert [plan for sql in pages if is_sorted_by_hand(plan := plan_of(sql))] == []


def test_a_page_that_no_index_gives_in_order_is_noticed(sig):
    sql = str(RoleTerm.objects.order_by("reason")[:3].query)

    assert is_sorted_by_hand(plan_of(sql))
