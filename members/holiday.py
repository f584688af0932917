"""China's public holidays and make-up working days, with the administrator's word before the library's."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import holidays
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .models import DayOverride

LANGUAGES = {"en": "en_US"}


@dataclass(frozen=True)
class ChinaCalendar:
    """Answers by day. `overrides` maps a day to the name of its holiday, or to None: a working day."""

    language: str = "zh_CN"
    overrides: Mapping[dt.date, str | None] = field(default_factory=dict)

    def holiday_name(self, day: dt.date) -> str | None:
        if day in self.overrides:
            return self.overrides[day]
        return _year(day.year, self.language).get(day)

    def is_working_day(self, day: dt.date) -> bool:
        """Monday to Friday and make-up days, without public holidays."""
        if day in self.overrides:
            return self.overrides[day] is None
        return _year(day.year, self.language).is_working_day(day)

    def is_provisional(self, year: int) -> bool:
        return is_provisional(year)


def china(language: str | None = None) -> ChinaCalendar:
    """The calendar in the language of the page (or the one named); one query."""
    language = language or get_language() or ""
    overrides = {
        row.day: (row.name or _("放假")) if row.is_holiday else None
        for row in DayOverride.objects.all()
    }
    return ChinaCalendar(LANGUAGES.get(language, "zh_CN"), overrides)


def is_provisional(year: int) -> bool:
    """True while a year's make-up days are not published (State Council notices, through `holidays`):
    the library lists statutory days of any year, and those are then estimates."""
    return not any(day.year == year for day in _year(year, "zh_CN").weekend_workdays)


@lru_cache(maxsize=64)
def _year(year: int, language: str) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year, expand=False, language=language)
