"""
What became of the rows of a register: every row is counted in exactly one line of the report.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from producers.intake.errors import RowsUnaccounted
from producers.intake.flags import NORMALISED
from producers.intake.outcomes import NoEntry, NoEntryKind, Outcome, Refused


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """
    The account of one run; facts and places only, nothing that stands in a cell.

    Attributes:
        rows_read: all rows of the file; titles + headers + blank + taken + repeated + refused.
        taken: rows that are candidates now and were not before.
        repeated: rows that were kept already, from this file or an earlier one: no effect.
        awaiting, screened_out: the rows taken, by what screening said; `urgent` are among the awaiting.
        linked: the rows taken that may be of the same person as another.
        flags: how many of the rows taken have each flag.
        saved_mappings: which of the mappings were saved ones.
    """

    register: str
    encoding: str
    mappings: tuple[str, ...]
    rows_read: int
    titles: int
    headers: int
    blank: int
    taken: int
    repeated: int
    refused: tuple[Refused, ...]
    awaiting: int
    screened_out: int
    urgent: int
    linked: int
    flags: Mapping[str, int]
    saved_mappings: tuple[str, ...] = ()

    @property
    def entries(self) -> int:
        """Rows that hold an entry."""
        return self.taken + self.repeated + len(self.refused)

    @property
    def normalised(self) -> Mapping[str, int]:
        """The fields that were brought into normal form, and in how many rows."""
        return {flag.removeprefix(NORMALISED): n for flag, n in self.flags.items() if flag.startswith(NORMALISED)}

    def to_json(self) -> str:
        """The report for programs, with both sentences of each refusal."""
        refused = [{**asdict(row), **row.sentence._asdict()} for row in self.refused]
        whole = {**asdict(self), "entries": self.entries, "refused": refused}
        return json.dumps(whole, ensure_ascii=False, indent=2)


@dataclass
class Tally:
    """Counts while the rows go by."""

    kinds: Counter[NoEntryKind] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    repeated: int = 0
    awaiting: int = 0
    urgent: int = 0
    linked: int = 0

    def note_untaken(self, outcome: Outcome) -> None:
        if isinstance(outcome, NoEntry):
            self.kinds[outcome.kind] += 1
        elif isinstance(outcome, Refused):
            self.refused.append(outcome)

    def report(self, register: str, encoding: str, mappings: tuple[str, ...], rows_read: int) -> IntakeReport:
        """
        The account of all rows.

        Raises:
            RowsUnaccounted: the sum is not the number of rows that were read.
        """
        accounted = self.kinds.total() + self.taken + self.repeated + len(self.refused)
        if accounted != rows_read:
            raise RowsUnaccounted(rows_read, accounted)
        return IntakeReport(
            register=register,
            encoding=encoding,
            mappings=mappings,
            rows_read=rows_read,
            titles=self.kinds[NoEntryKind.title_line],
            headers=self.kinds[NoEntryKind.header],
            blank=self.kinds[NoEntryKind.blank],
            taken=self.taken,
            repeated=self.repeated,
            refused=tuple(self.refused),
            awaiting=self.awaiting,
            screened_out=self.taken - self.awaiting,
            urgent=self.urgent,
            linked=self.linked,
            flags=dict(sorted(self.flags.items())),
        )
