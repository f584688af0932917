"""Months, medians and shares, by figures worked out by hand."""

import datetime as dt
import statistics
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.medians import Month, by_month, concentration, filled, firsts_of_months, median

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = dt.timedelta(hours=1)


def test_firsts_of_months_end_with_the_running_one():
    assert firsts_of_months(dt.date(2026, 2, 28), 3) == [
        dt.date(2025, 12, 1),
        dt.date(2026, 1, 1),
        dt.date(2026, 2, 1),
    ]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=50))
def test_median_is_that_of_statistics(hours):
    # Even microseconds, so that the mean of two is whole.
    durations = [dt.timedelta(microseconds=2 * value) for value in hours]
    expected = statistics.median([2 * value for value in hours])
    assert median(durations) == dt.timedelta(microseconds=expected)


def test_median_of_nothing_is_nothing():
    assert median([]) is None


def test_by_month_goes_by_the_zone_and_leaves_the_unreviewed_out_of_the_wait():
    # 17:00 UTC on 31 March is April in Shanghai.
    merged = dt.datetime(2026, 3, 31, 17, tzinfo=dt.UTC)
    rows = [
        (merged, merged - 10 * HOUR, merged - 9 * HOUR),
        (merged, merged - 20 * HOUR, merged - 16 * HOUR),
        (merged, merged - 90 * HOUR, None),
        (merged - 2 * HOUR, merged - 7 * HOUR, None),
    ]
    assert by_month(rows, SHANGHAI) == {
        dt.date(2026, 4, 1): Month(dt.date(2026, 4, 1), 3, 2, 2.5 * HOUR, 20 * HOUR),
        dt.date(2026, 3, 1): Month(dt.date(2026, 3, 1), 1, 0, None, 5 * HOUR),
    }


def test_filled_has_every_month_asked_for():
    one, two = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
    found = {two: Month(two, 3)}
    assert filled(found, [one, two]) == [Month(one), Month(two, 3)]


@pytest.mark.parametrize(
    ("counts", "people", "percent"),
    [
        ([], 0, 0),
        ([0, 0], 0, 0),
        ([7], 1, 100),
        ([7, 0], 1, 100),
        ([1, 1, 1], 2, 67),
        ([5, 40, 18, 37], 2, 77),
        # Half a per cent rounds up.
        ([1] * 400, 2, 1),
    ],
)
def test_concentration_is_the_share_of_the_busiest_two(counts, people, percent):
    share = concentration(counts)
    assert (share.total, share.people, share.percent) == (sum(counts), people, percent)
