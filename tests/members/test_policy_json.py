import pytest
from hypothesis import given, settings

from members.policy_json import PolicyError, rules_from_json, rules_to_json
from tests.members.policy_cast import DEFAULT, all_rules


@settings(deadline=None)
@given(all_rules)
def test_rules_survive_json(rules):
    assert rules_from_json(rules_to_json(rules)) == rules


def test_default_preset_says_what_the_charter_says():
    assert rules_to_json(DEFAULT) == {
        "prerequisite": {"role": "contributor", "months": 3},
        "evidence": {"main_reviews": 6, "merged_or_reviewed": 20, "active_months": 3},
        "evidence_months": 0,
        "active_window_months": 6,
        "nominators": {
            "who": ["maintainer", "committer", "contributor", "self"],
            "needed": 1,
            "from_different_employers": False,
        },
        "answer_working_days": 10,
        "discussion": {"mode": "public", "working_days": 0},
        "electorate": ["maintainer", "committer"],
        "threshold": {"more_than": "1/2", "of": "maintainers", "min_in_favour": 0},
        "quorum": "0",
        "lazy_consensus": False,
        "vote_working_days": 5,
        "objection": {"roles": ["maintainer"], "outvoted_by_more_than": "2/3"},
        "removal": {"more_than": None, "of": ""},
        "effect": "maintainer",
        "seats": {"min": 0, "max": 0},
        "term_months": 0,
        "inactive_months": 3,
    }


def test_rules_of_the_first_release_still_read_the_same():
    """What older versions stored lacks every later key."""
    stored = {
        "prerequisite": {"role": "contributor", "months": 3},
        "evidence": {"main_reviews": 6, "merged_or_reviewed": 20, "active_months": 3},
        "electorate": ["maintainer", "committer"],
        "threshold": {"more_than": "1/2", "of": "maintainers", "min_in_favour": 0},
        "vote_working_days": 5,
        "objection": {"roles": ["maintainer"], "outvoted_by_more_than": "2/3"},
    }
    assert rules_from_json(stored) == DEFAULT


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ([], "rules"),
        ({"quorums": "1/2"}, "quorums"),
        ({"quorum": 3}, "quorum"),
        ({"quorum": "11/10"}, "quorum"),
        ({"lazy_consensus": "yes"}, "lazy_consensus"),
        ({"evidence_months": 121}, "evidence_months"),
        ({"active_window_months": 0}, "active_window_months"),
        ({"nominators": {"who": []}}, "nominators.who"),
        ({"nominators": {"who": ["king"]}}, "nominators.who"),
        ({"nominators": {"needed": 0}}, "nominators.needed"),
        ({"nominators": {"from_different_employers": 1}}, "nominators.from_different_employers"),
        ({"answer_working_days": 0}, "answer_working_days"),
        ({"discussion": {"mode": "secret"}}, "discussion.mode"),
        ({"discussion": {"working_days": 61}}, "discussion.working_days"),
        ({"removal": {"more_than": "1"}}, "removal.more_than"),
        ({"removal": {"of": "everyone"}}, "removal.of"),
        ({"effect": "magic"}, "effect"),
        ({"seats": {"min": 3, "max": 2}}, "seats.max"),
        ({"seats": {"min": -1}}, "seats.min"),
        ({"term_months": 121}, "term_months"),
        ({"inactive_months": "3"}, "inactive_months"),
        ({"evidence": {"karma": 3}}, "evidence.karma"),
        ({"evidence": {"merged": -1}}, "evidence.merged"),
        ({"evidence": {"merged": True}}, "evidence.merged"),
        ({"evidence": 3}, "evidence"),
        ({"prerequisite": {"role": "king"}}, "prerequisite.role"),
        ({"prerequisite": {"months": 1.5}}, "prerequisite.months"),
        ({"electorate": []}, "electorate"),
        ({"electorate": "maintainer"}, "electorate"),
        ({"threshold": {"more_than": 0.5}}, "threshold.more_than"),
        ({"threshold": {"more_than": "1/0"}}, "threshold.more_than"),
        ({"threshold": {"more_than": "1"}}, "threshold.more_than"),
        ({"threshold": {"of": "everyone"}}, "threshold.of"),
        ({"vote_working_days": 0}, "vote_working_days"),
        ({"objection": {"roles": ["king"]}}, "objection.roles"),
    ],
)
def test_rules_from_json_names_the_key(data, key):
    with pytest.raises(PolicyError) as error:
        rules_from_json(data)
    assert error.value.key == key
    assert str(error.value).startswith(f"{key}: ")
