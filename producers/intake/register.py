"""
A register file, row by row: each row has one outcome, in the order of the file.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from producers.intake.cells import RawRow, Sheet
from producers.intake.errors import FileRefused
from producers.intake.header import Header, find_header
from producers.intake.mapping import RegisterMapping, SavedMapping
from producers.intake.outcomes import NoEntry, NoEntryKind, Outcome, Refused
from producers.intake.reasons import Reason
from producers.intake.sheets import open_sheets
from producers.intake.taking import take

ENTRIES_MAX = 150_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one sheet is read: by its header, or refused row by row for what is wrong with its header."""

    sheet: Sheet
    header: Header | None
    fault: FileRefused | None = None


class Register:
    """
    An open register; iterate it once.

    Attributes:
        encoding: how its bytes were read.
        mappings: the names of the mappings that were chosen; `saved_mappings`: of these the saved ones.
        rows_expected: a guess for a progress bar.
        rows_read: rows that have come out of the file so far, of every kind.
    """

    def __init__(self, plans: Sequence[_Plan], today: date) -> None:
        self._plans = plans
        self._today = today
        self.encoding = plans[0].sheet.encoding if plans else ""
        self.headers = tuple(plan.header for plan in plans if plan.header)
        self.mappings = tuple(sorted({header.mapping.name for header in self.headers}))
        self.saved_mappings = tuple(
            sorted({header.mapping.name for header in self.headers if isinstance(header.mapping, SavedMapping)})
        )
        self.rows_expected = sum(plan.sheet.rows_expected for plan in plans)
        self.rows_read = 0

    def __iter__(self) -> Iterator[Outcome]:
        """
        The outcome of every row.

        Raises:
            FileRefused: the file cannot be read beyond a row; the rows before it are as they were given.
        """
        entries = 0
        for plan in self._plans:
            for row in plan.sheet.rows():
                self.rows_read += 1
                outcome = self._outcome(plan, row)
                entries += not isinstance(outcome, NoEntry)
                if entries > ENTRIES_MAX:
                    raise FileRefused(Reason.too_many_rows, row=row.number)
                yield outcome

    def _outcome(self, plan: _Plan, row: RawRow) -> Outcome:
        name, header = plan.sheet.name, plan.header
        if row.is_blank:
            return NoEntry(row.number, name, NoEntryKind.blank)
        if plan.fault is not None:
            return Refused(row.number, name, plan.fault.reason, detail=plan.fault.detail)
        if header is None or row.number < header.row:
            return NoEntry(row.number, name, NoEntryKind.title_line)
        if row.number == header.row:
            return NoEntry(row.number, name, NoEntryKind.header)
        return take(row, header, name, self._today)


@contextmanager
def open_register(path: Path, mappings: Sequence[RegisterMapping], today: date) -> Iterator[Register]:
    """
    Open a register and find the mapping of each sheet.

    A sheet that no mapping explains is refused row by row when another sheet can be read.

    Raises:
        FileRefused: the file, or every sheet of it, cannot be read.
    """
    with open_sheets(path) as sheets:
        plans = [_plan(sheet, mappings) for sheet in sheets]
        faults = [plan.fault for plan in plans if plan.fault]
        if faults and not any(plan.header for plan in plans):
            raise faults[0]
        yield Register(plans, today)


def read_register(path: Path, mappings: Sequence[RegisterMapping], today: date) -> Iterator[Outcome]:
    """The outcome of every row of a file, streaming; as `open_register`."""
    with open_register(path, mappings, today) as register:
        yield from register


def _plan(sheet: Sheet, mappings: Sequence[RegisterMapping]) -> _Plan:
    try:
        return _Plan(sheet, find_header(sheet, mappings))
    except FileRefused as fault:
        return _Plan(sheet, None, fault)
