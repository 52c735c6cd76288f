"""
Whether Kafka still gives the records of dead keys: asked by reading the keys topics as anybody could.

What is measured is what a reader gets, from the leader of each topic. Each broker cleans its own copy by itself, and
deletes the old files a minute later (`file.delete.delay.ms`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from clue_exchange.clock import Clock
from clue_exchange.errors import PositionOutOfRange
from clue_exchange.journal_ends import batches_to_end
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.keys.dead_keys import looked_for, note_gone
from clue_exchange.store import Store

Connect = Callable[[Mapping[str, int]], JournalConsumer]


class KeyLook:
    """Looks for the dead keys of one agency in its own keys topic and in the counterpart's."""

    def __init__(self, agency: str, topics: Sequence[str], connect: Connect, store: Store, clock: Clock) -> None:
        self._agency = agency
        self._topics = topics
        self._connect = connect
        self._store = store
        self._clock = clock

    def look(self) -> int:
        """
        Note which dead keys Kafka gives no more; answers of how many that is new. Asks nothing where none is open.

        Raises:
            BrokerUnavailable, BrokerRefused, DoorClosed: nothing is noted.
            StoreBusy: likewise.
        """
        with self._store.reading() as transaction:
            wanted = looked_for(transaction, self._agency)
        if not wanted:
            return 0
        gone = wanted.difference(*(self._given(topic, wanted) for topic in self._topics))
        with self._store.transaction() as transaction:
            return note_gone(transaction, gone, self._clock())

    def _given(self, topic: str, wanted: Collection[str], first: int = 0) -> set[str]:
        """Those of these keys of which the topic still has a record with a value."""
        try:
            with self._connect({topic: first}) as consumer:
                return {
                    key
                    for batch in batches_to_end(consumer, topic, first)
                    for record in batch
                    if record.value is not None and (key := (record.key or b"").decode(errors="replace")) in wanted
                }
        except PositionOutOfRange as error:
            if error.first <= first:
                raise
            return self._given(topic, wanted, error.first)
