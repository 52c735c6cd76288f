"""
Records of our own topics, as Kafka holds them: proven by our own public keys, and taken back where they are lacking.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from clue_exchange.clock import Clock
from clue_exchange.errors import PoisonRecord
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys import public_keys
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.ledger import APPLIED, Ledger
from clue_exchange.outbox import Outbox, OutboxRecord
from clue_exchange.sent_records import contradicted, note_sent
from clue_exchange.signed_events import SignedEvent, courtesy_headers, record_key
from clue_exchange.store import Transaction
from clue_exchange.topics import is_family
from consumers.dead_letters import Reason
from consumers.key_records import Brought, take_key_record
from consumers.reading import Reader
from consumers.receive import Proven, prove, unpack
from schemas.catalog import Family
from schemas.clue_events import ErasureConfirmed, ErasureRequested
from schemas.envelope import Envelope
from schemas.event import PersonKey
from schemas.key_record import KeyKind, KeyRecord

EraseAgain = Callable[[Transaction, UUID, Collection[PersonKey]], Collection[str]]
"""Destroys the data of persons of a clue, as when the own event was issued; answers other keys of theirs to bury."""


@dataclass(slots=True)
class TakenBack:
    """
    What records of one of our topics came to.

    Attributes:
        events, keys: how many were new here.
        unreadable: data keys of which no private key of ours opens the wrap any more.
        strangers: records that we did not sign, each with the reason.
        tombstoned: ids of keys whose tombstones stand in the topic.
        to_bury: keys of erased candidates.
    """

    events: int = 0
    keys: int = 0
    unreadable: int = 0
    strangers: list[tuple[ReceivedRecord, PoisonRecord]] = field(default_factory=list)
    tombstoned: list[str] = field(default_factory=list)
    to_bury: list[str] = field(default_factory=list)

    def add(self, other: "TakenBack") -> None:
        """Count what another batch came to as well."""
        self.events += other.events
        self.keys += other.keys
        self.unreadable += other.unreadable
        self.tombstoned += other.tombstoned
        self.to_bury += other.to_bury


class OwnRecords:
    """Takes back the records of one agency's own journals."""

    def __init__(
        self,
        reader: Reader,
        ledger: Ledger,
        outbox: Outbox,
        keyring: KeyRing,
        index: BlindIndex,
        erase_again: EraseAgain,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._outbox = outbox
        self._keyring = keyring
        self._index = index
        self._erase_again = erase_again
        self._clock = clock

    def take(self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord]) -> TakenBack:
        """
        Take back what these records of the `keys` topic, or of a journal of events, say; each counts as sent.

        Raises:
            JournalStopped: we signed one of them, and it contradicts what this database holds. Roll back.
        """
        return (self._take_keys if is_family(topic, Family.KEYS) else self._take_events)(transaction, topic, sources)

    def _take_events(self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord]) -> TakenBack:
        taken = TakenBack()
        readings = self._reader.read_events(transaction, topic, sources)
        for reading in readings:
            if reading.poison is not None:
                _sort_out(taken, topic, reading.source, reading.poison)
        sent = [_sent(each.proven) for each in readings if each.proven]
        note_sent(transaction, topic, sent, self._clock())
        found = [(reading.event, reading.tokens) for reading in readings if reading.event is not None]
        events = [signed for signed, _ in found]
        taken.events = len(events)
        placements = self._ledger.append(transaction, events) if events else []
        self._index.note_clues(transaction, [(signed.envelope.clue_id, tokens) for signed, tokens in found])
        for signed in events:
            taken.to_bury += self._repeat_erasure(transaction, signed)
        for placed in placements:
            if placed.event_type == ErasureConfirmed.__name__ and placed.outcome == APPLIED:
                self._keyring.tombstone(transaction, placed.clue_id)
        return taken

    def _repeat_erasure(self, transaction: Transaction, signed: SignedEvent) -> Collection[str]:
        """Her key died here when this event was issued, whether or not it has its place yet: it must not come back."""
        if not isinstance(signed.event, ErasureRequested | ErasureConfirmed):
            return ()
        persons = [person.key for person in signed.event.persons]
        return self._erase_again(transaction, signed.envelope.clue_id, persons)

    def _take_keys(self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord]) -> TakenBack:
        taken, arriving, ours = TakenBack(), self._keyring.arriving(), []
        for source in sources:
            if source.value is None:
                taken.tombstoned.append((source.key or b"").decode(errors="replace"))
                continue
            try:
                proven = prove(source, unpack(source), public_keys.verifier(transaction, topic))
                ours.append(proven)
                taken.keys += take_key_record(transaction, arriving, proven) is not Brought.NOTHING
            except PoisonRecord as poison:
                if poison.reason == Reason.KEY_NOT_FOR_US:
                    taken.unreadable += 1
                else:
                    _sort_out(taken, topic, source, poison)
        arriving.keep(transaction)
        alive = self._keyring.alive_among(transaction, [_key(each).decode() for each in ours])
        kept = [each for each in ours if _key(each).decode() in alive or not _is_data_key(each)]
        note_sent(transaction, topic, [_sent_key(each) for each in kept], self._clock())
        return taken


def _sort_out(taken: TakenBack, topic: str, source: ReceivedRecord, poison: PoisonRecord) -> None:
    """What nothing vouches for was written by a stranger; what we signed must fit."""
    if poison.number is not None:
        raise contradicted(topic, poison.number)
    taken.strangers.append((source, poison))


def _sent(proven: Proven) -> OutboxRecord:
    envelope = Envelope.from_body(proven.record.body)
    headers = tuple((name, value.encode()) for name, value in courtesy_headers(envelope).items())
    source = proven.source
    return OutboxRecord(source.topic, proven.record.number, record_key(envelope), source.value, headers)


def _sent_key(proven: Proven) -> OutboxRecord:
    return OutboxRecord(proven.source.topic, proven.record.number, _key(proven), proven.source.value, ())


def _is_data_key(proven: Proven) -> bool:
    """Of an erased person nothing is kept that carries her key, not even wrapped."""
    return KeyRecord.from_body(proven.record.body).kind in (KeyKind.facts, KeyKind.person)


def _key(proven: Proven) -> bytes:
    return proven.source.key or b""
