"""
One batch of records, one transaction: events, journal positions, dead letters, and whatever they make this side send.

A record that changes nothing (a repetition, another addressee, a dead letter) still moves the position.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter

from clue_exchange.clock import Clock
from clue_exchange.errors import PoisonRecord
from clue_exchange.journals import Position, advance, read_position
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.ledger import Identities, Ledger, Placement
from clue_exchange.signed_events import SignedEvent
from clue_exchange.store import Transaction
from consumers.dead_letters import DeadLetter, DeadLetters, Reason
from consumers.receive import Proven, Receiver

POISON_CAP = 20
"""So many dead letters in a row from one journal are our bug, or an attack: a person must look."""


@dataclass(slots=True)
class Taken:
    """
    What a batch came to; told to the log after the commit.

    Attributes:
        gaps_opened: journals in which numbers are newly missing.
        next_offsets: where each journal is read on.
        stopped: journals that reached the poison cap; nothing after that record was taken in.
    """

    placements: list[Placement] = field(default_factory=list)
    repeated: int = 0
    passed_over: int = 0
    dead_letters: list[DeadLetter] = field(default_factory=list)
    gaps_opened: list[str] = field(default_factory=list)
    next_offsets: dict[str, int] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What reading one record gave.

    Attributes:
        number: the journal number that is used up by it; None where nothing vouches for one.
        event: the event; None where there is none for us.
        poison: why it is a dead letter; None where it is not.
        is_repeated: the ledger has the same bytes already.
    """

    source: ReceivedRecord
    number: int | None
    event: SignedEvent | None = None
    poison: PoisonRecord | None = None
    is_repeated: bool = False


class BatchReceiver:
    """Takes in batches of records of the counterpart's journals."""

    def __init__(self, ledger: Ledger, receiver: Receiver, dead_letters: DeadLetters, clock: Clock) -> None:
        self._ledger = ledger
        self._receiver = receiver
        self._dead_letters = dead_letters
        self._clock = clock

    def take_in(self, transaction: Transaction, records: Iterable[ReceivedRecord]) -> Taken:
        """
        Take in records, of several journals perhaps, each journal's in the order of its offsets.

        Raises:
            PositionMoved: another process takes in the same journal; roll the transaction back and stop.
        """
        taken = Taken()
        events: list[SignedEvent] = []
        for topic, journal in groupby(sorted(records, key=attrgetter("topic", "offset")), key=attrgetter("topic")):
            before = read_position(transaction, topic)
            readings = self._read(transaction, [r for r in journal if r.offset >= before.next_offset])
            after = before
            for reading in readings:
                after = self._settle(transaction, after, reading, taken)
                if reading.event is not None:
                    events.append(reading.event)
                if after.poison_in_a_row >= POISON_CAP:
                    taken.stopped.append(topic)
                    break
            advance(transaction, before, after, self._clock())
            taken.next_offsets[topic] = after.next_offset
            if len(after.gaps) > len(before.gaps):
                taken.gaps_opened.append(topic)
        taken.placements = self._ledger.append(transaction, events) if events else []
        return taken

    def _settle(self, transaction: Transaction, position: Position, reading: Reading, taken: Taken) -> Position:
        """Count what the reading is, note a dead letter, and answer the position behind it."""
        in_a_row = 0
        if reading.poison is not None:
            taken.dead_letters.append(self._dead_letters.note(transaction, reading.source, reading.poison))
            in_a_row = position.poison_in_a_row + 1
        elif reading.is_repeated:
            taken.repeated += 1
        elif reading.event is None:
            taken.passed_over += 1
        counted = position if reading.number is None else position.take(reading.number)
        return replace(counted, next_offset=reading.source.next_offset, poison_in_a_row=in_a_row)

    def _read(self, transaction: Transaction, sources: Sequence[ReceivedRecord]) -> list[Reading]:
        proven = [self._prove(source) for source in sources]
        hashes = [p.hash for p in proven if isinstance(p, Proven)]
        held = self._ledger.held(transaction, hashes) if hashes else frozenset()
        readings = [p if isinstance(p, Reading) else self._open(p, held) for p in proven]
        return self._without_conflicts(transaction, readings)

    def _prove(self, source: ReceivedRecord) -> Proven | Reading:
        try:
            return self._receiver.prove(source)
        except PoisonRecord as poison:
            return Reading(source, poison.number, poison=poison)

    def _open(self, proven: Proven, held: Collection[bytes]) -> Reading:
        number = proven.record.number
        if proven.hash in held:
            return Reading(proven.source, number, is_repeated=True)
        try:
            return Reading(proven.source, number, event=self._receiver.read(proven))
        except PoisonRecord as poison:
            return Reading(proven.source, poison.number, poison=poison)

    def _without_conflicts(self, transaction: Transaction, readings: list[Reading]) -> list[Reading]:
        events = [reading.event for reading in readings if reading.event is not None]
        if not events:
            return readings
        taken = _Taken(self._ledger.identities(transaction, events))
        return [reading if reading.event is None else taken.judge(reading, reading.event) for reading in readings]


class _Taken:
    """Event ids and journal numbers, each with the hash of the event that has it: the first one stands."""

    def __init__(self, identities: Identities) -> None:
        self._by_event_id = dict(identities.by_event_id)
        self._by_number = dict(identities.by_number)
        self._in_batch: set[bytes] = set()

    def judge(self, reading: Reading, event: SignedEvent) -> Reading:
        """The same bytes again are a repetition; other bytes under the same id or number are poison."""
        if event.hash in self._in_batch:
            return replace(reading, event=None, is_repeated=True)
        self._in_batch.add(event.hash)
        if self._by_event_id.setdefault(event.envelope.event_id, event.hash) != event.hash:
            return _poisoned(reading, Reason.EVENT_ID_REUSED)
        if self._by_number.setdefault((event.topic, event.number), event.hash) != event.hash:
            return _poisoned(reading, Reason.NUMBER_REUSED)
        return reading


def _poisoned(reading: Reading, reason: Reason) -> Reading:
    return replace(reading, event=None, poison=PoisonRecord(reason, reading.number))
