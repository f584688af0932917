import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from members import promotion as promotions
from members.holiday import ChinaCalendar, china, is_provisional
from members.models import DayOverride
from members.working_days import end_of_nth, nth_after

from .cast import AT, make_cast

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Weekdays:
    def is_working_day(self, key):
        return key.weekday() < 5


class Never:
    def is_working_day(self, key):
        return False


@pytest.mark.parametrize(
    ("day", "number", "last"),
    [
        ((2026, 3, 2), 5, (2026, 3, 9)),  # Monday: the day itself does not count
        ((2026, 3, 7), 5, (2026, 3, 13)),  # Saturday
        ((2026, 3, 6), 1, (2026, 3, 9)),
    ],
)
def test_nth_after_plain_weeks(day, number, last):
    assert nth_after(dt.date(*day), number, Weekdays()) == dt.date(*last)


def test_nth_after_leaps_over_the_national_holiday():
    # 1 to 7 October 2026 are free, Saturday the 10th is worked.
    assert nth_after(dt.date(2026, 9, 30), 3, ChinaCalendar()) == dt.date(2026, 10, 10)


def test_nth_after_counts_a_make_up_saturday():
    assert nth_after(dt.date(2026, 2, 13), 1, ChinaCalendar()) == dt.date(2026, 2, 14)


def test_nth_after_does_not_count_for_ever():
    with pytest.raises(ValueError, match="no working day"):
        nth_after(dt.date(2026, 3, 2), 1, Never())


def test_end_of_nth_is_the_last_second_in_the_zone():
    # 20:00 UTC is already the third of March in Shanghai.
    at = dt.datetime(2026, 3, 2, 20, 0, tzinfo=dt.UTC)
    end = end_of_nth(at, 5, Weekdays(), SHANGHAI)
    assert end.astimezone(SHANGHAI) == dt.datetime(2026, 3, 10, 23, 59, 59, tzinfo=SHANGHAI)


def test_is_provisional_until_make_up_days_are_published():
    assert [is_provisional(year) for year in (2025, 2026, 2090)] == [False, False, True]


@pytest.mark.django_db
def test_calendar_takes_the_administrators_word_on_a_day():
    DayOverride.objects.create(day=dt.date(2026, 3, 3), is_holiday=True, name="停电")
    DayOverride.objects.create(day=dt.date(2026, 3, 7), is_holiday=False)
    calendar = china()
    # Wednesday, Thursday, Friday, and the Saturday that is worked.
    assert nth_after(dt.date(2026, 3, 2), 4, calendar) == dt.date(2026, 3, 7)
    assert calendar.holiday_name(dt.date(2026, 3, 3)) == "停电"
    assert calendar.holiday_name(dt.date(2026, 3, 7)) is None


@pytest.mark.django_db
def test_calendar_names_holidays_in_the_language_asked_for():
    day = dt.date(2026, 10, 1)
    assert [china(code).holiday_name(day) for code in ("zh-hans", "en")] == [
        "国庆节",
        "National Day",
    ]


@pytest.mark.django_db(transaction=True)
def test_migration_takes_the_administrators_days_along():
    """From the last release forward, and back again."""
    executor = MigrationExecutor(connection)
    before = [("meetings", "0001_initial")]
    newest = [
        node for node in executor.loader.graph.leaf_nodes() if node[0] in ("meetings", "members")
    ]
    DayOverride.objects.create(day=dt.date(2026, 3, 3), is_holiday=True, name="停电")
    try:
        executor.migrate([("meetings", "0001_initial")])
        old = executor.loader.project_state(before).apps.get_model("meetings", "DayOverride")
        assert list(old.objects.values_list("day", "is_holiday", "name")) == [
            (dt.date(2026, 3, 3), True, "停电")
        ]
        old.objects.create(day=dt.date(2026, 3, 7), is_holiday=False)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(newest)
    assert list(DayOverride.objects.values_list("day", "is_holiday", "name")) == [
        (dt.date(2026, 3, 3), True, "停电"),
        (dt.date(2026, 3, 7), False, ""),
    ]


@pytest.mark.django_db
def test_vote_lasts_longer_by_the_administrators_holiday():
    cast = make_cast()
    DayOverride.objects.create(day=dt.date(2026, 3, 4), is_holiday=True, name="停电")
    promotion = cast.promotion("accepted")
    promotions.open_voting(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)
    promotion.refresh_from_db()
    assert promotion.voting_closes_at == dt.datetime(2026, 3, 10, 23, 59, 59, tzinfo=SHANGHAI)


@pytest.mark.django_db
def test_day_entered_after_the_opening_changes_no_deadline():
    cast = make_cast()
    promotion = cast.promotion("accepted")
    promotions.open_voting(promotion_id=promotion.pk, by=cast.maintainers[0], at=AT)
    DayOverride.objects.create(day=dt.date(2026, 3, 4), is_holiday=True)
    promotion.refresh_from_db()
    assert promotion.voting_closes_at == dt.datetime(2026, 3, 9, 23, 59, 59, tzinfo=SHANGHAI)
