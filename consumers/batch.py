"""
One batch of records, one transaction: events, journal positions, dead letters, and whatever they make this side send.

A record that changes nothing (a repetition, another addressee, a dead letter) still moves the position.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from clue_exchange import journal_stops, unread_records
from clue_exchange.clock import Clock
from clue_exchange.crash_points import crash_point
from clue_exchange.errors import PoisonRecord
from clue_exchange.journals import Position, Stop, advance, lock_positions
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.ledger import APPLIED, Ledger
from clue_exchange.rejections import Rejected
from clue_exchange.store import Transaction
from clue_exchange.topics import family_of
from consumers.dead_letters import DeadLetters
from consumers.reading import Reader
from consumers.receipts import Receipts
from consumers.reconcile import Reconciliation
from consumers.record_reading import Reading
from consumers.reopening import Reopening
from consumers.taken import POISON_CAP, Taken
from schemas.catalog import EVENT_FAMILIES, Family
from schemas.clue_events import ErasureConfirmed

_ORDER: Mapping[Family, int] = {**dict.fromkeys(Family, 1), Family.KEYS: 0, Family.RECEIPTS: 2}


class TakenAgain(NamedTuple):
    """What a dead letter came to that was taken in again; `poison` where it stays one."""

    effect: Taken
    poison: PoisonRecord | None


@dataclass(frozen=True, slots=True)
class Answers:
    """What answers the counterpart's receipts, and its rounds of reconciliation."""

    receipts: Receipts
    reconciliation: Reconciliation


class BatchReceiver:
    """Takes in batches of records of the counterpart's topics."""

    def __init__(
        self,
        reader: Reader,
        ledger: Ledger,
        keyring: KeyRing,
        index: BlindIndex,
        dead_letters: DeadLetters,
        answers: Answers,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._receipts = answers.receipts
        self._reconciliation = answers.reconciliation
        self._keyring = keyring
        self._index = index
        self._ledger = ledger
        self._dead_letters = dead_letters
        self._clock = clock
        self._reopening = Reopening(reader, ledger, index, dead_letters, clock)
        self._readers = {
            **dict.fromkeys(Family, self._reader.read_events),
            Family.KEYS: self._reader.read_keys,
            Family.RECEIPTS: self._reader.read_receipts,
        }

    def take_in(self, transaction: Transaction, records: Iterable[ReceivedRecord]) -> Taken:
        """
        Take in records, of several topics perhaps, each topic's in the order of its offsets: keys, events, receipts.

        What was taken in of keys and events is acknowledged in the same transaction, by one receipt.

        Raises:
            PositionMoved: another process takes in the same topic; roll the transaction back and stop.
        """
        taken = Taken()
        stopped = journal_stops.stopped(transaction)
        going = [record for record in records if record.topic not in stopped]
        in_order = sorted(going, key=lambda each: (_ORDER[family_of(each.topic)], each.topic, each.offset))
        by_topic = {topic: list(group) for topic, group in groupby(in_order, key=attrgetter("topic"))}
        positions = lock_positions(transaction, list(by_topic))
        found = [
            reading
            for before in positions
            for reading in self._read(transaction, before, by_topic[before.topic], taken)
        ]
        self._take_effect(transaction, found, taken)
        if any(family_of(topic) is not Family.RECEIPTS for topic in taken.next_offsets):
            self._receipts.write(transaction)
        self._keyring.settle()
        crash_point("loop.before_commit")
        return taken

    def _read(
        self, transaction: Transaction, before: Position, records: Sequence[ReceivedRecord], taken: Taken
    ) -> list[Reading]:
        """Read the records of one topic and move its position over them; up to the one that reaches the poison cap."""
        topic, after = before.topic, before
        read = self._readers[family_of(topic)]
        settled = []
        for reading in read(transaction, topic, [each for each in records if each.offset >= before.next_offset]):
            after = self._settle(transaction, after, reading, taken)
            settled.append(reading)
            if after.poison_in_a_row >= POISON_CAP:
                journal_stops.stop(transaction, topic, Stop.POISON_CAP, after.next_offset, self._clock())
                taken.stopped.append(topic)
                break
        advance(transaction, before, after, self._clock())
        taken.next_offsets[topic] = after.next_offset
        if any(gap.first >= before.next_number for gap in after.gaps):
            taken.gaps_opened.append(topic)
        return settled

    def take_in_again(self, transaction: Transaction, record: ReceivedRecord) -> TakenAgain:
        """
        Take in what was a dead letter, as if it arrived now; the journal is read on where it stood.

        What is poison still leaves no second dead letter; its number is used up where its signature vouches for one.
        """
        taken = Taken()
        (before,) = lock_positions(transaction, [record.topic])
        (reading,) = self._readers[family_of(record.topic)](transaction, record.topic, [record])
        counted = self._counted(before, reading, taken)
        if reading.poison is None:
            counted = self._settle(transaction, before, reading, taken)
        after = replace(counted, next_offset=before.next_offset, poison_in_a_row=before.poison_in_a_row)
        advance(transaction, before, after, self._clock())
        self._take_effect(transaction, [reading], taken)
        self._receipts.write(transaction)
        self._keyring.settle()
        return TakenAgain(taken, reading.poison)

    def _take_effect(self, transaction: Transaction, found: Sequence[Reading], taken: Taken) -> None:
        """What was read takes its effect: rejections first, for they decide what may be built on."""
        events = [(each.event, each.tokens) for each in found if each.event is not None]
        if taken.rejected:
            taken.placements += self._ledger.reject(transaction, taken.rejected)
        if events:
            taken.placements += self._ledger.append(transaction, [event for event, _ in events])
        # after the clues, as a desk does it: in the other order the two could wait for each other
        self._index.note_clues(transaction, [(event.envelope.clue_id, tokens) for event, tokens in events])
        arrived = ((each.event, each.source) for each in found if each.event is not None)
        unread_records.keep(transaction, [(event.hash, source) for event, source in arrived if event.event is None])
        if taken.keys:
            self._reopening.run(transaction, taken)
            taken.wrapped_anew = self._keyring.wrap_anew(transaction)
        for placed in taken.placements:
            if placed.event_type == ErasureConfirmed.__name__ and placed.outcome == APPLIED:
                self._keyring.tombstone(transaction, placed.clue_id)

    def reopen(self, transaction: Transaction) -> Taken:
        """Read again what waits for a key, a version of the agreement or of this program: `Reopening`."""
        taken = Taken()
        self._reopening.run(transaction, taken)
        return taken

    def _settle(self, transaction: Transaction, position: Position, reading: Reading, taken: Taken) -> Position:
        """Count what the reading is, note a dead letter, and answer the position behind it."""
        in_a_row = 0
        if reading.poison is not None and self._dead_letters.holds(transaction, reading.source, reading.number):
            taken.repeated += 1
            in_a_row = position.poison_in_a_row
        elif reading.poison is not None:
            taken.dead_letters.append(self._dead_letters.note(transaction, reading.source, reading.poison))
            in_a_row = position.poison_in_a_row + 1
        elif reading.is_repeated or _is_replayed(position, reading):
            taken.repeated += 1
        elif reading.is_new_key:
            taken.keys += 1
        elif reading.receipt is not None and reading.proven is not None:
            taken.receipts.append(self._receipts.take(transaction, reading.proven, reading.receipt))
        elif reading.reconciliation is not None:
            taken.compared.append(self._reconciliation.take(transaction, reading.reconciliation))
        elif reading.event is None:
            taken.passed_over += 1
        counted = self._counted(position, reading, taken)
        return replace(counted, next_offset=reading.source.next_offset, poison_in_a_row=in_a_row)

    @staticmethod
    def _counted(position: Position, reading: Reading, taken: Taken) -> Position:
        """The position with the number that the reading uses up; a rejected one is used up too."""
        if reading.number is None or reading.proven is None:
            return position
        if family_of(position.topic) in EVENT_FAMILIES:
            if reading.poison is not None:
                reason, body_hash = reading.poison.reason, reading.proven.hash
                taken.rejected.append(Rejected(position.topic, reading.number, body_hash, reason))
            return position.take(reading.number, reading.proven.hash)
        # compacted, or thrown away after a week: gaps in these numbers mean nothing
        return replace(position, next_number=max(position.next_number, reading.number + 1))


def _is_replayed(position: Position, reading: Reading) -> bool:
    """An old receipt again, or an old round: what it says is over."""
    said = reading.receipt or reading.reconciliation
    return said is not None and reading.number is not None and reading.number < position.next_number
