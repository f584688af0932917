"""First Thursdays by hand, any rule against dateutil, and the clock across every change of offset."""

import datetime as dt
import zoneinfo
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from meetings import recurrence
from meetings.recurrence import BadRule, Rule
from members.holiday import ChinaCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = ChinaCalendar()
FIRST_THURSDAY = Rule(
    rrule="FREQ=MONTHLY;BYDAY=1TH",
    starts_on=dt.date(2024, 1, 1),
    start_time=dt.time(16),
    zone=SHANGHAI,
)


class NoHolidays:
    def holiday_name(self, day):
        return None

    def is_working_day(self, day):
        return day.weekday() < 5

    def is_provisional(self, year):
        return False


# Read off a printed calendar, month by month.
FIRST_THURSDAYS = {
    2024: [4, 1, 7, 4, 2, 6, 4, 1, 5, 3, 7, 5],
    2025: [2, 6, 6, 3, 1, 5, 3, 7, 4, 2, 6, 4],
    2026: [1, 5, 5, 2, 7, 4, 2, 6, 3, 1, 5, 3],
    2027: [7, 4, 4, 1, 6, 3, 1, 5, 2, 7, 4, 2],
}
# From the State Council's notices for 2024, 2025 and 2026.
ON_HOLIDAYS = {
    dt.date(2024, 4, 4): ("清明节", dt.date(2024, 4, 11)),
    dt.date(2024, 5, 2): ("休息日（由 2024-04-28 调休）", dt.date(2024, 5, 9)),
    dt.date(2024, 10, 3): ("国庆节", dt.date(2024, 10, 10)),
    dt.date(2025, 5, 1): ("劳动节", dt.date(2025, 5, 8)),
    dt.date(2025, 10, 2): ("国庆节", dt.date(2025, 10, 9)),
    dt.date(2026, 1, 1): ("元旦", dt.date(2026, 1, 8)),
    dt.date(2026, 10, 1): ("国庆节", dt.date(2026, 10, 8)),
}


def four_years():
    return recurrence.occurrences(
        FIRST_THURSDAY, since=dt.date(2024, 1, 1), until=dt.date(2027, 12, 31), calendar=CHINA
    )


def test_first_thursdays_stand_as_in_the_printed_calendar():
    wanted = [
        dt.date(year, month, day)
        for year, days in FIRST_THURSDAYS.items()
        for month, day in enumerate(days, start=1)
    ]

    assert [one.on for one in four_years()] == wanted


def test_occurrences_on_public_holidays_are_named_and_never_moved():
    marked = {one.on: (one.holiday, one.proposal) for one in four_years() if one.holiday}

    assert marked == ON_HOLIDAYS
    for one in four_years():
        assert one.starts_at == dt.datetime.combine(one.on, dt.time(16), SHANGHAI)


def test_only_the_year_without_published_days_off_is_provisional():
    years = {one.on.year: one.provisional for one in four_years()}

    assert years == {2024: False, 2025: False, 2026: False, 2027: True}


def test_make_up_saturday_is_a_working_day():
    assert CHINA.is_working_day(dt.date(2026, 10, 10))
    assert CHINA.holiday_name(dt.date(2026, 10, 10)) is None
    assert not CHINA.is_working_day(dt.date(2026, 10, 17))


def test_override_outranks_the_library():
    own = ChinaCalendar(
        overrides={dt.date(2026, 10, 1): None, dt.date(2027, 10, 7): "国庆节（调休）"}
    )

    assert own.holiday_name(dt.date(2026, 10, 1)) is None
    assert own.is_working_day(dt.date(2026, 10, 1))
    assert own.holiday_name(dt.date(2027, 10, 7)) == "国庆节（调休）"
    assert recurrence.proposal_for(dt.date(2027, 10, 7), own) == dt.date(2027, 10, 14)


def test_proposal_passes_over_weeks_of_holidays():
    class Golden(NoHolidays):
        def holiday_name(self, day):
            return "长假" if day < dt.date(2026, 10, 20) else None

    assert recurrence.proposal_for(dt.date(2026, 10, 1), Golden()) == dt.date(2026, 10, 22)


def test_proposal_gives_up_where_every_week_is_a_holiday():
    class Endless(NoHolidays):
        def holiday_name(self, day):
            return "长假"

    assert recurrence.proposal_for(dt.date(2026, 10, 1), Endless()) is None


# ── the clock ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("zone", "day", "clock", "utc"),
    [
        # Berlin: an hour later in UTC after the clocks go back.
        ("Europe/Berlin", dt.date(2026, 10, 1), dt.time(16), "2026-10-01T14:00"),
        ("Europe/Berlin", dt.date(2026, 11, 5), dt.time(16), "2026-11-05T15:00"),
        # 02:30 is skipped on 29 March: read with the offset before the gap, 03:30 summer time.
        ("Europe/Berlin", dt.date(2026, 3, 29), dt.time(2, 30), "2026-03-29T01:30"),
        # 02:30 happens twice on 25 October: the first, still summer time.
        ("Europe/Berlin", dt.date(2026, 10, 25), dt.time(2, 30), "2026-10-25T00:30"),
        ("Asia/Shanghai", dt.date(2026, 12, 3), dt.time(16), "2026-12-03T08:00"),
        # Lord Howe moves by half an hour.
        ("Australia/Lord_Howe", dt.date(2026, 4, 4), dt.time(16), "2026-04-04T05:00"),
        ("Australia/Lord_Howe", dt.date(2026, 4, 6), dt.time(16), "2026-04-06T05:30"),
    ],
)
def test_wall_clock_holds_across_changes_of_offset(zone, day, clock, utc):
    found = recurrence.instant(day, clock, ZoneInfo(zone))

    assert found == dt.datetime.fromisoformat(f"{utc}+00:00")
    assert found.tzinfo == dt.UTC


def test_meeting_past_midnight_keeps_its_length():
    rule = Rule(
        rrule="FREQ=WEEKLY",
        starts_on=dt.date(2026, 10, 24),
        start_time=dt.time(23),
        zone=ZoneInfo("Europe/Berlin"),
        duration=dt.timedelta(hours=4),
    )

    (one,) = recurrence.occurrences(
        rule, since=rule.starts_on, until=rule.starts_on, calendar=NoHolidays()
    )

    assert one.ends_at - one.starts_at == dt.timedelta(hours=4)


# ── properties ────────────────────────────────────────────────────────────────────────────────
WEEKDAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
RULES = st.one_of(
    st.builds("FREQ=MONTHLY;BYDAY={}{}".format, st.sampled_from([1, 2, 3, 4, -1]), WEEKDAYS),
    st.builds("FREQ=WEEKLY;INTERVAL={};BYDAY={}".format, st.integers(1, 6), WEEKDAYS),
    st.builds("FREQ=MONTHLY;BYMONTHDAY={}".format, st.integers(1, 31)),
    st.builds("FREQ=DAILY;INTERVAL={};COUNT={}".format, st.integers(1, 40), st.integers(1, 50)),
    st.builds("FREQ=YEARLY;BYMONTH={};BYDAY=2{}".format, st.integers(1, 12), WEEKDAYS),
)
STARTS = st.dates(dt.date(2010, 1, 1), dt.date(2030, 12, 31))
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
ZONES = st.sampled_from(
    [
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
    ]
).map(ZoneInfo)
A_YEAR = dt.timedelta(days=365)


@given(RULES, STARTS, CLOCKS, ZONES)
def test_plain_rules_agree_with_dateutil(text, start, clock, zone):
    rule = Rule(rrule=text, starts_on=start, start_time=clock, zone=zone)
    found = recurrence.occurrences(rule, since=start, until=start + A_YEAR, calendar=NoHolidays())

    first = dt.datetime.combine(start, clock)
    reference = rrulestr(text, dtstart=first).between(
        first, dt.datetime.combine(start + A_YEAR, dt.time.max), inc=True
    )
    assert [one.on for one in found] == [moment.date() for moment in reference]
    for one in found:
        local = one.starts_at.astimezone(zone)
        # On the wall clock, unless that hour did not exist that day.
        assert (local.date(), local.time()) == (one.on, clock) or _was_skipped(one.on, clock, zone)


def _was_skipped(day, clock, zone):
    naive = dt.datetime.combine(day, clock)
    return (
        naive.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != naive
    )


@given(RULES, STARTS, st.integers(0, 400), st.integers(0, 400))
def test_longer_outlook_only_adds(text, start, days, more):
    rule = Rule(rrule=text, starts_on=start, start_time=dt.time(16), zone=SHANGHAI)
    short = recurrence.days(rule, since=start, until=start + dt.timedelta(days))
    long = recurrence.days(rule, since=start, until=start + dt.timedelta(days + more))

    assert long[: len(short)] == short


@given(RULES, st.dates(dt.date(2015, 1, 1), dt.date(2027, 12, 31)))
def test_no_holiday_is_met_without_saying_so(text, start):
    rule = Rule(rrule=text, starts_on=start, start_time=dt.time(16), zone=SHANGHAI)
    for one in recurrence.occurrences(
        rule, since=start, until=start + dt.timedelta(days=200), calendar=CHINA
    ):
        assert one.holiday == CHINA.holiday_name(one.on)
        if one.proposal:
            assert one.holiday
            assert CHINA.holiday_name(one.proposal) is None
            assert one.proposal.weekday() == one.on.weekday()
            assert one.proposal > one.on


# ── rules that are none ───────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "text",
    [
        "",
        "every Thursday",
        "BYDAY=1TH",
        "FREQ=HOURLY",
        "FREQ=MONTHLY;BYDAY=1XX",
        "FREQ=MONTHLY;BYDAY=",
        "FREQ=MONTHLY;FREQ=WEEKLY",
        "FREQ=MONTHLY;BYHOUR=9",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=x",
        "FREQ=WEEKLY;UNTIL=tomorrow",
        "FREQ=WEEKLY;UNTIL=20261399T000000Z",
        "FREQ=WEEKLY;NONSENSE=1",
        "DTSTART:20240101\nRRULE:FREQ=WEEKLY",
        "FREQ=WEEKLY\nEXDATE:20240101",
    ],
)
def test_text_that_is_no_rule_is_refused(text):
    with pytest.raises(BadRule):
        recurrence.check(text)


@pytest.mark.parametrize("until", ["20260205", "20260205T080000Z", "20260205T160000"])
def test_until_includes_its_day_however_it_is_written(until):
    rule = Rule(
        rrule=f"RRULE:FREQ=MONTHLY;BYDAY=1TH;UNTIL={until}",
        starts_on=dt.date(2026, 1, 1),
        start_time=dt.time(16),
        zone=SHANGHAI,
    )

    assert recurrence.days(rule, since=dt.date(2026, 1, 1), until=dt.date(2026, 12, 31)) == [
        dt.date(2026, 1, 1),
        dt.date(2026, 2, 5),
    ]


# ── what a series wants on a holiday ──────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("holiday_rule", "day", "proposal"),
    [
        ("next_week", "2026-10-01", "2026-10-08"),
        # The week after National Day; 2026-10-08 is the first working day.
        ("next_working_day", "2026-10-01", "2026-10-08"),
        ("next_working_day", "2026-01-01", "2026-01-04"),  # a make-up Sunday counts
        ("next_week", "2026-01-01", "2026-01-08"),
        ("cancel", "2026-01-01", None),
    ],
)
def test_proposal_follows_the_rule_of_the_series(holiday_rule, day, proposal):
    found = recurrence.proposal_for(dt.date.fromisoformat(day), CHINA, holiday_rule)

    assert found == (proposal and dt.date.fromisoformat(proposal))


@given(st.sampled_from(sorted(zoneinfo.available_timezones())), STARTS, CLOCKS)
def test_wall_clock_holds_in_every_zone(key, day, clock):
    zone = ZoneInfo(key)
    found = recurrence.instant(day, clock, zone).astimezone(zone)

    if not _was_skipped(day, clock, zone):
        assert (found.date(), found.time()) == (day, clock)
        return
    # An hour that the clocks skip is read with the offset before: later, by the width of the gap.
    gap = found.replace(tzinfo=None) - dt.datetime.combine(day, clock)
    assert dt.timedelta(0) < gap <= dt.timedelta(days=1)


@given(RULES, STARTS, st.integers(0, 300), st.integers(0, 300))
def test_outlook_from_a_later_day_is_the_rest_of_the_same(text, start, skipped, length):
    rule = Rule(rrule=text, starts_on=start, start_time=dt.time(16), zone=SHANGHAI)
    since = start + dt.timedelta(skipped)
    until = since + dt.timedelta(length)
    whole = recurrence.days(rule, since=start, until=until)

    assert recurrence.days(rule, since=since, until=until) == [day for day in whole if day >= since]


@given(RULES, st.dates(dt.date(2015, 1, 1), dt.date(2027, 12, 31)))
def test_next_working_day_is_a_working_day_and_the_first_one(text, start):
    rule = Rule(
        rrule=text,
        starts_on=start,
        start_time=dt.time(16),
        zone=SHANGHAI,
        holiday_rule="next_working_day",
    )
    for one in recurrence.occurrences(
        rule, since=start, until=start + dt.timedelta(days=100), calendar=CHINA
    ):
        assert bool(one.proposal) == bool(one.holiday)
        if one.proposal:
            between = range(1, (one.proposal - one.on).days)
            assert CHINA.is_working_day(one.proposal)
            assert not any(CHINA.is_working_day(one.on + dt.timedelta(n)) for n in between)
