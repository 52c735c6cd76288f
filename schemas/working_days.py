"""
Counting the days of a deadline. Which days are working days is passed in: the contract knows no calendar.

The day of an event is day 0 and does not count; a deadline ends with the end of its last day. A day counts only when
the clock runs from its beginning to its end, so neither the day of a pause nor the day of going on counts
(docs/decisions/0026-deadlines.md).
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

ONE_DAY = timedelta(days=1)
MONTHS_A_YEAR = 12


class Calendar(Protocol):
    """Which days are working days, and how far that is published."""

    def is_workday(self, day: date) -> bool:
        """Whether people work on this day: make-up Saturdays and Sundays, no public holidays."""
        ...

    def is_published(self, day: date) -> bool:
        """Whether the yearly notice that decides about this day is known; without it the answer may still change."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """
    The last day of a deadline.

    Attributes:
        is_provisional: it depends on days whose notice is not published; it is found anew each time.
    """

    on: date
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a clock ran, from the day of one event to the day of another; `until` is None while it runs."""

    since: date
    until: date | None = None

    def has(self, day: date) -> bool:
        """Whether the clock ran from the beginning of this day to its end."""
        return self.since < day and (self.until is None or day < self.until)


def after_working_days(calendar: Calendar, start: date, days: int) -> Due:
    """The end of this many working days after a day; of none: that day, or the next working day where it is none."""
    due = due_in_spans(calendar, [Span(start)], days)
    if due is None:
        raise OverflowError(f"{days} working days after {start} is beyond the last day of all")
    return due


def due_in_spans(calendar: Calendar, spans: Sequence[Span], days: int) -> Due | None:
    """
    The day on which a clock that ran in these spans has run for this many working days; None where it has not yet.
    """
    is_published = True

    def counts(day: date) -> bool:
        nonlocal is_published
        is_published = is_published and calendar.is_published(day)
        return calendar.is_workday(day)

    on = _nth(spans, days, counts)
    return None if on is None else Due(on, not is_published)


def due_in_days(spans: Sequence[Span], days: int) -> date | None:
    """The same for days of any kind, of which there is at least one: so are periods in months reckoned."""
    left = days
    for span in spans:
        if span.until is None or left < (span.until - span.since).days:
            return _later(span.since, left)
        left -= max(0, (span.until - span.since).days - 1)
    return None


def _later(day: date, days: int) -> date:
    return day + timedelta(days) if days <= (date.max - day).days else date.max


def months_after(start: date, months: int) -> date:
    """The same day of a later month; its last day where the month is shorter."""
    years, month = divmod(start.month - 1 + months, MONTHS_A_YEAR)
    year, month = start.year + years, month + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _nth(spans: Sequence[Span], days: int, counts: Callable[[date], bool]) -> date | None:
    """The day on which the count is reached; of no days at all, the first span's first day that counts."""
    if days == 0:
        return _first(spans[0].since, counts)
    counted = 0
    for span in spans:
        day = span.since
        while day < date.max and span.has(day := day + ONE_DAY):
            counted += counts(day)
            if counted == days:
                return day
    return None


def _first(day: date, counts: Callable[[date], bool]) -> date:
    while not counts(day) and day < date.max:
        day += ONE_DAY
    return day
