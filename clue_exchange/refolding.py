"""
The ledger's rebuild: clues folded afresh from their events into fresh tables, which then take the place of the old.

What is compared is all that a fold decides: the views, and of each event its columns and its place.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select

from clue_exchange import chains
from clue_exchange.chains import Chain
from clue_exchange.fresh_views import FRESH, copy_views, keep_out_writers, stored_views, swap
from clue_exchange.ledger import Ledger
from clue_exchange.said_events import SaidEvents
from clue_exchange.signed_events import SignedEvent
from clue_exchange.store import Transaction, replace_rows
from clue_exchange.tables import EVENT
from clue_exchange.views import LIVE, write_views


class StoredRecord(NamedTuple):
    """An event's bytes, and what the table says of their place."""

    clue_id: UUID
    hash: bytes
    topic: str
    number: int
    record: bytes


class Size(NamedTuple):
    """How many events of a clue there are, and how many whose facts are known: neither ever falls."""

    events: int
    known: int


@dataclass(frozen=True, slots=True)
class Refolded:
    """
    What some clues came to.

    Attributes:
        differing: those of which the tables say something else.
        corrections: rows of the event table to be written over what is there.
    """

    differing: Collection[UUID]
    corrections: Sequence[Mapping[str, Any]]


def sizes(transaction: Transaction) -> dict[UUID, Size]:
    """All clues of the event table."""
    counted = select(EVENT.c.clue_id, func.count(), func.count(EVENT.c.facts)).group_by(EVENT.c.clue_id)
    return {clue_id: Size(events, known) for clue_id, events, known in transaction.execute(counted)}


def records(transaction: Transaction, clue_ids: Collection[UUID]) -> list[StoredRecord]:
    """The events of these clues as they are stored, in no order."""
    columns = (EVENT.c[name] for name in StoredRecord._fields)
    return [StoredRecord(*row) for row in transaction.execute(select(*columns).where(EVENT.c.clue_id.in_(clue_ids)))]


def refold(
    transaction: Transaction, ledger: Ledger, events: Mapping[UUID, Sequence[SignedEvent]], now: datetime
) -> Refolded:
    """Fold these clues, of which these are all the events, into the fresh tables; nothing that is seen changes."""
    found: dict[UUID, Chain] = {clue_id: {} for clue_id in events}
    chains.add_new(found, [event for each in events.values() for event in each], SaidEvents())
    stored = chains.stored_rows(transaction, events)
    views, corrections, differing = [], [], set()
    for clue_id, (view, standings) in ledger.views_of(transaction, found).items():
        views.append(view)
        for event in events[clue_id]:
            row = chains.row_of(event, standings[event.hash], stored[event.hash]["recorded_at"])
            if row != stored[event.hash]:
                corrections.append(row)
                differing.add(clue_id)
    write_views(transaction, views, now, FRESH)
    live, fresh = (stored_views(transaction, events, tables) for tables in (LIVE, FRESH))
    same = [clue_id for clue_id in events if live.get(clue_id) == fresh[clue_id]]
    copy_views(transaction, same)  # with the moment at which they changed
    return Refolded(differing | (events.keys() - same), corrections)


def keep_as_it_is(transaction: Transaction, clue_ids: Collection[UUID]) -> None:
    """Views that cannot be folded afresh stay as they are."""
    copy_views(transaction, clue_ids)


def take_over(
    transaction: Transaction, ledger: Ledger, folded: Mapping[UUID, Size], corrections: Sequence[Mapping[str, Any]]
) -> None:
    """
    Let the fresh views take the place of the old ones, with the corrections.

    A clue that got events since it was folded is folded once more, here, where nobody else can change it.
    """
    keep_out_writers(transaction)
    replace_rows(transaction, EVENT, corrections)
    swap(transaction)
    changed = [clue_id for clue_id, size in sizes(transaction).items() if folded.get(clue_id) != size]
    ledger.refold(transaction, changed)


def discard(transaction: Transaction, hashes: Collection[bytes]) -> None:
    """Delete events whose bytes prove nothing any more, so that they can be taken in again."""
    transaction.execute(delete(EVENT).where(EVENT.c.hash.in_(hashes)))
