"""
How a row of a register ends: taken, refused, or no entry at all (title, header, blank). There is no fourth way.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from producers.intake.reasons import SENTENCES, Reason, Sentence
from schemas.codes import AgeBand, IdNumberState, Source
from schemas.particulars import Particulars


@dataclass(frozen=True, slots=True)
class Taken:
    """
    A row that can become a candidate.

    Attributes:
        row: its number as a spreadsheet shows it.
        row_hash: SHA-256 of what was taken, as read: the same row again has the same.
        flags: codes of flags.py and `normalised:<field>`.
        person_keys: equal keys of two rows mean that they may be of the same person.
        model: name and version of the data model whose output this register is.
    """

    row: int
    sheet: str | None
    row_hash: bytes
    source: Source
    received_on: date | None
    particulars: Particulars = field(repr=False)
    id_number: IdNumberState
    age_band: AgeBand
    flags: tuple[str, ...]
    person_keys: tuple[str, ...] = field(repr=False)
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """
    A row that is not taken, and why.

    Attributes:
        field: the field at fault; None where it is the row as a whole.
        header: the field's usual header, so that the clerk finds the column.
        detail: a place or a limit, never what stands there.
    """

    row: int
    sheet: str | None
    reason: Reason
    field: str | None = None
    header: str | None = None
    detail: str = ""

    @property
    def sentence(self) -> Sentence:
        return SENTENCES[self.reason]


class NoEntryKind(StrEnum):
    """Rows that hold no entry."""

    title_line = "title_line"
    header = "header"
    blank = "blank"


@dataclass(frozen=True, slots=True)
class NoEntry:
    """A row that holds no entry."""

    row: int
    sheet: str | None
    kind: NoEntryKind


Outcome: TypeAlias = Taken | Refused | NoEntry
