"""What counts toward a figure, and what does not."""

import datetime as dt

import pytest

from members.figures import Deed, counted, months_ago, subject_of, values
from members.policy import FIGURES, Rules

ON = dt.date(2026, 3, 2)


def deed(kind="pull_merged", subject="1!1", day=ON, is_main=False):
    return Deed(kind, is_main, day, subject)


def figures(*deeds, **rules):
    return values(deeds, counted(deeds, Rules(**rules), ON))


@pytest.mark.parametrize(
    ("source", "subject"),
    [
        ("gitee:o/n!12:pull_merged", "gitee:o/n!12"),
        ("gitee:o/n!12:pull_reviewed:7", "gitee:o/n!12"),
        ("gitee:o/n#I4:issue_opened", "gitee:o/n#I4"),
        ("meeting:9:meeting_attended:3", "meeting:9"),
        ("something else", "something else"),
    ],
)
def test_subject_is_what_the_source_is_about(source, subject):
    assert subject_of(source) == subject


def test_subject_of_a_moved_repository_is_the_same_in_both_places():
    assert subject_of("gitee:o/n!12:pull_merged", 5) == subject_of("gitcode:o/m!12:pull_merged", 5)


def test_subjects_of_one_repository_stay_apart():
    sources = ["gitee:o/n!1:pull_merged", "gitee:o/n!2:pull_merged", "gitee:o/n#1:issue_opened"]
    assert len({subject_of(source, 5) for source in [*sources, "gitee:o/n#2:issue_opened"]}) == 4


def test_nothing_done_is_zero_of_each():
    assert figures() == dict.fromkeys(FIGURES, 0)


@pytest.mark.parametrize("kind", ["pull_merged", "pull_reviewed", "issue_opened"])
def test_the_same_subject_counts_once(kind):
    name = {"pull_merged": "merged", "pull_reviewed": "reviewed", "issue_opened": "issues_opened"}
    assert figures(deed(kind), deed(kind), deed(kind, "1!2"))[name[kind]] == 2


def test_a_review_of_ones_own_pull_request_counts_nowhere():
    shown = figures(deed(), deed("pull_reviewed", is_main=True))
    assert (shown["reviewed"], shown["main_reviews"], shown["merged_or_reviewed"]) == (0, 0, 1)


def test_main_reviewer_by_either_of_two_accounts_is_one_main_review():
    shown = figures(deed("pull_reviewed"), deed("pull_reviewed", is_main=True))
    assert (shown["reviewed"], shown["main_reviews"]) == (1, 1)


def test_merged_or_reviewed_keeps_the_order_of_time():
    deeds = [deed("pull_reviewed", "1!1"), deed("pull_merged", "1!2"), deed("pull_reviewed", "1!3")]
    assert counted(deeds, Rules(), ON)["merged_or_reviewed"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("day", "ago"), [("2026-03-31", 0), ("2026-02-28", 1), ("2025-10-01", 5), ("2025-09-30", 6)]
)
def test_months_ago_are_calendar_months(day, ago):
    assert months_ago(dt.date.fromisoformat(day), ON) == ago


@pytest.mark.parametrize(("window", "months"), [(1, 1), (2, 2), (3, 2), (6, 3)])
def test_active_months_look_into_the_window_of_the_rules(window, months):
    days = [ON, dt.date(2026, 2, 27), dt.date(2026, 2, 1), dt.date(2025, 10, 1)]
    deeds = [deed(subject=str(number), day=day) for number, day in enumerate(days)]
    assert figures(*deeds, active_window_months=window)["active_months"] == months


@pytest.mark.parametrize(("window", "number"), [(0, 3), (1, 1), (2, 2), (12, 2), (13, 3)])
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("pull_merged", "merged"),
        ("pull_reviewed", "reviewed"),
        ("issue_opened", "issues_opened"),
        ("meeting_attended", "meetings_attended"),
    ],
)
def test_figures_look_into_the_window_of_the_rules(window, number, kind, name):
    days = [ON, dt.date(2026, 2, 1), dt.date(2025, 3, 31)]
    deeds = [deed(kind, subject=str(number), day=day) for number, day in enumerate(days)]
    assert figures(*deeds, evidence_months=window)[name] == number
