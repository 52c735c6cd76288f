"""
The outbox: what this agency has said and Kafka must still be told, numbered and signed.

A record enters it in the transaction of its cause, so that it exists if and only if the cause does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, text, update

from clue_exchange.clock import Clock
from clue_exchange.signing import Signer
from clue_exchange.store import Transaction, is_sqlite, upsert
from clue_exchange.tables import JOURNAL_COUNTER, OUTBOX
from schemas.envelope import Record

WAKE_CHANNEL = "clue_exchange_outbox"


@dataclass(frozen=True, slots=True)
class OutboxRecord:
    """A record on its way: `value` as it will stand in Kafka."""

    topic: str
    number: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits in the outbox, and since when the oldest does; None where nothing waits."""

    records: int
    oldest: datetime | None


class Outbox:
    """The records of one agency's topics that have to reach Kafka, in journal order."""

    def __init__(self, signer: Signer, clock: Clock) -> None:
        self._signer = signer
        self._clock = clock

    def append(
        self, transaction: Transaction, topic: str, key: bytes, body: bytes, headers: Mapping[str, str]
    ) -> Record:
        """
        Number and sign a body and queue it for Kafka.

        The numbers of a journal have no gap and are committed in their order: the counter's row stays locked until
        the transaction ends. (A database sequence would do neither.)
        """
        number = self._next_number(transaction, topic)
        key_id, signature = self._signer.sign(topic, number, body)
        record = Record(number=number, body=body, key_id=key_id, signature=signature)
        transaction.execute(
            OUTBOX.insert().values(
                topic=topic,
                number=number,
                key=key,
                value=record.to_value(),
                headers=dict(headers),
                appended_at=self._clock(),
            )
        )
        if not is_sqlite(transaction):
            transaction.execute(text(f"NOTIFY {WAKE_CHANNEL}"))
        return record

    def pending(self, transaction: Transaction, limit: int) -> list[OutboxRecord]:
        """The oldest records that Kafka has not acknowledged, each journal's in the order of its numbers."""
        rows = transaction.execute(
            select(OUTBOX)
            .where(OUTBOX.c.sent_at.is_(None))
            .order_by(OUTBOX.c.appended_at, OUTBOX.c.topic, OUTBOX.c.number)
            .limit(limit)
        )
        records = [OutboxRecord(row.topic, row.number, row.key, row.value, _as_bytes(row.headers)) for row in rows]
        return sorted(records, key=lambda record: (record.topic, record.number))

    def mark_sent(self, transaction: Transaction, records: Sequence[OutboxRecord]) -> None:
        """Note that Kafka holds these records."""
        if records:
            transaction.execute(
                update(OUTBOX)
                .where(OUTBOX.c.topic == bindparam("_topic"), OUTBOX.c.number == bindparam("_number"))
                .values(sent_at=self._clock()),
                [{"_topic": record.topic, "_number": record.number} for record in records],
            )

    def depth(self, transaction: Transaction) -> Depth:
        """What is not acknowledged yet."""
        pending = select(func.count(), func.min(OUTBOX.c.appended_at)).where(OUTBOX.c.sent_at.is_(None))
        records, oldest = transaction.execute(pending).one()
        return Depth(records, oldest)

    @staticmethod
    def _next_number(transaction: Transaction, topic: str) -> int:
        counted = (
            upsert(transaction, JOURNAL_COUNTER)
            .values(topic=topic, last_number=1)
            .on_conflict_do_update(index_elements=["topic"], set_={"last_number": JOURNAL_COUNTER.c.last_number + 1})
            .returning(JOURNAL_COUNTER.c.last_number)
        )
        return int(transaction.execute(counted).scalar_one())


def _as_bytes(headers: Mapping[str, str]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value.encode()) for name, value in headers.items())
