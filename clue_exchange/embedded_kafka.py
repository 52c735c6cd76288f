"""
A real Apache Kafka by `pip install`, for the demonstration and the tests: KRaft, loopback only, a folder of its own.

    with EmbeddedKafka(folder) as kafka:
        ... kafka.bootstrap ...
"""

import fcntl
import random
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from clue_exchange.embedded import jars as embedded_jars
from clue_exchange.embedded.errors import AlreadyRunning, EmbeddedKafkaError, JarsUnavailable, PortTaken, StartFailed
from clue_exchange.embedded.node import HOST, Node, Ports, wait_until
from clue_exchange.embedded.security import BrokerSecurity
from clue_exchange.errors import BrokerUnavailable
from clue_exchange.topic_admin import TopicAdmin

__all__ = ["AlreadyRunning", "EmbeddedKafka", "EmbeddedKafkaError", "JarsUnavailable", "PortTaken", "StartFailed"]

START_SECONDS = 60
PORTS = range(20_000, 30_000)  # below Linux's ephemeral range: a client that tries again and again while the broker is
# down can otherwise be given the broker's own port, and connect to itself

SETTINGS = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "INTERNAL",
    "listener.security.protocol.map": "CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "unclean.leader.election.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "3000",  # after kill -9 the old registration must expire first: 9 s by default
    "broker.heartbeat.interval.ms": "500",
    "log.cleaner.dedupe.buffer.size": "16777216",  # 128 MiB by default, half of our heap
}
FEWEST_REPLICAS_PREFIXES = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")


class EmbeddedKafka:
    """
    A Kafka whose whole state is one folder.

    What was acknowledged is there again after a restart on the same folder, at the same address. Started by one
    process, it can be stopped by another. Without `security` whoever reaches this machine's loopback may do anything.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        security: BrokerSecurity | None = None,
        progress: Callable[[str], None] = lambda _: None,
        class_path: Callable[[Callable[[str], None]], Sequence[Path]] = embedded_jars.class_path,
    ) -> None:
        self.folder = folder.resolve()
        self.nodes = (Node(self.folder / "node-1", node_id=1),)
        self.security = security
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
        """The address for clients, as of the last start; on a secured broker for those with a certificate."""
        ports = [node.known_ports for node in self.nodes]
        return ",".join(f"{HOST}:{known.client}" for known in ports if known)

    @property
    def scram_bootstrap(self) -> str:
        """The address for clients with a password, on a secured broker."""
        ports = [node.known_ports for node in self.nodes]
        return ",".join(f"{HOST}:{known.scram}" for known in ports if known)

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        return [pid for node in self.nodes if (pid := node.pid) is not None]

    def start(self) -> None:
        """
        Start on the folder's data, or on an empty log the first time; returns when clients are served.

        On any failure nothing is left running. The processes outlive the caller until `stop`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "starting").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # of two starts at once the second waits, and finds the first's broker
            self._start()

    def stop(self) -> None:
        """End every process of the folder, whoever started it; killed after ten seconds. The data stays."""
        for node in self.nodes:
            node.ask_to_stop()
        for node in self.nodes:
            node.stop()

    def _start(self) -> None:
        if pids := self.pids:
            raise AlreadyRunning(self.folder, pids[0])
        ports = self._choose_ports()
        jars = self._class_path(self._progress)
        java = embedded_jars.java()
        self._progress("starting Apache Kafka")
        for node in self.nodes:
            node.write_settings(self._settings(node, ports))
            node.format(java, jars, self._cluster_id())
        try:
            for node in self.nodes:
                node.spawn(java, jars)
            self._wait_until_served()
        except BaseException:  # Ctrl-C too: what was started is not left behind
            self.stop()
            raise

    def _choose_ports(self) -> dict[int, Ports]:
        chosen: set[int] = set()
        ports = {}
        for node in self.nodes:
            known = node.known_ports
            client = self._port or (known and known.client) or _free_port(chosen)
            if not _is_free(client):
                raise PortTaken(client)
            chosen.add(client)
            scram = (known and known.scram) or _free_port(chosen)
            ports[node.node_id] = Ports(client, _free_port(chosen), _free_port(chosen), scram)
        return ports

    def _settings(self, node: Node, ports: dict[int, Ports]) -> dict[str, str]:
        own = ports[node.node_id]
        replicas = min(3, len(self.nodes))
        for_clients = {"CLIENT": own.client} | ({"SCRAM": own.scram} if self.security else {})
        among_brokers = {"INTERNAL": own.internal}
        settings = SETTINGS | {
            "node.id": str(node.node_id),
            "controller.quorum.voters": ",".join(f"{i}@{HOST}:{ports[i].controller}" for i in ports),
            "listeners": _listeners(for_clients | among_brokers | {"CONTROLLER": own.controller}),
            "advertised.listeners": _listeners(for_clients | among_brokers),
            "log.dirs": str(node.folder / "data"),
            "default.replication.factor": str(replicas),
            "min.insync.replicas": str(max(1, replicas - 1)),
        }
        for prefix in FEWEST_REPLICAS_PREFIXES:
            settings[f"{prefix}.num.partitions"] = "3"
            settings[f"{prefix}.replication.factor"] = str(replicas)
        for prefix in ("transaction.state.log", "share.coordinator.state.topic"):
            settings[f"{prefix}.min.isr"] = str(max(1, replicas - 1))
        return settings | (self.security.settings() if self.security else {})

    def _cluster_id(self) -> str:
        file = self.folder / "cluster-id"
        if not file.exists():
            file.write_text("A" + secrets.token_urlsafe(16)[1:])  # Kafka takes a leading "-" for an option
        return file.read_text()

    def _wait_until_served(self) -> None:
        if not wait_until(self._is_served, START_SECONDS):
            node = self.nodes[0]
            raise StartFailed(f"Kafka did not answer within {START_SECONDS} s", node.log_file, node.log_tail())

    def _is_served(self) -> bool:
        for node in self.nodes:
            if node.pid is None:
                raise StartFailed("Kafka ended while it started", node.log_file, node.log_tail())
        if any(_is_free(node.known_ports.client) for node in self.nodes if node.known_ports):
            return False
        try:
            superuser = self.security.superuser if self.security else None
            with TopicAdmin(self.bootstrap, patience_ms=2_000, security=superuser) as admin:  # a new one each time:
                return admin.serving_brokers() == len(self.nodes)  # one made while the cluster forms knows but a part
        except BrokerUnavailable:
            return False


def _listeners(ports: dict[str, int]) -> str:
    return ",".join(f"{name}://{HOST}:{port}" for name, port in ports.items())


def _free_port(chosen: set[int]) -> int:
    candidates = random.sample(PORTS, len(PORTS))  # two brokers that start at the same moment rarely try the same
    port = next(port for port in candidates if port not in chosen and _is_free(port))
    chosen.add(port)
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does: closed connections do not count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
