"""The checklist: labels, what is missing in words, and proofs that outlive their records."""

import datetime as dt

import pytest

from members.checklist import check_lines, with_proofs, with_today
from members.contribution import forget_many
from members.evidence import collect, today
from members.models import Contribution
from members.policy import FIGURES, Rules, months_after
from tests.factories import ContributionFactory, PersonFactory, RoleTermFactory, SigFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
ON = dt.date(2026, 3, 2)


@pytest.fixture
def sig():
    return SigFactory()


@pytest.fixture
def person(sig):
    person = PersonFactory()
    RoleTermFactory(person=person, sig=sig, role="contributor", started_on=dt.date(2026, 1, 20))
    return person


def merge(person, sig, number, days_ago=1):
    return ContributionFactory(
        person=person,
        sig=sig,
        at=AT - dt.timedelta(days=days_ago),
        source=f"gitee:example/one!{number}:pull_merged",
        title=f"改动 {number}",
        url=f"/reviews/example/one/{number}/",
    )


def lines(person, sig, **rules):
    own = Rules(**rules)
    return check_lines(own, collect(person, sig, AT, own), ON)


@pytest.mark.parametrize(
    ("figure", "missing"),
    [
        ("merged", "还差 3 个合入的拉取请求"),
        ("main_reviews", "还差 3 次主要评审"),
        ("reviewed", "还差 3 次评审"),
        ("merged_or_reviewed", "还差 3 个拉取请求"),
        ("active_months", "还差 3 个有合入的月份"),
        ("issues_opened", "还差 3 个问题"),
        ("meetings_attended", "还差 3 次例会"),
    ],
)
def test_line_says_what_is_missing_and_what_to_do(person, sig, figure, missing):
    (line,) = lines(person, sig, evidence={figure: 3})
    assert (line.name, line.figure, line.is_met, line.missing) == (figure, "0", False, missing)
    assert line.next_step


def test_every_figure_has_its_words(person, sig):
    found = lines(person, sig, evidence=dict.fromkeys(FIGURES, 1))
    assert [line.name for line in found] == list(FIGURES)


def test_line_that_is_met_asks_for_nothing(person, sig):
    merge(person, sig, 1)
    (line,) = lines(person, sig, evidence={"merged": 1})
    assert (line.figure, line.is_met, line.missing, line.next_step) == ("1", True, "", "")


@pytest.mark.parametrize(
    ("rules", "label"),
    [
        ({"evidence": {"merged": 1}}, "提交并合入的拉取请求"),
        ({"evidence": {"merged": 1}, "evidence_months": 12}, "最近 12 个月中提交并合入的拉取请求"),
        ({"evidence": {"active_months": 1}}, "最近 6 个月中有合入的月份"),
        (
            {"evidence": {"active_months": 1}, "active_window_months": 9},
            "最近 9 个月中有合入的月份",
        ),
        ({"evidence": {"active_months": 1}, "evidence_months": 3}, "最近 3 个月中有合入的月份"),
    ],
)
def test_label_names_the_window_of_the_rules(person, sig, rules, label):
    (line,) = lines(person, sig, **rules)
    assert line.label == label


def test_months_in_a_role_say_when_they_are_full(person, sig):
    (line,) = lines(person, sig, prerequisite_role="contributor", prerequisite_months=3)
    assert line.missing == "还差 2 个月，到 2026-04-20 满足"


def test_a_role_never_held_is_named(person, sig):
    (line,) = lines(person, sig, prerequisite_role="committer", prerequisite_months=3)
    assert (line.figure, line.missing, line.next_step) == (
        "0",
        "还不是 Committer",
        "先成为 Committer。",
    )


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-20", 3, "2026-04-20"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2026-01-31", 0, "2026-01-31"),
        ("2025-12-05", 1, "2026-01-05"),
    ],
)
def test_months_after(day, months, later):
    assert months_after(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(later)


def test_today_stands_beside_the_figure_of_then(person, sig):
    merge(person, sig, 1)
    rules = Rules(evidence={"merged": 1, "issues_opened": 1})
    then = check_lines(rules, collect(person, sig, AT, rules), ON)
    later = AT + dt.timedelta(days=3)
    merge(person, sig, 2, days_ago=-2)
    now = with_today(then, rules, today(person, sig, later, rules), sig.day_of(later))
    assert [line.now for line in now] == ["提名时 1，今天 2", "提名时与今天都是 0"]


# ── proofs ────────────────────────────────────────────────────────────────────────────────────
def proofs_of(stored, **rules):
    own = Rules(evidence={"merged": 1}, **rules)
    (line,) = with_proofs(check_lines(own, stored, ON), stored)
    return line


def test_proofs_are_the_newest_and_the_rest_is_counted(person, sig):
    for number in range(8):
        merge(person, sig, number, days_ago=10 - number)
    line = proofs_of(collect(person, sig, AT))
    assert [proof.title for proof in line.proofs] == [
        f"改动 {number}" for number in (7, 6, 5, 4, 3)
    ]
    assert (line.total, line.more) == (8, 3)


def test_proof_whose_record_is_gone_says_so_and_leads_nowhere(person, sig):
    row = merge(person, sig, 1)
    stored = collect(person, sig, AT)
    forget_many([row.source])
    (proof,) = proofs_of(stored).proofs
    assert (proof.title, proof.url, proof.is_gone) == ("改动 1", "", True)


def test_proof_follows_its_record_to_another_address_and_person(person, sig):
    row = merge(person, sig, 1)
    stored = collect(person, sig, AT)
    Contribution.objects.filter(pk=row.pk).update(
        url="/reviews/example/renamed/1/", person=PersonFactory()
    )
    (proof,) = proofs_of(stored).proofs
    assert (proof.url, proof.is_gone) == ("/reviews/example/renamed/1/", False)


def test_proof_of_the_first_release_names_no_source_and_keeps_its_address(person, sig):
    merge(person, sig, 1)
    stored = collect(person, sig, AT)
    for item in stored["items"]:
        del item["source"]
    (proof,) = proofs_of(stored).proofs
    assert (proof.url, proof.is_gone) == ("/reviews/example/one/1/", False)


@pytest.mark.parametrize("number", [1, 300])
def test_proofs_take_one_query(person, sig, number, django_assert_num_queries):
    for index in range(number):
        merge(person, sig, index)
    stored = collect(person, sig, AT)
    with django_assert_num_queries(1):
        proofs_of(stored)
