"""
How much of the outbox is left to be sent, or to be acknowledged: what an operator looks at.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from clue_exchange.journal_tables import REJECTION
from clue_exchange.store import Transaction
from clue_exchange.tables import OUTBOX


@dataclass(frozen=True, slots=True)
class Left:
    """How many records are left, and since when the oldest is there; None where none is."""

    records: int
    oldest: datetime | None


def depth(transaction: Transaction) -> Left:
    """What is not acknowledged yet."""
    pending = select(func.count(), func.min(OUTBOX.c.appended_at)).where(OUTBOX.c.sent_at.is_(None))
    records, oldest = transaction.execute(pending).one()
    return Left(records, oldest)


def unacknowledged(transaction: Transaction, topic: str) -> Left:
    """What of this journal no receipt has answered: neither held nor rejected."""
    answered = select(REJECTION.c.number).where(REJECTION.c.topic == topic)
    left = OUTBOX.c.topic == topic, OUTBOX.c.held_at.is_(None), OUTBOX.c.number.not_in(answered)
    records, oldest = transaction.execute(select(func.count(), func.min(OUTBOX.c.appended_at)).where(*left)).one()
    return Left(records, oldest)
