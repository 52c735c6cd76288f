"""
Dead letters: what could not be taken in, kept with its bytes here and told without them in a topic.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

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


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter, told without its bytes."""

    topic: str
    partition: int
    offset: int
    number: int | None
    reason: Reason

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
        sha256 = hashlib.sha256(record.value or b"").digest()
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        told = {"reason": poison.reason, "number": poison.number, "sha256": sha256, **place}
        sealed = self._at_rest.seal(f"dead_letter:{record.topic}:{record.offset}", record.value or b"")
        kept = {**told, "key": record.key, "sealed": sealed, "noted_at": self._clock()}
        insert_new(transaction, DEAD_LETTER, [kept])
        crash_point("loop.in_dead_letter")
        body = frame(newest("DeadLetterNote"), told)
        self._outbox.append(transaction, self._topic, record.topic.encode(), body, {})
        return DeadLetter(record.topic, record.partition, record.offset, poison.number, Reason(poison.reason))

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
        return [DeadLetter(r.topic, r.partition, r.offset, r.number, Reason(r.reason)) for r in rows]

    def count(self, transaction: Transaction) -> int:
        """How many there are."""
        return int(transaction.execute(select(func.count()).select_from(DEAD_LETTER)).scalar_one())
