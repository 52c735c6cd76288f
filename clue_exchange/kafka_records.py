"""What goes into Kafka and comes out of it, as plain values. No Kafka import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class OutgoingRecord:
    """
    One record on its way out; goes to partition 0, the only one a topic of ours has.

    Attributes:
        topic: the sender's own topic.
        key: what compaction and tools go by.
        value: the record's bytes; None is a tombstone.
        headers: a courtesy to tools, never trusted.
    """

    topic: str
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Acknowledgement:
    """
    All in-sync replicas hold the record.

    Attributes:
        topic: where it is.
        offset: where in the topic it is.
    """

    topic: str
    offset: int


@dataclass(frozen=True)
class ReceivedRecord:
    """
    One record as the broker gave it; nothing in it is checked but Kafka's own checksum.

    Attributes:
        topic, partition, offset: where it was read.
        key, value: None where the writer gave none (a value of None is a tombstone).
        headers: as written, repetitions included.
        timestamp_ms: the writer's clock, or the broker's, as the topic is set; never trusted.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int

    @classmethod
    def of(cls, got: Any) -> Self:
        """The same, as the client library gives it."""
        return cls(got.topic, got.partition, got.offset, got.key, got.value, tuple(got.headers), got.timestamp)

    @property
    def next_offset(self) -> int:
        """The position to store once this record has had its effect."""
        return self.offset + 1


@dataclass(frozen=True)
class TopicSpec:
    """
    A topic as it should be.

    Attributes:
        name: `<agency>.<family>`.
        partitions: how many.
        replicas: how many brokers hold it.
        configs: what is set on the topic itself.
    """

    name: str
    partitions: int
    replicas: int
    configs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DescribedTopic:
    """
    A topic as it is.

    Attributes:
        name: `<agency>.<family>`.
        topic_id: changes when the topic is deleted and made anew, which offsets alone do not show.
        partitions: how many.
        replicas: how many brokers hold it, the fewest of its partitions.
        in_sync: how many of these have all that is acknowledged.
        configs: every setting in force, wherever it comes from.
    """

    name: str
    topic_id: str
    partitions: int
    replicas: int
    in_sync: int
    configs: Mapping[str, str | None]


@dataclass(frozen=True)
class DiskUse:
    """
    What the brokers say of their disks.

    Attributes:
        topic_bytes: of each topic, on the broker where it takes most.
        free_bytes: on the broker that has least.
    """

    topic_bytes: Mapping[str, int]
    free_bytes: int


@dataclass(frozen=True)
class TopicIdentity:
    """
    Which topic stands behind a name.

    Attributes:
        topic_id: changes when the topic is deleted and made anew.
        partitions: how many.
    """

    topic_id: str
    partitions: int
