import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given, settings

from members.policy import Rules
from members.policy_words import changes, sections, share_text
from members.presets import PRESETS
from tests.members.policy_cast import all_rules

# A rule with every key another than its default, for each key.
BASE = Rules(
    prerequisite_role="contributor",
    evidence={"merged": 1, "active_months": 1},
    nominators_needed=2,
    removal_threshold=Fraction(2, 3),
    seats_max=9,
)
OTHER = {
    "prerequisite_role": "committer",
    "prerequisite_months": 5,
    "evidence": {"merged": 2, "active_months": 1},
    "evidence_months": 5,
    "active_window_months": 5,
    "nominators": ("maintainer",),
    "nominators_needed": 3,
    "nominators_from_different_employers": True,
    "answer_working_days": 5,
    "discussion": "sealed",
    "discussion_working_days": 5,
    "electorate": ("maintainer",),
    "threshold": Fraction(3, 4),
    "threshold_of": "voting",
    "min_in_favour": 5,
    "quorum": Fraction(1, 2),
    "lazy_consensus": True,
    "vote_working_days": 7,
    "objection_roles": (),
    "objection_outvoted_by": Fraction(1),
    "removal_threshold": Fraction(3, 4),
    "removal_threshold_of": "entitled",
    "effect": "merged",
    "seats_min": 2,
    "seats_max": 8,
    "term_months": 12,
    "inactive_months": 0,
}


def test_other_knows_every_key():
    assert set(OTHER) == {field.name for field in dataclasses.fields(Rules)}


@pytest.mark.parametrize("key", OTHER)
def test_words_tell_every_key_apart(key):
    changed = dataclasses.replace(BASE, **{key: OTHER[key]})
    assert changes(BASE, changed)


@settings(deadline=None)
@given(all_rules)
def test_changes_of_the_same_rules_are_none(rules):
    assert changes(rules, rules) == []


def test_changes_name_what_comes_and_what_goes():
    before = Rules(evidence={"merged": 3})
    after = Rules(evidence={"reviewed": 2})
    assert [(change.before, change.after) for change in changes(before, after)] == [
        ("至少 3", "不要求"),
        ("不要求", "至少 2"),
    ]


def test_sections_say_the_default_rules():
    rules = PRESETS["mindspore-transformers"]["committer"]
    lines = {line.key: line.text for section in sections(rules) for line in section.lines}
    assert lines["prerequisite"] == "Contributor，满 3 个月"
    assert (lines["main_reviews"], lines["merged_or_reviewed"]) == ("至少 6", "至少 20")
    assert (lines["active_months"], lines["active_window"]) == ("至少 3", "最近 6 个月")
    assert lines["threshold"] == "赞成超过全体现任 Maintainer 的 1/2"
    assert lines["inactive"] == "3 个月没有贡献的，先询问本人"


@pytest.mark.parametrize(
    ("share", "text"),
    [("1/2", "1/2"), ("2/3", "2/3"), ("65/100", "65%"), ("0", "0"), ("1", "1"), ("1/30", "1/30")],
)
def test_share_text(share, text):
    assert share_text(Fraction(share)) == text
