import dataclasses
import datetime as dt
from fractions import Fraction

import pytest

from members.policy import (
    AGAINST,
    Check,
    Electorate,
    Evidence,
    Rules,
    Vote,
    count,
    evaluate,
    for_kind,
    full_months,
)
from tests.members.policy_cast import DEFAULT, electorate, votes

ON = dt.date(2026, 3, 2)


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


# ── quorum, lazy consensus, removal ───────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("quorum", "cast", "needed", "reason"),
    [
        ("0", votes(yes=[1, 2]), 0, "threshold_met"),
        ("3/5", votes(yes=[1, 2]), 3, "quorum_missed"),
        ("3/5", votes(yes=[1, 2], abstain=[101]), 3, "threshold_met"),
        ("3/5", votes(yes=[1, 2], no=[101]), 3, "threshold_met"),
        # Somebody who is not entitled does not make a quorum.
        ("3/5", votes(yes=[1, 2], abstain=[999]), 3, "quorum_missed"),
        ("1/2", votes(yes=[1, 2]), 3, "quorum_missed"),
        ("1", votes(yes=[1, 2, 3, 101]), 5, "quorum_missed"),
        ("1", votes(yes=[1, 2, 3, 101, 102]), 5, "threshold_met"),
        ("3/5", votes(), 3, "no_ballots"),
    ],
)
def test_count_asks_for_the_quorum(quorum, cast, needed, reason):
    rules = dataclasses.replace(DEFAULT, quorum=Fraction(quorum))
    tally = count(rules, cast, electorate())
    assert (tally.quorum, tally.reason) == (needed, reason)


def test_count_without_quorum_stores_what_it_always_stored():
    assert "quorum" not in count(DEFAULT, votes(yes=[1]), electorate()).to_json()
    rules = dataclasses.replace(DEFAULT, quorum=Fraction(1, 2))
    assert count(rules, votes(yes=[1]), electorate()).to_json()["quorum"] == 3


LAZY = dataclasses.replace(DEFAULT, lazy_consensus=True, objection_outvoted_by=Fraction(1))


@pytest.mark.parametrize(
    ("rules", "cast", "outcome", "reason"),
    [
        (LAZY, votes(), "approved", "lazy_consensus"),
        (LAZY, votes(yes=[1], abstain=[2]), "approved", "lazy_consensus"),
        # Once somebody is against, the threshold counts again.
        (LAZY, votes(yes=[1], no=[101]), "rejected", "threshold_missed"),
        (LAZY, votes(yes=[1, 2], no=[101]), "approved", "threshold_met"),
        (LAZY, [*votes(yes=[1, 2]), Vote(3, AGAINST, "太早")], "rejected", "objection"),
        (dataclasses.replace(LAZY, min_in_favour=1), votes(), "expired", "no_ballots"),
        (
            dataclasses.replace(LAZY, min_in_favour=1),
            votes(abstain=[1]),
            "rejected",
            "threshold_missed",
        ),
        (
            dataclasses.replace(LAZY, min_in_favour=1),
            votes(yes=[1]),
            "approved",
            "lazy_consensus",
        ),
        # A quorum is asked for only where it comes to a vote.
        (dataclasses.replace(LAZY, quorum=Fraction(1)), votes(), "approved", "lazy_consensus"),
        (
            dataclasses.replace(LAZY, quorum=Fraction(1)),
            votes(yes=[1, 2], no=[101]),
            "rejected",
            "quorum_missed",
        ),
    ],
)
def test_count_takes_silence_as_consent_where_the_rules_do(rules, cast, outcome, reason):
    tally = count(rules, cast, electorate())
    assert (tally.outcome, tally.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("values", "people", "cast"),
    [
        # If all the others keep silent, the quorum is missed.
        ({"quorum": Fraction(3, 5)}, (3, 2), votes(yes=[1, 2])),
        # If one of the others is against and nobody follows, the quorum is asked for and missed.
        ({"quorum": Fraction(1), "lazy_consensus": True}, (3, 2), votes(yes=[1, 2])),
        # If all the others are against, the threshold is missed.
        ({"threshold_of": "voting"}, (2, 3), votes(yes=[1, 2])),
    ],
)
def test_count_is_not_decided_while_one_way_leads_elsewhere(values, people, cast):
    rules = dataclasses.replace(DEFAULT, objection_roles=(), **values)
    assert count(rules, cast, electorate(*people)).decided is None


def test_count_takes_no_silence_of_nobody_as_consent():
    assert count(LAZY, [], Electorate({})).outcome == "expired"


def test_count_nothing_outvotes_an_objection_where_the_share_is_one():
    rules = dataclasses.replace(DEFAULT, objection_outvoted_by=Fraction(1))
    cast = [*votes(yes=[*range(1, 300)]), Vote(300, AGAINST, "太早")]
    assert count(rules, cast, electorate(300, 0)).reason == "objection"


def test_for_kind_takes_the_threshold_of_a_removal():
    rules = dataclasses.replace(
        LAZY, removal_threshold=Fraction(2, 3), removal_threshold_of="entitled"
    )
    for kind in ("remove", "emeritus"):
        own = for_kind(rules, kind)
        assert (own.threshold, own.threshold_of) == (Fraction(2, 3), "entitled")
        assert not own.lazy_consensus
    for kind in ("promote", "step_down", "reinstate"):
        assert for_kind(rules, kind) == rules


def test_for_kind_without_a_threshold_of_its_own_keeps_that_of_a_promotion():
    assert for_kind(DEFAULT, "remove") == DEFAULT


# Each key of the vote with a ballot box whose count is another when the key is ignored.
KEYS_OF_THE_VOTE = [
    ("electorate", ("maintainer",), votes(yes=[101, 102])),
    ("threshold", Fraction(9, 10), votes(yes=[1, 2])),
    ("threshold_of", "voting", votes(yes=[1])),
    ("min_in_favour", 3, votes(yes=[1, 2])),
    ("quorum", Fraction(1), votes(yes=[1, 2])),
    ("lazy_consensus", True, votes(yes=[1])),
    ("objection_roles", (), [*votes(yes=[1, 2]), Vote(3, AGAINST, "太早")]),
    ("objection_outvoted_by", Fraction(1, 2), [*votes(yes=[1, 2]), Vote(3, AGAINST, "太早")]),
]


@pytest.mark.parametrize(("key", "value", "cast"), KEYS_OF_THE_VOTE)
def test_count_heeds_every_key(key, value, cast):
    changed = dataclasses.replace(DEFAULT, **{key: value})
    assert count(changed, cast, electorate()).outcome != count(DEFAULT, cast, electorate()).outcome


def test_every_key_of_the_rules_has_a_test_that_heeds_it():
    """Where each key is tried; a new key must be given a place, and a test there."""
    elsewhere = {
        "vote_working_days": "test_promotion",
        "answer_working_days": "test_promotion",
        "discussion": "test_promotion",
        "discussion_working_days": "test_promotion",
        "effect": "test_promotion",
        "evidence_months": "test_evidence",
        "active_window_months": "test_evidence",
        "inactive_months": "test_inactivity",
    }
    here = {
        "prerequisite_role",
        "prerequisite_months",
        "evidence",
        "removal_threshold",
        "removal_threshold_of",
    }
    limits = {
        "nominators",
        "nominators_needed",
        "nominators_from_different_employers",
        "seats_min",
        "seats_max",
        "term_months",
    }
    known = {field.name for field in dataclasses.fields(Rules)}
    assert (
        known == {key for key, _value, _cast in KEYS_OF_THE_VOTE} | set(elsewhere) | here | limits
    )
