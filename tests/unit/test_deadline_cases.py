"""Dated cases from the State Council's notices of 2020 to 2026, written down by hand, not asked of a library."""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
import pytest

from clue_exchange.workdays import PublishedCalendar
from schemas import clue_events as clue
from schemas.codes import Role
from schemas.duty import Duty
from schemas.event import Event
from schemas.working_days import after_working_days
from tests.builders import an_event
from tests.cases import ACCEPT, APPLY, CLOSE, DECIDE, PAY, RETURN, SUPPLEMENT, Case

DATA = Path("tests/unit/data")
CALENDAR = PublishedCalendar()
F, P = Role.federation, Role.procuratorate
SATURDAY = 5


def table(name: str) -> list[Mapping[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CASES = table("deadline_cases.csv")
NOTICES = table("holiday_notices.csv")


def days_between(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def by_the_notices() -> Callable[[date], bool]:
    """Whether people work on a day, by the table of notices alone."""
    off = {
        day
        for row in NOTICES
        for day in days_between(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]))
    }
    worked = {date.fromisoformat(day) for row in NOTICES for day in row["worked"].split()}
    return lambda day: day in worked or (day.weekday() < SATURDAY and day not in off)


def test_every_day_of_seven_years_is_what_its_notice_says() -> None:
    """Holidays, bridges and make-up days, 2020-01-01 to 2026-12-31; the prolonged festival of 2020 too."""
    works = by_the_notices()

    assert [
        day for day in days_between(date(2020, 1, 1), date(2026, 12, 31)) if CALENDAR.is_workday(day) != works(day)
    ] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['start']}+{case['days']}")
def test_a_deadline_ends_on_the_day_of_the_table(case: Mapping[str, str]) -> None:
    """The day of the event is day 0; none of these depends on a notice that is not out."""
    found = after_working_days(CALENDAR, date.fromisoformat(case["start"]), int(case["days"]))

    assert (str(found.on), found.is_provisional) == (case["due"], False), case["why"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['start']}+{case['days']}")
def test_counting_weekdays_alone_gives_the_other_column(case: Mapping[str, str]) -> None:
    """What the table is for: in most rows that is another day, too early or too late."""
    day = date.fromisoformat(case["start"])
    for _ in range(int(case["days"])):
        day += timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)

    assert str(day) == case["weekdays_alone"]


def test_weekdays_alone_are_wrong_both_ways() -> None:
    """More than forty rows; too late in some of them, which costs a woman days."""
    wrong = [row for row in CASES if row["due"] != row["weekdays_alone"]]

    assert len(wrong) > 40
    assert len([row for row in wrong if row["weekdays_alone"] > row["due"]]) >= 5


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-12-24", 6, "2027-01-04"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2027-01-01", 0, "2027-01-04"),
        ("2027-04-30", 0, "2027-04-30"),
    ],
)
def test_beyond_the_last_notice_the_library_alone_fails_and_the_answer_is_marked(
    start: str, days: int, due: str
) -> None:
    """The calendar's library knows no 2027; statutory days are left out all the same, and the answer may change."""
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(date.fromisoformat(due).replace(year=2027))
    found = after_working_days(CALENDAR, date.fromisoformat(start), days)

    assert (str(found.on), found.is_provisional) == (due, True)


def told(*steps: tuple[str, Role, Event]) -> Case:
    """A clue whose events lie on these days."""
    found = Case()
    for on, by, event in steps:
        found.on(on, event, by=by)
    return found


TRANSFER = an_event(clue.ClueTransferred)
WHOLE_CASES: Mapping[str, tuple[Case, Duty, str, str]] = {
    "taking up, over the festival of 2026, returned before it": (
        told(("2026-02-09", F, TRANSFER), ("2026-02-12", P, RETURN), ("2026-02-25", F, SUPPLEMENT)),
        *(Duty.take_up, "2026-03-03", "2026-04-01"),
    ),
    "completing, over the festival of 2024": (
        told(("2024-02-01", F, TRANSFER), ("2024-02-05", P, RETURN)),
        *(Duty.complete, "2024-02-23", "2024-04-01"),
    ),
    "feedback, over the end of 2025": (
        told(
            *(("2025-12-01", F, TRANSFER), ("2025-12-02", P, ACCEPT), ("2025-12-03", P, APPLY)),
            *(("2025-12-05", P, DECIDE), ("2025-12-30", P, PAY)),
        ),
        *(Duty.feedback, "2026-01-07", "2026-02-01"),
    ),
    "deciding, over National Day of 2023": (
        told(("2023-09-18", F, TRANSFER), ("2023-09-19", P, ACCEPT), ("2023-09-27", P, APPLY)),
        *(Duty.decide, "2023-10-17", "2023-11-01"),
    ),
    "paying, over New Year of 2023": (
        told(
            *(("2022-12-20", F, TRANSFER), ("2022-12-21", P, ACCEPT), ("2022-12-22", P, APPLY)),
            ("2022-12-23", P, DECIDE),
        ),
        *(Duty.pay, "2023-01-09", "2023-02-01"),
    ),
    "acknowledging, over Labour Day of 2025": (
        told(
            *(("2025-04-01", F, TRANSFER), ("2025-04-02", P, ACCEPT), ("2025-04-03", P, APPLY)),
            *(("2025-04-08", P, DECIDE), ("2025-04-09", P, PAY), ("2025-04-25", P, CLOSE)),
        ),
        *(Duty.acknowledge, "2025-05-06", "2025-06-01"),
    ),
    "first progress, to a leap day": (
        told(("2023-11-30", F, TRANSFER), ("2023-12-01", P, ACCEPT)),
        *(Duty.first_progress, "2024-02-29", "2024-02-01"),
    ),
    "first progress, to the end of February in a common year": (
        told(("2025-11-30", F, TRANSFER), ("2025-12-01", P, ACCEPT)),
        *(Duty.first_progress, "2026-02-28", "2026-02-01"),
    ),
}


@pytest.mark.parametrize("name", WHOLE_CASES)
def test_a_clock_of_a_case_ends_on_its_day(name: str) -> None:
    """Pauses, the end of a year, a leap day: reckoned by hand from the notices."""
    case, duty, due, today = WHOLE_CASES[name]

    (clock,) = case.clocks(today, duty)
    assert str(clock.due) == due
