"""
Hostile records that only a real Kafka can bring: compressed bombs, header names that are no text. Named by row.
"""

import resource
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.errors import MessageSizeTooLargeError

from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.topics import RECORD_CAP_BYTES
from schemas.codes import Role
from tests.kafka_steps import journals
from tests.two_sides import TwoSides

pytestmark = pytest.mark.broker
MIB = 2**20


class NotText(str):
    """A header name whose bytes are no UTF-8: Kafka takes any."""

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe" + str(self)[2:].encode()


Written = tuple[bytes | None, list[tuple[str, bytes]]]


def write(bootstrap: str, topic: str, *records: Written, key: bytes | None = b"key", **settings: Any) -> None:
    """Write these values and headers in one batch, with the client library alone."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=200, **settings)
    try:
        sent = [producer.send(topic, value, key, headers, partition=0) for value, headers in records]
        for each in sent:
            each.get(60)  # type: ignore[no-untyped-call]  # their stub
    finally:
        producer.close()


def read(bootstrap: str, topic: str, records: int, first: int = 0) -> list[ReceivedRecord]:
    found: list[ReceivedRecord] = []
    with JournalConsumer(bootstrap, {topic: first}, group_id="reader") as consumer:
        while len(found) < records:
            polled = consumer.poll(30_000)
            assert polled
            found += polled
    return found


@pytest.mark.parametrize("first", [0, 1, 2])
def test_h046_a_header_name_that_is_no_text_stops_nothing(
    bootstrap: str, make_topic: Callable[..., str], first: int
) -> None:
    """Read as a name that nobody knows, wherever in its batch the reading begins; value and other headers stay."""
    topic = make_topic()
    hostile = [("ce_id", b"1"), (NotText("x-a-name"), b"\xff"), ("ce_type", b"2")]
    write(bootstrap, topic, (b"before", []), (b"hostile", hostile), (b"behind", []))

    found = read(bootstrap, topic, 3 - first, first)

    assert [each.value for each in found] == [b"before", b"hostile", b"behind"][first:]
    if first < 2:
        assert found[1 - first].headers == (("ce_id", b"1"), ("????????", b"\xff"), ("ce_type", b"2"))


def test_h046_a_record_with_such_a_name_is_taken_in(on_kafka: TwoSides) -> None:
    """Headers are never trusted; the signed bytes are good."""
    on_kafka.transfer()
    (genuine,) = on_kafka.events_of(Role.federation)
    bootstrap, clues = on_kafka.federation.settings.bootstrap, journals(on_kafka.federation)[0]
    write(bootstrap, clues, (genuine.value, [(NotText("schema-id"), b"7")]), key=genuine.key)

    on_kafka.give(Role.procuratorate, on_kafka.keys_of(Role.federation))
    taken = on_kafka.give(Role.procuratorate, read(bootstrap, clues, 1))

    assert [placed.outcome for placed in taken.placements] == ["applied"]


def test_h044_a_compressed_bomb_is_refused_by_the_broker(on_kafka: TwoSides) -> None:
    """Our topics hold a batch to the limit as it is unpacked: 64 MiB of zeros, 64 KiB when packed, reach no reader."""
    bootstrap, clues = on_kafka.federation.settings.bootstrap, journals(on_kafka.federation)[0]
    bomb = bytes(64 * MIB)

    with pytest.raises(MessageSizeTooLargeError):
        write(bootstrap, clues, (bomb, []), compression_type="gzip", max_request_size=128 * MIB, batch_size=128 * MIB)


def test_h044_a_record_at_the_limit_of_the_topic_is_bounded(on_kafka: TwoSides) -> None:
    """Over the cap of a record, and yet within what the topic takes: a dead letter, and no memory to speak of."""
    bootstrap, clues = on_kafka.federation.settings.bootstrap, journals(on_kafka.federation)[0]
    write(bootstrap, clues, (bytes(RECORD_CAP_BYTES + 1), []))
    records = read(bootstrap, clues, 1)

    tracemalloc.start()
    taken = on_kafka.give(Role.procuratorate, records)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [letter.reason.value for letter in taken.dead_letters] == ["too_large"]
    assert peak < 8 * MIB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2**21  # KiB
