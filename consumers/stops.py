"""
Which journals of the counterpart are read, and which are stopped: each for itself, loudly, at a position that stays.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from clue_exchange import journal_stops
from clue_exchange.clock import Clock
from clue_exchange.journal_stops import DEATHS_CAP
from clue_exchange.journals import Stop, go_on_at, read_position, recognise
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.kafka_records import ReceivedRecord, TopicIdentity
from clue_exchange.logs import Log
from clue_exchange.store import Store
from consumers.lag.samples import LagSamples

AskTopics = Callable[[Sequence[str]], Mapping[str, TopicIdentity]]
"""Asks the broker which topics stand behind these names."""

DEATHS_BEFORE_CARE = 2
CAREFUL_BATCHES = 1_000


class Journals:
    """The journals of one counterpart."""

    def __init__(self, topics: Sequence[str], ask: AskTopics, store: Store, clock: Clock, log: Log) -> None:
        self.topics = topics
        self._ask = ask
        self._store = store
        self._clock = clock
        self._log = log
        self._batches_in_hand = 1
        self._samples = LagSamples(store, clock)

    def begin(self) -> None:
        """
        A process begins: journals that a start lets go on do so; those whose records killed process after process stop.

        After two deaths records are taken in hand one by one, so that the one that kills is found.
        """
        next_offsets = self._next_offsets(self.topics)
        with self._store.transaction() as transaction:
            going = journal_stops.try_again(transaction, self.topics)
            deaths = journal_stops.deaths_at(transaction, next_offsets)
        for topic in going:
            self._log.warning("journal.tried_again", topic=topic)
        self._batches_in_hand = CAREFUL_BATCHES if max(deaths.values(), default=0) >= DEATHS_BEFORE_CARE else 1
        for topic in self.going():
            if deaths.get(topic, 0) >= DEATHS_CAP:
                self.stop(topic, Stop.KILLS)

    def going(self) -> dict[str, int]:
        """The journals that are read, each with the next offset."""
        with self._store.reading() as transaction:
            stopped = journal_stops.stopped(transaction)
        return self._next_offsets([topic for topic in self.topics if topic not in stopped])

    def next_offsets(self, topics: Collection[str]) -> dict[str, int]:
        """The next offsets of those of these journals that are read."""
        return {topic: offset for topic, offset in self.going().items() if topic in topics}

    def recognise(self) -> None:
        """Stop every journal whose topic is not the one that its position belongs to, or no journal at all."""
        for topic, found in self._ask(list(self.going())).items():
            with self._store.transaction() as transaction:
                reason = recognise(transaction, topic, found, self._clock())
            if reason is not None:
                self.stop(topic, reason)

    def sample(self, consumer: JournalConsumer, read: Collection[str]) -> None:
        """Note now and then where the journals that are read stand and end: `lag` judges by it."""
        self._samples.take_when_due(consumer, read)

    def stop(self, topic: str, reason: Stop) -> None:
        """Stop this journal where it stands."""
        with self._store.transaction() as transaction:
            next_offset = read_position(transaction, topic).next_offset
            journal_stops.stop(transaction, topic, reason, next_offset, self._clock())
        self.tell_stopped(topic, reason, next_offset)

    def tell_stopped(self, topic: str, reason: Stop, next_offset: int) -> None:
        """Say so, for whoever is on call."""
        self._log.error("journal.stopped", topic=topic, reason=reason, next_offset=next_offset)

    def go_on_at(self, topic: str, first: int) -> None:
        """Go on at the first record that the topic still holds; the numbers before it turn out to be missing."""
        self._log.error("journal.records_lost", topic=topic, next_offset=first)
        with self._store.transaction() as transaction:
            go_on_at(transaction, topic, first, self._clock())

    def most_records(self, usual: int) -> int:
        """How many records to take in hand at once."""
        return 1 if self._batches_in_hand > 1 else usual

    @contextmanager
    def in_hand(self, records: Sequence[ReceivedRecord]) -> Iterator[None]:
        """
        Count it when the process dies within the block; an exception is no death.

        Done for the first batch of a process, and while it is careful: what kills stands first at the next start.
        """
        if self._batches_in_hand == 0:
            yield
            return
        topics = {record.topic for record in records}
        with self._store.transaction() as transaction:
            journal_stops.take_in_hand(transaction, self._next_offsets(topics))
        try:
            yield
        finally:
            with self._store.transaction() as transaction:
                journal_stops.put_down(transaction, topics)
        self._batches_in_hand -= 1

    def _next_offsets(self, topics: Collection[str]) -> dict[str, int]:
        with self._store.reading() as transaction:
            return {topic: read_position(transaction, topic).next_offset for topic in topics}
