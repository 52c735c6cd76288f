"""
Rows of the table of hostile input, one test a row: what must follow, and within what memory and time.
"""

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codes import Role
from tests.forge import Forge
from tests.two_sides import SetClock, TwoSides, settings_for

MOST_MIB = 64
MOST_SECONDS = 30  # a machine that others use
MEASURED: dict[str, tuple[float, float]] = {}


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[TwoSides]:
    """Two agencies on SQLite; the storage's promises are proven on both databases in tests/contract."""
    settings = {role: settings_for(role, tmp_path, f"sqlite:///{tmp_path}/{role}.db") for role in Role}
    both = TwoSides.of(settings, SetClock())
    yield both
    both.close()


@pytest.fixture
def forge(sides: TwoSides, request: pytest.FixtureRequest) -> Iterator[Forge]:
    """A federation that plays false; what the test takes in memory and time is measured and bounded."""
    tracemalloc.start()
    began = time.perf_counter()
    yield Forge(sides)
    seconds = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    MEASURED[request.node.name] = peak / 2**20, seconds
    assert peak < MOST_MIB * 2**20
    assert seconds < MOST_SECONDS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which row took the most."""
    if MEASURED:
        for index, unit in enumerate(("MiB", "s")):
            name, measured = max(MEASURED.items(), key=lambda item: item[1][index])
            terminalreporter.write_line(f"hostile rows: the most is {measured[index]:.1f} {unit}: {name}")
