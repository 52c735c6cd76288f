"""
Clues that belong together: never merged silently, always linked by name.
"""

from uuid import UUID

from clue_exchange.errors import CommandRefused
from clue_exchange.ledger import Ledger
from clue_exchange.store import Transaction
from schemas.case_events import FollowUpRecorded
from schemas.clue_events import NewClue
from schemas.event import Event


def require_linked(transaction: Transaction, ledger: Ledger, clue_id: UUID, event: Event) -> None:
    """
    A visit that found a new need names the clue that was opened for it, and that clue names this one.

    Raises:
        CommandRefused: says how to open it.
    """
    if not isinstance(event, FollowUpRecorded) or event.new_clue is None:
        return
    opened = [placed.event.event for placed in ledger.fold(transaction, event.new_clue).placed[:1]]
    if not any(isinstance(each, NewClue) and each.linked_clue == clue_id for each in opened):
        raise CommandRefused(
            f"clue {event.new_clue} is not a clue that was opened for this one: open it first, with "
            f"--linked-clue {clue_id}, and name it here"
        )
