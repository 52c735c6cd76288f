"""
The outbox: what this agency has said and Kafka must still be told, numbered and signed.

A record enters it in the transaction of its cause, so that it exists if and only if the cause does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, select, text, update

from clue_exchange.clock import Clock
from clue_exchange.journal_counters import next_number
from clue_exchange.journal_tables import ACKNOWLEDGED
from clue_exchange.keys import public_keys
from clue_exchange.signing import Signer
from clue_exchange.store import Transaction, is_sqlite
from clue_exchange.tables import OUTBOX
from clue_exchange.topics import is_family, owner_of, topic_name
from schemas.catalog import Family
from schemas.envelope import Record
from schemas.receipt import NumberRange

SENT_JUST_NOW = timedelta(seconds=30)
"""What was sent since then is on its way: it is not sent again, however often it is asked for."""
_HALTED = select(ACKNOWLEDGED.c.topic).where(ACKNOWLEDGED.c.halted.is_not(None))

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
HIGHEST_NUMBER = 2**53
"""That a journal can have: schemas/envelope.py."""
WAKE_CHANNEL = "clue_exchange_outbox"


@dataclass(frozen=True, slots=True)
class OutboxRecord:
    """A record on its way: `value` as it will stand in Kafka."""

    topic: str
    number: int
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


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

        The numbers of a journal have no gap and are committed in their order.
        """
        return self.append_at(transaction, topic, next_number(transaction, topic), key, body, headers)

    def append_at(
        self, transaction: Transaction, topic: str, number: int, key: bytes, body: bytes, headers: Mapping[str, str]
    ) -> Record:
        """The same under a number that was counted already, and under which nothing is queued."""
        allowed = self.may_sign(transaction, topic, number)
        key_id, signature = self._signer.sign(topic, number, body, allowed)
        record = Record(number=number, body=body, key_id=key_id, signature=signature)
        self._queue(transaction, _row(topic, number, key, record.to_value(), headers))
        return record

    def append_tombstone(self, transaction: Transaction, topic: str, key: bytes) -> None:
        """
        Queue the tombstone of a key in a compacted topic.

        Our own copies of the records that it buries, sent or not, are deleted here with it.
        """
        self.forget(transaction, topic, key)
        self._queue(transaction, _row(topic, next_number(transaction, topic), key, None))

    def forget(self, transaction: Transaction, topic: str, key: bytes) -> None:
        """Delete our own copies of the records under this key; what Kafka holds of them is not touched."""
        transaction.execute(delete(OUTBOX).where(OUTBOX.c.topic == topic, OUTBOX.c.key == key))

    def _queue(self, transaction: Transaction, row: Mapping[str, Any]) -> None:
        transaction.execute(_APPEND, {**row, "appended_at": self._clock()})
        if not is_sqlite(transaction):
            transaction.execute(text(f"NOTIFY {WAKE_CHANNEL}"))

    def pending(self, transaction: Transaction, limit: int) -> list[OutboxRecord]:
        """Records that Kafka has not acknowledged, keys first, each journal's in the order of its numbers."""
        rows = transaction.execute(_PENDING, {"limit": limit})
        return sorted(
            map(_record, rows), key=lambda each: (not is_family(each.topic, Family.KEYS), each.topic, each.number)
        )

    def pending_of(self, transaction: Transaction, topics: Collection[str]) -> list[OutboxRecord]:
        """All that Kafka has not acknowledged of these topics, each one's in the order of its numbers."""
        theirs = OUTBOX.c.topic.in_(topics), OUTBOX.c.sent_at.is_(None)
        rows = transaction.execute(select(OUTBOX).where(*theirs).order_by(OUTBOX.c.number))
        return [_record(row) for row in rows]

    def mark_sent(self, transaction: Transaction, records: Sequence[OutboxRecord]) -> None:
        """Note that Kafka holds these records."""
        if records:
            now = self._clock()
            sent = [{"_topic": record.topic, "_number": record.number, "sent_at": now} for record in records]
            transaction.execute(_MARK_SENT, sent)

    def mark_held(
        self, transaction: Transaction, topic: str, told: NumberRange | None, absent: Sequence[NumberRange]
    ) -> None:
        """The counterpart holds the numbers that it told of but these, which ascend, and none above them."""
        now, place, end = self._clock(), told.first if told else 1, told.last if told else 0
        for first, last in (*((gap.first, gap.last) for gap in absent), (end + 1, HIGHEST_NUMBER)):
            held_to = min(first - 1, end)
            transaction.execute(_MARK_HELD, {"_topic": topic, "_first": place, "_last": held_to, "held_at": now})
            transaction.execute(_MARK_NOT_HELD, {"_topic": topic, "_first": first, "_last": last})
            place = max(place, last + 1)

    def held_among(self, transaction: Transaction, topic: str, numbers: Collection[int]) -> list[int]:
        """Those of these numbers that a receipt has said to be held."""
        held = OUTBOX.c.topic == topic, OUTBOX.c.number.in_(numbers), OUTBOX.c.held_at.is_not(None)
        return list(transaction.scalars(select(OUTBOX.c.number).where(*held).order_by(OUTBOX.c.number)))

    def send_again(self, transaction: Transaction, topic: str, wanted: Iterable[NumberRange]) -> int:
        """Queue these numbers once more, but for what was sent just now; answers how many."""
        queued = 0
        for span in wanted:
            again = update(OUTBOX).where(*_numbers(topic, span.first, span.last), self._was_sent())
            queued += transaction.execute(again.values(sent_at=None)).rowcount
        return queued

    def send_keys_again(self, transaction: Transaction, topic: str, keys: Collection[str]) -> int:
        """Queue the records of these keys once more, as `send_again`; of a key that is dead there is none."""
        hers = OUTBOX.c.topic == topic, OUTBOX.c.key.in_([key.encode() for key in keys])
        return transaction.execute(update(OUTBOX).where(*hers, self._was_sent()).values(sent_at=None)).rowcount

    def last_sent(self, transaction: Transaction, topic: str) -> tuple[int, datetime] | None:
        """The highest number of this journal that Kafka acknowledged, and when; None before the first."""
        sent = OUTBOX.c.topic == topic, OUTBOX.c.sent_at.is_not(None)
        wanted = select(OUTBOX.c.number, OUTBOX.c.sent_at).where(*sent).order_by(OUTBOX.c.number.desc()).limit(1)
        row = transaction.execute(wanted).one_or_none()
        return None if row is None else (row.number, row.sent_at)

    def last_said(self, transaction: Transaction, topic: str) -> tuple[bytes, datetime] | None:
        """The newest record of a topic of ours, sent or not, and when it was appended."""
        wanted = select(OUTBOX).where(OUTBOX.c.topic == topic).order_by(OUTBOX.c.number.desc()).limit(1)
        row = transaction.execute(wanted).one_or_none()
        return None if row is None else (row.value, row.appended_at)

    def prune(self, transaction: Transaction, topic: str, before: datetime) -> int:
        """Delete what was sent before this moment, of a topic whose retention is over then; answers how many."""
        old = OUTBOX.c.topic == topic, OUTBOX.c.sent_at < before
        return transaction.execute(delete(OUTBOX).where(*old)).rowcount

    def _was_sent(self) -> ColumnElement[bool]:
        return OUTBOX.c.sent_at <= self._clock() - SENT_JUST_NOW

    def may_sign(self, transaction: Transaction, topic: str, number: int) -> Collection[str]:
        """
        The keys by which a record of this number is believed: docs/decisions/0011-key-rotation.md.

        A new key waits until Kafka holds its announcement; in the `keys` topic that stands before it anyway.
        """
        valid = {key.key_id for key in public_keys.keys_of(transaction, topic) if key.is_valid_for(number)}
        if len(valid) < 2 or is_family(topic, Family.KEYS):
            return valid
        return valid - self.unsent(transaction, topic_name(owner_of(topic), Family.KEYS), valid) or valid

    def first_under(self, transaction: Transaction, topic: str, key: bytes) -> Record | None:
        """The first record that was queued under this key, sent or not."""
        under = OUTBOX.c.topic == topic, OUTBOX.c.key == key
        value = transaction.scalar(select(OUTBOX.c.value).where(*under).order_by(OUTBOX.c.number).limit(1))
        return None if value is None else Record.from_value(value)

    def unsent(self, transaction: Transaction, topic: str, keys: Collection[str]) -> set[str]:
        """Those of these record keys that have a record which Kafka has not acknowledged."""
        is_one = OUTBOX.c.topic == topic, OUTBOX.c.key.in_([key.encode() for key in keys])
        left = transaction.scalars(select(OUTBOX.c.key).where(*is_one, OUTBOX.c.sent_at.is_(None)))
        return {key.decode() for key in left}


_APPEND = OUTBOX.insert()
_PENDING = (
    select(OUTBOX)
    .where(OUTBOX.c.sent_at.is_(None), OUTBOX.c.topic.not_in(_HALTED))
    .order_by(OUTBOX.c.number, OUTBOX.c.topic)  # never by the clock, and no journal keeps others waiting
    .limit(bindparam("limit"))
)
_OF_TOPIC = OUTBOX.c.topic == bindparam("_topic")
_MARK_SENT = (
    update(OUTBOX).where(_OF_TOPIC, OUTBOX.c.number == bindparam("_number")).values(sent_at=bindparam("sent_at"))
)
_BETWEEN = OUTBOX.c.number.between(bindparam("_first"), bindparam("_last"))
_MARK_HELD = update(OUTBOX).where(_OF_TOPIC, _BETWEEN, OUTBOX.c.held_at.is_(None)).values(held_at=bindparam("held_at"))
_MARK_NOT_HELD = update(OUTBOX).where(_OF_TOPIC, _BETWEEN, OUTBOX.c.held_at.is_not(None)).values(held_at=None)


def _row(
    topic: str, number: int, key: bytes, value: bytes | None, headers: Mapping[str, str] = NO_HEADERS
) -> dict[str, Any]:
    return {"topic": topic, "number": number, "key": key, "value": value, "headers": dict(headers)}


def _numbers(topic: str, first: int, last: int) -> tuple[ColumnElement[bool], ...]:
    return OUTBOX.c.topic == topic, OUTBOX.c.number.between(first, last)


def _record(row: Row[Any]) -> OutboxRecord:
    headers = tuple((name, value.encode()) for name, value in row.headers.items())
    return OutboxRecord(row.topic, row.number, row.key, row.value, headers)
