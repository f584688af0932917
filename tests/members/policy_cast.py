"""A SIG of numbers for the tests of members.policy, and any rules at all for its properties."""

from fractions import Fraction

from hypothesis import strategies as st

from members.policy import (
    ABSTAIN,
    AGAINST,
    BASES,
    DISCUSSIONS,
    EFFECTS,
    FIGURES,
    IN_FAVOUR,
    ROLES,
    Electorate,
    Rules,
    Vote,
)
from members.policy_json import NOMINATORS
from members.presets import PRESETS

DEFAULT = PRESETS["mindspore-transformers"]["committer"]
M, C = frozenset({"maintainer"}), frozenset({"committer"})


def electorate(maintainers=3, committers=2):
    """Maintainers are 1, 2, …; Committers 101, 102, …"""
    roles = dict.fromkeys(range(1, maintainers + 1), M)
    return Electorate(roles | {100 + n: C for n in range(1, committers + 1)})


def votes(**by_choice):
    choices = {"yes": IN_FAVOUR, "no": AGAINST, "abstain": ABSTAIN}
    return [Vote(voter, choices[name]) for name, voters in by_choice.items() for voter in voters]


shares = st.integers(2, 20).flatmap(lambda d: st.integers(0, d - 1).map(lambda n: Fraction(n, d)))
role_sets = st.sets(st.sampled_from(ROLES)).map(
    lambda chosen: tuple(role for role in ROLES[::-1] if role in chosen)
)
all_rules = st.builds(
    Rules,
    prerequisite_role=st.sampled_from(("", *ROLES)),
    prerequisite_months=st.integers(0, 36),
    evidence=st.dictionaries(st.sampled_from(FIGURES), st.integers(0, 40)),
    electorate=role_sets.filter(bool),
    threshold=shares,
    threshold_of=st.sampled_from(("maintainers", "entitled", "voting")),
    min_in_favour=st.integers(0, 3),
    vote_working_days=st.integers(1, 60),
    objection_roles=role_sets,
    objection_outvoted_by=shares | st.just(Fraction(1)),
    evidence_months=st.integers(0, 24),
    active_window_months=st.integers(1, 24),
    nominators=st.sets(st.sampled_from(NOMINATORS), min_size=1).map(
        lambda chosen: tuple(who for who in NOMINATORS if who in chosen)
    ),
    nominators_needed=st.integers(1, 3),
    nominators_from_different_employers=st.booleans(),
    answer_working_days=st.integers(1, 30),
    discussion=st.sampled_from(DISCUSSIONS),
    discussion_working_days=st.integers(0, 10),
    quorum=shares | st.just(Fraction(1)),
    lazy_consensus=st.booleans(),
    removal_threshold=st.none() | shares,
    removal_threshold_of=st.sampled_from(("", *BASES)),
    effect=st.sampled_from(EFFECTS),
    seats_min=st.integers(0, 2),
    seats_max=st.sampled_from((0, 2, 8)),
    term_months=st.integers(0, 24),
    inactive_months=st.integers(0, 24),
)
