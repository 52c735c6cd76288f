"""
Reading back: what Kafka holds of our own topics and this database does not, as after a restore from an older copy.

Nothing is sent and nothing is taken in before the ends agree: docs/decisions/0015-read-back-before-work.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from clue_exchange import forgeries
from clue_exchange.clock import Clock
from clue_exchange.errors import JournalStopped, PositionOutOfRange
from clue_exchange.forgeries import Forgery, Ruling
from clue_exchange.journal_counters import go_on_behind, last_numbers
from clue_exchange.journal_ends import batches_to_end
from clue_exchange.journals import advance, go_on_at, read_position, recognise
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.keys.vault import Vault
from clue_exchange.last_copy import note_start, worked_here_last
from clue_exchange.ledger import Ledger
from clue_exchange.logs import Log
from clue_exchange.outbox import Outbox
from clue_exchange.sent_records import contradicted
from clue_exchange.store import Store, Transaction
from clue_exchange.topics import is_family, topic_name
from consumers.dead_letters import DeadLetters
from consumers.loop import ConnectConsumer
from consumers.own_records import OwnRecords, TakenBack
from consumers.receive import Proven
from consumers.stops import AskTopics
from schemas.catalog import EVENT_FAMILIES, Family
from schemas.envelope import Record
from schemas.errors import ContractError

READ_IN_ORDER = (Family.KEYS, *EVENT_FAMILIES)
"""Keys first: they prove and open the events."""
COUNTED = (Family.KEYS, Family.RECEIPTS, Family.DEAD_LETTER, Family.FIGURES)
"""Journals in which a number that is left out means nothing: they go on behind as many as Kafka has offsets."""


@dataclass(frozen=True, slots=True)
class Books:
    """What is read back into, of one agency."""

    agency: str
    counterpart: str
    store: Store
    ledger: Ledger
    outbox: Outbox
    keyring: KeyRing
    vault: Vault
    dead_letters: DeadLetters
    clock: Clock


class _Forged(Exception):
    """Our key signed these, and we did not write them: nothing of the batch is taken."""

    def __init__(self, records: Sequence[Proven]) -> None:
        super().__init__()
        self.records = records


class ReadBack:
    """Compares the journals of one agency with their ends in Kafka, and takes back what is lacking."""

    def __init__(
        self, books: Books, own_records: OwnRecords, connect: ConnectConsumer, ask: AskTopics, log: Log
    ) -> None:
        self._books = books
        self._own_records = own_records
        self._connect = connect
        self._ask = ask
        self._log = log
        self._journals = [topic_name(books.agency, family) for family in READ_IN_ORDER]
        self._counted = [topic_name(books.agency, family) for family in COUNTED]
        self._given: Mapping[str, int] = {}

    def run(self) -> None:
        """
        Read back what is new in our own topics since this was last done; then no number is used twice.

        Raises:
            JournalStopped: what Kafka holds contradicts this database, is not signed by us (noted as a dead letter;
                the next start goes on behind it), or is gone, and this database lacks it.
            BrokerUnavailable: Kafka cannot be asked now; what was read back stays.
        """
        books = self._books
        with books.store.reading() as transaction:
            given = last_numbers(transaction, self._journals)
        self._given = given if worked_here_last(books.store, books.vault) else {}
        self._recognise_topics()
        self._read_keys_again_if_lost()
        found = [self._read(topic) for topic in self._behind()]
        found += [self._read_again(topic) for topic in self._lacking()]
        self._require_whole()
        self._warn_of_tombstones([key_id for each in found for key_id in each.tombstoned])
        with books.store.reading() as transaction:
            books.keyring.bury(transaction, also=[key_id for each in found for key_id in each.to_bury])
        counts = {name: sum(getattr(each, name) for each in found) for name in ("events", "keys", "unreadable")}
        if any(counts.values()):
            self._log.warning("journals.read_back", **counts)
        note_start(books.store, books.vault)

    def _recognise_topics(self) -> None:
        for topic, found in self._ask(self._journals).items():
            with self._books.store.transaction() as transaction:
                if recognise(transaction, topic, found, self._books.clock()) is not None:
                    raise JournalStopped(
                        topic,
                        "it was made anew, has other partitions than one, or this is another cluster. Nothing is sent "
                        "before a person has looked: `topics check`, `topics recognise`",
                    )

    def _read_keys_again_if_lost(self) -> None:
        """Where the vault was lost, or left out of the backup, the `keys` topics of both parties fill it again."""
        books = self._books
        with books.store.transaction() as transaction:
            if books.keyring.lacks_keys(transaction):
                for agency in (books.agency, books.counterpart):
                    go_on_at(transaction, topic_name(agency, Family.KEYS), 0, books.clock())

    def _behind(self) -> list[str]:
        """The journals of which Kafka holds what was not read back yet. The numbers of the others follow their ends."""
        with self._connect({}) as consumer:
            ends = consumer.end_offsets({*self._journals, *self._counted})
        with self._books.store.transaction() as transaction:
            go_on_behind(transaction, {topic: ends[topic] for topic in self._counted})
            at = {topic: read_position(transaction, topic).next_offset for topic in self._journals}
        for topic in self._journals:
            if at[topic] > ends[topic]:  # Kafka lost its tail; receipts name what must be sent again
                self._go_on_at(topic, ends[topic])
        return [topic for topic in self._journals if at[topic] < ends[topic]]

    def _read(self, topic: str) -> TakenBack:
        """Take back one journal from where it was read to its end; each batch with its position."""
        total = TakenBack()
        while True:
            with self._books.store.reading() as transaction:
                next_offset = read_position(transaction, topic).next_offset
            try:
                with self._connect({topic: next_offset}) as consumer:
                    for records in batches_to_end(consumer, topic, next_offset):
                        self._take(topic, records, total)
            except PositionOutOfRange as error:
                self._go_on_at(topic, error.first)
            else:
                return total

    def _take(self, topic: str, records: Sequence[ReceivedRecord], total: TakenBack) -> None:
        books = self._books
        try:
            self._take_genuine(topic, records, total)
        except _Forged as found:
            with books.store.transaction() as transaction:
                self._note(transaction, topic, found.records, None)
            raise contradicted(topic, found.records[0].record.number) from None

    def _take_genuine(self, topic: str, records: Sequence[ReceivedRecord], total: TakenBack) -> None:
        books = self._books
        with books.store.transaction() as transaction:
            before = read_position(transaction, topic)
            unsettled = _without(records, forgeries.settled(transaction, topic))
            taken = self._own_records.take(transaction, topic, unsettled, self._given.get(topic))
            if taken.forged and not is_family(topic, Family.KEYS):
                raise _Forged(taken.forged)
            self._note(transaction, topic, taken.forged, Ruling.STANDS)
            for source, poison in taken.strangers:
                books.dead_letters.note(transaction, source, poison)
            advance(transaction, before, replace(before, next_offset=records[-1].next_offset), books.clock())
        for source, poison in taken.strangers:
            where = {"topic": topic, "offset": source.offset}
            self._log.error("record.dead_lettered", **where, reason=poison.reason, security_alert=True)
        if taken.strangers:
            raise JournalStopped(
                topic,
                f"{len(taken.strangers)} records there were not signed by this agency, and are noted as dead letters: "
                "find out who can write to it; the next start goes on behind them",
            )
        total.add(taken)

    def _note(self, transaction: Transaction, topic: str, found: Sequence[Proven], ruling: Ruling | None) -> None:
        """Name what our key signed and we did not write, for whoever is on call and for `forgeries`."""
        now = self._books.clock()
        settled = None if ruling is None else now
        named = [Forgery(topic, e.record.number, e.hash, e.source.offset, now, ruling, settled) for e in found]
        forgeries.note(transaction, named)
        for each in named:
            told = {"number": each.number, "hash": each.hash.hex(), "offset": each.offset}
            self._log.error("record.forged", topic=topic, **told, security_alert=True)

    def _go_on_at(self, topic: str, offset: int) -> None:
        self._log.error("journal.records_lost", topic=topic, next_offset=offset)
        with self._books.store.transaction() as transaction:
            go_on_at(transaction, topic, offset, self._books.clock())

    def _read_again(self, topic: str) -> TakenBack:
        """From the beginning: the position is behind numbers that are not here any more."""
        with self._books.store.transaction() as transaction:
            go_on_at(transaction, topic, 0, self._books.clock())
        return self._read(topic)

    def _lacking(self) -> dict[str, list[int]]:
        """The numbers that were given, and are not here, of each own journal of events where there are any."""
        books = self._books
        with books.store.reading() as transaction:
            given = last_numbers(transaction, self._journals[1:])
            lacking = {topic: books.ledger.lacking(transaction, topic, last) for topic, last in given.items()}
        return {topic: numbers for topic, numbers in lacking.items() if numbers}

    def _require_whole(self) -> None:
        for topic, lacking in self._lacking().items():
            raise JournalStopped(
                topic,
                f"{len(lacking)} of its numbers are neither here nor in Kafka, the first is {lacking[0]}. Nothing is "
                "sent; restore a newer copy",
            )

    def _warn_of_tombstones(self, key_ids: Sequence[str]) -> None:
        """A tombstone proves nothing: a key that lives here stays, and a person is told."""
        with self._books.store.reading() as transaction:
            alive = self._books.keyring.alive_among(transaction, key_ids)
        for key_id in sorted(alive):
            self._log.error("tombstone.refused", key=key_id, security_alert=True)


def _without(records: Sequence[ReceivedRecord], settled: Collection[tuple[int, bytes]]) -> list[ReceivedRecord]:
    """The records but for those that a person has settled."""
    return [each for each in records if not settled or _place(each) not in settled]


def _place(source: ReceivedRecord) -> tuple[int, bytes] | None:
    try:
        record = Record.from_value(source.value or b"")
    except ContractError:
        return None
    return record.number, record.body_hash
