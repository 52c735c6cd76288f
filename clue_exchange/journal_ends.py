"""
Reading a topic to where it ends now.
"""

from collections.abc import Iterator

from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.kafka_records import ReceivedRecord

POLL_TIMEOUT_MS = 500
MAX_RECORDS = 1_000
EMPTY_POLLS = 3
"""So often nothing comes before an end is believed that no record reaches: compaction can remove the last ones."""


def batches_to_end(consumer: JournalConsumer, topic: str, next_offset: int) -> Iterator[list[ReceivedRecord]]:
    """
    The records of a topic from this offset to its end as it is when the reading begins.

    Raises:
        BrokerUnavailable: the end was not reached; what was given is whole.
    """
    end = consumer.end_offsets([topic])[topic]
    empty = 0
    while next_offset < end and empty < EMPTY_POLLS:
        records = consumer.poll(POLL_TIMEOUT_MS, MAX_RECORDS)
        if records:
            next_offset, empty = records[-1].next_offset, 0
            yield records
        else:
            consumer.require_held()  # a poll of a dead broker is as empty as one at the end
            empty += 1
