"""
The demonstration as a newcomer runs it: a process of its own, an embedded broker, two node processes.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clue_exchange.embedded.node import wait_until
from clue_exchange.embedded_kafka import EmbeddedKafka
from console.demo.county import stop_leftovers
from console.demo.onlooker import ONLOOKER
from console.demo.processes import running_node
from schemas.view import State
from tests.kafka_steps import clue_exchange

pytestmark = [pytest.mark.broker, pytest.mark.slow]

STARTED_SECONDS = 120


def test_both_sides_see_the_same_and_nothing_is_left(demo_figures: dict[str, Any]) -> None:
    """Equal views, void as scripted, nothing waiting, no dead letter."""
    assert demo_figures["views_equal"] is True
    assert demo_figures["void_scripted"] > 0
    assert set(demo_figures["void"].values()) == {demo_figures["void_scripted"]}
    assert set(demo_figures["waiting"].values()) == {0}
    assert demo_figures["dead_letters"] == 0
    assert demo_figures["clues"]["federation"] == demo_figures["clues"]["procuratorate"]


def test_every_state_of_the_lifecycle_is_reached(demo_figures: dict[str, Any]) -> None:
    """The demonstration shows the whole table."""
    assert set(demo_figures["states_reached"]) == {str(state) for state in State}


def test_more_than_sixty_clues_are_transferred_from_the_registers(demo_figures: dict[str, Any]) -> None:
    """320 rows are read, each is accounted for."""
    assert demo_figures["transferred"] > 60
    assert demo_figures["rows_read"] == 320
    assert demo_figures["rows_refused"] == 0


def test_an_officer_can_look_afterwards(demo_folder: Path, demo_figures: dict[str, Any]) -> None:
    """The databases that the nodes leave answer the command line; the exit codes say that nothing needs a person."""
    config = str(demo_folder / "county" / "federation-110101.toml")
    proof = ("--as", ONLOOKER, "--passphrase-file", str(demo_folder / "county" / "federation-110101.passphrase"))

    listed = json.loads(clue_exchange("clues", "--config", config, *proof, "--json"))
    one = json.loads(clue_exchange("clue", listed[0]["clue_id"], "--config", config, *proof, "--json"))

    assert len(listed) == sum(demo_figures["clues"]["federation"].values())
    assert one["events"][0]["event_type"] in ("ClueTransferred", "ClueShared")
    assert "nothing waits" in clue_exchange("waiting", "--config", config, *proof)
    assert "no dead letters" in clue_exchange("dead-letters", "--config", config)


def test_no_log_line_names_anybody(demo_folder: Path) -> None:
    """The narratives and names of the registers are nowhere in the nodes' logs."""
    logs = "".join(path.read_text(encoding="utf-8") for path in (demo_folder / "county").glob("*.log"))

    assert logs.count('"record.placed"') > 500
    assert not any("一" <= character <= "鿿" for character in logs)


@pytest.fixture
def starting(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A demonstration of its own whose Kafka and nodes run."""
    command = [sys.executable, "-m", "console", "demo", "--folder", str(tmp_path / "county")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as demo:
        assert wait_until(lambda: len(running_in(tmp_path / "county")) == 3, STARTED_SECONDS)
        yield demo
        demo.kill()
    stop_leftovers(tmp_path / "county", lambda _: None)


def running_in(folder: Path) -> list[int]:
    """The processes of a demonstration: Kafka and the two nodes."""
    nodes = [running_node(file) for file in folder.glob("*.pid")]
    return [*EmbeddedKafka(folder / "kafka").pids, *(pid for pid in nodes if pid is not None)]


def test_a_terminal_that_is_closed_stops_broker_and_nodes(starting: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """SIGHUP, and a second one while it stops, as a shell sends them."""
    starting.send_signal(signal.SIGHUP)
    starting.send_signal(signal.SIGHUP)
    starting.wait(STARTED_SECONDS)

    assert running_in(tmp_path / "county") == []


def test_the_next_demonstration_stops_what_a_killed_one_left(starting: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """By the pid files in the folder; a process that is not ours is not touched."""
    starting.kill()
    starting.wait(STARTED_SECONDS)
    left = running_in(tmp_path / "county")
    (tmp_path / "county" / "stranger.pid").write_text(str(os.getpid()))
    told: list[str] = []
    stop_leftovers(tmp_path / "county", told.append)

    assert len(left) == 3
    assert running_in(tmp_path / "county") == []
    assert len(told) == 1
