import dataclasses
from fractions import Fraction

import pytest

from members.policy import COMMITTER, MAINTAINER, ROLES, SELF, Vote, count, for_kind
from members.policy_json import rules_from_json, rules_to_json
from members.presets import DEFAULT_PRESET, NOTES, PRESETS
from tests.members.policy_cast import electorate, votes

ALL = [(name, role) for name, roles in PRESETS.items() for role in roles]
EVERYBODY = ROLES[::-1]


@pytest.mark.parametrize(("preset", "role"), ALL)
def test_presets_survive_json(preset, role):
    rules = PRESETS[preset][role]
    assert rules_from_json(rules_to_json(rules)) == rules


def test_presets_have_rules_for_both_roles_and_a_note():
    assert DEFAULT_PRESET in PRESETS
    assert PRESETS.keys() == NOTES.keys()
    for name, roles in PRESETS.items():
        assert set(roles) == {COMMITTER, MAINTAINER}
        note = NOTES[name]
        assert all(map(str, (note.name, note.text, note.source)))
        assert note.address.startswith("https://")


# POLICIES.md, figure by figure.
@pytest.mark.parametrize(
    ("preset", "role", "figures"),
    [
        (
            "mindspore-transformers",
            COMMITTER,
            {
                "prerequisite_role": "contributor",
                "prerequisite_months": 3,
                "evidence": {"main_reviews": 6, "merged_or_reviewed": 20, "active_months": 3},
                "active_window_months": 6,
                "nominators": (*EVERYBODY, SELF),
                "electorate": (MAINTAINER, COMMITTER),
                "vote_working_days": 5,
                "threshold": Fraction(1, 2),
                "threshold_of": "maintainers",
                "objection_roles": (MAINTAINER,),
                "objection_outvoted_by": Fraction(2, 3),
                "inactive_months": 3,
            },
        ),
        (
            "mindspore-transformers",
            MAINTAINER,
            {
                "prerequisite_role": "committer",
                "prerequisite_months": 3,
                "evidence": {"main_reviews": 12, "merged_or_reviewed": 30},
                "objection_roles": (MAINTAINER,),
            },
        ),
        (
            "mindspore-governance",
            MAINTAINER,
            {
                "prerequisite_role": "committer",
                "electorate": EVERYBODY,
                "threshold_of": "voting",
                "term_months": 12,
                "seats_max": 2,
            },
        ),
        ("mindspore-governance", COMMITTER, {"prerequisite_months": 3, "term_months": 12}),
        (
            "mindspore-dx",
            MAINTAINER,
            {
                "prerequisite_months": 3,
                "evidence": {"merged": 1, "reviewed": 1},
                "electorate": (MAINTAINER,),
                "threshold": Fraction(1, 2),
                "threshold_of": "maintainers",
                "vote_working_days": 5,
                "inactive_months": 3,
            },
        ),
        ("mindspore-graphlearning", COMMITTER, {"evidence": {"issues_opened": 5}}),
        (
            "mindspore-graphlearning",
            MAINTAINER,
            {
                "nominators": (MAINTAINER,),
                "nominators_needed": 2,
                "threshold": Fraction(65, 100),
                "threshold_of": "entitled",
            },
        ),
        (
            "openeuler",
            COMMITTER,
            {
                "prerequisite_months": 3,
                "evidence": {"main_reviews": 6, "merged_or_reviewed": 20},
                "nominators": (MAINTAINER, COMMITTER),
                "electorate": EVERYBODY,
                "seats_min": 2,
                "seats_max": 8,
                "removal_threshold": Fraction(2, 3),
                "inactive_months": 1,
            },
        ),
        (
            "openeuler",
            MAINTAINER,
            {
                "evidence": {"main_reviews": 12, "merged_or_reviewed": 30},
                "seats_min": 1,
                "seats_max": 3,
                "removal_threshold": Fraction(2, 3),
            },
        ),
        (
            "kubernetes",
            COMMITTER,
            {
                "prerequisite_months": 3,
                "evidence": {"main_reviews": 5, "merged_or_reviewed": 20},
                "nominators_needed": 2,
                "nominators_from_different_employers": True,
                "lazy_consensus": True,
                "inactive_months": 12,
                "effect": "merged",
            },
        ),
        (
            "kubernetes",
            MAINTAINER,
            {
                "prerequisite_role": "committer",
                "prerequisite_months": 3,
                "evidence": {"main_reviews": 10, "merged_or_reviewed": 30},
                "lazy_consensus": True,
            },
        ),
        (
            "apache",
            MAINTAINER,
            {
                "discussion_working_days": 3,
                "electorate": (MAINTAINER,),
                "min_in_favour": 3,
                "vote_working_days": 5,
                "objection_outvoted_by": Fraction(1),
            },
        ),
    ],
)
def test_presets_say_what_their_source_says(preset, role, figures):
    rules = dataclasses.asdict(PRESETS[preset][role])
    assert {name: rules[name] for name in figures} == figures


# Three Maintainers (1, 2, 3) and two Committers (101, 102).
@pytest.mark.parametrize(
    ("preset", "kind", "cast", "reason"),
    [
        ("kubernetes", "promote", votes(), "lazy_consensus"),
        ("kubernetes", "promote", [*votes(yes=[1, 2, 3, 102]), Vote(101, -1, "否")], "objection"),
        ("kubernetes", "emeritus", votes(), "no_ballots"),
        ("apache", "promote", votes(yes=[1, 2]), "threshold_missed"),
        ("apache", "promote", votes(yes=[1, 2, 3]), "threshold_met"),
        ("apache", "promote", votes(yes=[1, 2, 101]), "threshold_missed"),
        ("openeuler", "promote", votes(yes=[1, 2, 3], no=[101, 102]), "threshold_met"),
        ("openeuler", "remove", votes(yes=[1, 2, 3], no=[101, 102]), "threshold_missed"),
        ("openeuler", "remove", votes(yes=[1, 2, 3, 101], no=[102]), "threshold_met"),
        ("mindspore-dx", "promote", votes(yes=[1, 2]), "threshold_met"),
        ("mindspore-dx", "promote", votes(yes=[1, 101, 102]), "threshold_missed"),
        ("mindspore-graphlearning", "promote", votes(yes=[1, 2, 3]), "threshold_missed"),
        ("mindspore-graphlearning", "promote", votes(yes=[1, 2, 3, 101]), "threshold_met"),
    ],
)
def test_presets_decide_as_their_source_does(preset, kind, cast, reason):
    rules = for_kind(PRESETS[preset][MAINTAINER], kind)
    assert count(rules, cast, electorate()).reason == reason
