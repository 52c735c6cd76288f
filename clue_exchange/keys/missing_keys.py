"""
Keys that have not arrived, though events here are sealed with them: receipts name them, their owner sends them again.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from clue_exchange.key_tables import DATA_KEY, MISSING_KEY
from clue_exchange.store import Transaction, insert_new


def here(transaction: Transaction, key_ids: Collection[str]) -> set[str]:
    """Those of these keys that have arrived and live."""
    alive = DATA_KEY.c.key_id.in_(key_ids), DATA_KEY.c.destroyed_at.is_(None)
    return set(transaction.scalars(select(DATA_KEY.c.key_id).where(*alive)))


def note(transaction: Transaction, key_ids: Collection[str], now: datetime) -> None:
    """These keys are wanted; no effect where one was here once, for then it is dead."""
    known = set(transaction.scalars(select(DATA_KEY.c.key_id).where(DATA_KEY.c.key_id.in_(key_ids))))
    insert_new(transaction, MISSING_KEY, [{"key_id": key_id, "since": now} for key_id in sorted(set(key_ids) - known)])


def listed(transaction: Transaction, limit: int) -> list[str]:
    """Those that are still missing, the oldest first; the others are struck off."""
    arrived = select(DATA_KEY.c.key_id).where(DATA_KEY.c.key_id == MISSING_KEY.c.key_id)
    transaction.execute(delete(MISSING_KEY).where(arrived.exists()))
    wanted = select(MISSING_KEY.c.key_id).order_by(MISSING_KEY.c.since, MISSING_KEY.c.key_id).limit(limit)
    return list(transaction.scalars(wanted))
