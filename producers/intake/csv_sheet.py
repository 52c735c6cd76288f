"""
A csv file (comma, tab or semicolon) as rows: strict quoting; after a broken row the next physical line is the next row.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from producers.intake.cells import Cell, RawRow
from producers.intake.encoding import encoding_of
from producers.intake.errors import FileRefused
from producers.intake.reasons import Reason

ROW_CHARACTERS_MAX = 200_000
SEPARATORS = (",", "\t", ";")
HEADER_WITHIN_ROWS = 20
BROKEN_ROWS_MAX = 1_000  # each may cost reading a whole row's length again


@dataclass(frozen=True, slots=True)
class CsvSheet:
    """A csv file whose encoding is known, and what separates its cells."""

    path: Path
    encoding: str
    rows_expected: int
    separator: str = ","
    name: str | None = None

    def rows(self) -> Iterator[RawRow]:
        """
        All rows from the first, streaming.

        Raises:
            FileRefused: too many rows with broken quotes.
        """
        with self.path.open(encoding=self.encoding, newline="") as file:
            yield from _rows(_Lines(file), self.separator)


def open_csv(path: Path) -> CsvSheet:
    """Find out how a csv file is to be read."""
    encoding = encoding_of(path)
    return CsvSheet(path, encoding.codec, encoding.lines, _separator(path, encoding.codec))


def _separator(path: Path, codec: str) -> str:
    """What separates the header's cells: the header is the row of the first twenty with the most cells."""
    widest = dict.fromkeys(SEPARATORS, 1)
    for separator in SEPARATORS:
        with path.open(encoding=codec, newline="") as file:
            for row in islice(_rows(_Lines(file), separator), HEADER_WITHIN_ROWS):
                widest[separator] = max(widest[separator], len(row.cells))
    return max(SEPARATORS, key=widest.__getitem__)


class _RowTooLong(csv.Error):
    """A line, or the lines of one row together, are over the limit."""


class _Lines(Iterator[str]):
    """The physical lines, of which those of the current row can be given back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self._current: list[str] = []
        self._characters = 0

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self._current.append(line)
        self._characters += len(line)
        if self._characters > ROW_CHARACTERS_MAX:
            raise _RowTooLong
        return line

    @property
    def is_first_too_long(self) -> bool:
        """Whether the first line alone cannot be read; otherwise a quotation mark ran on into other rows."""
        return len(self._current[0]) > csv.field_size_limit()

    def begin_row(self) -> None:
        self._current.clear()
        self._characters = 0

    def drop_first(self) -> None:
        """Give back every line of the current row but its first."""
        self._again.extendleft(reversed(self._current[1:]))

    def _read(self) -> str:
        line = self._file.readline(ROW_CHARACTERS_MAX + 1)
        rest = line
        while len(rest) > ROW_CHARACTERS_MAX and not rest.endswith(("\n", "\r")):
            rest = self._file.readline(ROW_CHARACTERS_MAX + 1)
        return line


def _rows(lines: _Lines, separator: str) -> Iterator[RawRow]:
    reader = csv.reader(lines, strict=True, delimiter=separator)
    number = broken = 0
    while True:
        number += 1
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            broken += 1
            if broken > BROKEN_ROWS_MAX:
                raise FileRefused(Reason.too_many_broken_rows, row=number) from None
            yield RawRow(number, (), fault=Reason.row_too_long if lines.is_first_too_long else Reason.broken_quotes)
            lines.drop_first()
            reader = csv.reader(lines, strict=True, delimiter=separator)
            continue
        yield RawRow(number, tuple(map(Cell, cells)))
