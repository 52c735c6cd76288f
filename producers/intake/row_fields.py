"""
The fields of one row, each brought into normal form; what was noticed on the way gathers in `flags`.
"""

from collections.abc import Callable, Mapping

from producers.intake import text
from producers.intake.cells import BLANK_CELL, Cell, CellKind, RawRow
from producers.intake.errors import RowRefused
from producers.intake.flags import Flag, normalised
from producers.intake.header import Header
from producers.intake.mapping import Column
from producers.intake.reasons import Reason

LIMITS: Mapping[Column, int] = {
    Column.name: 60,
    Column.id_number: 40,
    Column.phone: 40,
    Column.address: 200,
    Column.registered_address: 200,
    Column.source: 200,
    Column.narrative: 20_000,
}
"""Those of schemas/particulars.py; a test holds them together."""
_FORMULA_STARTS = ("=", "+", "-", "@")
_NUMBERS = frozenset({Column.id_number, Column.phone})


class RowFields:
    """Reads the fields of one row; `flags` holds each flag once, in the order of the fields."""

    def __init__(self, row: RawRow, header: Header) -> None:
        self._cells = row.cells
        self._place = header.place
        self._table = header.table
        self.flags: dict[str, None] = {Flag.hidden_row: None} if row.is_hidden else {}

    def flag(self, *flags: str) -> None:
        self.flags |= dict.fromkeys(flags)

    def cell(self, column: Column) -> Cell:
        index = self._place.get(column)
        return BLANK_CELL if index is None else self._cells[index]

    def identifier(self, column: Column) -> str | None:
        """A number of a person or a telephone, in normal form."""
        return self._read(column, text.identifier)

    def line(self, column: Column) -> str | None:
        """A name, an address or a channel word."""
        return self._read(column, text.line)

    def paragraphs(self, column: Column) -> str | None:
        """A text with its line breaks."""
        return self._read(column, text.paragraphs)

    def _read(self, column: Column, in_normal_form: Callable[[str], str]) -> str | None:
        """
        The field as it will be kept; None where nothing is stated.

        Raises:
            RowRefused: a forbidden character, or over the limit.
        """
        cell = self.cell(column)
        text.refuse_forbidden(cell.text, column)
        value = in_normal_form(cell.text)
        if not value or text.word(value) in self._table.absent_words:
            return None
        if len(value) > LIMITS[column]:
            raise RowRefused(Reason.text_too_long, column, f"limit {LIMITS[column]}, is {len(value)}")
        self._notice(column, cell, value)
        return value

    def _notice(self, column: Column, cell: Cell, value: str) -> None:
        if value.replace("\n", "") != cell.text.strip().replace("\r", "").replace("\n", ""):
            self.flag(normalised(column))
        if cell.kind is CellKind.formula:
            self.flag(Flag.formula_cell)
        elif column not in _NUMBERS and value.startswith(_FORMULA_STARTS):
            self.flag(Flag.formula_text)
