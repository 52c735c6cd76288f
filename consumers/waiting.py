"""
Events that wait: for what, since when, and whether that is too long. They take their places by themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from clue_exchange import agreements
from clue_exchange.keys import missing_keys
from clue_exchange.store import Transaction
from clue_exchange.tables import EVENT
from consumers.opening import lacking
from consumers.receive import stored_event


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """
    An event that waits.

    Attributes:
        since: when it arrived.
        waits_for: predecessors by the beginnings of their hashes; a key, a version of the agreement or of this program.
    """

    clue_id: UUID
    event_id: UUID
    event_type: str
    topic: str
    number: int
    since: datetime
    waits_for: tuple[str, ...]


def waiting(transaction: Transaction) -> list[WaitingRow]:
    """The waiting events and what each waits for, the oldest first."""
    rows = transaction.execute(select(EVENT).where(EVENT.c.outcome == "waiting").order_by(EVENT.c.recorded_at)).all()
    named = {h for row in rows for h in (row.previous, row.seen) if h is not None}
    placed = set(transaction.scalars(select(EVENT.c.hash).where(EVENT.c.hash.in_(named), EVENT.c.place.is_not(None))))
    unopened = _lacking(transaction, [row for row in rows if row.facts is None])
    return [
        WaitingRow(
            clue_id=row.clue_id,
            event_id=row.event_id,
            event_type=row.event_type,
            topic=row.topic,
            number=row.number,
            since=row.recorded_at,
            waits_for=unopened.get(row.hash, ())
            + tuple(f"event {h.hex()[:12]}…" for h in (row.previous, row.seen) if h is not None and h not in placed),
        )
        for row in rows
    ]


def _lacking(transaction: Transaction, unread: Iterable[Row[Any]]) -> dict[bytes, tuple[str, ...]]:
    """What the facts of each of these events wait for."""
    terms = agreements.terms(transaction)
    envelopes = {row.hash: stored_event(row.topic, row.record).envelope for row in unread}
    here = missing_keys.here(transaction, {envelope.facts.key_id for envelope in envelopes.values()})
    found = {}
    for event_hash, envelope in envelopes.items():
        named = terms.get(envelope.agreement_version)
        is_other = named is not None and named.hash != envelope.agreement_hash
        other = (f"another text of agreement version {envelope.agreement_version} than the one adopted here",)
        found[event_hash] = other if is_other else tuple(lacking(envelope, here, terms.keys())) or (UNREADABLE,)
    return found


UNREADABLE = "nothing: its facts cannot be read here, ask its sender"
"""All is here, and what was sealed breaks the contract: an own event, read back, or one beyond the cap."""
