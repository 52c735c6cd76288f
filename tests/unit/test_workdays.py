"""Working days of the People's Republic: the State Council's notices decide, and what lies beyond them is marked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue_exchange.workdays import PublishedCalendar, china_date, china_time
from schemas.working_days import Span, after_working_days, due_in_days, due_in_spans, months_after

CALENDAR = PublishedCalendar()


def day(text: str) -> date:
    """A day of 2026 as month and day, or one with its year."""
    return date.fromisoformat(text if len(text) > len("02-09") else f"2026-{text}")


# From the notices of the State Council for 2023 to 2026; "Mon-Fri" is what counting weekends alone would give.
DATED = [
    ("02-09", 5, "02-14", "Spring Festival: the Saturday before it is a make-up day (Mon-Fri: 02-16)"),
    ("02-09", 10, "02-28", "over the festival to a make-up Saturday (Mon-Fri: 02-23)"),
    ("02-13", 2, "02-24", "make-up Saturday counts, then nine days off (Mon-Fri: 02-17)"),
    ("02-14", 1, "02-24", "the start is a make-up Saturday"),
    ("04-30", 5, "05-11", "Labour Day, make-up Saturday 05-09 (Mon-Fri: 05-07)"),
    ("09-18", 2, "09-21", "make-up Sunday 09-20 counts (Mon-Fri: 09-22, too late)"),
    ("09-24", 2, "09-29", "Mid-Autumn Festival (Mon-Fri: 09-28)"),
    ("09-24", 5, "10-09", "National Day (Mon-Fri: 10-01)"),
    ("09-24", 10, "10-15", "both, and make-up Saturday 10-10 (Mon-Fri: 10-08)"),
    ("10-09", 10, "10-22", "make-up Saturday 10-10 counts (Mon-Fri: 10-23, too late)"),
    ("10-01", 1, "10-08", "the start is a holiday: the first working day after it is day 1"),
    ("10-01", 0, "10-08", "no days at all from a holiday: the next working day"),
    ("10-10", 0, "10-10", "no days at all from a make-up Saturday: that day"),
    ("11-21", 0, "11-23", "no days at all from an ordinary Saturday: Monday"),
    ("11-20", 0, "11-20", "no days at all from a working day: that day"),
    ("2025-12-31", 1, "2026-01-04", "New Year: Sunday 01-04 is a make-up day"),
    ("2025-12-25", 10, "2026-01-09", "over the end of a year"),
    ("2025-09-30", 5, "2025-10-14", "eight days of National Day and Mid-Autumn in 2025; Saturday 10-11 is made up"),
    ("2024-02-09", 1, "2024-02-18", "Spring Festival 2024, make-up Sunday"),
    ("2023-12-29", 1, "2024-01-02", "New Year's Day on a Monday"),
    ("12-21", 8, "12-31", "the last day that is published"),
    ("2020-01-23", 5, "2020-02-07", "the festival of 2020, prolonged to 02-02 by a second notice"),
]


@pytest.mark.parametrize(("start", "days", "due", "why"), DATED, ids=lambda value: str(value)[:40])
def test_deadlines_end_on_the_days_that_the_notices_give(start: str, days: int, due: str, why: str) -> None:
    """Weekday holidays do not count, make-up weekend days do, and the day of the event is day 0."""
    found = after_working_days(CALENDAR, day(start), days)

    assert found.on == day(due), why
    assert not found.is_provisional


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("12-21", 10, "2027-01-05"),
        ("12-31", 1, "2027-01-04"),
        ("2027-01-01", 0, "2027-01-04"),
        ("2027-03-01", 5, "2027-03-08"),
        ("2027-09-30", 1, "2027-10-06"),
        ("2150-01-03", 1, "2150-01-05"),
        ("2003-01-02", 1, "2003-01-03"),
    ],
)
def test_beyond_the_last_notice_the_answer_is_provisional(start: str, days: int, due: str) -> None:
    """Weekends and the statutory days that are known are left out; the answer says that it may change."""
    found = after_working_days(CALENDAR, day(start), days)

    assert (found.on, found.is_provisional) == (day(due), True)


def test_the_notice_of_2026_gives_248_working_days() -> None:
    """With six make-up days; weekends alone would give 261."""
    days = [date(2026, 1, 1) + timedelta(n) for n in range(365)]

    assert sum(map(CALENDAR.is_workday, days)) == 248
    assert [f"{each:%m-%d}" for each in days if CALENDAR.is_workday(each) and each.weekday() > 4] == [
        *("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
    ]


@given(st.dates(date(2004, 1, 1), date(2028, 12, 31)), st.integers(1, 60))
def test_a_deadline_is_the_working_day_before_which_one_fewer_lies(start: date, days: int) -> None:
    """Counted the other way round: so many working days after the start, the last of them the due day."""
    found = after_working_days(CALENDAR, start, days)
    between = [start + timedelta(n) for n in range(1, (found.on - start).days + 1)]

    assert sum(map(CALENDAR.is_workday, between)) == days
    assert CALENDAR.is_workday(found.on)
    assert found.is_provisional == (found.on.year > PublishedCalendar.last_year)


def test_the_day_is_that_of_china() -> None:
    """Half past midnight in Beijing is the day before in UTC; the end of time is no error."""
    assert china_date(datetime(2026, 9, 24, 16, 30, tzinfo=UTC)) == date(2026, 9, 25)
    assert china_date(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)) == date.max


def test_a_moment_after_all_days_in_china_is_shown_in_utc() -> None:
    """A counterpart may claim it: the list of clues and an evidence pack are shown all the same."""
    assert china_time(datetime(2026, 9, 24, 16, 30, tzinfo=UTC)) == "2026-09-25 00:30"
    assert china_time(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)) == "9999-12-31 23:59 UTC"


def test_a_pause_takes_the_days_of_the_other_side_away() -> None:
    """A day counts only when the clock ran from its beginning to its end."""
    ran = [Span(day("03-02"), day("03-05")), Span(day("03-12"))]

    assert due_in_spans(CALENDAR, ran, 2) == due_in_spans(CALENDAR, [Span(day("03-02"))], 2)
    assert due_in_spans(CALENDAR, ran, 5) == after_working_days(CALENDAR, day("03-12"), 3)
    assert due_in_spans(CALENDAR, ran[:1], 3) is None
    assert due_in_days(ran, 2) == day("03-04")
    assert due_in_days(ran, 5) == day("03-15")
    assert due_in_days(ran[:1], 3) is None


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(9999, 12, 1), 3, date.max),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(start: date, months: int, due: date) -> None:
    """As periods in months are reckoned."""
    assert months_after(start, months) == due


def test_the_end_of_the_calendar_is_the_end_of_every_period() -> None:
    """A peer that names a day at the end of time stops no node."""
    assert due_in_days([Span(date.max)], 90) == date.max
    assert due_in_spans(CALENDAR, [Span(date.max)], 5) is None
    with pytest.raises(OverflowError):
        after_working_days(CALENDAR, date.max, 5)
