"""
A node that is told to stop stops, whatever Kafka does.
"""

import io
import json
import socket
import threading

import pytest

from clue_exchange.embedded.ports import HOST
from clue_exchange.logs import json_log
from console.node import Node
from tests.two_sides import TwoSides

WAIT_SECONDS = 60


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_node_that_waits_for_kafka_stops_without_waiting(sides: TwoSides) -> None:
    """A broker that takes connections and answers nothing: what was begun is left behind, as by a kill."""
    told = io.StringIO()
    with socket.create_server((HOST, 0)) as silent:
        silent.settimeout(WAIT_SECONDS)
        moved = sides.moved_to(f"{HOST}:{silent.getsockname()[1]}")
        running = Node(moved.federation, json_log(told), patience_seconds=0.1)
        thread = threading.Thread(target=running.run)
        thread.start()
        waiting, _ = silent.accept()
        running.stop()
        thread.join(WAIT_SECONDS)
        has_ended, log = not thread.is_alive(), told.getvalue().splitlines()
        for left in [each for each in threading.enumerate() if each.name == "work"]:
            left.join(WAIT_SECONDS)
        waiting.close()

    last = json.loads(log[-1])
    assert has_ended
    assert (last["event"], last["left_behind"]) == ("node.stopped", ["work"])
    other = moved.federation.lease()
    assert other.take()
    other.give_back()
