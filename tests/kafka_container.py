"""
The Kafka of the integration tests: a container where a Docker engine answers, the embedded broker where none does.

CLUE_EXCHANGE_TEST_KAFKA=embedded or =container takes one and not the other. Tests that stop, kill or secure a broker
start an embedded one of their own.
"""

import io
import os
import socket
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import docker  # type: ignore[import-untyped]  # three calls are not worth a package of stubs
from docker.errors import DockerException  # type: ignore[import-untyped]  # the same
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from clue_exchange.embedded_kafka import EmbeddedKafka

IMAGE = "apache/kafka:4.3.1"
CHOICE = "CLUE_EXCHANGE_TEST_KAFKA"
PORT = 9092
HOST = "127.0.0.1"
READY_SECONDS = 180
ENGINE_SECONDS = 5
# The address that Kafka advertises has the port in it that Docker picks, so it can be told only once that is known.
WAIT_FOR_START = "until [ -f /tmp/go ]; do sleep 0.1; done; exec bash /tmp/start"
SETTINGS = {  # any one of them replaces the image's whole default configuration, so all of it stands here
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@127.0.0.1:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "INTERNAL",
    "KAFKA_LISTENERS": f"CLIENT://:{PORT},INTERNAL://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
    "KAFKA_HEAP_OPTS": "-Xms64m -Xmx512m",
}


class NoEngine(Exception):
    """No Docker engine answers, or it has no Kafka and cannot get one; says why."""


@dataclass(frozen=True, slots=True)
class RunningKafka:
    """The address of a broker for tests, and one line that says which it is."""

    bootstrap: str
    told: str


class KafkaContainer(DockerContainer):
    """
    One broker from the image that docker-compose.yml names, on a port of this machine's loopback that Docker picks.

    The library's own KafkaContainer needs an image of another layout.
    """

    def __init__(self) -> None:
        super().__init__(IMAGE, env=dict(SETTINGS), entrypoint=["bash", "-c", WAIT_FOR_START])
        self.ports[f"{PORT}/tcp"] = cast("Any", (HOST,))  # with_exposed_ports publishes on every address

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.get_exposed_port(PORT)}"  # the library may name another address, where nobody listens

    def start(self) -> "KafkaContainer":
        """Start, tell Kafka under which address clients meet it, and return when it serves."""
        super().start()
        advertised = f"CLIENT://{self.bootstrap},INTERNAL://127.0.0.1:9094"
        script = f"export KAFKA_ADVERTISED_LISTENERS={advertised}\nexec /etc/kafka/docker/run\n"
        self.get_wrapped_container().put_archive("/tmp", _archive({"start": script, "go": ""}))  # noqa: S108  # there
        LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(READY_SECONDS).wait_until_ready(self)
        return self


@contextmanager
def running_kafka(folder: Path) -> Iterator[RunningKafka]:
    """A broker for as long as the block lasts."""
    choice = os.environ.get(CHOICE, "")
    try:
        _require_image(choice)
    except NoEngine as why:
        if choice == "container":
            raise
        with EmbeddedKafka(folder) as kafka:
            yield RunningKafka(kafka.bootstrap, f"the embedded broker ({why})")
    else:
        with KafkaContainer() as container:
            yield RunningKafka(container.bootstrap, f"a container of {IMAGE} on {container.bootstrap}")


def _require_image(choice: str) -> None:
    """Ask the engine, and have it fetch the image where it is not there."""
    if choice == "embedded":
        raise NoEngine(f"{CHOICE} says so")
    _require_engine(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    client = docker.from_env(timeout=ENGINE_SECONDS)
    try:
        if not client.images.list(IMAGE):
            client.api.timeout = READY_SECONDS
            client.images.pull(IMAGE)
    except (DockerException, OSError) as error:
        raise NoEngine(f"a Docker engine answers and cannot get {IMAGE}: {type(error).__name__}") from None
    finally:
        client.close()


def _require_engine(address: str) -> None:
    """Whether somebody listens there: the library would leave a socket open where nobody does."""
    where = urlsplit(address)
    if where.scheme != "unix":
        raise NoEngine("no Docker engine of this machine: its ports would not be on our loopback")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(ENGINE_SECONDS)
        try:
            probe.connect(where.path)
        except OSError:
            raise NoEngine("no Docker engine answers") from None


def _archive(files: dict[str, str]) -> bytes:
    """The files, in this order, as a tar archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text), 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()
