"""
Two nodes of one agency on a real Kafka: one works, the other stands by and takes over.
"""

import io
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from clue_exchange import outbox_depth
from clue_exchange.logs import Log, json_log
from console.demo.processes import NodeFailed, NodeProcess
from console.node import Node
from schemas.codes import Role
from tests.kafka_steps import DEADLINE_SECONDS, states, wait_until
from tests.two_sides import TwoSides

pytestmark = pytest.mark.broker


@pytest.fixture
def run_node(on_kafka: TwoSides) -> Iterator[Callable[[Role, Log], Node]]:
    """Runs a node of an agency in this process until the test is done."""
    running: list[tuple[Node, Thread]] = []

    def run(role: Role, log: Log) -> Node:
        node = Node(on_kafka.side(role), log)
        thread = Thread(target=node.run)
        running.append((node, thread))
        thread.start()
        return node

    yield run
    for node, thread in running:
        node.stop()
        thread.join(DEADLINE_SECONDS)
        assert not thread.is_alive()


@pytest.fixture
def first(on_kafka: TwoSides, tmp_path: Path) -> Iterator[NodeProcess]:
    """The federation's node in a process of its own, which works."""
    on_kafka.write_files(tmp_path)
    with suppress(NodeFailed), NodeProcess(on_kafka.federation.settings, tmp_path) as process:  # it is killed
        yield process


def events_in(text: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in text.getvalue().splitlines()]


def test_a_second_node_stands_by_and_takes_over_from_one_that_was_killed(
    on_kafka: TwoSides, first: NodeProcess, run_node: Callable[[Role, Log], Node]
) -> None:
    """It says so in its log; what is transferred before and after the kill arrives once."""
    told = io.StringIO()
    run_node(Role.procuratorate, json_log(io.StringIO()))
    run_node(Role.federation, json_log(told))
    wait_until(on_kafka.federation, lambda: events_in(told) == ["node.started", "lease.awaited"])
    on_kafka.transfer()
    wait_until(on_kafka.procuratorate, lambda: states(on_kafka.procuratorate) == {"transferred": 1})
    stood_by = events_in(told)
    os.kill(int(first.pid_file.read_text()), signal.SIGKILL)
    on_kafka.transfer()
    wait_until(on_kafka.procuratorate, lambda: states(on_kafka.procuratorate) == {"transferred": 2})

    assert stood_by == ["node.started", "lease.awaited"]
    assert "lease.taken" in events_in(told)
    assert "node.failed" not in events_in(told)


def test_a_node_that_lost_its_lease_stands_by_instead_of_stopping(
    on_kafka: TwoSides, run_node: Callable[[Role, Log], Node]
) -> None:
    """What a long pause of its process does: another one works by then, and both must not."""
    told = io.StringIO()
    run_node(Role.federation, json_log(told))
    wait_until(on_kafka.federation, lambda: {"loop.connected", "outbox.relayed"} <= set(events_in(told)))
    with on_kafka.federation.store.transaction() as transaction:
        transaction.exec_driver_sql("UPDATE lease SET holder = 'of another machine:::/2'")

    wait_until(on_kafka.federation, lambda: events_in(told)[-1] == "lease.awaited")
    on_kafka.transfer()
    assert "lease.lost" in events_in(told)
    with on_kafka.federation.store.transaction() as transaction:
        assert outbox_depth.depth(transaction).records == 3
        transaction.exec_driver_sql("UPDATE lease SET holder = ''")

    wait_until(on_kafka.federation, lambda: "outbox.relayed" in events_in(told))
