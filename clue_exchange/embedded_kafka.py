"""
A real Apache Kafka by `pip install`, for the demonstration and the tests: KRaft, loopback only, a folder of its own.

    with EmbeddedKafka(folder) as kafka:
        ... kafka.bootstrap ...
"""

import fcntl
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from clue_exchange.embedded import jars as embedded_jars
from clue_exchange.embedded.configuration import settings_for
from clue_exchange.embedded.errors import (
    AlreadyRunning,
    EmbeddedKafkaError,
    JarsUnavailable,
    OtherSize,
    PortTaken,
    StartFailed,
)
from clue_exchange.embedded.node import Node, wait_until
from clue_exchange.embedded.ports import HOST, choose_ports, is_free
from clue_exchange.embedded.security import BrokerSecurity
from clue_exchange.errors import BrokerUnavailable
from clue_exchange.topic_admin import TopicAdmin

__all__ = [
    "AlreadyRunning", "EmbeddedKafka", "EmbeddedKafkaError", "JarsUnavailable", "OtherSize", "PortTaken", "StartFailed",
]  # fmt: skip

START_SECONDS = 60


class EmbeddedKafka:
    """
    A Kafka whose whole state is one folder: one broker, or a cluster of `brokers` whose size never changes.

    What was acknowledged is there again after a restart on the same folder, at the same address. Started by one
    process, it can be stopped by another. Without `security` whoever reaches this machine's loopback may do anything.
    With `outside` each broker listens at a second port, for clients that reach it through a network in between.
    """

    def __init__(
        self,
        folder: Path,
        *,
        brokers: int | None = None,
        port: int | None = None,
        outside: Mapping[int, str] | None = None,
        security: BrokerSecurity | None = None,
        progress: Callable[[str], None] = lambda _: None,
        class_path: Callable[[Callable[[str], None]], Sequence[Path]] = embedded_jars.class_path,
    ) -> None:
        self.folder = folder.resolve()
        self.nodes = tuple(Node(self.folder / f"node-{i}", i) for i in range(1, self._size(brokers) + 1))
        self.security = security
        self._outside = outside or {}
        self._port = port
        self._progress = progress
        self._class_path = class_path

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def bootstrap(self) -> str:
        """The addresses for clients, as of the last start; on a secured broker for those with a certificate."""
        ports = [node.known_ports for node in self.nodes]
        return ",".join(f"{HOST}:{known.client}" for known in ports if known)

    @property
    def scram_bootstrap(self) -> str:
        """The addresses for clients with a password, on a secured broker."""
        ports = [node.known_ports for node in self.nodes]
        return ",".join(f"{HOST}:{known.scram}" for known in ports if known)

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        return [pid for node in self.nodes if (pid := node.pid) is not None]

    def start(self) -> None:
        """
        Start on the folder's data, or on an empty log the first time; returns when clients are served by every broker.

        On any failure nothing is left running. The processes outlive the caller until `stop`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "starting").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # of two starts at once the second waits, and finds the first's broker
            self._start()

    def start_again(self, node: Node) -> None:
        """
        Start one broker of a running cluster that has ended, at its old address; returns when it serves clients.

        Needs, with it, a majority of the brokers: without one none of them serves.
        """
        node.spawn(embedded_jars.java(), self._class_path(self._progress))
        if not wait_until(lambda: self._is_reached(node), START_SECONDS):
            raise StartFailed(f"broker {node.node_id} did not answer in {START_SECONDS} s", node)

    def stop(self) -> None:
        """End every process of the folder, whoever started it; killed after ten seconds. The data stays."""
        for node in self.nodes:
            node.ask_to_stop()
        for node in self.nodes:
            node.stop()

    def _size(self, brokers: int | None) -> int:
        found = len(list(self.folder.glob("node-*/server.properties")))
        if found and brokers not in (None, found):
            raise OtherSize(self.folder, found)
        return found or brokers or 1

    def _start(self) -> None:
        if pids := self.pids:
            raise AlreadyRunning(self.folder, pids[0])
        ports = choose_ports({node.node_id: node.known_ports for node in self.nodes}, self._port)
        jars = self._class_path(self._progress)
        java = embedded_jars.java()
        self._progress("starting Apache Kafka")
        for node in self.nodes:
            node.write_settings(
                settings_for(node.node_id, ports, node.data, outside=self._outside, security=self.security)
            )
        cluster_id = self._cluster_id()

        def format_and_spawn(node: Node) -> None:
            node.format(java, jars, cluster_id)
            node.spawn(java, jars)

        try:
            with ThreadPoolExecutor(len(self.nodes)) as pool:
                list(pool.map(format_and_spawn, self.nodes))
            self._wait_until_served()
        except BaseException:  # Ctrl-C too: what was started is not left behind
            self.stop()
            raise

    def _cluster_id(self) -> str:
        file = self.folder / "cluster-id"
        if not file.exists():
            file.write_text("A" + secrets.token_urlsafe(16)[1:])  # Kafka takes a leading "-" for an option
        return file.read_text()

    def _wait_until_served(self) -> None:
        if not wait_until(self._is_served, START_SECONDS):
            silent = next((node for node in self.nodes if not self._is_reached(node)), self.nodes[0])
            raise StartFailed(f"Kafka did not answer within {START_SECONDS} s", silent)

    def _is_served(self) -> bool:
        reached = [self._is_reached(node) for node in self.nodes]  # each is asked: one that ended is told at once
        if not all(reached):
            return False
        try:
            superuser = self.security.superuser if self.security else None
            with TopicAdmin(self.bootstrap, patience_ms=2_000, security=superuser) as admin:  # a new one each time:
                return admin.serving_brokers() == len(self.nodes)  # one made while the cluster forms knows but a part
        except BrokerUnavailable:
            return False

    @staticmethod
    def _is_reached(node: Node) -> bool:
        if node.pid is None:
            raise StartFailed("Kafka ended while it started", node)
        return node.known_ports is not None and not is_free(node.known_ports.client)
