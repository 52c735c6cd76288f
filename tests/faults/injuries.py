"""
The faults of the long random run: each is injected when its block is entered, and healed when it is left.

Whatever else happens meanwhile, leaving the block leaves the nodes and the broker running or startable.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, get_args

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from clue_exchange.crash_points import CrashPoint
from clue_exchange.embedded_kafka import EmbeddedKafka
from schemas.codes import Role
from tests.faults.county import County
from tests.faults.histories import JOURNALS
from tests.faults.nodes import FaultyNode, dies_at
from tests.faults.schedule import Chosen

NODE_POINTS = [point for point in get_args(CrashPoint) if not point.startswith("command.")]
LOCK_SECONDS = 5
PASSES = 3
"""A crash point is passed at most so often before it kills."""


@dataclass(frozen=True, slots=True)
class Field:
    """What can be hurt: a county and its broker."""

    county: County
    kafka: EmbeddedKafka

    def node(self, role: Role) -> FaultyNode:
        return self.county.nodes[role]

    def start_brokers(self) -> None:
        """Start those that are down."""
        down = [broker for broker in self.kafka.nodes if broker.pid is None]
        if len(down) == len(self.kafka.nodes):
            self.kafka.start()
            return
        for broker in down:
            self.kafka.start_again(broker)

    def a_journal(self, of: Role, choice: random.Random) -> str:
        return self.county.topic(of, choice.choice(JOURNALS))


Injury: TypeAlias = Callable[[Field, Role, random.Random], AbstractContextManager[None]]


@contextmanager
def node_killed(field: Field, role: Role, _: random.Random) -> Iterator[None]:
    """`kill -9`, and a supervisor that comes late."""
    field.node(role).kill()
    yield
    field.node(role).start_again()


@contextmanager
def node_crashes(field: Field, role: Role, choice: random.Random) -> Iterator[None]:
    """The node runs with a crash point armed."""
    field.node(role).kill()
    field.node(role).start(dies_at(choice.choice(NODE_POINTS), choice.randrange(PASSES)))
    yield
    field.node(role).kill()
    field.node(role).start_again()


@contextmanager
def node_frozen(field: Field, role: Role, _: random.Random) -> Iterator[None]:
    """SIGSTOP, and SIGCONT later."""
    field.node(role).freeze()
    yield
    field.node(role).thaw()


@contextmanager
def node_restarted(field: Field, role: Role, _: random.Random) -> Iterator[None]:
    """Stopped and started as an operator does."""
    field.node(role).stop()
    field.node(role).start_again()
    yield


@contextmanager
def broker_killed(field: Field, _role: Role, choice: random.Random) -> Iterator[None]:
    """`kill -9` of one broker."""
    choice.choice(field.kafka.nodes).kill()
    yield
    field.start_brokers()


@contextmanager
def all_brokers_killed(field: Field, _role: Role, _: random.Random) -> Iterator[None]:
    """`kill -9` of every broker: nothing is acknowledged until they are back."""
    for broker in field.kafka.nodes:
        broker.kill()
    yield
    field.start_brokers()


@contextmanager
def database_locked(field: Field, role: Role, _: random.Random) -> Iterator[None]:
    """Another connection holds the only write lock."""
    with locked(Path(field.county.agencies[role].settings.database.removeprefix("sqlite:///"))):
        yield


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """
    Nobody else writes meanwhile.

    A node that was frozen in the middle of writing holds the lock already, and goes on holding it.
    """
    with closing(sqlite3.connect(database, isolation_level=None, timeout=LOCK_SECONDS)) as connection:
        with suppress(sqlite3.OperationalError):
            connection.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def records_repeated(field: Field, role: Role, choice: random.Random) -> Iterator[None]:
    """Every record of a journal stands in its topic once more."""
    topic = field.a_journal(role, choice)
    with _if_kafka_answers():
        _repeat(field, topic)
    yield


def _repeat(field: Field, topic: str) -> None:
    at = TopicPartition(topic, 0)
    with _consumer(field, topic) as consumer:
        end = consumer.end_offsets([at])[at]
        records = []
        while (consumer.position(at) or 0) < end:
            records += consumer.poll(1_000).get(at, [])
    with closing(KafkaProducer(acks="all", **_connection(field))) as producer:
        for record in records:
            producer.send(topic, record.value, record.key, list(record.headers), partition=0)
        producer.flush(30)


@contextmanager
def offsets_reset(field: Field, role: Role, choice: random.Random) -> Iterator[None]:
    """Somebody sets the node's group to the beginning, or to the end."""
    topic = field.a_journal(role.other, choice)
    at = TopicPartition(topic, 0)
    with _if_kafka_answers(), _consumer(field, topic, f"{field.county.name(role)}.exchange") as consumer:
        offset = choice.choice((0, consumer.end_offsets([at])[at]))
        consumer.commit({at: OffsetAndMetadata(offset)}, timeout_ms=5_000)
    yield


@contextmanager
def records_deleted(field: Field, role: Role, choice: random.Random) -> Iterator[None]:
    """Retention was shorter than an outage: of what the other side has not read, the older half is gone."""
    topic = field.a_journal(role.other, choice)
    at = TopicPartition(topic, 0)
    field.node(role).kill()
    yield
    position = field.county.side(role).positions().get(topic, 0)
    with _if_kafka_answers():
        with _consumer(field, topic) as consumer:
            end = consumer.end_offsets([at])[at]
        if end > position + 1:
            with closing(KafkaAdminClient(**_connection(field))) as admin:
                admin.delete_records({at: (position + end) // 2})
    field.node(role).start_again()


INJURIES: Mapping[str, Injury] = {
    injury.__name__: injury
    for injury in (
        node_killed,
        node_crashes,
        node_frozen,
        node_restarted,
        broker_killed,
        all_brokers_killed,
        database_locked,
        records_repeated,
        offsets_reset,
        records_deleted,
    )
}


def inflict(field: Field, chosen: Chosen) -> AbstractContextManager[None]:
    """The block of a fault that the schedule chose."""
    choice = random.Random(chosen.seed)  # noqa: S311  # a schedule, no secret
    return INJURIES[chosen.name](field, chosen.role, choice)


def _connection(field: Field) -> dict[str, Any]:
    return {"bootstrap_servers": field.county.bootstrap.split(","), "bootstrap_timeout_ms": 5_000}


@contextmanager
def _if_kafka_answers() -> Iterator[None]:
    """
    Another fault of the same period may have killed the brokers: then nothing can be done to their records.

    The library's KeyError means that a topic has no leader now.
    """
    with suppress(KafkaError, KeyError):
        yield


@contextmanager
def _consumer(field: Field, topic: str, group: str | None = None) -> Iterator[KafkaConsumer]:
    """Reads a topic from its first record."""
    consumer = KafkaConsumer(group_id=group, enable_auto_commit=False, **_connection(field))
    with closing(consumer):
        at = TopicPartition(topic, 0)
        consumer.assign([at])
        consumer.seek(at, consumer.beginning_offsets([at])[at])
        yield consumer
