"""
Before anything is sent: does Kafka hold more of our own journals than our database knows of?

Then the database was restored from an older copy, and what it would send next would reuse numbers that are taken.
"""

from collections.abc import Callable, Mapping, Sequence

from clue_exchange.errors import JournalStopped
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.outbox import Outbox
from clue_exchange.store import Store
from schemas.envelope import Record
from schemas.errors import ContractError

POLL_TIMEOUT_MS = 5_000


class OwnJournals:
    """The journals that this agency writes, as Kafka holds them."""

    def __init__(
        self,
        topics: Sequence[str],
        connect: Callable[[Mapping[str, int]], JournalConsumer],
        store: Store,
        outbox: Outbox,
    ) -> None:
        self._topics = topics
        self._connect = connect
        self._store = store
        self._outbox = outbox

    def require_known(self) -> None:
        """
        Raises:
            JournalStopped: Kafka holds a number of ours that this database never gave: nothing must be sent.
            BrokerUnavailable: Kafka cannot be asked now.
        """
        for topic in self._topics:
            held = self._last_number(topic)
            with self._store.reading() as transaction:
                given = self._outbox.last_numbers(transaction, [topic])[topic]
            if held > given:
                raise JournalStopped(
                    topic,
                    f"Kafka holds number {held}, this database gave {given}: it was restored from an older copy. "
                    "Nothing is sent, or numbers would be used twice; restore a newer copy",
                )

    def _last_number(self, topic: str) -> int:
        """The number of the newest record, 0 where there is none."""
        with self._connect({}) as consumer:
            end = consumer.end_offsets([topic])[topic]
        if end == 0:
            return 0
        with self._connect({topic: end - 1}) as consumer:
            records = consumer.poll(POLL_TIMEOUT_MS)
        try:
            return max((Record.from_value(record.value or b"").number for record in records), default=0)
        except ContractError:
            return 0  # not a record of ours: the counterpart dead-letters it
