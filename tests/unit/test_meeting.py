"""When the parties meet next: the day of the agreement, or the next working day; a new version changes it."""

from datetime import date

import pytest

from clue_exchange.workdays import PublishedCalendar
from console.pack.words import meeting_in_words
from consumers.monthly_pack.meeting import next_meeting
from consumers.statistics.periods import Month
from schemas.agreement import Agreement
from schemas.agreement_terms import Meeting
from schemas.working_days import Due
from tests.two_sides import a_ceremony

CALENDAR = PublishedCalendar()
AGREED = a_ceremony().signed.agreement


def version(number: int, begins: date, meeting: Meeting) -> Agreement:
    return AGREED.model_copy(update={"version": number, "valid_from": begins, "meeting": meeting})


FIRST = version(1, date(2026, 1, 1), Meeting(day=10))


@pytest.mark.parametrize(
    ("month", "found"),
    [
        (Month(2026, 3), Due(date(2026, 4, 10), is_provisional=False)),
        (Month(2026, 4), Due(date(2026, 5, 11), is_provisional=False)),  # a Sunday; the Saturday before is worked
        (Month(2026, 9), Due(date(2026, 10, 10), is_provisional=False)),  # a Saturday that is worked
        (Month(2026, 12), Due(date(2027, 1, 11), is_provisional=True)),
    ],
)
def test_it_is_on_the_agreed_day_or_the_next_working_day(month: Month, found: Due) -> None:
    """By the yearly notices; beyond the last one the answer is provisional."""
    assert next_meeting([FIRST], CALENDAR, month) == found


def test_every_third_month_is_counted_from_the_first_of_the_version() -> None:
    """January, April, July: after March the one in April, after April the one in July."""
    quarterly = version(1, date(2026, 1, 1), Meeting(every_months=3, day=10))

    assert next_meeting([quarterly], CALENDAR, Month(2026, 3)) == Due(date(2026, 4, 10), is_provisional=False)
    assert next_meeting([quarterly], CALENDAR, Month(2026, 4)) == Due(date(2026, 7, 10), is_provisional=False)


def test_a_new_version_changes_the_day_from_its_own_day_on() -> None:
    """It begins in May: the meeting in April is still on the old day."""
    versions = [FIRST, version(2, date(2026, 5, 1), Meeting(day=20))]

    assert next_meeting(versions, CALENDAR, Month(2026, 3)) == Due(date(2026, 4, 10), is_provisional=False)
    assert next_meeting(versions, CALENDAR, Month(2026, 4)) == Due(date(2026, 5, 20), is_provisional=False)


def test_it_is_told_in_both_languages() -> None:
    """With the day of the week, as an invitation says it."""
    assert meeting_in_words(Due(date(2027, 1, 11), is_provisional=True)) == (
        "下次会商:2027年1月11日 星期一(暂定)",
        "Next meeting: 2027-01-11 (provisional)",
    )
    assert next_meeting([], CALENDAR, Month(2026, 3)) is None
    assert "协议" in str(meeting_in_words(None))
