"""
One batch of records, one transaction: events, journal positions, dead letters, and whatever they make this side send.

A record that changes nothing (a repetition, another addressee, a dead letter) still moves the position.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from clue_exchange import journal_stops
from clue_exchange.clock import Clock
from clue_exchange.crash_points import crash_point
from clue_exchange.journals import Position, Stop, advance, read_position
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.ledger import APPLIED, Ledger, Placement
from clue_exchange.signed_events import SignedEvent
from clue_exchange.store import Transaction
from clue_exchange.topics import is_family
from consumers.dead_letters import DeadLetter, DeadLetters
from consumers.reading import Reader, Reading
from schemas.catalog import Family
from schemas.clue_events import ErasureConfirmed
from schemas.event import PersonKey

POISON_CAP = 20
"""So many dead letters in a row from one journal are our bug, or an attack: a person must look."""


@dataclass(slots=True)
class Taken:
    """
    What a batch came to; told to the log after the commit.

    Attributes:
        keys: how many key records brought something new.
        gaps_opened: journals in which numbers are newly missing.
        next_offsets: where each topic is read on.
        stopped: topics that reached the poison cap; nothing after that record was taken in.
    """

    placements: list[Placement] = field(default_factory=list)
    keys: int = 0
    repeated: int = 0
    passed_over: int = 0
    dead_letters: list[DeadLetter] = field(default_factory=list)
    gaps_opened: list[str] = field(default_factory=list)
    next_offsets: dict[str, int] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)


class BatchReceiver:
    """Takes in batches of records of the counterpart's topics."""

    def __init__(
        self, agency: str, ledger: Ledger, keyring: KeyRing, index: BlindIndex, dead_letters: DeadLetters, clock: Clock
    ) -> None:
        self._reader = Reader(agency, ledger, keyring, index)
        self._keyring = keyring
        self._index = index
        self._ledger = ledger
        self._dead_letters = dead_letters
        self._clock = clock

    def take_in(self, transaction: Transaction, records: Iterable[ReceivedRecord]) -> Taken:
        """
        Take in records, of several topics perhaps, each topic's in the order of its offsets; keys before events.

        Raises:
            PositionMoved: another process takes in the same topic; roll the transaction back and stop.
        """
        taken = Taken()
        events: list[SignedEvent] = []
        persons: list[tuple[UUID, Mapping[PersonKey, bytes]]] = []
        stopped = journal_stops.stopped(transaction)
        going = [record for record in records if record.topic not in stopped]
        in_order = sorted(going, key=lambda each: (not _holds_keys(each.topic), each.topic, each.offset))
        for topic, group in groupby(in_order, key=attrgetter("topic")):
            before = read_position(transaction, topic)
            sources = [record for record in group if record.offset >= before.next_offset]
            read = self._reader.read_keys if _holds_keys(topic) else self._reader.read_events
            after = before
            for reading in read(transaction, topic, sources):
                after = self._settle(transaction, after, reading, taken)
                if reading.event is not None:
                    events.append(reading.event)
                    persons.append((reading.event.envelope.clue_id, reading.tokens))
                if after.poison_in_a_row >= POISON_CAP:
                    journal_stops.stop(transaction, topic, Stop.POISON_CAP, after.next_offset, self._clock())
                    taken.stopped.append(topic)
                    break
            advance(transaction, before, after, self._clock())
            taken.next_offsets[topic] = after.next_offset
            if any(gap.first >= before.next_number for gap in after.gaps):
                taken.gaps_opened.append(topic)
        self._index.note_clues(transaction, persons)
        taken.placements = self._ledger.append(transaction, events) if events else []
        if taken.keys:
            taken.placements += self.reopen(transaction)
        for placed in taken.placements:
            if placed.event_type == ErasureConfirmed.__name__ and placed.outcome == APPLIED:
                self._keyring.tombstone(transaction, placed.clue_id)
        crash_point("loop.before_commit")
        return taken

    def reopen(self, transaction: Transaction) -> list[Placement]:
        """Read again what waits for a key or for a newer version; what can be read now takes its place."""
        readable = self._reader.read_again(transaction)
        found = [(opened.signed.envelope.clue_id, self._index.tokens(opened.told)) for opened in readable]
        self._index.note_clues(transaction, found)
        return self._ledger.reveal(transaction, [opened.signed for opened in readable]) if readable else []

    def _settle(self, transaction: Transaction, position: Position, reading: Reading, taken: Taken) -> Position:
        """Count what the reading is, note a dead letter, and answer the position behind it."""
        in_a_row = 0
        if reading.poison is not None and self._dead_letters.holds(transaction, reading.source, reading.number):
            taken.repeated += 1
            in_a_row = position.poison_in_a_row
        elif reading.poison is not None:
            taken.dead_letters.append(self._dead_letters.note(transaction, reading.source, reading.poison))
            in_a_row = position.poison_in_a_row + 1
        elif reading.is_repeated:
            taken.repeated += 1
        elif reading.is_new_key:
            taken.keys += 1
        elif reading.event is None:
            taken.passed_over += 1
        # a compacted topic loses old records, so the gaps in its numbers mean nothing
        number = None if _holds_keys(position.topic) else reading.number
        counted = position if number is None else position.take(number)
        return replace(counted, next_offset=reading.source.next_offset, poison_in_a_row=in_a_row)


def _holds_keys(topic: str) -> bool:
    return is_family(topic, Family.KEYS)
