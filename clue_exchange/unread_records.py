"""
Where in Kafka the events stand that were taken in and cannot be read yet: if they prove to be poison, it is told of it.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, select

from clue_exchange.journal_tables import UNREAD_RECORD
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.store import Transaction, insert_new


def keep(transaction: Transaction, sources: Iterable[tuple[bytes, ReceivedRecord]]) -> None:
    """Keep the places and record keys of these events, by the hashes of their bodies."""
    rows = [
        {"hash": event_hash, "partition": source.partition, "offset": source.offset, "key": source.key}
        for event_hash, source in sources
    ]
    insert_new(transaction, UNREAD_RECORD, rows)


def source_of(transaction: Transaction, topic: str, event_hash: bytes, value: bytes) -> ReceivedRecord | None:
    """An event's record as it arrived, less its headers, which are not kept; None where it did not come from a peer."""
    row = transaction.execute(select(UNREAD_RECORD).where(UNREAD_RECORD.c.hash == event_hash)).one_or_none()
    return None if row is None else ReceivedRecord(topic, row.partition, row.offset, row.key, value, (), 0)


def forget(transaction: Transaction, hashes: Collection[bytes]) -> None:
    """These are read, or rejected."""
    if hashes:
        transaction.execute(delete(UNREAD_RECORD).where(UNREAD_RECORD.c.hash.in_(hashes)))
