"""
The one file that imports the Kafka client (kafka-python 3.0.12): docs/decisions/0003. `TopicAdmin` is in `topic_admin`.

Its errors leave it as `DoorClosed`, or, by the table in `kafka_fates`, as `BrokerUnavailable`, `BrokerRefused` or
`PositionOutOfRange`. Connecting is given up after `patience_ms`. No client here may be used by two threads at a time.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, ClassVar, TypeVar, cast

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka import admin as kafka_admin
from kafka.errors import KafkaError, for_code
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket
from kafka.record import default_records, memory_records
from kafka.structs import OffsetAndMetadata

from clue_exchange.connected import Connected
from clue_exchange.crash_points import crash_point
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.doors.tls_preflight import preflight
from clue_exchange.errors import BrokerRefused, BrokerUnavailable, ExchangeError, PositionOutOfRange
from clue_exchange.header_names import accept_any_name
from clue_exchange.kafka_fates import Fate, fate_of, translate
from clue_exchange.kafka_records import Acknowledgement, OutgoingRecord, ReceivedRecord
from clue_exchange.kafka_settings import CLOSE_SECONDS, CONNECTION, CONSUMER, HASTY, PATIENCE_MS, PATIENT, PRODUCER

__all__ = [  # the library's own names are for topic_admin and access_admin, so that no second file imports the library
    "Acknowledgement", "Connected", "JournalConsumer", "JournalProducer", "KafkaAdminClient", "OutgoingRecord",
    "ReceivedRecord", "connect", "for_code", "kafka_admin", "translate", "translated",
]  # fmt: skip

Client = TypeVar("Client")


class _ClosingSocket(KafkaNetSocket):
    """A direct connection whose socket is closed when it fails; the library leaves that to the garbage collector."""

    SCHEMES: ClassVar = ("closing",)  # the definition registers it for `proxy_url`

    async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: Any = None) -> Any:
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at)  # type: ignore[no-untyped-call]  # stub
        except BaseException:
            sock.close()
            raise


class _Producer(KafkaProducer):
    """The library's producer, less a finaliser that silences its log for the whole process; we always close."""

    def __del__(self) -> None:
        pass


@contextmanager
def translated() -> Iterator[None]:
    """Let the library's errors out as ours."""
    try:
        yield
    except KafkaError as error:
        raise translate(error) from error


def connect(
    make: Callable[..., Client],
    bootstrap: str,
    patience_ms: int,
    security: KafkaSecurity | None = None,
    **settings: Any,
) -> Client:
    """Make a client; when it cannot connect, close what the library then leaves open (sockets, an IO thread)."""
    nets: list[KafkaNetClient] = []

    def kafka_client(**configs: Any) -> KafkaNetClient:
        nets.append(KafkaNetClient(**configs))
        return nets[0]

    settings = CONNECTION | settings | {"bootstrap_servers": bootstrap.split(","), "bootstrap_timeout_ms": patience_ms}
    if security is not None:
        preflight(bootstrap, security)
        settings |= security.client_settings()
    try:
        return make(kafka_client=kafka_client, proxy_url="closing://", **settings)
    except KafkaError as error:
        for net in nets:
            net.close()
        preflight(bootstrap, security)
        raise translate(error) from error


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
            _require_topics(unknown, *self._connection)
        if self._producer is None:
            self._producer = connect(_Producer, *self._connection, **self._own)
        with translated():
            for topic in unknown:
                self._producer.partitions_for(topic)  # now, so that the first record does not wait 0.1 s for it
        self._known_topics |= unknown

    def send_all(self, records: Sequence[OutgoingRecord], deadline_seconds: float) -> list[Acknowledgement]:
        """
        Send all in order; return when each is acknowledged.

        Otherwise raise `BrokerUnavailable` or `BrokerRefused` with the places of the records that are safe; the next
        call makes a new producer. Takes at most the deadline and a few seconds more, to connect and to close.
        """
        futures: list[Any] = []
        try:
            self.prepare(record.topic for record in records)
            deadline = time.monotonic() + deadline_seconds
            send = cast("KafkaProducer", self._producer).send
            for record in records:
                futures.append(send(record.topic, record.value, record.key, list(record.headers), partition=0))
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
        _require_topics(next_offsets, *connection)
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


def _require_topics(topics: Iterable[str], bootstrap: str, patience_ms: int, security: KafkaSecurity | None) -> None:
    with closing(connect(KafkaAdminClient, bootstrap, patience_ms, security)) as admin, translated():
        missing = set(topics) - set(admin.list_topics())
    if missing:  # Kafka hides what one may not see
        raise BrokerRefused(f"no such topic: {', '.join(sorted(missing))} (or no right to see it: acl check)")
