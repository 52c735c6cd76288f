"""
Dead letters: what could not be taken in, kept with its bytes here and told without them in a topic.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select, update

from clue_exchange.clock import Clock
from clue_exchange.crash_points import crash_point
from clue_exchange.errors import PoisonRecord
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.at_rest import AtRest
from clue_exchange.outbox import Outbox
from clue_exchange.store import Transaction, insert_new
from clue_exchange.tables import DEAD_LETTER
from clue_exchange.topics import topic_name
from schemas.catalog import Family
from schemas.codec import frame, newest


class Reason(StrEnum):
    """Why a record is poison. docs/glossary.md says what each means and what to do."""

    NO_VALUE = "no_value"
    TOO_LARGE = "too_large"
    NOT_FRAMED = "not_framed"
    UNKNOWN_FINGERPRINT = "unknown_fingerprint"
    NOT_CANONICAL = "not_canonical"
    MALFORMED = "malformed"
    BAD_SIGNATURE = "bad_signature"
    KEY_MISMATCH = "key_mismatch"
    HEADER_MISMATCH = "header_mismatch"
    SENDER_MISMATCH = "sender_mismatch"
    WRONG_JOURNAL = "wrong_journal"
    SUITE_REFUSED = "suite_refused"
    AGREEMENT_MISMATCH = "agreement_mismatch"
    EVENT_ID_REUSED = "event_id_reused"
    NUMBER_REUSED = "number_reused"
    PART_UNREADABLE = "part_unreadable"
    INVALID_EVENT = "invalid_event"
    KEY_NOT_FOR_US = "key_not_for_us"
    KEY_REUSED = "key_reused"
    TOMBSTONE = "tombstone"


ALERTS = frozenset(Reason) - {
    Reason.TOO_LARGE,
    Reason.NOT_FRAMED,
    Reason.UNKNOWN_FINGERPRINT,
    Reason.MALFORMED,
    Reason.INVALID_EVENT,
    Reason.KEY_NOT_FOR_US,
}
"""Reasons that an honest peer never gives: a person for security must look."""


class Resolution(StrEnum):
    """Why a dead letter needs nobody any more."""

    REPLAYED = "replayed"
    HELD = "held"  # the same signed bytes have arrived otherwise
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """
    One dead letter, told without its bytes.

    Attributes:
        number: where its signature vouches for one; it was reported as rejected then, and is never replayed.
        size: of the value; None where there was none.
    """

    topic: str
    partition: int
    offset: int
    number: int | None
    reason: Reason
    sha256: bytes
    size: int | None
    noted_at: datetime
    resolution: Resolution | None = None
    resolved_at: datetime | None = None

    @property
    def name(self) -> str:
        """What it is asked for by."""
        return f"{self.topic}:{self.offset}"

    @property
    def is_alert(self) -> bool:
        return self.reason in ALERTS


class DeadLetters:
    """The dead letters of one agency: a table that keeps the bytes, a topic that tells of them."""

    def __init__(self, agency: str, outbox: Outbox, at_rest: AtRest, clock: Clock) -> None:
        self._topic = topic_name(agency, Family.DEAD_LETTER)
        self._outbox = outbox
        self._at_rest = at_rest
        self._clock = clock

    def note(self, transaction: Transaction, record: ReceivedRecord, poison: PoisonRecord) -> DeadLetter:
        """
        Keep the record and tell of it, in the transaction that moves the position over it.

        A record that was noted before stays as it is.
        """
        sha256, size = hashlib.sha256(record.value or b"").digest(), None if record.value is None else len(record.value)
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        told = {"reason": poison.reason, "number": poison.number, "sha256": sha256, **place}
        sealed = self._at_rest.seal(_place(record.topic, record.offset), record.value or b"")
        kept = {**told, "key": record.key, "sealed": sealed, "size": size, "noted_at": self._clock()}
        insert_new(transaction, DEAD_LETTER, [kept])
        crash_point("loop.in_dead_letter")
        body = frame(newest("DeadLetterNote"), told)
        self._outbox.append(transaction, self._topic, record.topic.encode(), body, {})
        at = record.topic, record.partition, record.offset
        return DeadLetter(*at, poison.number, Reason(poison.reason), sha256, size, self._clock())

    def holds(self, transaction: Transaction, record: ReceivedRecord, number: int | None) -> bool:
        """Whether these bytes were rejected before, under a number that their sender vouches for."""
        if number is None:
            return False
        sha256 = hashlib.sha256(record.value or b"").digest()
        same = DEAD_LETTER.c.topic == record.topic, DEAD_LETTER.c.number == number, DEAD_LETTER.c.sha256 == sha256
        return transaction.execute(select(DEAD_LETTER.c.offset).where(*same)).first() is not None

    def listed(self, transaction: Transaction) -> list[DeadLetter]:
        """All dead letters, the oldest first."""
        rows = transaction.execute(select(DEAD_LETTER).order_by(DEAD_LETTER.c.noted_at, DEAD_LETTER.c.offset))
        return [_told(row) for row in rows]

    def find(self, transaction: Transaction, topic: str, offset: int) -> DeadLetter | None:
        """The dead letter of this place; None where there is none."""
        row = transaction.execute(select(DEAD_LETTER).where(*_at(topic, offset))).one_or_none()
        return None if row is None else _told(row)

    def record(self, transaction: Transaction, letter: DeadLetter) -> ReceivedRecord:
        """The record as it arrived, less its headers, which are not kept."""
        row = transaction.execute(select(DEAD_LETTER).where(*_at(letter.topic, letter.offset))).one()
        value = None if letter.size is None else self._at_rest.open(_place(letter.topic, letter.offset), row.sealed)
        return ReceivedRecord(letter.topic, letter.partition, letter.offset, row.key, value, (), 0)

    def judge_again(self, transaction: Transaction, letter: DeadLetter, poison: PoisonRecord) -> None:
        """It is poison for another reason now, and perhaps under a number that its signature vouches for now."""
        judged = {"reason": poison.reason, "number": poison.number}
        transaction.execute(update(DEAD_LETTER).where(*_at(letter.topic, letter.offset)).values(judged))

    def resolve(self, transaction: Transaction, letter: DeadLetter, resolution: Resolution) -> None:
        """It needs nobody any more; its row and its bytes stay."""
        resolved = {"resolution": resolution, "resolved_at": self._clock()}
        transaction.execute(update(DEAD_LETTER).where(*_at(letter.topic, letter.offset)).values(resolved))

    def count(self, transaction: Transaction) -> int:
        """How many there are."""
        return int(transaction.execute(select(func.count()).select_from(DEAD_LETTER)).scalar_one())


def _at(topic: str, offset: int) -> tuple[Any, ...]:
    return DEAD_LETTER.c.topic == topic, DEAD_LETTER.c.offset == offset


def _place(topic: str, offset: int) -> str:
    """Where a value is sealed for."""
    return f"dead_letter:{topic}:{offset}"


def _told(row: Row[Any]) -> DeadLetter:
    fields = {name: getattr(row, name) for name in DeadLetter.__slots__}
    resolution = None if row.resolution is None else Resolution(row.resolution)
    return DeadLetter(**{**fields, "reason": Reason(row.reason), "resolution": resolution})
