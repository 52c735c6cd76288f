"""
Rounds of reconciliation, of either side's asking, and the differences that this side has found in them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select, update

from clue_exchange.node_tables import DIFFERENCE, RECONCILIATION
from clue_exchange.store import Transaction, insert_new, replace_rows

KEPT = timedelta(days=90)


class Kind(StrEnum):
    """How a clue differs. docs/operating.md says what heals it."""

    lacking_there = "lacking_there"
    lacking_here = "lacking_here"
    own_lacking_here = "own_lacking_here"
    view_differs = "view_differs"


@dataclass(frozen=True, slots=True)
class Round:
    """
    One round.

    Attributes:
        answered_at: when this side has compared; None while it waits for the other's answer.
        days, clues: how many days differ, and how many clues were compared.
        is_whole: whether all of these days were listed; otherwise the next round goes on.
    """

    round: UUID
    asked_by: str
    asked_at: datetime
    answered_at: datetime | None = None
    days: int = 0
    clues: int = 0
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """
    A clue of which the two sides hold different things.

    Attributes:
        here, there: how many events each side holds, by the party that issued them.
        sent_again: how many of our events were queued once more.
    """

    clue_id: UUID
    here: Mapping[str, int]
    there: Mapping[str, int]
    kinds: Sequence[Kind]
    sent_again: int


def begin(transaction: Transaction, begun: Round) -> None:
    """Note a round, and forget those of three months ago; no effect where it is noted."""
    old = select(RECONCILIATION.c.round).where(RECONCILIATION.c.asked_at < begun.asked_at - KEPT)
    transaction.execute(delete(DIFFERENCE).where(DIFFERENCE.c.round.in_(old)))
    transaction.execute(delete(RECONCILIATION).where(RECONCILIATION.c.asked_at < begun.asked_at - KEPT))
    insert_new(transaction, RECONCILIATION, [{name: getattr(begun, name) for name in Round.__slots__}])


def read(transaction: Transaction, round_id: UUID) -> Round | None:
    """A round; None where it is not known here."""
    row = transaction.execute(select(RECONCILIATION).where(RECONCILIATION.c.round == round_id)).one_or_none()
    return None if row is None else Round(**row._mapping)


def settle(transaction: Transaction, settled: Round, differences: Sequence[Difference]) -> None:
    """Note what was compared in a round, and what differed."""
    values = {name: getattr(settled, name) for name in ("answered_at", "days", "clues", "is_whole")}
    transaction.execute(update(RECONCILIATION).where(RECONCILIATION.c.round == settled.round).values(values))
    rows = [
        {
            "round": settled.round,
            "clue_id": each.clue_id,
            "here": dict(each.here),
            "there": dict(each.there),
            "kinds": list(each.kinds),
            "sent_again": each.sent_again,
        }
        for each in differences
    ]
    replace_rows(transaction, DIFFERENCE, rows)


def differences(transaction: Transaction, round_id: UUID) -> list[Difference]:
    """What differed in a round, by clue."""
    found = select(DIFFERENCE).where(DIFFERENCE.c.round == round_id).order_by(DIFFERENCE.c.clue_id)
    return [
        Difference(row.clue_id, row.here, row.there, tuple(map(Kind, row.kinds)), row.sent_again)
        for row in transaction.execute(found)
    ]
