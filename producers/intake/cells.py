"""
A table as it was read, before anything is made of it: rows of cells, of either kind of file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from producers.intake.reasons import Reason


class CellKind(StrEnum):
    """How the file holds the cell; everything in a csv is text."""

    text = "text"
    number = "number"
    date = "date"
    formula = "formula"


class Cell(NamedTuple):
    """
    One cell; never shown whole in an error or a log.

    Attributes:
        text: as a person reads it; a formula as its own text, for its stored result proves nothing.
        day: the day of a date cell, or of a number read as a date in this workbook's calendar.
    """

    text: str
    kind: CellKind = CellKind.text
    day: date | None = None

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    def __repr__(self) -> str:
        return f"Cell({self.kind})"


BLANK_CELL = Cell("")


@dataclass(frozen=True, slots=True)
class RawRow:
    """
    One row, numbered from 1 as a spreadsheet numbers it: a cell with line breaks is still one row.

    Attributes:
        fault: why the row cannot be used, where the file itself says so.
        is_of_grid: a spreadsheet leaves out blank cells at the end; in a csv file a missing cell is a fault.
    """

    number: int
    cells: tuple[Cell, ...] = field(repr=False)
    fault: Reason | None = None
    is_hidden: bool = False
    is_of_grid: bool = False

    @property
    def is_blank(self) -> bool:
        return self.fault is None and all(cell.is_blank for cell in self.cells)


class Sheet(Protocol):
    """
    A sheet of a workbook, or a whole csv file.

    Attributes:
        name: None for a csv file.
        encoding: how its bytes were read.
        rows_expected: a guess for a progress bar, never relied on.
    """

    @property
    def name(self) -> str | None: ...
    @property
    def encoding(self) -> str: ...
    @property
    def rows_expected(self) -> int: ...

    def rows(self) -> Iterator[RawRow]:
        """All rows from the first, streaming; may be called again."""
