"""
A journal as Kafka holds it now, from its first record to its last: to look at, not to take in.
"""

from collections.abc import Iterator

from clue_exchange.errors import BrokerUnavailable, PositionOutOfRange
from clue_exchange.kafka_clients import JournalConsumer
from consumers.loop import ConnectConsumer

POLL_TIMEOUT_MS = 5_000
EMPTY_POLLS = 3


def journal_values(connect: ConnectConsumer, topic: str) -> Iterator[tuple[int, bytes]]:
    """
    The values of a topic, each with its offset, in order, up to where it ended when this began.

    Raises:
        BrokerUnavailable: Kafka stopped answering before the end.
    """
    try:
        with connect({topic: 0}) as consumer:
            yield from _to_the_end(consumer, topic, 0)
    except PositionOutOfRange as error:  # what retention took is named as missing numbers
        with connect({topic: error.first}) as consumer:
            yield from _to_the_end(consumer, topic, error.first)


def _to_the_end(consumer: JournalConsumer, topic: str, next_offset: int) -> Iterator[tuple[int, bytes]]:
    end = consumer.end_offsets([topic])[topic]
    empty = 0
    while next_offset < end:
        records = consumer.poll(POLL_TIMEOUT_MS)
        empty = 0 if records else empty + 1
        if empty == EMPTY_POLLS:
            raise BrokerUnavailable(f"{topic} could not be read to its end")
        for record in records:
            next_offset = record.next_offset
            yield record.offset, record.value or b""
