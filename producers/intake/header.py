"""
Find the header below the title lines, and with it the mapping: a table fits when every header has one meaning.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise, zip_longest

from openpyxl.utils import get_column_letter

from producers.intake.cells import BLANK_CELL, RawRow, Sheet
from producers.intake.csv_sheet import HEADER_WITHIN_ROWS
from producers.intake.errors import FileRefused
from producers.intake.mapping import Column, RegisterMapping, SavedMapping, TableMapping
from producers.intake.reasons import Reason
from producers.intake.text import word

_OF_MERGED = ""
"""A header cell that is merged with the one before it, or left empty: its column must be empty too."""


@dataclass(frozen=True, slots=True)
class Header:
    """
    A header that one table mapping explains fully.

    Attributes:
        row: its number; what stands above are title lines.
        width: how many cells its row has; a csv row of another number of cells is ragged.
        named: how many of them count; what stands to the right of the last header is nobody's.
        place: for each field its cell.
        unnamed: cells between the headers that have none; they must be empty.
    """

    mapping: RegisterMapping
    table: TableMapping
    row: int
    width: int
    named: int
    place: Mapping[Column, int]
    unnamed: tuple[int, ...] = ()

    def label(self, column: Column) -> str | None:
        """What the mapping calls a column: for the clerk, who knows it by its header."""
        return self.table.columns[column][0] if column in self.table.columns else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One row read as the header of one table: how much of it is understood, and the first thing that is wrong."""

    header: Header
    understood: int
    fault: Reason | None
    detail: str = ""


def find_header(sheet: Sheet, mappings: Sequence[RegisterMapping]) -> Header | None:
    """
    The header of a sheet; None where the sheet is empty. Where a saved mapping explains it, no other is asked.

    Raises:
        FileRefused: none, several, or one with a missing, doubled or unknown header; says which.
    """
    rows = [row for row in islice(sheet.rows(), HEADER_WITHIN_ROWS) if any(not cell.is_blank for cell in row.cells)]
    if not rows:
        if any(not row.is_blank for row in sheet.rows()):
            raise FileRefused(Reason.header_not_found)
        return None
    readings = _readings(rows, mappings)
    fitting = [reading for reading in readings if reading.fault is None]
    if not fitting:
        readings += _readings(_of_two_rows(rows), mappings)
        fitting = [reading for reading in readings if reading.fault is None]
    fitting = [reading for reading in fitting if isinstance(reading.header.mapping, SavedMapping)] or fitting
    best = max(fitting or readings, key=lambda reading: reading.understood)
    if best.understood == 0:
        raise FileRefused(Reason.header_not_found)
    if best.fault is not None:
        raise FileRefused(best.fault, row=best.header.row, detail=best.detail)
    if len(fitting) > 1:
        raise FileRefused(Reason.mapping_ambiguous, row=best.header.row)
    return best.header


def _readings(rows: Iterable[RawRow], mappings: Sequence[RegisterMapping]) -> list[_Reading]:
    return [_read(row, mapping, table) for row in rows for mapping in mappings for table in mapping.tables]


def _of_two_rows(rows: Sequence[RawRow]) -> Iterable[RawRow]:
    """Headers of two rows, joined by merged cells: a group above its columns, the lower word is the column's."""
    for upper, lower in pairwise(rows):
        if upper.fault is lower.fault is Reason.merged_cells and lower.number == upper.number + 1:
            cells = zip_longest(upper.cells, lower.cells, fillvalue=BLANK_CELL)
            yield replace(lower, cells=tuple(above if below.is_blank else below for above, below in cells))


def _read(row: RawRow, mapping: RegisterMapping, table: TableMapping) -> _Reading:
    words = [word(cell.text) for cell in row.cells]
    while words and not words[-1]:
        words.pop()
    fields = [(table.field_of.get(header), index) for index, header in enumerate(words)]
    place = {field: index for field, index in fields if field}
    unnamed = tuple(index for index, heading in enumerate(words) if heading == _OF_MERGED)
    header = Header(mapping, table, row.number, len(row.cells), len(words), place, unnamed)
    fault, detail = _fault(table, words, [field for field, _ in fields if field])
    return _Reading(header, len(place), fault, detail)


def _fault(table: TableMapping, words: list[str], found: list[Column]) -> tuple[Reason | None, str]:
    missing = [field for field in table.columns if field not in table.optional and field not in found]
    if missing:
        return Reason.header_missing, ", ".join(table.columns[field][0] for field in missing)
    twice = [field for field, times in Counter(found).items() if times > 1]
    if twice:
        return Reason.header_twice, ", ".join(table.columns[field][0] for field in twice)
    known = {*table.field_of, *table.ignored_words, _OF_MERGED}
    unknown = [index for index, header in enumerate(words) if header not in known]
    if unknown:
        return Reason.header_unknown, _columns(unknown)
    ignored_twice = [index for index, header in enumerate(words) if header and header in words[:index]]
    return (Reason.header_twice, _columns(ignored_twice)) if ignored_twice else (None, "")


def _columns(indexes: Iterable[int]) -> str:
    """Columns as a spreadsheet names them: what stands in an unknown header may be anything, so it is not told."""
    return "column " + ", ".join(get_column_letter(index + 1) for index in indexes)
