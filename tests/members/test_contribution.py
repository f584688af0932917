import dataclasses
import datetime as dt

import pytest

from members.contribution import Fact, forget_many, record_many
from members.models import Contribution
from tests.factories import PersonFactory, SigFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


@pytest.fixture
def fact():
    return Fact(
        person_id=PersonFactory().pk,
        sig_id=SigFactory().pk,
        kind="pull_merged",
        at=AT,
        source="gitee:example/one!1:pull_merged:lin",
        title="修正",
    )


def test_record_many_told_twice_is_stored_once(fact, django_assert_num_queries):
    assert record_many([fact, fact]) == 1
    with django_assert_num_queries(3):  # savepoint in and out, one read: nothing written
        assert record_many([fact]) == 0
    assert Contribution.objects.count() == 1


def test_record_many_refines_what_changed(fact):
    record_many([fact])
    assert record_many([dataclasses.replace(fact, title="改正", is_main=True)]) == 1
    assert list(Contribution.objects.values_list("title", "is_main")) == [("改正", True)]


def test_record_many_refuses_an_unknown_kind_before_writing(fact):
    odd = dataclasses.replace(fact, kind="coffee_made", source="odd")
    with pytest.raises(ValueError, match="odd: unknown kind 'coffee_made'"):
        record_many([fact, odd])
    assert not Contribution.objects.exists()


def test_record_many_stores_more_than_one_chunk(fact):
    facts = [dataclasses.replace(fact, source=f"s{n}") for n in range(1100)]
    assert record_many(iter(facts)) == 1100


def test_forget_many_takes_back(fact):
    record_many([fact])
    assert forget_many([fact.source, "never-heard-of"]) == 1
    assert not Contribution.objects.exists()
