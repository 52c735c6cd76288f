"""
The fold's row: how a clue's view stands in the database. Called by the ledger, and by nobody else.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from clue_exchange.store import Transaction, insert_new, replace_row
from clue_exchange.tables import AID_BRANCH, CLUE
from schemas.fold import Fold, fold


def reserve(transaction: Transaction, clue_ids: Sequence[UUID], now: datetime) -> None:
    """Make sure that each clue has a row, so that the row can be locked."""
    insert_new(transaction, CLUE, [_row(clue_id, fold(()), 0, None, now) for clue_id in clue_ids])


def write_view(
    transaction: Transaction, clue_id: UUID, folded: Fold, waiting: int, opened_at: datetime, now: datetime
) -> None:
    """Replace the row of this clue, and of its requests for further aid, by what the fold says."""
    row = _row(clue_id, folded, waiting, opened_at, now)
    replace_row(transaction, CLUE, row)
    transaction.execute(AID_BRANCH.delete().where(AID_BRANCH.c.clue_id == clue_id))
    if folded.view.branches:
        transaction.execute(AID_BRANCH.insert(), [{"clue_id": clue_id, **asdict(b)} for b in folded.view.branches])


def _row(clue_id: UUID, folded: Fold, waiting: int, opened_at: datetime | None, now: datetime) -> dict[str, Any]:
    voided = sum(placed.void is not None for placed in folded.placed)
    return {
        "clue_id": clue_id,
        "state": folded.view.state,
        "turn": folded.view.turn,
        "origin": folded.view.origin,
        "urgent": folded.view.urgent,
        "applied": len(folded.placed) - voided,
        "void": voided,
        "waiting": waiting,
        "firm": folded.firm,
        "is_frozen": folded.is_frozen,
        "digest": folded.digest,
        "opened_at": opened_at,
        "changed_at": now,
    }
