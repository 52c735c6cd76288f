"""The embedded cluster from the command line; its faults are in tests/faults."""

import json
from pathlib import Path

import pytest

from clue_exchange.doors.local_security import local_security
from clue_exchange.embedded_kafka import EmbeddedKafka, OtherSize
from clue_exchange.topic_admin import TopicAdmin
from tests.kafka_steps import clue_exchange

pytestmark = pytest.mark.broker


def test_a_secured_cluster_is_started_shown_and_stopped_by_the_command_line(tmp_path: Path) -> None:
    """Three brokers let each other in; `broker stop` finds all by the folder, which keeps its number of brokers."""
    folder, certificates = ("--folder", str(tmp_path / "kafka")), ("--certificates", str(tmp_path / "certificates"))
    kafka = EmbeddedKafka(tmp_path / "kafka", brokers=3)
    try:
        started = clue_exchange("broker", "start", *folder, "--brokers", "3", "--port", "19392", *certificates)
        shown = json.loads(clue_exchange("broker", "status", *folder, "--json"))
        superuser = local_security(tmp_path / "certificates", [], brokers=3).superuser
        with TopicAdmin(kafka.bootstrap, security=superuser) as admin:
            serving = admin.serving_brokers()
        kafka.nodes[0].kill()
        two_left = clue_exchange("broker", "status", *folder, expected=1)
        clue_exchange("broker", "stop", *folder)
        left = kafka.pids
    finally:
        kafka.stop()

    assert "127.0.0.1:19392,127.0.0.1:19393,127.0.0.1:19394" in started
    assert (shown["running"], len(shown["pids"]), serving) == (True, 3, 3)
    assert two_left.startswith("2 of 3 running")
    assert left == []
    with pytest.raises(OtherSize, match="holds a cluster of 3"):
        EmbeddedKafka(kafka.folder, brokers=1)
