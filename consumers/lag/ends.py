"""
What Kafka says of the journals that we take in: where each ends, and since when its next record waits.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from clue_exchange.errors import PositionOutOfRange
from clue_exchange.kafka_clients import JournalConsumer

LOOK_SECONDS = 3.0
POLL_MS = 200


@dataclass(frozen=True, slots=True)
class JournalEnd:
    """
    The end of one journal.

    Attributes:
        end_offset: what the next record of the topic will get.
        next_written_at: when the record that is taken in next was written, by its writer's clock; None where there is
            none, or where it was not read in time.
        is_out_of_range: the topic does not hold the position of the ledger.
    """

    end_offset: int
    next_written_at: datetime | None = None
    is_out_of_range: bool = False


class JournalEnds:
    """Asks Kafka; takes nothing in, and leaves no trace in the consumer group."""

    def __init__(self, connect: Callable[[Mapping[str, int]], JournalConsumer]) -> None:
        self._connect = connect

    def seen_from(self, next_offsets: Mapping[str, int]) -> dict[str, JournalEnd]:
        """
        The end of each journal, seen from these positions.

        Raises:
            BrokerUnavailable, BrokerRefused, DoorClosed: Kafka does not answer, or not to us.
        """
        inside = dict(next_offsets)
        lost: dict[str, JournalEnd] = {}
        while True:
            try:
                with self._connect(inside) as consumer:
                    return lost | _ends(consumer, inside)
            except PositionOutOfRange as error:
                lost[error.topic] = JournalEnd(error.end, is_out_of_range=True)
                del inside[error.topic]
                if not inside:
                    return lost


def _ends(consumer: JournalConsumer, next_offsets: Mapping[str, int]) -> dict[str, JournalEnd]:
    ends = consumer.end_offsets(next_offsets)
    behind = {topic for topic, end in ends.items() if end > next_offsets[topic]}
    written: dict[str, datetime] = {}
    deadline = time.monotonic() + LOOK_SECONDS
    while behind - set(written) and time.monotonic() < deadline:
        for record in consumer.poll(POLL_MS):
            written.setdefault(record.topic, datetime.fromtimestamp(record.timestamp_ms / 1000, UTC))
    return {topic: JournalEnd(end, written.get(topic)) for topic, end in ends.items()}
