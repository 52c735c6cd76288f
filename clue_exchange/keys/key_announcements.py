"""
The signed records by which a party announced or revoked a signing key, verbatim: what proves a key to a third person.

`public_key` says which key may sign which numbers; these records say on whose word.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from clue_exchange.store import Transaction, insert_new
from clue_exchange.tables import KEY_ANNOUNCEMENT
from clue_exchange.topics import topic_name
from schemas.catalog import Family
from schemas.envelope import Record


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record and its place; `value` is verbatim."""

    topic: str
    number: int
    value: bytes


def keep(transaction: Transaction, topic: str, record: Record) -> None:
    """Keep a record that changed the signing keys of a party; no effect where it is kept already."""
    row = {"topic": topic, "number": record.number, "record": record.to_value()}
    insert_new(transaction, KEY_ANNOUNCEMENT, [row])


def kept(transaction: Transaction, agencies: Collection[str]) -> list[StoredRecord]:
    """All such records of these agencies, each topic's in the order of its numbers."""
    topics = [topic_name(agency, Family.KEYS) for agency in agencies]
    wanted = select(KEY_ANNOUNCEMENT).where(KEY_ANNOUNCEMENT.c.topic.in_(topics))
    ordered = wanted.order_by(KEY_ANNOUNCEMENT.c.topic, KEY_ANNOUNCEMENT.c.number)
    return [StoredRecord(row.topic, row.number, row.record) for row in transaction.execute(ordered)]
