"""A new review rule counts from its day on; what held before stays readable."""

import datetime as dt

import pytest

from ledger.models import Entry
from members.models import ReviewRule
from members.review_rule import (
    BEGINNING,
    RuleRefused,
    adopt_rule,
    own_rule,
    rule_at,
    rules_of,
)
from tests.factories import PersonFactory, RepositoryFactory

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def repository(db):
    return RepositoryFactory(owner="example", name="one", sig__slug="example")


@pytest.fixture
def liu(db):
    return PersonFactory(account__login="liu")


def adopt(repository, at=NOON, *, by=None, lgtm=1, approve=1, **more):
    return adopt_rule(
        repository, lgtm_required=lgtm, approve_required=approve, by=by, at=at, **more
    )


def test_adopt_rule_counts_from_then_on_and_keeps_what_held_before(repository, liu):
    adopt(repository, by=liu, required_labels=[" cla/yes ", "cla/yes"])
    rules = rules_of([repository])[repository.pk]
    assert [(rule.valid_from, rule.lgtm_required) for rule in rules] == [(BEGINNING, 2), (NOON, 1)]
    assert rule_at(rules, NOON - DAY).lgtm_required == 2
    assert rule_at(rules, NOON).required_labels == ["cla/yes"]
    repository.refresh_from_db()
    assert (repository.lgtm_required, repository.required_labels) == (1, ["cla/yes"])


def test_adopt_rule_is_in_the_public_record(repository, liu):
    adopt(repository, by=liu)
    entry = Entry.objects.get()
    assert (entry.actor, entry.action) == ("person:liu", "repository.rule_changed")
    assert entry.data["sig"] == "example"
    assert (entry.data["before"]["lgtm_required"], entry.data["lgtm_required"]) == (2, 1)


def test_adopt_rule_that_changes_nothing_writes_nothing(repository):
    assert adopt(repository, lgtm=2) is None
    adopt(repository)
    assert adopt(repository, NOON + DAY) is None
    assert (ReviewRule.objects.count(), Entry.objects.count()) == (2, 1)


def test_adopt_rule_again_adds_one_version(repository):
    adopt(repository)
    adopt(repository, NOON + DAY, lgtm=3)
    rules = rules_of([repository])[repository.pk]
    assert [rule.lgtm_required for rule in rules] == [2, 1, 3]
    assert [rule_at(rules, NOON + hours * DAY).lgtm_required for hours in (-9, 0, 1)] == [2, 1, 3]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lgtm": -1}, "lgtm_required"),
        ({"lgtm": 21}, "lgtm_required"),
        ({"approve": 21}, "approve_required"),
        ({"required_labels": ["x" * 201]}, "required_labels"),
        ({"blocking_labels": [str(number) for number in range(51)]}, "blocking_labels"),
        ({"required_labels": ["A"], "blocking_labels": ["a"]}, "blocking_labels"),
        ({"at": NOON - DAY}, "valid_from"),
        ({"at": NOON}, "valid_from"),
    ],
)
def test_adopt_rule_refuses_before_any_write(repository, more, field):
    adopt(repository, lgtm=4)
    with pytest.raises(RuleRefused) as caught:
        adopt(repository, **({"at": NOON + DAY} | more))
    assert caught.value.field == field
    assert (ReviewRule.objects.count(), Entry.objects.count()) == (2, 1)


def test_rule_at_without_rules_is_none(repository):
    assert rule_at([], NOON) is None
    assert own_rule(repository).lgtm_required == 2
    assert rules_of([repository]) == {repository.pk: []}
