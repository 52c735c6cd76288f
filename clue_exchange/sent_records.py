"""
Own records that Kafka holds and this database did not know of: they join the outbox as sent, and use up their numbers.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update

from clue_exchange.errors import JournalStopped
from clue_exchange.journal_counters import go_on_behind
from clue_exchange.outbox import OutboxRecord
from clue_exchange.store import Transaction, insert_new
from clue_exchange.tables import OUTBOX
from schemas.envelope import Record


def note_sent(transaction: Transaction, topic: str, records: Sequence[OutboxRecord], now: datetime) -> None:
    """
    Count these records, which Kafka holds, as ours and sent; no later one gets a number of theirs.

    Raises:
        JournalStopped: another record of ours stands under one of the numbers.
    """
    by_number = {record.number: record for record in records}
    known = OUTBOX.c.topic == topic, OUTBOX.c.number.in_(by_number)
    for number, body_hash in hashes_under(transaction, topic, by_number).items():
        if _hash(by_number[number].value) != body_hash:
            raise contradicted(topic, number)
    rows = [
        {**asdict(record), "headers": {name: value.decode() for name, value in record.headers}}
        for record in by_number.values()
    ]
    insert_new(transaction, OUTBOX, [{**row, "appended_at": now, "sent_at": now} for row in rows])
    transaction.execute(update(OUTBOX).where(*known, OUTBOX.c.sent_at.is_(None)).values(sent_at=now))
    go_on_behind(transaction, {topic: max(by_number, default=0)})


def hashes_under(transaction: Transaction, topic: str, numbers: Collection[int]) -> dict[int, bytes | None]:
    """The hashes of the bodies that this database has under these numbers of ours; None of a tombstone."""
    known = OUTBOX.c.topic == topic, OUTBOX.c.number.in_(numbers)
    rows = transaction.execute(select(OUTBOX.c.number, OUTBOX.c.value).where(*known))
    return {row.number: _hash(row.value) for row in rows}


def _hash(value: bytes | None) -> bytes | None:
    return None if value is None else Record.from_value(value).body_hash


def contradicted(topic: str, number: int) -> JournalStopped:
    """Kafka holds something else under a number of ours than this database does."""
    return JournalStopped(
        topic,
        f"number {number} in Kafka is not what this database holds under it. Nothing is sent. Either a restored copy "
        "was used before its node had read back: restore the copy again, start its node first. Or somebody has our "
        "key: `keys rotate` and `keys revoke` (they need no node), then `forgeries` (docs/operating.md)",
    )
