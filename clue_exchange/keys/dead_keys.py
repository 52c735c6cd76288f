"""
What became of the keys of erased persons: destroyed here, tombstoned, and when Kafka gave their records no more.

Writes the column `gone_at` of the table `data_key`, and nothing else of it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update

from clue_exchange.key_tables import DATA_KEY
from clue_exchange.store import Transaction
from schemas.codes import Role
from schemas.event import PersonKey

COMPACTION_LAG = timedelta(days=1, hours=1)
"""A little more than `max.compaction.lag.ms` of a keys topic: the second tombstone then closes the first's segment."""
GONE_WITHIN = COMPACTION_LAG + timedelta(hours=2)
"""By then Kafka should give the record no more: two rounds of the node, one that writes and one that looks."""


@dataclass(frozen=True, slots=True)
class DeadKey:
    """
    The key of an erased person.

    Attributes:
        owner: the agency that published it; empty where it never arrived here.
        tombstoned_at: when this agency wrote the first tombstone; None of a key that is not ours, or not yet.
        tombstones: how many it wrote; the second closes the segment of the first.
        gone_at: when a look first found that Kafka gives its record no more.
    """

    clue_id: UUID
    person: PersonKey
    owner: str
    destroyed_at: datetime
    tombstoned_at: datetime | None
    tombstones: int
    gone_at: datetime | None


def dead_keys(transaction: Transaction) -> list[DeadKey]:
    """The keys of all erased persons, the longest dead first."""
    dead = select(DATA_KEY).where(DATA_KEY.c.destroyed_at.is_not(None), DATA_KEY.c.clue_id.is_not(None))
    return [
        DeadKey(
            clue_id=row.clue_id,
            person=(Role(row.added_by), row.number),
            owner=row.owner,
            destroyed_at=row.destroyed_at,
            tombstoned_at=row.tombstoned_at,
            tombstones=row.tombstones,
            gone_at=row.gone_at,
        )
        for row in transaction.execute(dead.order_by(DATA_KEY.c.destroyed_at, DATA_KEY.c.key_id))
    ]


def looked_for(transaction: Transaction, agency: str) -> set[str]:
    """The ids of dead keys that Kafka may still give: ours once they are tombstoned, and the other side's."""
    return set(transaction.scalars(select(DATA_KEY.c.key_id).where(_may_be_there(agency))))


def note_gone(transaction: Transaction, key_ids: Collection[str], now: datetime) -> int:
    """Note that Kafka gives these keys no more; answers of how many that was not known."""
    gone = DATA_KEY.c.key_id.in_(key_ids), DATA_KEY.c.gone_at.is_(None)
    return transaction.execute(update(DATA_KEY).where(*gone).values(gone_at=now)).rowcount


def _may_be_there(agency: str) -> ColumnElement[bool]:
    is_ours = and_(DATA_KEY.c.owner == agency, DATA_KEY.c.tombstoned_at.is_not(None))
    is_theirs = DATA_KEY.c.owner.not_in(("", agency))
    return and_(DATA_KEY.c.destroyed_at.is_not(None), DATA_KEY.c.gone_at.is_(None), or_(is_ours, is_theirs))
