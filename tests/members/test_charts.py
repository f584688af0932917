"""The bars stand where their figures say."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import charts
from members.charts import bar_chart, duration_chart

TODAY = dt.date(2026, 3, 14)
MONTHS = [dt.date(2025, month, 1) for month in range(4, 13)] + [
    dt.date(2026, month, 1) for month in range(1, 4)
]


def test_bar_chart_scales_to_the_highest_month():
    chart = bar_chart(list(zip(MONTHS, [0, 10, 5] + [1] * 9, strict=True)), today=TODAY)
    full = charts.BASE - charts.TOP
    assert [bar.height for bar in chart.bars[:3]] == [0, full, full / 2]
    assert [bar.y for bar in chart.bars[:3]] == [charts.BASE, charts.TOP, charts.BASE - full / 2]
    assert (chart.total, chart.highest) == (24, 10)


def test_bar_chart_marks_the_running_month_and_the_years():
    chart = bar_chart([(month, 1) for month in MONTHS], today=TODAY)
    assert [bar.is_running for bar in chart.bars] == [False] * 11 + [True]
    assert [bar.month.year for bar in chart.years] == [2025, 2026]


def test_bar_chart_of_nothing_is_empty():
    assert bar_chart([], today=TODAY).is_empty
    assert bar_chart([(month, 0) for month in MONTHS], today=TODAY).is_empty


@given(st.lists(st.integers(0, 10**6), min_size=12, max_size=12))
def test_bars_stay_inside_the_picture_and_order_as_their_figures(counts):
    chart = bar_chart(list(zip(MONTHS, counts, strict=True)), today=TODAY)
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= chart.width
        assert charts.TOP <= bar.y <= chart.base
        assert (bar.height > 0) == (bar.count > 0)
    for one in chart.bars:
        for other in chart.bars:
            assert one.count <= other.count or one.height >= other.height


def test_bar_chart_leaves_out_a_first_year_that_the_next_would_cover():
    december = [dt.date(2025, 12, 1)] + [dt.date(2026, month, 1) for month in range(1, 12)]
    chart = bar_chart([(month, 1) for month in december], today=TODAY)
    assert [bar.month.year for bar in chart.years] == [2026]


def test_bar_chart_with_little_room_writes_the_highest_figure_and_quarters_only():
    months = [dt.date(2024 + n // 12, n % 12 + 1, 1) for n in range(24)]
    chart = bar_chart([(month, 3 + (month.month == 5)) for month in months], today=TODAY)
    assert [bar.figure for bar in chart.bars if bar.figure] == ["4", "4"]
    assert [bar.label for bar in chart.bars if bar.label] == ["1", "4", "7", "10"] * 2
    assert chart.peak is not None
    assert chart.peak.month == dt.date(2025, 5, 1)


@pytest.mark.parametrize(
    ("hours", "unit", "figures"),
    [
        ([None, 1.04, 71], "hours", ["", "1.0", "71"]),
        ([0.01, 72, 240], "days", ["<0.1", "3.0", "10"]),
        ([None, None, None], "hours", ["", "", ""]),
    ],
)
def test_duration_chart_counts_hours_or_days(hours, unit, figures):
    points = [
        (month, dt.timedelta(hours=value) if value is not None else None)
        for month, value in zip(MONTHS, hours, strict=False)
    ]
    chart = duration_chart(points, today=TODAY)
    assert (chart.unit, [bar.figure for bar in chart.bars]) == (unit, figures)
    assert chart.is_empty is (hours == [None] * 3)
