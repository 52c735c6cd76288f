"""
The demonstration as a newcomer runs it: a process of its own, an embedded broker, two node processes.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from schemas.view import State

pytestmark = [pytest.mark.broker, pytest.mark.slow]

DEMO_SECONDS = 180


def clue_exchange(*words: str, expected: int = 0) -> str:
    """Run the command line in a process of its own; its standard output."""
    command = [sys.executable, "-m", "console", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEMO_SECONDS, check=False)
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one demonstration of this module left its databases, logs and figures."""
    folder = tmp_path_factory.mktemp("demo")
    clue_exchange("demo", "--folder", str(folder / "county"), "--json", str(folder / "demo.json"))
    return folder


@pytest.fixture(scope="module")
def figures(folder: Path) -> dict[str, Any]:
    """What the demonstration measured."""
    loaded: dict[str, Any] = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    return loaded


def test_both_sides_see_the_same_and_nothing_is_left(figures: dict[str, Any]) -> None:
    """Equal views, void as scripted, nothing waiting, no dead letter."""
    assert figures["views_equal"] is True
    assert figures["void_scripted"] > 0
    assert set(figures["void"].values()) == {figures["void_scripted"]}
    assert set(figures["waiting"].values()) == {0}
    assert figures["dead_letters"] == 0
    assert figures["clues"]["federation"] == figures["clues"]["procuratorate"]


def test_every_state_of_the_lifecycle_is_reached(figures: dict[str, Any]) -> None:
    """The demonstration shows the whole table."""
    assert set(figures["states_reached"]) == {str(state) for state in State}


def test_more_than_sixty_clues_are_transferred_from_the_registers(figures: dict[str, Any]) -> None:
    """320 rows are read, each is accounted for."""
    assert figures["transferred"] > 60
    assert figures["rows_read"] == 320
    assert figures["rows_refused"] == 0


def test_an_officer_can_look_afterwards(folder: Path, figures: dict[str, Any]) -> None:
    """The databases that the nodes leave answer the command line; the exit codes say that nothing needs a person."""
    config = str(folder / "county" / "federation-110101.toml")

    listed = json.loads(clue_exchange("clues", "--config", config, "--json"))
    one = json.loads(clue_exchange("clue", listed[0]["clue_id"], "--config", config, "--json"))

    assert len(listed) == sum(figures["clues"]["federation"].values())
    assert one["events"][0]["event_type"] in ("ClueTransferred", "ClueShared")
    assert "nothing waits" in clue_exchange("waiting", "--config", config)
    assert "no dead letters" in clue_exchange("dead-letters", "--config", config)


def test_no_log_line_names_anybody(folder: Path) -> None:
    """The narratives and names of the registers are nowhere in the nodes' logs."""
    logs = "".join(path.read_text(encoding="utf-8") for path in (folder / "county").glob("*.log"))

    assert logs.count('"record.placed"') > 500
    assert not any("一" <= character <= "鿿" for character in logs)
