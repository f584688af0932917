import datetime as dt

import pytest

from members.models import Contribution
from members.upsert import MOST_PARAMETERS, upsert
from tests.factories import PersonFactory, SigFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)


@pytest.fixture
def make(db):
    person, sig = PersonFactory(), SigFactory()

    def make(source, **more):
        return Contribution(
            person=person, sig=sig, kind="pull_merged", at=AT, source=source, **more
        )

    return make


def test_upsert_inserts_and_overwrites_only_what_it_may(make):
    upsert([make("a", title="一", url="/a/")], unique=["source"], update=["title"])
    upsert(
        [make("a", title="it's % 100", url="/b/"), make("b", is_main=True)],
        unique=["source"],
        update=["title"],
    )
    rows = Contribution.objects.order_by("source").values_list(
        "source", "title", "url", "is_main", "at", "repository"
    )
    assert list(rows) == [
        ("a", "it's % 100", "/a/", False, AT, None),
        ("b", "", "", True, AT, None),
    ]


def test_upsert_by_primary_key_may_change_what_is_unique(make):
    upsert([make("a")], unique=["source"], update=["title"])
    row = Contribution.objects.get()
    row.source = "b"
    upsert([row], unique=["id"], update=["source"])
    assert Contribution.objects.values_list("pk", "source").get() == (row.pk, "b")


def test_upsert_sends_no_statement_larger_than_a_database_takes(make, django_assert_num_queries):
    width = len(Contribution._meta.concrete_fields) - 1
    most = MOST_PARAMETERS // width
    with django_assert_num_queries(2):
        upsert([make(str(n)) for n in range(most + 1)], unique=["source"], update=["title"])
    assert Contribution.objects.count() == most + 1
    with django_assert_num_queries(0):
        upsert([], unique=["source"], update=["title"])
