import datetime as dt

import pytest

from members.evidence import collect, held_since, items_of, read, today
from members.models import RoleTerm
from members.policy import Rules
from tests.factories import (
    ContributionFactory,
    PersonFactory,
    RepositoryFactory,
    RoleTermFactory,
    SigFactory,
)

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


def day(text):
    return dt.date.fromisoformat(text)


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def sig():
    return SigFactory()


def fact(person, sig, number=1, kind="pull_merged", days_ago=1, **values):
    return ContributionFactory(
        person=person,
        sig=sig,
        kind=kind,
        at=AT - dt.timedelta(days=days_ago),
        source=f"gitee:example/one!{number}:{kind}:{values.get('is_main', '')}",
        url=f"/reviews/example/one/{number}/",
        **values,
    )


def figures(person, sig, at=AT):
    return read(collect(person, sig, at)).figures


def test_collect_counts_each_kind(person, sig):
    fact(person, sig, 1)
    fact(person, sig, 2)
    fact(person, sig, 3, "pull_reviewed", is_main=True)
    fact(person, sig, 4, "pull_reviewed")
    fact(person, sig, 5, "issue_opened")
    fact(person, sig, 6, "meeting_attended")
    assert figures(person, sig) == {
        "merged": 2,
        "main_reviews": 1,
        "reviewed": 2,
        "merged_or_reviewed": 4,
        "active_months": 1,
        "issues_opened": 1,
        "meetings_attended": 1,
    }


def test_collect_counts_a_pull_request_once_that_one_wrote_and_reviewed(person, sig):
    fact(person, sig, 1)
    fact(person, sig, 1, "pull_reviewed")
    assert figures(person, sig)["merged_or_reviewed"] == 1


def test_collect_leaves_out_others_other_sigs_and_what_came_later(person, sig):
    fact(person, sig, 1, days_ago=-1)
    fact(PersonFactory(), sig, 2)
    fact(person, SigFactory(), 3)
    assert figures(person, sig)["merged"] == 0


def test_collect_active_months_are_those_of_the_sigs_calendar(person, sig):
    # 17:00 UTC on 31 January is February in Shanghai.
    for number, at in enumerate(
        ["2026-01-31T17:00", "2026-02-10T00:00", "2025-10-01T00:00", "2025-09-30T00:00"]
    ):
        ContributionFactory(
            person=person,
            sig=sig,
            source=f"g!{number}:pull_merged",
            at=dt.datetime.fromisoformat(at + "+00:00"),
        )
    # October to March are the six months; September is out.
    assert figures(person, sig)["active_months"] == 2


def test_collect_keeps_the_list_behind_a_figure_newest_first(person, sig):
    fact(person, sig, 1, days_ago=9, title="旧")
    fact(person, sig, 2, days_ago=2, title="新")
    stored = collect(person, sig, AT)
    assert [(row["title"], row["url"]) for row in items_of(stored, "merged")] == [
        ("新", "/reviews/example/one/2/"),
        ("旧", "/reviews/example/one/1/"),
    ]


@pytest.mark.parametrize("number", [1, 30])
def test_collect_takes_two_queries(person, sig, number, django_assert_num_queries):
    for index in range(number):
        fact(person, sig, index)
    with django_assert_num_queries(2):
        collect(person, sig, AT)


def test_collect_counts_a_pull_request_once_that_is_mirrored_where_it_was_and_where_it_went(
    person, sig
):
    home = RepositoryFactory(sig=sig, host="gitcode")
    middle = RepositoryFactory(sig=sig, moved_to=home)
    first = RepositoryFactory(sig=sig, moved_to=middle)
    for repository in (first, middle, home):
        source = f"{repository}!12:pull_merged"
        ContributionFactory(
            person=person, sig=sig, repository=repository, source=source, at=AT, kind="pull_merged"
        )
    assert figures(person, sig)["merged"] == 1


def test_collect_says_which_windows_it_looked_through(person, sig):
    fact(person, sig, 1, days_ago=60)
    fact(person, sig, 2)
    rules = Rules(evidence_months=2, active_window_months=3)
    stored = collect(person, sig, AT, rules)
    assert stored["windows"] == {"evidence_months": 2, "active_window_months": 3}
    assert stored["figures"]["merged"] == {"value": 1, "items": [1]}


def test_today_counts_what_collect_counts(person, sig):
    RoleTermFactory(person=person, sig=sig, role="contributor")
    for number in range(5):
        fact(person, sig, number, days_ago=40 * number)
        fact(person, sig, number + 3, "pull_reviewed", is_main=bool(number % 2))
    rules = Rules(evidence_months=3, active_window_months=2)
    assert today(person, sig, AT, rules) == read(collect(person, sig, AT, rules))


@pytest.mark.parametrize("number", [1, 30])
def test_today_takes_two_queries(person, sig, number, django_assert_num_queries):
    for index in range(number):
        fact(person, sig, index)
    with django_assert_num_queries(2):
        today(person, sig, AT, Rules())


def test_read_of_an_empty_row_is_no_evidence():
    assert read({}).figures == {}


def terms(*rows):
    return [
        RoleTerm(role=role, started_on=day(start), ended_on=day(end) if end else None)
        for role, start, end in rows
    ]


@pytest.mark.parametrize(
    ("rows", "role", "since"),
    [
        ([("contributor", "2025-01-01", None)], "contributor", "2025-01-01"),
        # A higher role counts for the lower one.
        ([("maintainer", "2025-01-01", None)], "committer", "2025-01-01"),
        ([("committer", "2025-01-01", None)], "maintainer", None),
        # One after the other without a gap, and with one.
        (
            [("contributor", "2024-01-01", "2025-01-01"), ("committer", "2025-01-01", None)],
            "contributor",
            "2024-01-01",
        ),
        (
            [("committer", "2024-01-01", "2024-06-01"), ("committer", "2025-01-01", None)],
            "committer",
            "2025-01-01",
        ),
        # Over, or not begun.
        ([("committer", "2024-01-01", "2026-03-02")], "committer", None),
        ([("committer", "2026-03-03", None)], "committer", None),
        # A short spell inside a long one changes nothing.
        (
            [("committer", "2024-01-01", None), ("maintainer", "2025-01-01", "2025-02-01")],
            "committer",
            "2024-01-01",
        ),
    ],
)
def test_held_since(rows, role, since):
    held = held_since(terms(*rows), day("2026-03-02"))
    assert held.get(role) == (day(since) if since else None)


def test_held_since_first_contribution_makes_a_contributor(person, sig):
    fact(person, sig, 1, days_ago=100)
    RoleTermFactory(person=person, sig=sig, role="contributor", started_on=day("2026-02-01"))
    assert read(collect(person, sig, AT)).held_since == {"contributor": day("2025-11-22")}
