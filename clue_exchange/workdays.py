"""
Dates and working days as they are in China: one zone, UTC+8, all year; the State Council's yearly notices decide.

Beyond the last notice that is known here, weekends and statutory days are assumed: a provisional answer, found anew
when the notice is out (docs/decisions/0026-deadlines.md). No other file knows the two libraries.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
import holidays

CHINA = timezone(timedelta(hours=8), "CST")
SATURDAY = 5


def china_time(moment: datetime) -> str:
    """The moment as a person in China writes it, to the minute: 2026-09-25 00:30; in UTC where no day is left."""
    try:
        return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"
    except OverflowError:
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def china_date(moment: datetime) -> date:
    """The day that it is in China at this moment; the last day of all where that would be after it."""
    try:
        return moment.astimezone(CHINA).date()
    except OverflowError:
        return date.max


class PublishedCalendar:
    """
    The working days of the People's Republic, as far as notices are published, and the best guess beyond.

    Attributes:
        first_year, last_year: the years whose notices are known here.
    """

    first_year: int = min(chinese_calendar.holidays).year
    last_year: int = max(chinese_calendar.holidays).year

    def is_published(self, day: date) -> bool:
        """Whether the notice for this day's year is known here."""
        return self.first_year <= day.year <= self.last_year

    def is_workday(self, day: date) -> bool:
        """By the notice; without one, Monday to Friday but for the statutory days, and no make-up days."""
        if self.is_published(day):
            return _is_noticed_workday(day)
        return day.weekday() < SATURDAY and day not in _statutory_days(day.year)


@lru_cache(maxsize=16_384)  # figures ask for the same days again and again, and the library takes its time
def _is_noticed_workday(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


@lru_cache(maxsize=64)
def _statutory_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))
