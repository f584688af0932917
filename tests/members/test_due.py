"""What a meeting's item on roles and duties has to look at."""

import dataclasses
import datetime as dt

import pytest

from members.due import role_refresh_due, terms_due
from members.inactivity import ask
from members.models import Leave
from members.policy import Rules
from members.policy_json import rules_to_json
from tests.factories import PolicyFactory, PromotionFactory, RoleTermFactory, SigFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)
AT = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)


@pytest.fixture
def sig():
    return SigFactory(slug="star-map")


def policy(sig, role="committer", **changes):
    rules = rules_to_json(dataclasses.replace(Rules(inactive_months=0), **changes))
    return PolicyFactory(sig=sig, role=role, rules=rules)


def test_terms_due_names_those_that_end_within_sixty_days_and_the_overdue(sig):
    for name, due_on in (
        ("过期", dt.date(2026, 2, 1)), ("将满", dt.date(2026, 5, 1)), ("未满", dt.date(2026, 5, 2)),
    ):  # fmt: skip
        RoleTermFactory(sig=sig, person__name=name, due_on=due_on)
    RoleTermFactory(sig=sig, person__name="不限")
    assert [(one.kind, one.text, one.on) for one in terms_due(sig, TODAY)] == [
        ("term", "过期 的 Committer 任期至 2026-02-01，是否连任。", dt.date(2026, 2, 1)),
        ("term", "将满 的 Committer 任期至 2026-05-01，是否连任。", dt.date(2026, 5, 1)),
    ]


def test_refresh_of_a_sig_in_order_is_empty(sig):
    RoleTermFactory(sig=sig)
    assert role_refresh_due(sig, TODAY) == []


@pytest.mark.parametrize(
    ("effect", "state", "listed"),
    [
        ("meeting", "approved", True),
        ("meeting", "voting", False),
        ("meeting", "in_effect", False),
        ("maintainer", "approved", False),
        ("merged", "approved", False),
    ],
)
def test_refresh_lists_results_that_wait_for_a_meeting(sig, effect, state, listed):
    rules = policy(sig, effect=effect)
    promotion = PromotionFactory(
        sig=sig, person__name="甲", policy=rules, state=state, decided_at=AT
    )
    expected = [("ratify", "确认表决结果：甲，晋升 Committer。", promotion.get_absolute_url())]
    found = [(one.kind, one.text, one.path) for one in role_refresh_due(sig, TODAY)]
    assert found == (expected if listed else [])


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ({"seats_max": 1}, "Committer 现有 2 人，超出规则允许的 1 人。"),
        ({"seats_min": 3}, "Committer 现有 2 人，少于规则要求的 3 人。"),
        ({"seats_min": 2, "seats_max": 2}, ""),
    ],
)
def test_refresh_lists_seats_outside_the_rules(sig, limits, text):
    policy(sig, **limits)
    for _ in range(2):
        RoleTermFactory(sig=sig)
    found = [one.text for one in role_refresh_due(sig, TODAY) if one.kind == "seats"]
    assert found == ([text] if text else [])


def test_refresh_lists_who_has_shown_nothing_and_whether_they_were_asked(sig):
    policy(sig, inactive_months=3)
    maintainer = RoleTermFactory(sig=sig, role="maintainer").person
    person = RoleTermFactory(sig=sig, person__name="乙", started_on=dt.date(2025, 1, 6)).person
    sentence = "乙（Committer）自 2025-01-06 起没有规则计入的贡献，{}。"
    assert [one.text for one in role_refresh_due(sig, TODAY)] == [sentence.format("尚未询问")]
    ask(person=person, sig=sig, by=maintainer, at=AT)
    assert [one.text for one in role_refresh_due(sig, TODAY)] == [sentence.format("已经询问")]


def test_refresh_lists_leaves_without_an_end_once_a_person(sig):
    person = RoleTermFactory(sig=sig, person__name="丙").person
    RoleTermFactory(sig=sig, person=person, role="contributor")
    known = RoleTermFactory(sig=sig).person
    Leave.objects.create(person=person, sig=sig, started_on=TODAY)
    Leave.objects.create(
        person=known, sig=sig, started_on=TODAY, ended_on=TODAY + dt.timedelta(days=9)
    )
    assert [one.text for one in role_refresh_due(sig, TODAY)] == ["丙 正在请假，返回日期未定。"]


@pytest.mark.parametrize("rows", [1, 3])
def test_refresh_takes_the_same_queries(sig, django_assert_num_queries, rows):
    rules = policy(sig, inactive_months=3, effect="meeting")
    for _ in range(rows):
        RoleTermFactory(sig=sig, started_on=dt.date(2025, 1, 6), due_on=TODAY)
        PromotionFactory(sig=sig, policy=rules, state="approved", decided_at=AT)
    # rules, terms, accounts, scopes; to ratify; the seven of members.inactivity.silent_on
    with django_assert_num_queries(12):
        role_refresh_due(sig, TODAY)
