"""The clients against a real broker: what is safe, what is refused, and what happens when the broker dies."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition

from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.errors import BrokerRefused, BrokerUnavailable, PositionOutOfRange
from clue_exchange.kafka_clients import JournalConsumer, JournalProducer, OutgoingRecord, ReceivedRecord
from clue_exchange.kafka_records import TopicSpec
from clue_exchange.topic_admin import TopicAdmin

pytestmark = pytest.mark.broker

NOWHERE = "127.0.0.1:9"  # the discard port: nothing listens
FROZEN_SECONDS = 30
"""For a deadline of one second, and two to close: a wedged producer would never come back."""


def numbered(topic: str, numbers: Iterable[int]) -> list[OutgoingRecord]:
    """Records whose values are their numbers."""
    return [OutgoingRecord(topic, b"key", str(number).encode(), (("ce_type", b"test"),)) for number in numbers]


def read(bootstrap: str, topic: str, count: int) -> list[ReceivedRecord]:
    """The first `count` records; fewer when the broker has no more."""
    records: list[ReceivedRecord] = []
    with JournalConsumer(bootstrap, {topic: 0}, group_id="reader") as consumer:
        end = consumer.end_offsets([topic])[topic]
        while len(records) < min(count, end):
            records += consumer.poll(timeout_ms=1_000)
    return records


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    """A broker that the test may kill, with the topic `journal`."""
    with EmbeddedKafka(tmp_path) as kafka:
        with TopicAdmin(kafka.bootstrap) as admin:
            admin.create([TopicSpec("journal", 1, 1)])
        yield kafka


def test_record_arrives_as_it_was_sent(bootstrap: str, make_topic: Callable[..., str]) -> None:
    """Key, value, headers and order survive; acknowledgements name the offsets that are read."""
    topic = make_topic()
    tombstone = OutgoingRecord(topic, b"key", None)
    with JournalProducer(bootstrap) as producer:
        acknowledged = producer.send_all([*numbered(topic, [1, 2]), tombstone], deadline_seconds=60)

    records = read(bootstrap, topic, 3)

    assert [record.offset for record in records] == [each.offset for each in acknowledged] == [0, 1, 2]
    assert [record.value for record in records] == [b"1", b"2", None]
    assert records[0].key == b"key"
    assert records[0].headers == (("ce_type", b"test"),)
    assert records[-1].next_offset == 3


def test_consumer_reads_on_from_the_given_position(bootstrap: str, make_topic: Callable[..., str]) -> None:
    """The ledger's position decides, and a batch that had no effect can be read again."""
    topic = make_topic()
    with JournalProducer(bootstrap) as producer:
        producer.send_all(numbered(topic, range(5)), deadline_seconds=60)

    with JournalConsumer(bootstrap, {topic: 3}, group_id="reader") as consumer:
        first = consumer.poll(timeout_ms=30_000, max_records=1)
        consumer.seek({topic: 3})
        again = consumer.poll(timeout_ms=30_000, max_records=10)

        assert [record.offset for record in first] == [3]
        assert [record.offset for record in again] == [3, 4]
        assert consumer.poll(timeout_ms=0) == []
        assert consumer.end_offsets([topic]) == {topic: 5}
        assert consumer.commit({topic: 5}, timeout_ms=30_000) is None


def test_position_beyond_the_end_is_an_error(bootstrap: str, make_topic: Callable[..., str]) -> None:
    """The topic was made anew, or the cluster is another one: a silent jump would lose events."""
    topic = make_topic()

    with pytest.raises(PositionOutOfRange) as caught:
        JournalConsumer(bootstrap, {topic: 7}, group_id="reader")

    error = caught.value
    assert (error.topic, error.wanted, error.first, error.end) == (topic, 7, 0, 0)


def test_position_that_was_deleted_is_an_error(bootstrap: str, make_topic: Callable[..., str]) -> None:
    """Retention that is shorter than an outage must not pass for an empty journal."""
    topic = make_topic()
    with JournalProducer(bootstrap) as producer:
        producer.send_all(numbered(topic, range(5)), deadline_seconds=60)
    with JournalConsumer(bootstrap, {topic: 0}, group_id="reader") as consumer:
        with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
            admin.delete_records({TopicPartition(topic, 0): 3})

        with pytest.raises(PositionOutOfRange) as caught:
            consumer.poll(timeout_ms=30_000)

    assert (caught.value.wanted, caught.value.first, caught.value.end) == (0, 3, 5)


def test_topic_that_is_missing_is_named(bootstrap: str) -> None:
    """The library would read nothing for ever, and take it for a broker that does not answer when it sends."""
    with pytest.raises(BrokerRefused, match=r"no such topic: nobody\.clues"):
        JournalConsumer(bootstrap, {"nobody.clues": 0}, group_id="reader")
    with JournalProducer(bootstrap) as producer, pytest.raises(BrokerRefused, match=r"no such topic: nobody\.clues"):
        producer.send_all(numbered("nobody.clues", [1]), deadline_seconds=60)


def test_a_topic_without_a_leader_is_waited_for(bootstrap: str, make_topic: Callable[..., str]) -> None:
    """Asked for several topics the library leaves it out of its answer, and falls over that itself."""
    topic = make_topic()
    with JournalConsumer(bootstrap, {topic: 0}, group_id="reader") as consumer:
        with pytest.raises(BrokerUnavailable, match="no leader"):
            consumer.end_offsets([topic, "nobody.clues"])

        assert consumer.end_offsets([topic]) == {topic: 0}


def test_record_that_is_too_large_is_refused_after_those_before_it(
    bootstrap: str, make_topic: Callable[..., str]
) -> None:
    """The relay marks the records before it, and a person looks at this one."""
    topic = make_topic(max_message_bytes="50000")
    too_large = OutgoingRecord(topic, b"key", b"x" * 200_000)
    with JournalProducer(bootstrap) as producer:
        with pytest.raises(BrokerRefused) as caught:
            producer.send_all([*numbered(topic, [1]), too_large], deadline_seconds=60)
        producer.send_all(numbered(topic, [2]), deadline_seconds=60)

    assert caught.value.acknowledged == [0]
    assert [record.value for record in read(bootstrap, topic, 2)] == [b"1", b"2"]


@pytest.mark.parametrize(
    "connect",
    [
        lambda: JournalProducer(NOWHERE, patience_ms=300).prepare(["journal"]),
        lambda: JournalConsumer(NOWHERE, {"journal": 0}, group_id="reader", patience_ms=300),
        lambda: TopicAdmin(NOWHERE, patience_ms=300),
    ],
    ids=["producer", "consumer", "admin"],
)
def test_connection_that_fails_leaves_nothing_behind(connect: Callable[[], object]) -> None:
    """A node that tries for days must not gather threads and sockets (an unclosed one is an error here)."""
    before = threading.active_count()

    with pytest.raises(BrokerUnavailable):
        connect()

    assert threading.active_count() == before


def test_producer_outlives_its_broker(own_kafka: EmbeddedKafka) -> None:
    """Killed at any moment: what is not acknowledged is sent again, and once duplicates are gone nothing is missing."""
    records = numbered("journal", range(20_000))
    with JournalProducer(own_kafka.bootstrap, patience_ms=1_000) as producer:
        producer.prepare(["journal"])
        killer = threading.Thread(target=own_kafka.nodes[0].kill)
        killer.start()
        with pytest.raises(BrokerUnavailable) as caught:
            producer.send_all(records, deadline_seconds=2)
        killer.join()

        with pytest.raises(BrokerUnavailable):
            producer.send_all(records[:1], deadline_seconds=1)
        own_kafka.start()
        producer.send_all(records[len(caught.value.acknowledged) :], deadline_seconds=90)

    received = read(own_kafka.bootstrap, "journal", len(records))
    assert list(dict.fromkeys(record.value for record in received)) == [record.value for record in records]


def test_frozen_broker_costs_no_more_than_the_deadline(own_kafka: EmbeddedKafka) -> None:
    """A broker that accepts connections and does not answer; what was sent to it meanwhile may arrive twice."""
    records = numbered("journal", range(10))
    (pid,) = own_kafka.pids
    with JournalProducer(own_kafka.bootstrap) as producer:
        producer.prepare(["journal"])
        os.kill(pid, signal.SIGSTOP)
        try:
            asked_at = time.monotonic()
            with pytest.raises(BrokerUnavailable):
                producer.send_all(records, deadline_seconds=1)
            seconds = time.monotonic() - asked_at
        finally:
            os.kill(pid, signal.SIGCONT)
        producer.send_all(records, deadline_seconds=60)

    received = read(own_kafka.bootstrap, "journal", 2 * len(records))
    assert seconds < FROZEN_SECONDS
    assert list(dict.fromkeys(record.value for record in received)) == [record.value for record in records]


def test_consumer_outlives_its_broker(own_kafka: EmbeddedKafka) -> None:
    """While the broker is down the hint cannot be left and reading is empty or transient; then it goes on."""
    with (
        JournalProducer(own_kafka.bootstrap) as producer,
        JournalConsumer(own_kafka.bootstrap, {"journal": 0}, group_id="reader") as consumer,
    ):
        producer.send_all(numbered("journal", [1]), deadline_seconds=60)
        assert len(consumer.poll(timeout_ms=30_000)) == 1
        own_kafka.nodes[0].kill()
        hint = consumer.commit({"journal": 1}, timeout_ms=300)
        own_kafka.start()
        producer.close()
        producer.send_all(numbered("journal", [2]), deadline_seconds=60)

        received: list[ReceivedRecord] = []
        for _ in range(100):
            try:
                received = consumer.poll(timeout_ms=500)
            except BrokerUnavailable:
                continue
            if received:
                break

    assert isinstance(hint, BrokerUnavailable)
    assert [record.value for record in received] == [b"2"]
