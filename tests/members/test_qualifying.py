import dataclasses
import datetime as dt
import random

import pytest

from members import evidence
from members.policy import Rules
from members.presets import PRESETS
from members.qualifying import compare, evidence_of, known_of, standing, who_qualifies
from tests.factories import ContributionFactory, PersonFactory, RoleTermFactory, SigFactory

pytestmark = pytest.mark.django_db

ON = dt.date(2026, 3, 2)
AT = dt.datetime(2026, 3, 2, 15, 59, 59, tzinfo=dt.UTC)  # the last second of that day in Shanghai
KINDS = ("pull_merged", "pull_reviewed", "issue_opened", "meeting_attended")


def contribute(person, sig, number, kind="pull_merged", **values):
    return ContributionFactory(
        person=person,
        sig=sig,
        kind=kind,
        source=f"gitee:example/one!{number}:{kind}:{person.pk}",
        **values,
    )


def crowd(sig, seed, people=6, each=12):
    """People with contributions of every kind, spread over a year and around its midnights."""
    dice = random.Random(seed)
    everybody = [PersonFactory() for _number in range(people)]
    for person in everybody:
        for _number in range(dice.randrange(each)):
            kind = dice.choice(KINDS)
            at = AT + dt.timedelta(seconds=1) - dt.timedelta(days=dice.randrange(-2, 400))
            at -= dt.timedelta(seconds=dice.choice((-1, 0, 1, 7200)))
            number = f"{dice.randrange(8)}"
            source = f"gitee:example/one!{number}:{kind}:{person.pk}"
            if not person.contributions.filter(source=source).exists():
                contribute(person, sig, number, kind, at=at, is_main=dice.random() < 0.5)
    for person in everybody[:3]:
        started = ON - dt.timedelta(days=dice.randrange(300))
        RoleTermFactory(person=person, sig=sig, role="committer", started_on=started)
    return everybody


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "rules", [Rules(), Rules(evidence_months=3), Rules(evidence_months=9, active_window_months=2)]
)
def test_evidence_equals_what_is_counted_for_each_person(seed, rules):
    sig = SigFactory()
    people = crowd(sig, seed)
    crowd(SigFactory(), seed + 100)  # another SIG's are not ours
    known = known_of(sig, ON)
    for person in people:
        stored = evidence.read(evidence.collect(person, sig, AT, rules))
        assert evidence_of(known, rules, person.pk) == stored


def test_standing_lists_whom_one_may_nominate():
    sig = SigFactory()
    contributor, committer, maintainer, former = (PersonFactory() for _number in range(4))
    RoleTermFactory(person=committer, sig=sig, role="committer")
    RoleTermFactory(person=maintainer, sig=sig, role="maintainer")
    RoleTermFactory(
        person=former, sig=sig, role="committer", started_on=ON.replace(year=2025), ended_on=ON
    )
    for number, person in enumerate((contributor, maintainer, former)):
        contribute(person, sig, number)
    known = known_of(sig, ON)

    def listed(role):
        return {candidate.person_id for candidate in standing(known, Rules(), role)}

    assert listed("committer") == {contributor.pk, former.pk}
    assert listed("maintainer") == {committer.pk}


def test_standing_puts_the_nearest_first():
    sig = SigFactory()
    far, near, there = (PersonFactory() for _number in range(3))
    for person, merged in ((far, 1), (near, 2), (there, 3)):
        for number in range(merged):
            contribute(person, sig, f"{person.pk}-{number}")
    rows = standing(known_of(sig, ON), Rules(evidence={"merged": 3}), "committer")
    assert [row.person_id for row in rows] == [there.pk, near.pk, far.pk]
    qualified = who_qualifies(sig, Rules(evidence={"merged": 3}), "committer", ON)
    assert [row.person_id for row in qualified] == [there.pk]


@pytest.mark.parametrize(("people", "each"), [(1, 4), (9, 30)])
def test_who_qualifies_asks_two_queries(people, each, django_assert_num_queries):
    sig = SigFactory()
    crowd(sig, 7, people=people, each=each)
    rules = PRESETS["mindspore-transformers"]["committer"]
    with django_assert_num_queries(2):
        who_qualifies(sig, rules, "committer", ON)


def test_known_ends_with_the_day_of_the_sig():
    sig, person = SigFactory(), PersonFactory()
    contribute(person, sig, 1, at=AT)
    contribute(person, sig, 2, at=AT + dt.timedelta(seconds=1))
    assert len(known_of(sig, ON).deeds[person.pk]) == 1


def test_compare_says_who_gains_and_who_loses():
    sig = SigFactory()
    author, reviewer, both, neither = (PersonFactory() for _number in range(4))
    for number, person in enumerate((author, both)):
        contribute(person, sig, number)
    for number, person in enumerate((reviewer, both)):
        contribute(person, sig, number + 10, "pull_reviewed")
    contribute(neither, sig, 20, "issue_opened")
    comparison = compare(
        known_of(sig, ON),
        Rules(evidence={"merged": 1}),
        Rules(evidence={"reviewed": 1}),
        "committer",
    )
    changes = {row.person: (row.gains, row.loses) for row in comparison.rows}
    assert changes == {author: (True, False), reviewer: (False, True), both: (False, False)}
    assert [row.person for row in comparison.nearest] == [neither]
    assert (comparison.candidates, comparison.qualify, comparison.qualify_now) == (4, 2, 2)
    assert (comparison.gains, comparison.loses) == (1, 1)


def test_compare_leaves_out_none_who_gains():
    sig = SigFactory()
    for number in range(4):
        contribute(PersonFactory(), sig, number)
    gains = PersonFactory()
    contribute(gains, sig, 9, "issue_opened")
    rules = Rules(evidence={"merged": 1})
    draft = dataclasses.replace(rules, evidence={})
    comparison = compare(known_of(sig, ON), draft, rules, "committer", shown=2)
    assert comparison.rows[0].person == gains
    assert (len(comparison.rows), comparison.left_out) == (2, 3)


@pytest.mark.parametrize("people", [1, 5])
def test_compare_asks_two_queries_more(people, django_assert_num_queries):
    sig = SigFactory()
    for number in range(people):
        contribute(PersonFactory(), sig, number)
    known = known_of(sig, ON)
    with django_assert_num_queries(2):
        compare(known, Rules(), Rules(evidence={"merged": 1}), "committer")
