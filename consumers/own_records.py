"""
Records of our own topics, as Kafka holds them: proven by our own public keys, and taken back where they are lacking.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
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
from clue_exchange.sent_records import hashes_under, note_sent
from clue_exchange.signed_events import SignedEvent, courtesy_headers, record_key
from clue_exchange.store import Transaction
from clue_exchange.topics import is_family
from consumers.dead_letters import Reason
from consumers.key_records import Brought, take_key_record
from consumers.reading import Reader
from consumers.receive import Proven, prove, unpack
from consumers.record_reading import Reading
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
        forged: records that our key signed and that we did not write; where there is one in a journal of events,
            nothing else of the batch is taken.
        tombstoned: ids of keys whose tombstones stand in the topic.
        to_bury: keys of erased candidates.
    """

    events: int = 0
    keys: int = 0
    unreadable: int = 0
    strangers: list[tuple[ReceivedRecord, PoisonRecord]] = field(default_factory=list)
    forged: list[Proven] = field(default_factory=list)
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

    def take(
        self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord], given: int | None
    ) -> TakenBack:
        """
        Take back what these records of the `keys` topic, or of a journal of events, say; each counts as sent.

        `given` is the last number that this agency gave there; None where this database may be an older copy, so that
        what our key signed is believed to be ours.
        """
        take = self._take_keys if is_family(topic, Family.KEYS) else self._take_events
        return take(transaction, topic, sources, given)

    def take_on(self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord]) -> TakenBack:
        """Take for ours what others wrote into a journal of events under our key; what is no event says nothing."""
        taken = TakenBack()
        self._append(transaction, self._reader.read_events(transaction, topic, sources), taken)
        return taken

    def _take_events(
        self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord], given: int | None
    ) -> TakenBack:
        taken = TakenBack()
        readings = self._reader.read_events(transaction, topic, sources)
        known = hashes_under(transaction, topic, [each.proven.record.number for each in readings if each.proven])
        for reading in readings:
            if reading.poison is not None and reading.poison.number is None:
                taken.strangers.append((reading.source, reading.poison))
            elif reading.proven is not None and _is_forged(reading, reading.proven, known, given):
                taken.forged.append(reading.proven)
        if taken.forged:
            return taken
        sent = [_sent(each.proven) for each in readings if each.proven and not each.poison]
        note_sent(transaction, topic, sent, self._clock())
        self._append(transaction, readings, taken)
        return taken

    def _append(self, transaction: Transaction, readings: Sequence[Reading], taken: TakenBack) -> None:
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

    def _repeat_erasure(self, transaction: Transaction, signed: SignedEvent) -> Collection[str]:
        """Her key died here when this event was issued, whether or not it has its place yet: it must not come back."""
        if not isinstance(signed.event, ErasureRequested | ErasureConfirmed):
            return ()
        persons = [person.key for person in signed.event.persons]
        return self._erase_again(transaction, signed.envelope.clue_id, persons)

    def _take_keys(
        self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord], given: int | None
    ) -> TakenBack:
        """Nothing stops here: a forged key record is noted, and what the counterpart believes is known here too."""
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
                elif poison.number is None:
                    taken.strangers.append((source, poison))
                else:
                    taken.forged.append(ours.pop())
        arriving.keep(transaction)
        known = hashes_under(transaction, topic, [each.record.number for each in ours])
        taken.forged += [each for each in ours if _is_forged_key(each, known, given)]
        genuine = [each for each in ours if known.get(each.record.number, each.hash) == each.hash]
        alive = self._keyring.alive_among(transaction, [_key(each).decode() for each in genuine])
        kept = [each for each in genuine if _key(each).decode() in alive or not _is_data_key(each)]
        note_sent(transaction, topic, [_sent_key(each) for each in kept], self._clock())
        return taken


Known = Mapping[int, bytes | None]
"""The hashes of the bodies that this database has under numbers of ours."""


def _is_forged(reading: Reading, proven: Proven, known: Known, given: int | None) -> bool:
    """
    Whether our key signed an event, and we did not write it.

    What cannot be read as an event, stands under a number of another one of ours, or repeats one under another number;
    and, where this database is no older copy, what stands under a number that was never given.
    """
    number = proven.record.number
    if reading.poison is not None or known.get(number, proven.hash) != proven.hash:
        return True
    is_new = number not in known
    return is_new and (reading.is_repeated or (given is not None and number > given))


def _is_forged_key(proven: Proven, known: Known, given: int | None) -> bool:
    """The same of a key record; our copies of those that carry data keys may be gone."""
    number = proven.record.number
    if number in known:
        return known[number] != proven.hash
    return given is not None and not _is_data_key(proven)


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
