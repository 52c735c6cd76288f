"""
The clocks of the clues in the ledger: what is due, what is overdue, and by whom.

The same on both sides as soon as both hold the same events and agreements (schemas/deadlines.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clue_exchange.agreements import Agreements
from clue_exchange.ledger import Ledger
from clue_exchange.store import Transaction
from schemas.clock import Clock
from schemas.deadlines import DeadlinesOf, clocks
from schemas.duty import Deadlines
from schemas.working_days import Calendar

AT_A_TIME = 500
"""Clues whose chains are in memory at once."""


@dataclass(frozen=True, slots=True)
class ClockReader:
    """Finds clocks anew from the chains each time: nothing is stored that a new calendar would make wrong."""

    ledger: Ledger
    agreements: Agreements
    calendar: Calendar

    def clocks(
        self, transaction: Transaction, clue_ids: Sequence[UUID], today: date
    ) -> Iterator[tuple[UUID, tuple[Clock, ...]]]:
        """Every clock that these clues have had up to a day."""
        adopted = self.agreements.versions(transaction)
        deadlines_of = deadlines_by_version({version: agreed.deadlines for version, agreed in adopted.items()})
        for start in range(0, len(clue_ids), AT_A_TIME):
            for clue_id, folded in self.ledger.folds(transaction, clue_ids[start : start + AT_A_TIME]).items():
                yield clue_id, clocks(folded.placed, deadlines_of, self.calendar, today)


def deadlines_by_version(adopted: Mapping[int, Deadlines]) -> DeadlinesOf:
    """
    The deadlines of a version; of one that is not adopted here, those of the newest one before it.

    No event under a version that is not adopted takes its place, so that is for a ledger that was copied.
    """

    def deadlines_of(version: int) -> Deadlines:
        known = max((each for each in adopted if each <= version), default=min(adopted))
        return adopted[known]

    return deadlines_of
