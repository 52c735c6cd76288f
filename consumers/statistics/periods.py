"""
The periods that figures are of: a month of China dates, or everything up to a day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in China."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The month of this day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        The month that is written as YYYY-MM.

        Raises:
            ValueError: it is not.
        """
        if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text) is None:
            raise ValueError("a month is written as YYYY-MM")
        return cls(int(text[:4]), int(text[5:]))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """
    What figures are of, and as of which day.

    Attributes:
        first, last: the days that count, both inclusive; no first day: from the beginning.
        as_of: nothing that happened after this day is known to the figures.
    """

    first: date | None
    last: date
    as_of: date

    @classmethod
    def of_month(cls, month: Month, today: date) -> Self:
        """A whole month as of its last day; of a month that still runs what there is until today."""
        last = min(month.last, max(today, month.first))
        return cls(month.first, last, last)

    @classmethod
    def everything(cls, today: date) -> Self:
        """All that happened until today."""
        return cls(None, today, today)

    def has(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and day <= self.last


def months_back(month: Month, count: int) -> Iterator[Month]:
    """So many months, this one last."""
    first = month
    for _ in range(count - 1):
        first = first.previous
    for _ in range(count):
        yield first
        first = first.next
