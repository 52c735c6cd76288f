"""
The fold's row: how a clue's view stands in the database. Called by the ledger, and by nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Delete, Table, bindparam, delete

from clue_exchange.store import Transaction, insert_new, replace_rows
from clue_exchange.tables import AID_BRANCH, CLUE
from schemas.deadlines import owes_anything
from schemas.fold import Fold, fold
from schemas.view import Branch


@dataclass(frozen=True, slots=True)
class View:
    """
    What the fold says of a clue.

    Attributes:
        waiting: how many of its events have not taken their places.
        opened_at: when its first event occurred; None where there is none.
    """

    clue_id: UUID
    folded: Fold
    waiting: int
    opened_at: datetime | None


class ViewTables(NamedTuple):
    """Where views are written: the tables that everybody reads, or fresh ones of the same columns."""

    clue: Table
    aid_branch: Table


LIVE = ViewTables(CLUE, AID_BRANCH)


def reserve(transaction: Transaction, clue_ids: Sequence[UUID], now: datetime) -> None:
    """Make sure that each clue has a row, so that the row can be locked."""
    nothing = fold(())
    insert_new(transaction, CLUE, [_row(View(clue_id, nothing, 0, None), now) for clue_id in clue_ids])


def write_views(transaction: Transaction, views: Sequence[View], now: datetime, into: ViewTables = LIVE) -> None:
    """Replace the rows of these clues, and of their requests for further aid, by what the fold says."""
    replace_rows(transaction, into.clue, [_row(view, now) for view in views])
    transaction.execute(_forget_branches(into.aid_branch), {"clue_ids": [view.clue_id for view in views]})
    branches = [{"clue_id": view.clue_id, **_branch(b)} for view in views for b in view.folded.view.branches]
    if branches:
        transaction.execute(into.aid_branch.insert(), branches)


@cache
def _forget_branches(table: Table) -> Delete:
    return delete(table).where(table.c.clue_id.in_(bindparam("clue_ids", expanding=True)))


def _branch(branch: Branch) -> Mapping[str, Any]:
    answer = branch.answer
    return {"branch_id": branch.branch_id, "kind": branch.kind, "asked_by": branch.asked_by, "answer": answer}


def _row(view: View, now: datetime) -> Mapping[str, Any]:
    folded = view.folded
    voided = sum(placed.void is not None for placed in folded.placed)
    return {
        "clue_id": view.clue_id,
        "state": folded.view.state,
        "turn": folded.view.turn,
        "origin": folded.view.origin,
        "urgent": folded.view.urgent,
        "applied": len(folded.placed) - voided,
        "void": voided,
        "waiting": view.waiting,
        "firm": folded.firm,
        "is_frozen": folded.is_frozen,
        "owes": owes_anything(folded.view),
        "digest": folded.digest,
        "opened_at": view.opened_at,
        "changed_at": now,
    }
