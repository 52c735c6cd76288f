"""
What an agency sees of its clues: the views, read-only, facts alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from clue_exchange.store import Transaction
from clue_exchange.tables import CLUE, EVENT, OUTBOX


@dataclass(frozen=True, slots=True)
class ClueRow:
    """
    One clue as a list shows it.

    Attributes:
        firm: how many of its events cannot be overtaken any more; fewer than applied and void: provisional.
        digest: equal on both sides when both hold the same events.
    """

    clue_id: UUID
    state: str
    turn: str
    urgent: bool
    applied: int
    void: int
    waiting: int
    firm: int
    is_frozen: bool
    digest: str
    opened_at: datetime
    changed_at: datetime

    @property
    def is_firm(self) -> bool:
        return self.firm == self.applied + self.void


SKEW = timedelta(minutes=10)
"""A clock that is further ahead is wrong; what it says is never used for order."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """
    One event of a clue, in its place.

    Attributes:
        held_at: when a receipt first said that the other side holds it; None for its own, and where none has said so.
    """

    topic: str
    number: int
    place: int | None
    event_type: str
    sender: str
    outcome: str
    void: str | None
    occurred_at: datetime
    recorded_at: datetime
    facts: dict[str, Any] | None
    held_at: datetime | None

    @property
    def is_ahead(self) -> bool:
        """Whether it says to have occurred after it was recorded here: its sender's clock is wrong, or ours."""
        return self.occurred_at > self.recorded_at + SKEW


_IN_ORDER = (CLUE.c.urgent.desc(), CLUE.c.opened_at, CLUE.c.clue_id)


def clues(transaction: Transaction, turn: str | None = None, states: Sequence[str] = ()) -> list[ClueRow]:
    """The clues, urgent ones first, then the oldest first."""
    wanted = select(*(CLUE.c[name] for name in ClueRow.__slots__)).where(CLUE.c.opened_at.is_not(None))
    if turn is not None:
        wanted = wanted.where(CLUE.c.turn == turn, CLUE.c.state.not_in(("finished", "withdrawn")))
    if states:
        wanted = wanted.where(CLUE.c.state.in_(states))
    return [ClueRow(**row._mapping) for row in transaction.execute(wanted.order_by(*_IN_ORDER))]


def owing(transaction: Transaction) -> list[ClueRow]:
    """The clues on which a party may owe something, urgent ones first, then the oldest first."""
    wanted = select(*(CLUE.c[name] for name in ClueRow.__slots__)).where(CLUE.c.opened_at.is_not(None), CLUE.c.owes)
    return [ClueRow(**row._mapping) for row in transaction.execute(wanted.order_by(*_IN_ORDER))]


def clue(transaction: Transaction, clue_id: UUID) -> ClueRow | None:
    """One clue; None where it is not known."""
    wanted = select(*(CLUE.c[name] for name in ClueRow.__slots__)).where(CLUE.c.clue_id == clue_id)
    row = transaction.execute(wanted).one_or_none()
    return None if row is None or row.opened_at is None else ClueRow(**row._mapping)


def clues_between(transaction: Transaction, first: UUID, last: UUID) -> list[UUID]:
    """The known clues whose ids lie between these two, both included; found by the index, however many there are."""
    known = select(CLUE.c.clue_id).where(CLUE.c.clue_id.between(first, last), CLUE.c.opened_at.is_not(None))
    return list(transaction.scalars(known.order_by(CLUE.c.clue_id)))


def clues_with(transaction: Transaction, event_type: str) -> list[UUID]:
    """The clues that have an event of this type."""
    wanted = select(EVENT.c.clue_id).where(EVENT.c.event_type == event_type).distinct()
    return list(transaction.scalars(wanted.order_by(EVENT.c.clue_id)))


def chain(transaction: Transaction, clue_id: UUID) -> list[EventRow]:
    """The events of a clue in their places, the waiting ones last."""
    return [EventRow(**row._mapping) for row in transaction.execute(_chain(clue_id))]


def _chain(clue_id: UUID) -> Select[Any]:
    columns = (EVENT.c[name] for name in EventRow.__slots__ if name != "held_at")
    is_same = (OUTBOX.c.topic == EVENT.c.topic) & (OUTBOX.c.number == EVENT.c.number)
    joined = select(*columns, OUTBOX.c.held_at).select_from(EVENT.outerjoin(OUTBOX, is_same))
    return joined.where(EVENT.c.clue_id == clue_id).order_by(EVENT.c.place.is_(None), EVENT.c.place)


def by_state(transaction: Transaction) -> Counter[str]:
    """How many clues stand in each state."""
    return Counter(transaction.scalars(select(CLUE.c.state).where(CLUE.c.opened_at.is_not(None))))


def outcomes(transaction: Transaction) -> Counter[str]:
    """How many events of both sides are applied, void and waiting."""
    return Counter(transaction.scalars(select(EVENT.c.outcome)))


def recorded_at(transaction: Transaction, sender: str) -> dict[UUID, datetime]:
    """When this side recorded each event of an agency: just before the commit that made it visible."""
    wanted = select(EVENT.c.event_id, EVENT.c.recorded_at).where(EVENT.c.sender == sender)
    return {row.event_id: row.recorded_at for row in transaction.execute(wanted)}
