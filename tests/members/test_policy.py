import dataclasses
import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
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
    Check,
    Electorate,
    Evidence,
    Rules,
    Vote,
    count,
    evaluate,
    full_months,
)
from members.policy_json import NOMINATORS, PolicyError, rules_from_json, rules_to_json
from members.presets import PRESETS

DEFAULT = PRESETS["mindspore-transformers"]["committer"]
ON = dt.date(2026, 3, 2)
M, C = frozenset({"maintainer"}), frozenset({"committer"})


def electorate(maintainers=3, committers=2):
    """Maintainers are 1, 2, …; Committers 101, 102, …"""
    roles = dict.fromkeys(range(1, maintainers + 1), M)
    return Electorate(roles | {100 + n: C for n in range(1, committers + 1)})


def votes(**by_choice):
    choices = {"yes": IN_FAVOUR, "no": AGAINST, "abstain": ABSTAIN}
    return [Vote(voter, choices[name]) for name, voters in by_choice.items() for voter in voters]


# ── rules as data ─────────────────────────────────────────────────────────────────────────────
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


@given(all_rules)
def test_rules_survive_json(rules):
    assert rules_from_json(rules_to_json(rules)) == rules


@pytest.mark.parametrize(
    ("preset", "role"), [(name, role) for name, roles in PRESETS.items() for role in roles]
)
def test_presets_survive_json_but_for_the_order_of_roles(preset, role):
    rules = PRESETS[preset][role]
    again = rules_from_json(rules_to_json(rules))
    assert dataclasses.replace(again, electorate=()) == dataclasses.replace(rules, electorate=())
    assert set(again.electorate) == set(rules.electorate)


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


# ── evidence ──────────────────────────────────────────────────────────────────────────────────
def shown(since=dt.date(2025, 12, 2), **figures):
    return Evidence(figures=figures, held_since={"contributor": since} if since else {})


def test_evaluate_just_enough_qualifies():
    evidence = shown(main_reviews=6, merged_or_reviewed=20, active_months=3)
    assert evaluate(DEFAULT, evidence, ON).qualifies


@pytest.mark.parametrize(
    ("evidence", "missing"),
    [
        (shown(main_reviews=5, merged_or_reviewed=20, active_months=3), "main_reviews"),
        (shown(main_reviews=6, merged_or_reviewed=19, active_months=3), "merged_or_reviewed"),
        (shown(main_reviews=6, merged_or_reviewed=20, active_months=2), "active_months"),
        (
            shown(dt.date(2025, 12, 3), main_reviews=6, merged_or_reviewed=20, active_months=3),
            "months_in_role",
        ),
        (shown(None, main_reviews=6, merged_or_reviewed=20, active_months=3), "months_in_role"),
    ],
)
def test_evaluate_one_short_does_not(evidence, missing):
    assert [check.name for check in evaluate(DEFAULT, evidence, ON).unmet] == [missing]


def test_evaluate_asks_for_a_role_even_where_no_time_is_asked():
    rules = Rules(prerequisite_role="committer")
    assert evaluate(rules, Evidence(), ON).unmet == (Check("months_in_role", -1, 0, "committer"),)


figures = st.dictionaries(st.sampled_from(FIGURES), st.integers(0, 50))


@given(all_rules, figures, figures, st.dates(dt.date(2020, 1, 1), ON), st.integers(0, 900))
def test_evaluate_more_evidence_never_disqualifies(rules, some, more, since, days):
    held = dict.fromkeys(ROLES, since)
    less = evaluate(rules, Evidence(some, held), ON)
    sum_of = {name: some.get(name, 0) + more.get(name, 0) for name in FIGURES}
    richer = evaluate(rules, Evidence(sum_of, held), ON + dt.timedelta(days=days))
    assert {check.name for check in less.met} <= {check.name for check in richer.met}


@pytest.mark.parametrize(
    ("since", "on", "months"),
    [
        ((2026, 1, 31), (2026, 2, 28), 1),
        ((2026, 1, 31), (2026, 2, 27), 0),
        ((2025, 12, 2), (2026, 3, 1), 2),
        ((2025, 12, 2), (2026, 3, 2), 3),
        ((2026, 3, 2), (2026, 3, 2), 0),
        ((2026, 4, 1), (2026, 3, 2), 0),
    ],
)
def test_full_months(since, on, months):
    assert full_months(dt.date(*since), dt.date(*on)) == months


# ── counting ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("maintainers", "needed"), [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (5, 3)]
)
def test_count_needs_more_than_half_of_all_maintainers(maintainers, needed):
    assert count(DEFAULT, [], electorate(maintainers)).needed == needed


@pytest.mark.parametrize(
    ("cast", "outcome", "reason"),
    [
        (votes(), "expired", "no_ballots"),
        (votes(yes=[1]), "rejected", "threshold_missed"),
        (votes(yes=[1, 2]), "approved", "threshold_met"),
        # Committers vote, but the threshold counts Maintainers.
        (votes(yes=[1, 101, 102]), "rejected", "threshold_missed"),
        (votes(yes=[1, 2], no=[3]), "approved", "threshold_met"),
        (votes(yes=[1, 2], abstain=[3]), "approved", "threshold_met"),
        # Somebody without any role in the SIG does not count.
        (votes(yes=[1, 999]), "rejected", "threshold_missed"),
        # 2 of 3 are not more than two thirds: the objection stands.
        ([*votes(yes=[1, 2]), Vote(3, AGAINST, "太早")], "rejected", "objection"),
        ([*votes(yes=[1, 2, 101, 102]), Vote(3, AGAINST, "太早")], "approved", "threshold_met"),
        ([*votes(yes=[1, 2]), Vote(101, AGAINST, "太早")], "approved", "threshold_met"),
    ],
)
def test_count_outcome(cast, outcome, reason):
    tally = count(DEFAULT, cast, electorate())
    assert (tally.outcome, tally.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("cast", "decided"),
    [
        (votes(), None),
        (votes(yes=[1, 2]), None),  # the third Maintainer may still object
        (votes(yes=[1, 2, 3]), "approved"),
        (votes(yes=[1, 2], no=[3]), "approved"),
        (votes(no=[1, 2]), "rejected"),
        (votes(no=[1], abstain=[2]), "rejected"),
        ([*votes(yes=[1, 2]), Vote(3, AGAINST, "太早")], None),  # both Committers could outvote it
        ([*votes(yes=[1, 2], no=[101]), Vote(3, AGAINST, "太早")], "rejected"),
    ],
)
def test_count_decided_when_nothing_can_change_it(cast, decided):
    assert count(DEFAULT, cast, electorate()).decided == decided


def test_count_without_any_maintainer_never_approves():
    assert count(DEFAULT, votes(yes=[101]), electorate(0, 1)).outcome == "rejected"


def test_count_says_how_many_are_missing():
    tally = count(DEFAULT, votes(yes=[1, 101], abstain=[102]), electorate())
    assert (tally.counted, tally.missing, tally.outstanding, tally.entitled) == (1, 1, 2, 5)


ballots = st.lists(
    st.builds(
        Vote,
        st.sampled_from([1, 2, 3, 101, 102, 999]),
        st.sampled_from([IN_FAVOUR, ABSTAIN, AGAINST]),
        st.sampled_from(["", "理由"]),
    ),
    unique_by=lambda vote: vote.voter,
)


@given(all_rules, ballots, st.randoms())
def test_count_does_not_depend_on_the_order(rules, cast, random):
    shuffled = random.sample(cast, len(cast))
    assert count(rules, cast, electorate()) == count(rules, shuffled, electorate())


@given(all_rules, ballots, ballots)
def test_count_decided_is_never_overturned(rules, cast, later):
    """Whatever those who have not voted yet do, a decided outcome stays."""
    early = count(rules, cast, electorate())
    entitled = electorate().with_role(*rules.electorate)
    already = {vote.voter for vote in cast}
    rest = [vote for vote in later if vote.voter not in already and vote.voter in entitled]
    if early.decided is not None:
        assert count(rules, [*cast, *rest], electorate()).outcome == early.decided


@given(all_rules, ballots)
def test_count_one_more_in_favour_never_harms(rules, cast):
    before = count(rules, cast, electorate()).outcome
    others = {1, 2, 3, 101, 102} - {vote.voter for vote in cast}
    for voter in others:
        after = count(rules, [*cast, Vote(voter, IN_FAVOUR)], electorate()).outcome
        assert before != "approved" or after == "approved"
