"""
The producer of a journal: sends in order, and knows which records are safe.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, cast

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from clue_exchange.connected import Connected
from clue_exchange.crash_points import crash_point
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.kafka_clients.connecting import connect, require_topics, translated
from clue_exchange.kafka_fates import translate
from clue_exchange.kafka_records import Acknowledgement, OutgoingRecord
from clue_exchange.kafka_settings import CLOSE_SECONDS, HASTY, PATIENCE_MS, PATIENT, PRODUCER

FEW = 10  # more than these fill requests anyway, and the linger does not count
FLUSH_SECONDS = 0.05  # for each batch: so at most half a second of the deadline


class _Producer(KafkaProducer):
    """The library's producer, less a finaliser that silences its log for the whole process; we always close."""

    def __del__(self) -> None:
        pass


class JournalProducer(Connected):
    """
    Sends the records of the outbox in order, and knows which are safe.

    Acknowledged means held by every in-sync replica. What was not acknowledged may be in the log all the same: send
    it again, the receiver removes the duplicates.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        client_id: str = "clue-exchange",
        patience_ms: int = 2 * PATIENCE_MS,  # it asks twice before it sends
        security: KafkaSecurity | None = None,
    ) -> None:
        self._connection = bootstrap, patience_ms, security
        self._own = PRODUCER | {"client_id": client_id, "max_block_ms": patience_ms}
        self._producer: KafkaProducer | None = None
        self._known_topics: set[str] = set()

    def prepare(self, topics: Iterable[str]) -> None:
        """Connect, and refuse a topic that does not exist: the library takes it for a broker that does not answer."""
        unknown = set(topics) - self._known_topics
        if unknown:
            require_topics(unknown, *self._connection)
        if self._producer is None:
            self._producer = connect(_Producer, *self._connection, **self._own)
        with translated():
            for topic in unknown:
                self._producer.partitions_for(topic)  # now, so that the first record does not wait 0.1 s for it
        self._known_topics |= unknown

    def send_all(self, records: Sequence[OutgoingRecord], deadline_seconds: float) -> list[Acknowledgement]:
        """
        Send all in order; return when each is acknowledged. Of a few, whatever their topics, a consumer that reads
        these topics gets all at once.

        Otherwise raise `BrokerUnavailable` or `BrokerRefused` with the places of the records that are safe; the next
        call makes a new producer. Takes at most the deadline and a few seconds more, to connect and to close.
        """
        futures: list[Any] = []
        try:
            self.prepare(record.topic for record in records)
            deadline = time.monotonic() + deadline_seconds
            producer = cast("KafkaProducer", self._producer)
            for record in records:
                futures.append(producer.send(record.topic, record.value, record.key, list(record.headers), partition=0))
            if len(records) <= FEW:
                with suppress(KafkaTimeoutError):  # its time-out is of each batch: the deadline is kept below
                    producer.flush(FLUSH_SECONDS)
            crash_point("relay.after_send")
            sent = [future.get(max(0.0, deadline - time.monotonic())) for future in futures]
        except BaseException as error:
            self.close()
            self._own |= PATIENT
            if isinstance(error, KafkaError):
                raise translate(error, [place for place, future in enumerate(futures) if future.succeeded()]) from error
            raise
        self._own |= HASTY
        return [Acknowledgement(metadata.topic, metadata.offset) for metadata in sent]

    def close(self) -> None:
        producer, self._producer, self._known_topics = self._producer, None, set()
        if producer is not None:
            # close() alone raises after its time-out and leaves the sender's thread running
            producer._sender.force_close()  # type: ignore[attr-defined]  # private, there is no public way
            with suppress(KafkaError):
                producer.close(timeout=CLOSE_SECONDS)
