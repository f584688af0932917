import datetime as dt
import itertools
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from members.policy import (
    ABSTAIN,
    AGAINST,
    FIGURES,
    IN_FAVOUR,
    ROLES,
    Evidence,
    Vote,
    count,
    evaluate,
)
from members.policy_json import rules_from_json, rules_to_json
from tests.members.policy_cast import all_rules, electorate

ON = dt.date(2026, 3, 2)

figures = st.dictionaries(st.sampled_from(FIGURES), st.integers(0, 50))


@settings(deadline=None)
@given(all_rules, figures, figures, st.dates(dt.date(2020, 1, 1), ON), st.integers(0, 900))
def test_evaluate_more_evidence_never_disqualifies(rules, some, more, since, days):
    held = dict.fromkeys(ROLES, since)
    less = evaluate(rules, Evidence(some, held), ON)
    sum_of = {name: some.get(name, 0) + more.get(name, 0) for name in FIGURES}
    richer = evaluate(rules, Evidence(sum_of, held), ON + dt.timedelta(days=days))
    assert {check.name for check in less.met} <= {check.name for check in richer.met}


ballots = st.lists(
    st.builds(
        Vote,
        st.sampled_from([1, 2, 3, 101, 102, 999]),
        st.sampled_from([IN_FAVOUR, ABSTAIN, AGAINST]),
        st.sampled_from(["", "理由"]),
    ),
    unique_by=lambda vote: vote.voter,
)


@settings(deadline=None)
@given(all_rules, ballots, st.randoms())
def test_count_does_not_depend_on_the_order(rules, cast, random):
    shuffled = random.sample(cast, len(cast))
    assert count(rules, cast, electorate()) == count(rules, shuffled, electorate())


CHOICES = [
    None,
    (IN_FAVOUR, ""),
    (ABSTAIN, ""),
    (AGAINST, ""),
    (AGAINST, "理由"),
]


def completions(rules, cast, people):
    """Every ballot box that may still come about while those who voted keep to their votes."""
    others = sorted(people.with_role(*rules.electorate) - {vote.voter for vote in cast})
    for picks in itertools.product(CHOICES, repeat=len(others)):
        later = zip(others, picks, strict=True)
        yield [*cast, *(Vote(voter, *pick) for voter, pick in later if pick)]


@settings(max_examples=60, deadline=None)
@given(all_rules, ballots, st.integers(0, 2), st.integers(0, 2))
def test_count_is_decided_exactly_when_no_completion_differs(rules, cast, maintainers, committers):
    people = electorate(maintainers, committers)
    cast = [vote for vote in cast if vote.voter in people.with_role(*rules.electorate)]
    outcomes = {count(rules, box, people).outcome for box in completions(rules, cast, people)}
    (only,) = outcomes if len(outcomes) == 1 else (None,)
    # A box in which nobody can vote is never decided: it is not the votes that say so.
    expected = None if only == "expired" else only
    assert count(rules, cast, people).decided == expected


@settings(deadline=None)
@given(all_rules, ballots)
def test_count_again_gives_the_same_and_survives_json(rules, cast):
    first = count(rules, cast, electorate())
    again = count(rules_from_json(rules_to_json(rules)), list(cast), electorate())
    assert again == first
    assert json.loads(json.dumps(again.to_json())) == first.to_json()


@settings(deadline=None)
@given(all_rules, ballots)
def test_count_one_more_in_favour_never_harms(rules, cast):
    before = count(rules, cast, electorate()).outcome
    others = {1, 2, 3, 101, 102} - {vote.voter for vote in cast}
    for voter in others:
        after = count(rules, [*cast, Vote(voter, IN_FAVOUR)], electorate()).outcome
        assert before != "approved" or after == "approved"
