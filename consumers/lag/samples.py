"""
Where the loop stood now and then: a small history of each journal. The only writer of the table `lag_sample`.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select

from clue_exchange.clock import Clock
from clue_exchange.journals import read_position
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.node_tables import LAG_SAMPLE
from clue_exchange.store import Store, Transaction
from consumers.lag.rules import EVERY, WINDOW, Sample


class LagSamples:
    """Notes every ten seconds where each journal stands; of each the newest ten are kept."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._last: datetime | None = None

    def take_when_due(self, consumer: JournalConsumer, topics: Collection[str]) -> None:
        """
        Note position and end of these journals, where the last note is old enough.

        Raises:
            BrokerUnavailable, StoreBusy: nothing is noted; the next call tries again.
        """
        now = self._clock()
        if self._last is not None and now - self._last < EVERY:
            return
        ends = consumer.end_offsets(topics)
        with self._store.transaction() as transaction:
            for topic in topics:
                position = read_position(transaction, topic).next_offset
                _note(transaction, topic, Sample(now, position, ends[topic]))
        self._last = now


def lag_samples(transaction: Transaction, topic: str) -> list[Sample]:
    """What was noted of a journal, the oldest first."""
    rows = transaction.execute(select(LAG_SAMPLE).where(LAG_SAMPLE.c.topic == topic).order_by(LAG_SAMPLE.c.number))
    return [Sample(row.at, row.next_offset, row.end_offset) for row in rows]


def _note(transaction: Transaction, topic: str, sample: Sample) -> None:
    of_topic = LAG_SAMPLE.c.topic == topic
    last = transaction.execute(select(func.max(LAG_SAMPLE.c.number)).where(of_topic)).scalar_one()
    number = 1 if last is None else last + 1
    row = {"at": sample.at, "next_offset": sample.next_offset, "end_offset": sample.end_offset}
    transaction.execute(LAG_SAMPLE.insert().values(topic=topic, number=number, **row))
    transaction.execute(delete(LAG_SAMPLE).where(of_topic, LAG_SAMPLE.c.number <= number - WINDOW))
