"""
The one file that imports the Kafka client (kafka-python 3.0.12): docs/decisions/0003.

Its errors leave this file as `BrokerUnavailable`, `BrokerRefused` or `PositionOutOfRange`, by the table in
`kafka_fates`. Connecting is given up after `patience_ms`. No client here may be used by two threads at a time.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, Self, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, for_code
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket
from kafka.structs import OffsetAndMetadata

from clue_exchange.errors import BrokerRefused, BrokerUnavailable, ExchangeError, PositionOutOfRange
from clue_exchange.kafka_fates import Fate, fate_of
from clue_exchange.kafka_records import Acknowledgement, DescribedTopic, OutgoingRecord, ReceivedRecord, TopicSpec
from clue_exchange.kafka_settings import CONNECTION, CONSUMER, PATIENCE_MS, PRODUCER

CLOSE_SECONDS = 2
TOPIC_ALREADY_EXISTS = 36
Client = TypeVar("Client")


class _ClosingSocket(KafkaNetSocket):
    """A direct connection whose socket is closed when it fails; the library leaves that to the garbage collector."""

    SCHEMES: ClassVar = ("closing",)  # the definition registers it for `proxy_url`

    async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: Any = None) -> Any:
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
        except BaseException:
            sock.close()
            raise


class _Producer(KafkaProducer):
    """The library's producer, less a finaliser that silences its log for the whole process; we always close."""

    def __del__(self) -> None:
        pass


def translate(error: KafkaError, acknowledged: int = 0) -> ExchangeError:
    """Give our error for one of the library's."""
    kind = BrokerUnavailable if fate_of(error) is Fate.UNAVAILABLE else BrokerRefused
    return kind(str(error), acknowledged)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        raise translate(error) from error


def _connect(make: Callable[..., Client], bootstrap: str, patience_ms: int, **settings: Any) -> Client:
    """Make a client; when it cannot connect, close what the library then leaves open (sockets, an IO thread)."""
    nets: list[KafkaNetClient] = []

    def kafka_client(**configs: Any) -> KafkaNetClient:
        nets.append(KafkaNetClient(**configs))
        return nets[0]

    settings = CONNECTION | settings | {"bootstrap_servers": bootstrap.split(","), "bootstrap_timeout_ms": patience_ms}
    try:
        return make(kafka_client=kafka_client, proxy_url="closing://", **settings)
    except KafkaError as error:
        for net in nets:
            net.close()
        raise translate(error) from error


class JournalProducer:
    """
    Sends the records of the outbox in order, and knows which are safe.

    Acknowledged means held by every in-sync replica. What was not acknowledged may be in the log all the same: send
    it again, the receiver removes the duplicates.
    """

    def __init__(self, bootstrap: str, *, client_id: str = "clue-exchange", patience_ms: int = PATIENCE_MS) -> None:
        self._bootstrap, self._client_id, self._patience_ms = bootstrap, client_id, patience_ms
        self._producer: KafkaProducer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send_all(self, records: Sequence[OutgoingRecord], deadline_seconds: float) -> list[Acknowledgement]:
        """
        Send all in order; return when each is acknowledged.

        Otherwise raise `BrokerUnavailable` or `BrokerRefused` with the number of leading records that are safe. The
        producer is thrown away then, and the next call makes a new one. Takes at most the deadline and a few seconds
        more, for a connection that cannot be made and a producer that cannot be closed.
        """
        deadline = time.monotonic() + deadline_seconds
        futures: list[Any] = []
        try:
            producer = self._ready(record.topic for record in records)
            for record in records:
                headers = list(record.headers)
                futures.append(producer.send(record.topic, record.value, record.key, headers, partition=0))
            sent = [future.get(max(0.0, deadline - time.monotonic())) for future in futures]
        except BaseException as error:
            safe = next((i for i, future in enumerate(futures) if not future.succeeded()), len(futures))
            self.close()
            if isinstance(error, KafkaError):
                raise translate(error, safe) from error
            raise
        return [Acknowledgement(metadata.topic, metadata.offset) for metadata in sent]

    def close(self) -> None:
        """Let go of the connections without waiting for anything that is not acknowledged."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer._sender.force_close()  # close() alone raises after its time-out and leaves the thread running
            with suppress(KafkaError):
                producer.close(timeout=CLOSE_SECONDS)
