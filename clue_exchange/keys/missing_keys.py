"""
Keys that have not arrived, though events here are sealed with them: receipts name them, their owner sends them again.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select

from clue_exchange.key_tables import DATA_KEY, MISSING_KEY
from clue_exchange.store import Transaction, insert_new


class KeyOf(NamedTuple):
    """The person of a clue whose key it is; nobody's where it is a facts key."""

    clue_id: UUID | None = None
    added_by: str | None = None
    number: int | None = None


def here(transaction: Transaction, key_ids: Collection[str]) -> set[str]:
    """Those of these keys that have arrived and live."""
    return set(transaction.scalars(_ALIVE, {"key_ids": list(key_ids)}))


def note(transaction: Transaction, wanted: Mapping[str, KeyOf], now: datetime) -> None:
    """These keys are wanted; no effect where one was here once, for then it is dead."""
    known = set(transaction.scalars(select(DATA_KEY.c.key_id).where(DATA_KEY.c.key_id.in_(wanted))))
    rows = [{"key_id": key_id, "since": now, **wanted[key_id]._asdict()} for key_id in sorted(wanted.keys() - known)]
    insert_new(transaction, MISSING_KEY, rows)


def listed(transaction: Transaction, limit: int) -> list[str]:
    """
    Those that are still missing, the oldest first; the others are struck off.

    So is the key of a person who is erased: it will never come, and must not.
    """
    if transaction.execute(_ANY).first() is None:
        return []
    transaction.execute(_STRIKE_OFF)
    return list(transaction.scalars(_OLDEST, {"limit": limit}))


_OF_HER = (DATA_KEY.c[name] == MISSING_KEY.c[name] for name in KeyOf._fields)
_HERS = and_(*_OF_HER, DATA_KEY.c.destroyed_at.is_not(None))
_SETTLED = select(DATA_KEY.c.key_id).where(or_(DATA_KEY.c.key_id == MISSING_KEY.c.key_id, _HERS))
_STRIKE_OFF = delete(MISSING_KEY).where(_SETTLED.exists())
_ANY = select(MISSING_KEY.c.key_id).limit(1)
_OLDEST = select(MISSING_KEY.c.key_id).order_by(MISSING_KEY.c.since, MISSING_KEY.c.key_id).limit(bindparam("limit"))
_ALIVE = select(DATA_KEY.c.key_id).where(
    DATA_KEY.c.key_id.in_(bindparam("key_ids", expanding=True)), DATA_KEY.c.destroyed_at.is_(None)
)
