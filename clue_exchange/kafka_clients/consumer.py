"""
The consumer of journals: reads where the ledger says, and never jumps.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.record import default_records, memory_records
from kafka.structs import OffsetAndMetadata

from clue_exchange.connected import Connected
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.errors import BrokerUnavailable, ExchangeError, PositionOutOfRange
from clue_exchange.header_names import accept_any_name
from clue_exchange.kafka_clients.connecting import connect, require_topics, translated
from clue_exchange.kafka_fates import Fate, fate_of, translate
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.kafka_settings import CLOSE_SECONDS, CONSUMER, PATIENCE_MS


class JournalConsumer(Connected):
    """
    Reads the only partition of each topic from the positions that the ledger holds.

    A position that the log does not hold is `PositionOutOfRange`, never a silent jump. Offsets that Kafka keeps are a
    hint for tools that show the lag; they decide nothing here.
    """

    def __init__(
        self,
        bootstrap: str,
        next_offsets: Mapping[str, int],
        *,
        group_id: str,
        client_id: str = "clue-exchange",
        patience_ms: int = PATIENCE_MS,
        security: KafkaSecurity | None = None,
    ) -> None:
        connection = bootstrap, patience_ms, security
        self._patience_ms = patience_ms
        self._next_offsets: dict[str, int] = {}
        accept_any_name(memory_records, default_records)
        require_topics(next_offsets, *connection)
        self._consumer = connect(KafkaConsumer, *connection, **CONSUMER, client_id=client_id, group_id=group_id)
        try:
            self._consumer.assign([TopicPartition(topic, 0) for topic in next_offsets])
            self.seek(next_offsets)
        except BaseException:
            self.close()
            raise

    def seek(self, next_offsets: Mapping[str, int]) -> None:
        """Read on from these positions, of topics given at the start: what a batch that had no effect needs."""
        self.require_held(next_offsets)
        with translated():
            for topic, offset in next_offsets.items():
                self._consumer.seek(TopicPartition(topic, 0), offset)
        self._next_offsets.update(next_offsets)

    def poll(self, timeout_ms: int, max_records: int = 500) -> list[ReceivedRecord]:
        """Give the next records, in order within each topic; none when `timeout_ms` passes without any."""
        try:
            batches = self._consumer.poll(timeout_ms, max_records)
        except KafkaError as error:
            if fate_of(error) is Fate.OUT_OF_RANGE:
                self.require_held(self._next_offsets)
            raise translate(error) from error
        records = [ReceivedRecord.of(got) for batch in batches.values() for got in batch]
        self._next_offsets.update((record.topic, record.next_offset) for record in records)
        return records

    def end_offsets(self, topics: Iterable[str]) -> dict[str, int]:
        """Give the offset that each topic's next record will get."""
        return self._offsets(self._consumer.end_offsets, topics)

    def commit(self, next_offsets: Mapping[str, int], timeout_ms: int = 1_000) -> ExchangeError | None:
        """Leave the hint; returns the error when it could not be left, for the log, and goes on."""
        offsets = {TopicPartition(topic, 0): OffsetAndMetadata(offset) for topic, offset in next_offsets.items()}
        try:
            self._consumer.commit(offsets, timeout_ms)
        except KafkaError as error:
            return translate(error)
        return None

    def close(self) -> None:
        with suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=CLOSE_SECONDS * 1_000)

    def require_held(self, next_offsets: Mapping[str, int] | None = None) -> None:
        """Ask the broker whether it answers, and holds these positions, or what is read next: `PositionOutOfRange`."""
        ends = self.end_offsets(next_offsets := self._next_offsets if next_offsets is None else next_offsets)
        for topic, first in self._offsets(self._consumer.beginning_offsets, ends).items():
            if not first <= (wanted := next_offsets[topic]) <= ends[topic]:
                raise PositionOutOfRange(topic, wanted, first, ends[topic])

    def _offsets(self, ask: Callable[..., Mapping[TopicPartition, int]], topics: Iterable[str]) -> dict[str, int]:
        partitions = [TopicPartition(topic, 0) for topic in topics]
        try:
            with translated():
                return {at.topic: offset for at, offset in ask(partitions, self._patience_ms).items()}
        except KeyError as error:  # the library drops the topics that have no leader now, and falls over that
            raise BrokerUnavailable("a topic has no leader now") from error
