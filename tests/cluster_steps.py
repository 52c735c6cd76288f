"""
A county on a cluster of three brokers: both nodes running, what is done to the brokers, and what must hold at the end.
"""

import io
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from clue_exchange import outbox_depth
from clue_exchange.embedded.node import Node as Broker
from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.kafka_clients import connect  # it closes the sockets of connections that fail
from clue_exchange.logs import json_log
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics, topic_name
from console.node import Node
from console.wiring import Agency
from schemas.catalog import EVENT_FAMILIES, Family
from schemas.codes import Role
from schemas.envelope import Record
from tests.links import Link, links
from tests.looking_again import comes_true
from tests.two_sides import SetClock, TwoSides, rows, settings_for

DRAIN_SECONDS = 120
STOP_SECONDS = 60
PATIENCE_MS = 60_000


@dataclass
class Cluster:
    """Three brokers, and a link to each; `bootstrap` leads straight to them, `through_links` through the links."""

    kafka: EmbeddedKafka
    links: Sequence[Link]

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, host: str = "127.0.0.1") -> "Iterator[Cluster]":
        """Start all of it in this folder, the links at this address; killed at the end, for nobody needs the data."""
        with links(3, host) as made:
            outside = {place: link.address for place, link in enumerate(made, 1)}
            kafka = EmbeddedKafka(folder, brokers=3, outside=outside)
            try:
                kafka.start()
                for node, link in zip(kafka.nodes, made, strict=True):
                    assert node.known_ports is not None
                    link.target_port = node.known_ports.outside
                yield cls(kafka, made)
            finally:
                for node in kafka.nodes:
                    node.kill()

    @property
    def bootstrap(self) -> str:
        return self.kafka.bootstrap

    @property
    def through_links(self) -> str:
        return ",".join(link.address for link in self.links)

    def kill_leader_of(self, topic: str) -> Broker:
        """Kill the broker that takes this topic's records, as a power cut would end the process."""
        with closing(connect(KafkaAdminClient, self.bootstrap, PATIENCE_MS)) as admin:
            leader = int(admin.describe_topics([topic])[0]["partitions"][0]["leader_id"])
        node: Broker = self.kafka.nodes[leader - 1]
        node.kill()
        return node

    def kill(self, count: int) -> None:
        """Kill the first so many brokers."""
        for node in self.kafka.nodes[:count]:
            node.kill()

    def heal(self) -> None:
        """Every broker runs, every link is good, every topic has its replicas again."""
        for link in self.links:
            link.heal()
        dead = [node for node in self.kafka.nodes if node.pid is None]
        if len(dead) == len(self.kafka.nodes):
            self.kafka.start()
        for node in dead:
            if node.pid is None:
                self.kafka.start_again(node)


@dataclass
class County:
    """Two agencies with six topics each on the cluster; their clues, and what their nodes log."""

    cluster: Cluster
    sides: TwoSides
    folder: Path
    log_text: io.StringIO = field(default_factory=io.StringIO)

    @classmethod
    @contextmanager
    def founded(
        cls, cluster: Cluster, folder: Path, bootstrap: str, databases: Callable[[Role], str] | None = None
    ) -> "Iterator[County]":
        """Make the topics, three replicas each, and the two databases."""
        region = f"{uuid4().int % 1_000_000:06d}"
        names = {role: f"{role}-{region}" for role in Role}
        with TopicAdmin(cluster.bootstrap) as admin:
            ensure_topics(admin, names.values(), replicas=len(cluster.kafka.nodes))
        urls = {role: databases(role) if databases else f"sqlite:///{folder}/{role}.db" for role in Role}
        settings = {role: settings_for(role, folder, urls[role], bootstrap, names) for role in Role}
        sides = TwoSides.of(settings, SetClock())
        try:
            yield cls(cluster, sides, folder)
        finally:
            sides.close()

    @contextmanager
    def running(self, *roles: Role) -> Iterator[None]:
        """Both nodes, or those of these roles, have begun to work and run on; stopped at the end, whatever happened."""
        agencies = [self.sides.side(role) for role in roles or Role]
        life = str(uuid4())
        logs = [json_log(self.log_text, agency=agency.settings.agency, life=life) for agency in agencies]
        nodes = [Node(agency, log) for agency, log in zip(agencies, logs, strict=True)]
        threads = [Thread(target=node.run) for node in nodes]
        for thread in threads:
            thread.start()
        try:
            wait_for(lambda: self._connected(life) == {agency.settings.agency for agency in agencies})
            yield
        finally:
            for node in nodes:
                node.stop()
            for thread in threads:
                thread.join(STOP_SECONDS)
        assert not any(thread.is_alive() for thread in threads)

    def _connected(self, life: str) -> set[str]:
        """Whose node has read back, and begun to take in, in this life."""
        return {line["agency"] for line in self.logged("loop.connected") if line["life"] == life}

    def config(self, role: Role) -> Path:
        """The configuration of one side as a file, and beside it what it names."""
        self.sides.write_files(self.folder)
        settings = self.sides.side(role).settings
        file = self.folder / f"{settings.agency}.toml"
        file.write_text(settings.to_toml(), encoding="utf-8")
        return file

    def topic(self, role: Role, family: Family = Family.CLUES) -> str:
        return topic_name(self.sides.side(role).settings.agency, family)

    def transfer(self, count: int) -> None:
        """The federation hands over so many clues, one command each."""
        for _ in range(count):
            self.sides.transfer()

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of this event, of both nodes."""
        lines = [json.loads(line) for line in self.log_text.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]

    def drain(self, seconds: float = DRAIN_SECONDS) -> float:
        """Wait until nothing is in flight any more; how long that took."""
        began = time.monotonic()
        wait_for(self.is_drained, seconds)
        return time.monotonic() - began

    def is_drained(self) -> bool:
        """Whether both outboxes are empty and each side holds as many events as the other."""
        federation, procuratorate = (self.sides.side(role) for role in Role)
        return not unsent(federation) and not unsent(procuratorate) and held(federation) == held(procuratorate)

    def require_nothing_lost_and_nothing_doubled(self, clues: int) -> None:
        """Every event is applied once on both sides, the folds are equal, and Kafka holds what it acknowledged."""
        for role in Role:
            with self.sides.side(role).store.reading() as transaction:
                found = rows(transaction, "SELECT outcome, count(*) FROM event GROUP BY outcome")
                views = rows(transaction, "SELECT applied, void, waiting FROM clue")
            assert found == [("applied", clues)]
            assert views == [(1, 0, 0)] * clues
        digests = [self._digests(self.sides.side(role)) for role in Role]
        assert digests[0] == digests[1]
        self.require_acknowledged_is_held()

    def require_acknowledged_is_held(self) -> None:
        """Every number that a sender has marked is in its topic, at the latest when the followers are there again."""
        for role in Role:
            for family in EVENT_FAMILIES:
                topic = self.topic(role, family)
                with self.sides.side(role).store.reading() as transaction:
                    marked = transaction.exec_driver_sql(
                        f"SELECT number FROM outbox WHERE topic = '{topic}' AND sent_at IS NOT NULL"
                    )
                    acknowledged = {int(row.number) for row in marked}
                wait_for(partial(self._holds, topic, acknowledged))

    def _holds(self, topic: str, numbers: set[int]) -> bool:
        return numbers <= set(numbers_in(self.cluster.bootstrap, topic))

    @staticmethod
    def _digests(agency: Agency) -> list[tuple[object, ...]]:
        with agency.store.reading() as transaction:
            return rows(transaction, "SELECT clue_id, digest FROM clue ORDER BY clue_id")


def wait_for(condition: Callable[[], bool], seconds: float = DRAIN_SECONDS) -> None:
    """Look again and again until it is so; the deadline is a failure."""
    assert comes_true(condition, seconds), "the condition did not come true in time"


def unsent(agency: Agency) -> int:
    """How many records the outbox still has to get acknowledged."""
    with agency.store.reading() as transaction:
        return outbox_depth.depth(transaction).records


def sent(agency: Agency, topic: str) -> int:
    """How many records of this topic are marked as acknowledged."""
    with agency.store.reading() as transaction:
        marked = f"SELECT count(*) FROM outbox WHERE topic = '{topic}' AND sent_at IS NOT NULL"
        ((count,),) = rows(transaction, marked)
    return int(str(count))


def held(agency: Agency) -> int:
    """How many events the ledger holds."""
    with agency.store.reading() as transaction:
        ((count,),) = rows(transaction, "SELECT count(*) FROM event")
    return int(str(count))


def numbers_in(bootstrap: str, topic: str) -> list[int]:
    """The journal numbers of all records of a topic, as they stand there."""
    at = TopicPartition(topic, 0)
    with closing(connect(KafkaConsumer, bootstrap, PATIENCE_MS)) as reader:
        reader.assign([at])
        reader.seek(at, 0)
        end = reader.end_offsets([at])[at]
        numbers: list[int] = []
        while (reader.position(at) or 0) < end:
            for record in reader.poll(1_000).get(at, []):
                numbers.append(Record.from_value(record.value).number)
    return numbers
