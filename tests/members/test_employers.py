import pytest

from members.employers import Employer, spread


def test_spread_of_nobody_is_empty():
    assert spread([]).employers == ()
    assert spread([]).largest is None


def test_spread_counts_each_employer_whatever_the_case():
    found = spread([("甲", True), ("Acme ", True), ("ACME", False), ("", False)])
    assert found.employers == (
        Employer("Acme", 2, 1),
        Employer("甲", 1, 1),
        Employer("", 1, 0),
    )


@pytest.mark.parametrize(
    ("votes", "is_lopsided"),
    [
        ([("甲", True)], False),
        ([("甲", True), ("甲", True)], True),
        ([("甲", True), ("乙", True)], False),
        ([("甲", True), ("甲", True), ("乙", True)], True),
        ([("", True), ("", True)], False),
        ([("甲", False), ("甲", False)], False),
    ],
)
def test_spread_is_lopsided_when_most_votes_in_favour_are_of_one_known_employer(votes, is_lopsided):
    assert spread(votes).is_lopsided is is_lopsided
