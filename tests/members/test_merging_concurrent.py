"""Two buttons pressed at once, whatever they say, leave one merge and nobody in a circle."""

import datetime as dt

import pytest

from ledger.models import Entry
from members.account import BelongsElsewhere, add
from members.merging import AlreadyMerged, merge
from members.models import Account, Person
from tests.factories import ContributionFactory, RoleTermFactory, SigFactory

from .test_ballots_concurrent import at_once

pytestmark = pytest.mark.django_db(transaction=True)
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


@pytest.fixture
def sig():
    return SigFactory()


@pytest.fixture
def boss(sig):
    return RoleTermFactory(sig=sig, role="maintainer").person


def person(sig):
    return ContributionFactory(sig=sig).person


def into(kept, gone, by):
    return lambda: merge(kept_id=kept.pk, gone_id=gone.pk, reason="", by=by, at=AT)


def test_the_same_merge_many_times_at_once_happens_once(sig, boss):
    kept, gone = person(sig), person(sig)
    results = at_once([into(kept, gone, boss)] * 8)
    assert results == [kept] * 8
    assert Entry.objects.filter(action="person.merged").count() == 1


def test_merges_in_opposite_directions_leave_one(sig, boss):
    one, other = person(sig), person(sig)
    results = at_once([into(one, other, boss), into(other, one, boss)] * 3)
    refused = [result for result in results if isinstance(result, AlreadyMerged)]
    assert len(refused) == 3
    assert Person.objects.exclude(merged_into=None).count() == 1
    assert Account.objects.exclude(person__merged_into=None).count() == 0


def test_a_chain_of_merges_leaves_nothing_behind(sig, boss):
    first, second, third = (person(sig) for _ in range(3))
    at_once([into(second, first, boss), into(third, second, boss)])
    for someone in (first, second, third):
        someone.refresh_from_db()
    assert second.merged_into == third
    assert first.merged_into in (third, None)
    assert not Person.objects.filter(merged_into__merged_into__isnull=False).exists()


def test_one_account_added_to_two_people_at_once_goes_to_one(sig, boss):
    people = [person(sig), person(sig)]

    def give(someone):
        return lambda: add(person=someone, host="github", login="lan-xi", reason="", by=boss, at=AT)

    results = at_once([give(people[0]), give(people[1])])
    assert sorted(type(result) for result in results if not isinstance(result, Account)) == [
        BelongsElsewhere
    ]
    assert Account.objects.filter(host="github").count() == 1
