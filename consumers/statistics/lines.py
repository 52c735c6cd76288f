"""
What a figure is: its period and unit, and lines of whole numbers that a share or a time is made of.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from clue_exchange.store import Transaction
from consumers.deadlines import ClockReader
from consumers.statistics.courses import Course, Courses
from consumers.statistics.periods import Period
from schemas.clock import Clock
from schemas.deadlines import DeadlinesOf, clocks
from schemas.working_days import Calendar

LONGEST_DAYS = 10_000


class Unit(StrEnum):
    """What is counted; two units never stand in one ratio."""

    clue = "clue"
    person = "person"
    fen = "fen"  # a hundredth of a yuan
    working_day = "working_day"
    act = "act"


Values: TypeAlias = Mapping[str, int | None]
"""By the column's name; None where there is nothing to tell, such as the median of no values."""
Count: TypeAlias = Callable[["Counted"], "Sequence[Line]"]


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line of a figure.

    Attributes:
        of: the codes that it is of, as (kind, code, …) such as ("source", "S2"); ("all",) for the whole.
    """

    of: tuple[str, ...]
    values: Values

    @property
    def is_worth_showing(self) -> bool:
        """Whether it tells of anything: a line of zeros says as much by its absence."""
        return any(value for column, value in self.values.items() if column != "all")


@dataclass(frozen=True, slots=True)
class Terms:
    """What figures are counted by, beside the events: the calendar, and the deadlines of the agreement's versions."""

    calendar: Calendar
    deadlines_of: DeadlinesOf

    def working_days(self, earlier: date, later: date) -> int:
        """
        How many working days lie after the first day, up to and with the second; 0 where that is not later.

        Days beyond LONGEST_DAYS are left out: who claims a longer time keeps no node busy with it.
        """
        days = (earlier + timedelta(days=count) for count in range(1, min((later - earlier).days, LONGEST_DAYS) + 1))
        return sum(map(self.calendar.is_workday, days))

    def clocks(self, course: Course, today: date) -> tuple[Clock, ...]:
        """Every clock that a clue has had up to a day."""
        return clocks(course.placed, self.deadlines_of, self.calendar, today)


def terms_of(transaction: Transaction, reader: ClockReader) -> Terms:
    """What figures are counted by here: the reader's calendar, and the versions that are adopted."""
    return Terms(reader.calendar, reader.deadlines_of(transaction))


@dataclass(frozen=True)
class Counted:
    """
    What a formula counts.

    Attributes:
        courses: of all clues, as they stood at the end of `period.as_of`.
    """

    courses: Courses
    period: Period
    terms: Terms

    @cached_property
    def clocks(self) -> tuple[Clock, ...]:
        """The clocks of all clues, as of the period's last day."""
        return tuple(clock for course in self.courses for clock in self.terms.clocks(course, self.period.as_of))


@dataclass(frozen=True, slots=True)
class Formula:
    """
    A figure and how it is counted.

    Attributes:
        key: its name for good; a changed meaning needs a new version.
        unit: what its columns count, where a column's name does not say otherwise.
        columns: the names of the numbers of each line.
        ratio: the columns that the share is made of, part first; None where there is no share.
        zh, en: its title. formula_zh, formula_en: what stands in docs/statistics.md.
    """

    key: str
    unit: Unit
    columns: tuple[str, ...]
    count: Count
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    ratio: tuple[str, str] | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """The lines of one formula for one period."""

    formula: Formula
    period: Period
    lines: tuple[Line, ...]

    def share(self, line: Line) -> float | None:
        """The line's share, to four places; None where the figure has none, or the whole is nothing."""
        if self.formula.ratio is None:
            return None
        part, whole = (line.values[column] for column in self.formula.ratio)
        return None if not whole or part is None else round(part / whole, 4)


def percentile(values: Sequence[int], percent: int) -> int | None:
    """By nearest rank; None of no values."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)] if ranked else None
