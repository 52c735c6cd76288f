"""The embedded broker: its life, its data, and what it says when it cannot start."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from clue_exchange.embedded import jars as embedded_jars
from clue_exchange.embedded.node import Node
from clue_exchange.embedded.ports import HOST
from clue_exchange.embedded_kafka import AlreadyRunning, EmbeddedKafka, JarsUnavailable, PortTaken, StartFailed
from clue_exchange.kafka_clients import JournalConsumer, JournalProducer, OutgoingRecord
from clue_exchange.kafka_records import TopicSpec
from clue_exchange.topic_admin import TopicAdmin

pytestmark = pytest.mark.broker

TOPIC = "federation-110101.clues"


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    """A broker of this test alone, not started; whatever the test left running is stopped."""
    kafka = EmbeddedKafka(tmp_path / "kafka")
    yield kafka
    kafka.stop()


def no_jars(progress: Callable[[str], None]) -> Sequence[Path]:
    """A machine that cannot reach the registry."""
    raise JarsUnavailable("Kafka's jars cannot be fetched")


def test_restart_keeps_address_cluster_and_data(kafka: EmbeddedKafka) -> None:
    """What was acknowledged is there again after a restart on the same folder, also by another object."""
    kafka.start()
    before = kafka.bootstrap
    with TopicAdmin(before) as admin, JournalProducer(before) as producer:
        admin.create([TopicSpec(TOPIC, 1, 1)])
        cluster = admin.cluster_id()
        producer.send_all([OutgoingRecord(TOPIC, b"key", b"kept")], deadline_seconds=60)
    kafka.stop()

    with EmbeddedKafka(kafka.folder) as again:
        with TopicAdmin(again.bootstrap) as admin:
            found = admin.cluster_id()
        with JournalConsumer(again.bootstrap, {TOPIC: 0}, group_id="test") as consumer:
            records = consumer.poll(timeout_ms=30_000)

    assert again.bootstrap == before
    assert found == cluster
    assert [record.value for record in records] == [b"kept"]


def test_stop_leaves_no_process(kafka: EmbeddedKafka) -> None:
    """A second stop finds nothing to do."""
    kafka.start()
    (pid,) = kafka.pids
    kafka.stop()
    kafka.stop()

    assert kafka.pids == []
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_running_broker_is_told_and_left_alone(kafka: EmbeddedKafka) -> None:
    """A broker that a dead process left behind would otherwise answer in the new one's place."""
    kafka.start()
    orphan = kafka.pids

    with pytest.raises(AlreadyRunning, match=rf"process {orphan[0]}.*broker stop --folder"):
        EmbeddedKafka(kafka.folder).start()
    assert kafka.pids == orphan


def test_broker_outlives_its_starter_and_stops_for_anybody(kafka: EmbeddedKafka) -> None:
    """`broker start` returns to the shell; `broker stop` finds the process by the folder."""
    code = "import sys, pathlib, clue_exchange.embedded_kafka as k; k.EmbeddedKafka(pathlib.Path(sys.argv[1])).start()"
    subprocess.run([sys.executable, "-c", code, str(kafka.folder)], check=True)
    with TopicAdmin(kafka.bootstrap) as admin:
        serving = admin.serving_brokers()
    (pid,) = kafka.pids

    kafka.stop()

    assert serving == 1
    assert kafka.pids == []
    assert not Path(f"/proc/{pid}/cwd").exists()


def test_process_of_a_stranger_is_never_signalled(tmp_path: Path) -> None:
    """After a reboot the number in the pid file may belong to anybody; here it is our own."""
    node = Node(tmp_path, node_id=1)
    (tmp_path / "pid").write_text(str(os.getpid()))

    node.stop(seconds=0)

    assert node.pid is None


def test_killed_broker_starts_again(kafka: EmbeddedKafka) -> None:
    """The pid file of a broker that was killed does not stand in the way."""
    kafka.start()
    kafka.nodes[0].kill()

    kafka.start()

    assert len(kafka.pids) == 1


def test_taken_port_is_named(tmp_path: Path) -> None:
    """Nothing is started beside whatever listens there."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        kafka = EmbeddedKafka(tmp_path, port=port)

        with pytest.raises(PortTaken, match=f"port {port} of {HOST} is taken: stop what listens there"):
            kafka.start()
    assert kafka.pids == []


def test_missing_jars_are_told_before_anything_starts(tmp_path: Path) -> None:
    """A machine without a registry gets one clear line."""
    kafka = EmbeddedKafka(tmp_path, class_path=no_jars)

    with pytest.raises(JarsUnavailable, match="cannot be fetched"):
        kafka.start()
    assert kafka.pids == []


def test_unreachable_registry_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names what to check and what can be copied instead."""
    monkeypatch.setenv("M2_REPO", str(tmp_path))
    for proxy in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(proxy, f"http://{HOST}:9")  # nothing listens on the discard port

    with pytest.raises(JarsUnavailable, match=r"check the way to the Maven registry, or copy a filled"):
        embedded_jars.class_path(lambda _: None)


def test_broker_that_dies_shows_the_end_of_its_log(kafka: EmbeddedKafka) -> None:
    """The cause stands in Kafka's log; a person should not have to look for it."""
    kafka.start()
    kafka.stop()
    meta = kafka.nodes[0].folder / "data" / "meta.properties"
    meta.write_text(meta.read_text().replace("node.id=1", "node.id=7"))

    with pytest.raises(StartFailed, match=r"(?s)ended while it started.*kafka\.log says:.*node.id"):
        kafka.start()
    assert kafka.pids == []


@pytest.mark.slow
def test_pinned_jars_are_what_the_roots_need() -> None:
    """After a change of ROOTS: resolve them and pin what comes out."""
    jgo = pytest.importorskip("jgo")
    needed = {artifact for root in embedded_jars.ROOTS for artifact in jgo.resolve(root)}

    pinned = set(embedded_jars.PINNED_JARS.split()[::2])
    assert pinned == {f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}" for artifact in needed}


@pytest.mark.slow
def test_damaged_jar_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A download that broke off must not stay in the way, nor run."""
    jars = embedded_jars.class_path(lambda _: None)
    repository = next(folder for folder in jars[0].parents if folder.name == "repository")
    for jar in jars:
        copy = tmp_path / jar.relative_to(repository)
        copy.parent.mkdir(parents=True)
        copy.symlink_to(jar)
    damaged = next(tmp_path.rglob("jspecify-*.jar"))
    damaged.unlink()
    damaged.write_bytes(b"half a jar")
    told: list[str] = []
    monkeypatch.setenv("M2_REPO", str(tmp_path))

    embedded_jars.class_path(told.append)

    assert told == [f"fetching Apache Kafka: 1 of {len(jars)} jars, once on this machine"]
    assert damaged.stat().st_size > 1_000
