"""
The narratives of any table, for screening alone: one column is looked for, the others may be whatever they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from producers.intake.cells import RawRow, Sheet
from producers.intake.csv_sheet import HEADER_WITHIN_ROWS
from producers.intake.errors import FileRefused
from producers.intake.mapping import Column, bundled_mappings
from producers.intake.reasons import Reason
from producers.intake.sheets import open_sheets
from producers.intake.text import word

ALSO_NARRATIVES = ("narrative", "text", "content", "内容", "诉求", "正文", "摘要", "文本", "投诉内容", "咨询内容")


@dataclass(frozen=True, slots=True)
class Narrative:
    """
    One row below a header.

    Attributes:
        row: its number as a spreadsheet shows it.
        text: what stands in the column, as it stands there.
        fault: why the row cannot be read; its text is empty.
    """

    row: int
    sheet: str | None
    text: str = field(repr=False)
    fault: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    sheet: Sheet
    header_row: int
    column: int


class Narratives:
    """
    The rows of an open file that stand below a header with the column; iterate it once.

    Attributes:
        rows_expected: a guess for a progress bar.
    """

    def __init__(self, places: Sequence[_Place]) -> None:
        self._places = places
        self.rows_expected = sum(place.sheet.rows_expected for place in places)

    def __iter__(self) -> Iterator[Narrative]:
        """
        Every row that is not blank, in the order of the file.

        Raises:
            FileRefused: the file cannot be read beyond a row.
        """
        for place in self._places:
            for row in place.sheet.rows():
                if row.number > place.header_row and not row.is_blank:
                    yield _narrative(row, place)


def read_narratives(path: Path, column: str | None = None) -> Iterator[Narrative]:
    """
    The narratives of a csv or xlsx file, streaming.

    Without a column's name the usual ones are looked for. A sheet without the column is passed over if another has it.

    Raises:
        FileRefused: not readable, or no header with the column within the first twenty rows.
    """
    with open_sheets(path) as sheets:
        yield from find_narratives(sheets, column)


def find_narratives(sheets: Sequence[Sheet], column: str | None) -> Narratives:
    """As `read_narratives`, for sheets that are open."""
    wanted = {word(column)} if column else _usual()
    places = [place for sheet in sheets if (place := _place(sheet, wanted)) is not None]
    if not places:
        raise FileRefused(Reason.header_not_found)
    return Narratives(places)


def _usual() -> set[str]:
    tables = [table for mapping in bundled_mappings() for table in mapping.tables]
    return {word(name) for table in tables for name in (*table.columns[Column.narrative], *ALSO_NARRATIVES)}


def _place(sheet: Sheet, wanted: set[str]) -> _Place | None:
    for row in islice(sheet.rows(), HEADER_WITHIN_ROWS):
        for index, cell in enumerate(row.cells):
            if word(cell.text) in wanted:
                return _Place(sheet, row.number, index)
    return None


def _narrative(row: RawRow, place: _Place) -> Narrative:
    is_readable = row.fault in (None, Reason.merged_cells)
    text = row.cells[place.column].text if is_readable and place.column < len(row.cells) else ""
    return Narrative(row.number, place.sheet.name, text, None if is_readable else row.fault)
