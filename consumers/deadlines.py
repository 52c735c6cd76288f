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
from consumers import worklist
from schemas.clock import Clock
from schemas.deadlines import DeadlinesOf, clocks
from schemas.duty import Deadlines
from schemas.working_days import Calendar

AT_A_TIME = 500
"""Clues whose chains are in memory at once."""


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """
    What somebody owes today.

    Attributes:
        days_left: days of the calendar until the last one; negative when overdue, None while paused: what is left, or
            was overdue, counts again when the turn comes back.
    """

    clue_id: UUID
    state: str
    urgent: bool
    clock: Clock
    today: date

    @property
    def days_left(self) -> int | None:
        clock = self.clock
        return None if clock.due is None or clock.is_paused else (clock.due - self.today).days

    @property
    def is_overdue(self) -> bool:
        return self.clock.is_overdue(self.today)


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
        deadlines_of = self.deadlines_of(transaction)
        for start in range(0, len(clue_ids), AT_A_TIME):
            for clue_id, folded in self.ledger.folds(transaction, clue_ids[start : start + AT_A_TIME]).items():
                yield clue_id, clocks(folded.placed, deadlines_of, self.calendar, today)

    def open_duties(self, transaction: Transaction, today: date) -> list[OpenDuty]:
        """All that either side owes: the longest overdue first, urgent clues before others, the paused last."""
        owing = {row.clue_id: row for row in worklist.owing(transaction)}
        found = [
            OpenDuty(clue_id, owing[clue_id].state, owing[clue_id].urgent, clock, today)
            for clue_id, clocks in self.clocks(transaction, list(owing), today)
            for clock in clocks
            if clock.is_open
        ]
        return sorted(found, key=_by_urgency)

    def deadlines_of(self, transaction: Transaction) -> DeadlinesOf:
        """The deadlines of the versions that are adopted here."""
        adopted = self.agreements.versions(transaction)
        return deadlines_by_version({version: agreed.deadlines for version, agreed in adopted.items()})


def _by_urgency(duty: OpenDuty) -> tuple[date, bool, UUID, str, str]:
    clock = duty.clock
    due = date.max if clock.due is None or clock.is_paused else clock.due
    return due, not duty.urgent, duty.clue_id, clock.duty, clock.about


def deadlines_by_version(adopted: Mapping[int, Deadlines]) -> DeadlinesOf:
    """
    The deadlines of a version; of one that is not adopted here, those of the newest one before it.

    No event under a version that is not adopted takes its place, so that is for a ledger that was copied.
    """

    def deadlines_of(version: int) -> Deadlines:
        known = max((each for each in adopted if each <= version), default=min(adopted))
        return adopted[known]

    return deadlines_of
