"""
A person settles what somebody wrote into a journal of ours under our own key: docs/decisions/0034-after-a-theft.md.

Both sides go by one rule: under each number the first record stands that a key valid for it has signed. What stands
that we did not write we take on, by name and after it was said; our own event that had the number gets a later one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clue_exchange import acknowledgements, forgeries
from clue_exchange.errors import CommandRefused, PoisonRecord, PositionOutOfRange
from clue_exchange.forgeries import Forgery, Ruling
from clue_exchange.journal_counters import go_on_behind, lock
from clue_exchange.journal_ends import batches_to_end
from clue_exchange.journals import read_position
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys import public_keys
from clue_exchange.outbox import HIGHEST_NUMBER, OutboxRecord
from clue_exchange.renumbering import fill, move_behind, skipped
from clue_exchange.sent_records import note_sent
from clue_exchange.signing import PublicKey
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from consumers.first_records import FirstRecords, believed
from consumers.loop import ConnectConsumer
from consumers.own_records import OwnRecords
from consumers.read_back import Books
from consumers.receive import Proven, prove, read_receipt, unpack
from consumers.reconcile_records import is_reconciliation
from schemas.catalog import Family
from schemas.envelope import Record
from schemas.receipt import JournalReceipt, Receipt, empty_journal_hash

GAP_CAP = 1_000


@dataclass(frozen=True, slots=True)
class Settled:
    """
    What a settlement came to.

    Attributes:
        events: how many of what stands are events, part of their clues from now on.
        moved: the numbers that events of ours gave up.
        filled: the numbers that were skipped, which say nothing now.
    """

    stands: Sequence[Forgery]
    refused: Sequence[Forgery]
    events: int
    moved: Sequence[int]
    filled: Sequence[int]


class Settlement:
    """Settles the journals of events of one agency, while its node does not run."""

    def __init__(self, books: Books, own_records: OwnRecords, connect: ConnectConsumer) -> None:
        self._books = books
        self._own_records = own_records
        self._connect = connect

    def run(self, topic: str) -> Settled:
        """
        Settle all that our key signed in this journal and we did not write; then the node goes on.

        Raises:
            CommandRefused: there is no such record, too many numbers were skipped, or the counterpart's newest receipt
                is not about what Kafka holds; nothing was changed.
            BrokerUnavailable: the journal was not read to its end; nothing was changed.
        """
        there = self._believed(topic)
        first, later = there.first, there.later
        books = self._books
        with books.store.transaction() as transaction:
            last = lock(transaction, [topic])[topic]
            ours = forgeries.bodies(transaction, topic, 0, HIGHEST_NUMBER)
            known = forgeries.settled(transaction, topic)
            found = [each for number, each in sorted(first.items()) if ours.get(number) != each.hash]
            second = [each for each in later if (each.record.number, each.hash) not in known]
            stands, refused = ([self._named(topic, each) for each in some] for some in (found, second))
            refused += _unproven(transaction, topic, [*stands, *refused])
            refused.sort(key=lambda each: each.number)
            if not stands and not refused:
                raise CommandRefused(f"{topic} holds nothing under our key that we did not write")
            filled = self._fill(transaction, topic, skipped(ours.keys() | first.keys(), max(last, *first, 0)))
            stands = forgeries.settle(transaction, stands, Ruling.STANDS, books.clock())
            refused = forgeries.settle(transaction, refused, Ruling.REFUSED, books.clock())
            go_on_behind(transaction, {topic: max(first, default=0)})
            moved = sorted(each.number for each in stands if each.number in ours)
            move_behind(transaction, books.outbox, topic, moved)
            keys = public_keys.keys_of(transaction, topic)
            sources = [self._taken_on(transaction, each, keys) for each in found]
            taken = self._own_records.take_on(transaction, topic, sources)
            acknowledgements.resume(transaction, topic)
        with books.store.reading() as transaction:
            books.keyring.bury(transaction, also=taken.to_bury)
        return Settled(stands, refused, taken.events, moved, filled)

    def _fill(self, transaction: Transaction, topic: str, gaps: Sequence[range]) -> list[int]:
        """Use up the numbers before a record that stands, of which there is nothing; which they are."""
        if not gaps:
            return []
        count = sum(each.stop - each.start for each in gaps)
        numbers = [number for gap in gaps for number in gap] if count <= GAP_CAP else []
        filler = fill(transaction, self._books.outbox, topic, numbers) if numbers else None
        if filler is None:
            raise CommandRefused(
                f"{topic}: {count} numbers from {gaps[0].start} on were skipped under our key and cannot be filled. If "
                "the key is not revoked yet, do that: what the counterpart has not taken in by then is refused. "
                "Otherwise ask it"
            )
        now = self._books.clock()
        filled = [Forgery(topic, number, filler, -1, now) for number in numbers]
        forgeries.settle(transaction, filled, Ruling.FILLED, now)
        return numbers

    def _believed(self, topic: str) -> FirstRecords:
        told = self._told(topic)
        with self._books.store.reading() as transaction:
            keys = public_keys.keys_of(transaction, topic)
            ours = forgeries.bodies(transaction, topic, 0, HIGHEST_NUMBER)
        return believed(self._records(topic, 0), keys, told, ours)

    def _records(self, topic: str, begin: int) -> list[ReceivedRecord]:
        while True:
            try:
                with self._connect({topic: begin}) as consumer:
                    return [record for batch in batches_to_end(consumer, topic, begin) for record in batch]
            except PositionOutOfRange as error:  # its retention has begun
                begin = error.first

    def _told(self, topic: str) -> JournalReceipt:
        """What the counterpart's newest receipt says of it: in Kafka, for a halted node takes none in."""
        receipts = topic_name(self._books.counterpart, Family.RECEIPTS)
        with self._books.store.reading() as transaction:
            kept = acknowledgements.newest(transaction, receipts)
            position = read_position(transaction, receipts)
            verifier = public_keys.verifier(transaction, receipts)
        records = [] if kept is None else [Record.from_value(kept)]
        for source in self._records(receipts, position.next_offset):
            try:
                proven = prove(source, unpack(source), verifier)
                if not is_reconciliation(proven) and read_receipt(proven, self._books.agency) is not None:
                    records.append(proven.record)
            except PoisonRecord:  # for the loop to judge
                continue
        nothing = JournalReceipt(topic=topic, held_up_to=0, hash=empty_journal_hash(topic), highest=0)
        if not records:
            return nothing
        newest = max(records, key=lambda each: each.number)  # a relay that was killed repeats older ones behind it
        return next((each for each in Receipt.from_body(newest.body).journals if each.topic == topic), nothing)

    def _named(self, topic: str, proven: Proven) -> Forgery:
        return Forgery(topic, proven.record.number, proven.hash, proven.source.offset, self._books.clock())

    def _taken_on(self, transaction: Transaction, proven: Proven, keys: Sequence[PublicKey]) -> ReceivedRecord:
        """
        The record, which is in the outbox from now on, to be sent again whenever it is asked for.

        Where its key was revoked it is signed by us and sent once more, so that it is believed for good.
        """
        source, record, books = proven.source, proven.record, self._books
        headers = {name: (value or b"").decode(errors="replace") for name, value in source.headers}
        key = source.key or b""
        if any(each.key_id == record.key_id and each.is_valid_for(record.number) for each in keys):
            encoded = tuple((name, value.encode()) for name, value in headers.items())
            sent = OutboxRecord(source.topic, record.number, key, source.value, encoded)
            note_sent(transaction, source.topic, [sent], books.clock())
            return source
        ours = books.outbox.append_at(transaction, source.topic, record.number, key, record.body, headers)
        return replace(source, value=ours.to_value())


def _unproven(transaction: Transaction, topic: str, named: Sequence[Forgery]) -> list[Forgery]:
    """What was named before its key was revoked, and nobody believes since: the counterpart has not taken it in."""
    proven = {(each.number, each.hash) for each in named}
    open_ = [each for each in forgeries.listed(transaction) if each.topic == topic and each.ruling is None]
    return [each for each in open_ if (each.number, each.hash) not in proven]
