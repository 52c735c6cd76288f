"""
A workbook as sheets of rows, streaming. The only file that calls openpyxl to read; its errors are translated here.
"""

import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError  # only the error's class: nothing is parsed with it
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook

from producers.intake.cells import BLANK_CELL, Cell, CellKind, RawRow
from producers.intake.errors import FileRefused
from producers.intake.reasons import Reason
from producers.intake.xlsx_layout import Layout, layout_of
from producers.intake.xlsx_safety import check_workbook

# openpyxl has no error of its own for a damaged workbook: it stumbles over what it does not find.
_STUMBLES = (
    InvalidFileException, BadZipFile, zlib.error, ParseError, EOFError, OSError,
    KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError,
)  # fmt: skip
_EXACT_BELOW = 10**15  # a spreadsheet keeps fifteen digits
_CARRIAGE_RETURN = re.compile(r"_x000[Dd]_")


@dataclass(frozen=True, slots=True)
class XlsxSheet:
    """One sheet of an open workbook."""

    name: str
    rows_expected: int
    sheet: Any  # openpyxl's ReadOnlyWorksheet, which its types keep private
    layout: Layout
    epoch: datetime
    encoding: str = "xlsx"

    def rows(self) -> Iterator[RawRow]:
        """
        All rows from the first, streaming.

        Raises:
            FileRefused: the workbook is damaged from this row on.
        """
        stream = iter(self.sheet.iter_rows())
        number = 0
        while True:
            number += 1
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # openpyxl warns of styles and dates, with their values
                    cells = tuple(_cell(cell, self.epoch) for cell in next(stream))
            except StopIteration:
                return
            except _STUMBLES:
                raise FileRefused(Reason.workbook_damaged, row=number) from None
            fault = Reason.merged_cells if self.layout.is_merged(number) else None
            yield RawRow(number, cells, fault, is_hidden=number in self.layout.hidden, is_of_grid=True)


class XlsxBook:
    """An open workbook; close it."""

    def __init__(self, path: Path) -> None:
        """
        Check the archive, then open it for streaming.

        Raises:
            FileRefused: unsafe, locked, damaged, or not a workbook.
        """
        check_workbook(path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._book: Workbook = load_workbook(path, read_only=True, data_only=False, keep_links=False)
            with ZipFile(path) as archive:
                self.sheets = tuple(_sheet(self._book, sheet, archive) for sheet in self._book.worksheets)
        except _STUMBLES:
            raise FileRefused(Reason.workbook_damaged) from None

    def close(self) -> None:
        self._book.close()


def _sheet(book: Workbook, sheet: Any, archive: ZipFile) -> XlsxSheet:
    rows_expected = sheet.max_row or 0
    sheet.reset_dimensions()  # what the file says of its size is not relied on
    layout = layout_of(archive, sheet._worksheet_path)
    return XlsxSheet(sheet.title, rows_expected, sheet, layout, book.epoch)


def _cell(cell: Any, epoch: datetime) -> Cell:
    value = cell.value
    if value is None:
        return BLANK_CELL
    if cell.data_type == "f":
        return Cell(str(getattr(value, "text", value)), CellKind.formula)
    if isinstance(value, datetime | date):
        return Cell(value.isoformat(), CellKind.date, value.date() if isinstance(value, datetime) else value)
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return Cell(_digits(value), CellKind.number, _day(value, epoch))
    return Cell(_CARRIAGE_RETURN.sub("\r", str(value)))


def _digits(value: float) -> str:
    """The number as it was typed, where a spreadsheet still knows it; else in its short form with an exponent."""
    if abs(value) >= _EXACT_BELOW:
        return f"{value:E}"
    return str(int(value)) if float(value).is_integer() else repr(value)


def _day(value: float, epoch: datetime) -> date | None:
    try:
        moment = from_excel(value, epoch)
    except (ValueError, OverflowError, TypeError):
        return None
    return moment.date() if isinstance(moment, datetime) else None
