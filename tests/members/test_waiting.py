"""What waits for a person, over all SIGs."""

import datetime as dt
from dataclasses import replace

import pytest

from members import promotion as promotions
from members.models import RoleTerm
from members.policy_json import rules_to_json
from members.presets import PRESETS
from members.waiting import waiting_for
from tests.factories import PolicyFactory, PromotionFactory, RoleTermFactory

from .cast import AT, default_policy, make_cast

pytestmark = pytest.mark.django_db
SOON = AT + dt.timedelta(days=3)


@pytest.fixture
def cast():
    return make_cast()


def policy_with(cast, **changes):
    rules = replace(PRESETS["mindspore-transformers"]["committer"], **changes)
    return PolicyFactory(sig=cast.sig, rules=rules_to_json(rules))


def asked(person, at=AT):
    return [(one.action, one.text) for one in waiting_for(person, at)]


@pytest.mark.parametrize(
    ("part", "state", "action"),
    [
        ("candidate", "nominated", "accept"),
        ("candidate", "accepted", None),
        ("candidate", "voting", None),
        ("candidate", "approved", None),
        ("committer", "nominated", None),
        ("committer", "accepted", None),
        ("committer", "voting", "cast"),
        ("committer", "approved", None),
        ("maintainer", "nominated", None),
        ("maintainer", "accepted", "open"),
        ("maintainer", "voting", "cast"),
        ("maintainer", "approved", "effect"),
        ("maintainer", "in_effect", None),
        ("maintainer", "rejected", None),
        ("nominator", "voting", None),
        ("contributor", "voting", None),
        ("stranger", "voting", None),
        ("former", "voting", None),
    ],
)
def test_waiting_for_each_part_in_each_state(cast, part, state, action):
    cast.promotion(state)
    person = cast.maintainers[0] if part == "maintainer" else getattr(cast, part)
    assert [name for name, _text in asked(person)] == ([action] if action else [])


def test_waiting_no_longer_after_ones_vote(cast):
    promotion = cast.promotion("voting")
    promotions.cast(promotion_id=promotion.pk, choice=0, by=cast.committer, at=AT)
    assert asked(cast.committer) == []


def test_waiting_no_longer_for_who_stands_aside(cast):
    promotion = cast.promotion("voting")
    promotions.recuse(promotion_id=promotion.pk, by=cast.committer, at=AT)
    assert asked(cast.committer) == []


def test_waiting_no_longer_when_time_is_up(cast):
    cast.promotion("voting", voting_closes_at=AT)
    assert asked(cast.committer) == []


def test_waiting_not_for_who_was_on_leave_when_the_vote_opened(cast):
    cast.promotion("voting", on_leave=[cast.committer.pk])
    assert asked(cast.committer) == []


@pytest.mark.parametrize(
    ("changes", "action"),
    [
        ({"discussion_working_days": 3}, None),
        ({"discussion_working_days": 0}, "open"),
        ({"nominators_needed": 2}, None),
        ({"nominators_needed": 1}, "open"),
    ],
)
def test_waiting_to_be_opened_only_when_it_may_be(cast, changes, action):
    policy_with(cast, **changes)
    cast.promotion("accepted", accepted_at=AT)
    assert [name for name, _text in asked(cast.maintainers[0])] == ([action] if action else [])


@pytest.mark.parametrize(
    ("effect", "found"),
    [
        ("maintainer", [("effect", "可以宣布生效")]),
        ("meeting", [("effect", "请在例会上确认后宣布生效")]),
        ("merged", []),
    ],
)
def test_waiting_to_take_effect_as_the_rules_want_it(cast, effect, found):
    policy_with(cast, effect=effect)
    cast.promotion("approved")
    assert asked(cast.maintainers[0]) == found


def test_waiting_over_all_sigs_with_what_is_due_first(cast):
    sig = RoleTermFactory(person=cast.committer, role="committer").sig
    later = cast.promotion("voting", voting_closes_at=SOON)
    sooner = PromotionFactory(
        sig=sig,
        policy=default_policy(sig),
        state="voting",
        voting_closes_at=SOON - dt.timedelta(days=1),
    )
    found = waiting_for(cast.committer, AT)
    assert [one.promotion for one in found] == [sooner, later]
    assert [one.due_at for one in found] == [SOON - dt.timedelta(days=1), SOON]


def test_waiting_not_for_roles_that_begin_later(cast):
    RoleTerm.objects.filter(person=cast.committer).update(started_on=dt.date(2026, 4, 1))
    cast.promotion("voting")
    assert asked(cast.committer) == []


@pytest.mark.parametrize("number", [1, 5])
def test_waiting_takes_a_constant_number_of_queries(cast, number, django_assert_num_queries):
    for _ in range(number):
        cast.promotion("voting", person=RoleTermFactory(sig=cast.sig, role="contributor").person)
    with django_assert_num_queries(6):
        assert len(waiting_for(cast.committer, AT)) == number
