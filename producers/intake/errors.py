"""
The errors of intake, as one tree. None carries what stands in a cell.

* IntakeError                  a register cannot be taken in as it is
  + FileRefused                the file (from a row on) cannot be read: a person must change the file
  + MappingInvalid             the mapping cannot be used: a person must change the mapping
  + RowsUnaccounted            the rows do not add up: our bug, nothing may be trusted
  + RowRefused                 one row cannot be taken; becomes a `Refused` in the report, never leaves intake
"""

from pathlib import Path

from clue_exchange.errors import ExchangeError
from producers.intake.reasons import SENTENCES, Reason


class IntakeError(ExchangeError):
    """Catch this at the command line to say in one line why a register was not taken in."""


class FileRefused(IntakeError):
    """
    The file cannot be read, or not beyond `row`; rows before it that were taken in stay, and a second run is harmless.

    Attributes:
        row: the row where it shows, where there is one.
        detail: places and names of the mapping, never what stands in a cell.
    """

    def __init__(self, reason: Reason, row: int | None = None, detail: str = "") -> None:
        sentence = SENTENCES[reason]
        where = f"row {row}: " if row else ""
        said = f" ({detail})" if detail else ""
        super().__init__(f"{where}{reason}{said}. {sentence.zh} {sentence.en}")
        self.reason = reason
        self.row = row
        self.detail = detail


class MappingInvalid(IntakeError):
    """The mapping file is missing, is not TOML, or an entry is not understood."""

    def __init__(self, place: Path | str, why: str) -> None:
        super().__init__(f"{place}: {why}. Correct the mapping or use one that came with the program.")
        self.place = place
        self.why = why


class RowsUnaccounted(IntakeError):
    """Rows were read that ended neither as taken nor as refused: this must never happen."""

    def __init__(self, read: int, accounted: int) -> None:
        super().__init__(f"{read} rows were read, {accounted} are accounted for: stop and report this")
        self.read = read
        self.accounted = accounted


class RowRefused(IntakeError):
    """One row cannot be taken: which field, why, and where in it."""

    def __init__(self, reason: Reason, field: str | None = None, detail: str = "") -> None:
        super().__init__(f"{field or 'row'}: {reason}")
        self.reason = reason
        self.field = field
        self.detail = detail
